"""Simulated partners next door: they live in our process, and keep their own books in ``PartnerJob``.

They need real time, which ``FULFILMENT_SPEED`` makes shorter, and misbehave as ``PARTNER_FAULTS`` or the back office's page
of partners says: an error before the work, an answer lost after it, silence, delay.
"""

import time
from typing import Any

from django.conf import settings
from django.db.models import F
from django.utils import timezone

from apps.orders.models import PartnerBehaviour, PartnerJob
from apps.orders.partners import CarrierState, Facts, MakerState, PartnerFailed, StoreReport, StoreState, simulation
from apps.orders.partners.simulation import Faults, Job

MAKER, CARRIER, WORKSHOP, STORE = "maker", "carrier", "workshop", "store"


class Simulated:
    """One partner's end of the wire."""

    name: str

    def faults(self) -> Faults:
        """What the back office says, or the environment."""
        row = PartnerBehaviour.objects.filter(partner=self.name).first()
        return row.faults() if row else settings.PARTNER_FAULTS.get(self.name, Faults())

    def ask(self, key: str, facts: Facts | None = None) -> dict[str, Any]:
        """Begin a job, or only look at it (no facts); a repeated request begins nothing."""
        faults = self._before()
        if facts is None:
            job = PartnerJob.objects.filter(partner=self.name, key=key).first()
            if job is None:
                raise PartnerFailed(f"the {self.name} knows nothing of {key}")
        else:
            details = {"facts": facts, "started_at": timezone.now()}
            job, created = PartnerJob.objects.get_or_create(partner=self.name, key=key, defaults=details)
            if not created:
                PartnerJob.objects.filter(pk=job.pk).update(repeats=F("repeats") + 1)
        answer = simulation.SAYS[self.name](_job(job), timezone.now(), settings.FULFILMENT_SPEED, faults)
        self._after(faults)
        return answer

    def end(self, key: str) -> None:
        """Give a job up. One that never came is written down as given up, so that it begins nothing when it does come."""
        faults, now = self._before(), timezone.now()
        details = {"started_at": now, "cancelled_at": now}
        job, created = PartnerJob.objects.get_or_create(partner=self.name, key=key, defaults=details)
        if not created and job.cancelled_at is None:
            PartnerJob.objects.filter(pk=job.pk, cancelled_at=None).update(cancelled_at=now)
        self._after(faults)

    def _before(self) -> Faults:
        faults = self.faults()
        if faults.delay_ms:
            time.sleep(faults.delay_ms / 1000)
        if simulation.happens(faults.error):
            raise PartnerFailed(f"the {self.name} answered with an error")
        return faults

    def _after(self, faults: Faults) -> None:
        if simulation.happens(faults.lost):
            raise PartnerFailed(f"the {self.name}'s answer was lost")
        if simulation.happens(faults.silent):
            raise PartnerFailed(f"the {self.name} did not answer in time")


def _job(row: PartnerJob) -> Job:
    return Job(row.pk, row.key, row.facts, row.started_at, row.cancelled_at)


class Maker(Simulated):
    name = MAKER

    def submit(self, *, key: str, facts: Facts) -> MakerState:
        return maker_state(self.ask(key, facts))

    def state(self, *, key: str) -> MakerState:
        return maker_state(self.ask(key))

    def cancel(self, *, key: str) -> None:
        self.end(key)


class Carrier(Simulated):
    name = CARRIER

    def collect(self, *, key: str, facts: Facts) -> CarrierState:
        return CarrierState(**self.ask(key, facts))

    def state(self, *, key: str) -> CarrierState:
        return CarrierState(**self.ask(key))

    def recall(self, *, key: str) -> None:
        self.end(key)


class Workshop(Simulated):
    name = WORKSHOP

    def prepare(self, *, key: str, facts: Facts) -> StoreState:
        return StoreState(**self.ask(key, facts))

    def cancel(self, *, key: str) -> None:
        self.end(key)


class Store(Simulated):
    name = STORE

    def inspect(self, *, key: str, facts: Facts) -> StoreReport:
        return report(self.ask(key, facts))


def report(answer: dict[str, Any]) -> StoreReport:
    first, second = answer["people"]
    return StoreReport(**(answer | {"people": (first, second)}))


def maker_state(answer: dict[str, Any]) -> MakerState:
    return MakerState(**(answer | {"as_built": tuple(answer["as_built"])}))
