"""Simulated partners next door: they live in our process, and keep their own books in ``PartnerJob``.

They need real time, which ``FULFILMENT_SPEED`` makes shorter, and misbehave as ``PARTNER_FAULTS`` or the back office's page
of partners says: an error before the work, an answer lost after it, silence, delay.
"""

import json
import time
from typing import Any

from django.conf import settings
from django.db import connection
from django.utils import timezone

from apps.orders.models import PartnerBehaviour, PartnerJob
from apps.orders.partners import CarrierState, Facts, MakerState, PartnerFailed, StoreReport, StoreState, simulation
from apps.orders.partners.simulation import Faults, Job

MAKER, CARRIER, WORKSHOP, STORE = "maker", "carrier", "workshop", "store"
# A key is written down once, however often and by however many at once it is asked for.
_BEGIN = """
INSERT INTO orders_partnerjob AS job (partner, key, facts, started_at, repeats)
VALUES (%(partner)s, %(key)s, %(facts)s::jsonb, %(now)s, 0)
ON CONFLICT (partner, key) DO UPDATE SET repeats = job.repeats + 1 RETURNING id, facts, started_at, cancelled_at
"""
_END = """
INSERT INTO orders_partnerjob AS job (partner, key, facts, started_at, cancelled_at, repeats)
VALUES (%(partner)s, %(key)s, '{}', %(now)s, %(now)s, 0)
ON CONFLICT (partner, key) DO UPDATE SET cancelled_at = %(now)s WHERE job.cancelled_at IS NULL
"""


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
        job = self._begin(key, facts) if facts is not None else self._find(key)
        answer = simulation.SAYS[self.name](job, timezone.now(), settings.FULFILMENT_SPEED, faults)
        self._after(faults)
        return answer

    def end(self, key: str) -> None:
        """Give a job up. One that never came is written down as given up, so that it begins nothing when it does come."""
        faults = self._before()
        with connection.cursor() as cursor:
            cursor.execute(_END, {"partner": self.name, "key": key, "now": timezone.now()})
        self._after(faults)

    def _begin(self, key: str, facts: Facts) -> Job:
        given: Facts = {"partner": self.name, "key": key, "facts": json.dumps(facts), "now": timezone.now()}
        with connection.cursor() as cursor:
            cursor.execute(_BEGIN, given)
            number, kept, started_at, cancelled_at = cursor.fetchone()
        return Job(number, key, json.loads(kept), started_at, cancelled_at)

    def _find(self, key: str) -> Job:
        row = PartnerJob.objects.filter(partner=self.name, key=key).first()
        if row is None:
            raise PartnerFailed(f"the {self.name} knows nothing of {key}")
        return Job(row.pk, row.key, row.facts, row.started_at, row.cancelled_at)

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
