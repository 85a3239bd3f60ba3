"""The maker and the carrier: what we ask of them, whoever they are.

Each adapter is called with a key by which the other side recognises a repeated request. The simulated partners keep
their own books (``PartnerJob``) and need real time: so many days, which ``FULFILMENT_SPEED`` makes shorter.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol


@dataclass(frozen=True, slots=True)
class MakerState:
    """What the maker says of a build. ``next_at`` is when asking again is worth it."""

    accepted: bool
    vin: str | None
    as_built: tuple[str, ...]
    next_at: datetime


@dataclass(frozen=True, slots=True)
class CarrierState:
    """What the carrier says of a transport."""

    arrived: bool
    next_at: datetime


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

    def submit(self, *, key: str, facts: dict[str, Any], now: datetime) -> None: ...
    def state(self, *, key: str, now: datetime) -> MakerState: ...
    def cancel(self, *, key: str, now: datetime) -> None: ...


class Carrier(Protocol):
    """Brings cars to stores."""

    def collect(self, *, key: str, facts: dict[str, Any], now: datetime) -> None: ...
    def state(self, *, key: str, now: datetime) -> CarrierState: ...
    def recall(self, *, key: str, now: datetime) -> None: ...


class Store(Protocol):
    """Prepares cars and hands them over."""

    def inspect(self, *, key: str, facts: dict[str, Any], now: datetime) -> StoreReport: ...


def store() -> Store:
    from apps.orders.partners.simulated_store import SimulatedStore

    return SimulatedStore()


def maker() -> Maker:
    from apps.orders.partners.simulated_maker import SimulatedMaker

    return SimulatedMaker()


def carrier() -> Carrier:
    from apps.orders.partners.simulated_carrier import SimulatedCarrier

    return SimulatedCarrier()
