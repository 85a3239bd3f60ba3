"""A store that reports by itself: two of its people look at the car and see the insurance."""

from datetime import datetime
from typing import Any

from apps.orders.models import PartnerJob
from apps.orders.partners import StoreReport

NAME = "store"
PEOPLE = ("Chen Jie", "Zhou Ming")


class SimulatedStore:
    """The store's end of the wire. Its books may say that it finds something: ``found`` and ``repair_days``."""

    def inspect(self, *, key: str, facts: dict[str, Any], now: datetime) -> StoreReport:
        job, _created = PartnerJob.objects.get_or_create(
            partner=NAME, key=key, defaults={"facts": facts, "started_at": now}
        )
        found = str(job.facts.get("found", ""))
        policy = f"PDZA{job.pk:014d}"
        return StoreReport(not found, found, int(job.facts.get("repair_days", 1)), PEOPLE, policy)
