"""The maker, the carrier and the stores' workshops: what we ask of them, whoever they are.

A request carries a key by which the other side recognises a repeated one: to send it again is how a lost answer is asked for.
Nothing is locked and no transaction is open while a partner takes its time (five seconds at most); ``fulfilment.drain`` sees
to that. Where no address is set, the simulated partners answer (``simulated.py``); they keep books of their own.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from django.conf import settings

TIMEOUT_S = 5.0
Facts = dict[str, Any]


class PartnerFailed(Exception):
    """No answer, or one that is none. Whether the request took effect is unknown: ask again with the same key."""


@dataclass(frozen=True, slots=True)
class MakerState:
    """What the maker says of a build. ``next_at`` is when asking again is worth it; ``refused`` says why it is not built."""

    accepted: bool
    vin: str | None
    as_built: tuple[str, ...]
    next_at: datetime
    refused: str = ""


@dataclass(frozen=True, slots=True)
class CarrierState:
    """What the carrier says of a transport; ``damage`` in words where there is some."""

    arrived: bool
    next_at: datetime
    damage: str = ""


@dataclass(frozen=True, slots=True)
class StoreState:
    """What the workshop says of a car it prepares; ``fault`` is what it has found and is putting right."""

    prepared: bool
    next_at: datetime
    fault: str = ""


@dataclass(frozen=True, slots=True)
class StoreReport:
    """What a store says of a car that it has looked at: who signed, what was found, the insurance policy it saw."""

    passed: bool
    found: str
    repair_days: int
    people: tuple[str, str]
    policy: str


class Maker(Protocol):
    """Builds cars to order."""

    def submit(self, *, key: str, facts: Facts) -> MakerState: ...
    def state(self, *, key: str) -> MakerState: ...
    def cancel(self, *, key: str) -> None: ...


class Carrier(Protocol):
    """Brings cars to stores."""

    def collect(self, *, key: str, facts: Facts) -> CarrierState: ...
    def state(self, *, key: str) -> CarrierState: ...
    def recall(self, *, key: str) -> None: ...


class Workshop(Protocol):
    """Prepares cars for the hand-over, and fits what was ordered with them."""

    def prepare(self, *, key: str, facts: Facts) -> StoreState: ...
    def cancel(self, *, key: str) -> None: ...


class Store(Protocol):
    """Looks at cars before they change hands, by two of its people."""

    def inspect(self, *, key: str, facts: Facts) -> StoreReport: ...


def maker() -> Maker:
    from apps.orders.partners import over_http, simulated

    return over_http.Maker(settings.MAKER_URL) if settings.MAKER_URL else simulated.Maker()


def carrier() -> Carrier:
    from apps.orders.partners import over_http, simulated

    return over_http.Carrier(settings.CARRIER_URL) if settings.CARRIER_URL else simulated.Carrier()


def workshop() -> Workshop:
    from apps.orders.partners import over_http, simulated

    return over_http.Workshop(settings.WORKSHOP_URL) if settings.WORKSHOP_URL else simulated.Workshop()


def store() -> Store:
    from apps.orders.partners import over_http, simulated

    return over_http.Store(settings.STORE_URL) if settings.STORE_URL else simulated.Store()
