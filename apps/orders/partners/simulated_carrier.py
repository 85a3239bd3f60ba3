"""A carrier that needs four days."""

from datetime import datetime
from typing import Any

from django.conf import settings

from apps.orders.models import PartnerJob
from apps.orders.partners import CarrierState
from apps.orders.terms import TRANSPORT_DAYS, pace

NAME = "carrier"


class SimulatedCarrier:
    """The carrier's end of the wire."""

    def collect(self, *, key: str, facts: dict[str, Any], now: datetime) -> None:
        PartnerJob.objects.get_or_create(partner=NAME, key=key, defaults={"facts": facts, "started_at": now})

    def state(self, *, key: str, now: datetime) -> CarrierState:
        job = PartnerJob.objects.get(partner=NAME, key=key)
        arrives_at = job.started_at + pace(TRANSPORT_DAYS, settings.FULFILMENT_SPEED)
        return CarrierState(job.cancelled_at is None and now >= arrives_at, arrives_at)

    def recall(self, *, key: str, now: datetime) -> None:
        PartnerJob.objects.filter(partner=NAME, key=key, cancelled_at=None).update(cancelled_at=now)
