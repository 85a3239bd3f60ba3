"""A maker that accepts a build after a day and has built it ten days later."""

import hashlib
from datetime import datetime
from typing import Any

from django.conf import settings

from apps.orders.identifiers import make_vin
from apps.orders.models import PartnerJob
from apps.orders.partners import MakerState
from apps.orders.terms import BUILD_ACCEPTED_DAYS, BUILD_DAYS, pace

NAME = "maker"
# World manufacturer identifiers of Chinese makers (ISO 3780): GAC Aion, Changan; "LKC" stands in for everybody else.
WMI = {"gac-aion": "LNA", "avatr": "LS6", "deepal": "LS6", "changan": "LS4", "changan-qiyuan": "LS6", "kaicheng": "LS5"}
YEAR_CODE = "T"  # model year 2026
PLANT = "G"


class SimulatedMaker:
    """The maker's end of the wire."""

    def submit(self, *, key: str, facts: dict[str, Any], now: datetime) -> None:
        PartnerJob.objects.get_or_create(partner=NAME, key=key, defaults={"facts": facts, "started_at": now})

    def state(self, *, key: str, now: datetime) -> MakerState:
        job = PartnerJob.objects.get(partner=NAME, key=key)
        if refusal := str(job.facts.get("refuse", "")):
            return MakerState(False, None, (), now, refusal)
        accepted_at = job.started_at + pace(BUILD_ACCEPTED_DAYS, settings.FULFILMENT_SPEED)
        built_at = job.started_at + pace(BUILD_ACCEPTED_DAYS + BUILD_DAYS, settings.FULFILMENT_SPEED)
        if job.cancelled_at is not None or now < built_at:
            return MakerState(now >= accepted_at, None, (), accepted_at if now < accepted_at else built_at)
        # The maker builds what it was told, unless its books say that it built something else.
        as_built = job.facts.get("as_built", job.facts["options"])
        return MakerState(True, vin_of(job), tuple(as_built), built_at)

    def cancel(self, *, key: str, now: datetime) -> None:
        PartnerJob.objects.filter(partner=NAME, key=key, cancelled_at=None).update(cancelled_at=now)


def vin_of(job: PartnerJob) -> str:
    """Always the same car for the same job, and never another job's: the serial is the job's own number."""
    model = hashlib.sha256(str(job.facts["model"]).encode()).digest()
    letters = "ABCDEFHJKLMNPRSTUVWXYZ"  # without PLANT, which stands for the first million
    descriptor = "".join(letters[byte % len(letters)] for byte in model[:5])
    lap, serial = divmod(job.pk, 1_000_000)
    plant = PLANT if lap == 0 else letters[(lap - 1) % len(letters)]
    return make_vin(WMI.get(str(job.facts["brand"]), "LKC"), descriptor, YEAR_CODE, plant, serial)
