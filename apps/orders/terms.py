"""What buyer and house owe each other: the deposit, the fees after signing, the days of each step. Pure."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import timedelta
from decimal import Decimal
from math import log

from apps.common.money import share

# The deposit for a car, in fen; never more than the order's total.
DEPOSIT = 200_000
HOLD = timedelta(minutes=15)
# Percent of the car's price that cancelling costs after signing, by how far the order has come. The buyer signs this very
# table, and it is frozen with the order: a later change never reaches a signed contract.
FEE_PERCENT: Mapping[str, str] = {
    "signed": "1",
    "scheduled": "2",
    "alloc_failed": "0",
    "vin_assigned": "3",
    "mismatch": "0",
    "in_transit": "4",
    "at_store": "5",
    "rejected": "0",
}
# So long after it has accepted a build the maker still takes another one in its place.
CHANGE_DAYS = 3
# Days in real time; ``pace`` says how long they last at FULFILMENT_SPEED.
BUILD_ACCEPTED_DAYS = 1
BUILD_DAYS = 10
TRANSPORT_DAYS = 4
PREPARATION_DAYS = 1
RETURN_WINDOW_DAYS = 7
# A car that has run further within the window has been used, not tried.
RETURN_WINDOW_KM = 300
# What taking a car that is not as promised earns, in percent of its price; and waiting for another slot, in fen.
MISMATCH_CREDIT_PERCENT = Decimal("1.5")
ALLOCATION_CREDIT = 100_000
# A repair before the hand-over that takes longer is no repair that a buyer has to wait for.
LONGEST_REPAIR_DAYS = 14
GOODS_DAYS = 3
SECONDS_A_DAY, SECOND_A_DAY_AT = 86_400, 1_000
CHECKLIST = ("paint", "glass", "tyres", "interior", "charging", "documents", "keys", "software")


@dataclass(frozen=True, slots=True)
class Leg:
    """A payment that the plan foresees: purpose ``deposit``, ``balance`` or ``full``, amount in fen."""

    purpose: str
    amount: int


@dataclass(frozen=True, slots=True)
class Fee:
    """What cancelling in a state costs."""

    status: str
    percent: str
    amount: int

    def as_json(self) -> dict[str, str | int]:
        return asdict(self)


def payment_legs(*, plan: str, total: int, has_car: bool) -> tuple[Leg, ...]:
    """The payments of an order. Without a car everything is paid at once: goods are sent, not handed over."""
    if plan == "deposit" and has_car and total > DEPOSIT:
        return (Leg("deposit", DEPOSIT), Leg("balance", total - DEPOSIT))
    return (Leg("full", total),)


def fee_table(car_price: int) -> tuple[Fee, ...]:
    """The fees for a car of this price, one a state in which cancelling is not free."""
    return tuple(Fee(status, percent, share(car_price, Decimal(percent))) for status, percent in FEE_PERCENT.items())


def pace(days: float, speed: float) -> timedelta:
    """How long so many days of the trade last at this speed: at 1 as long as they are, at 1000 a second each.

    In between and beyond the dial turns evenly (by the same factor for the same ratio): at 10 a day lasts 33 minutes, at
    100 about 44 seconds.
    """
    factor: float = speed ** -log(SECONDS_A_DAY, SECOND_A_DAY_AT)
    return timedelta(days=days) * factor


# What a day's delay is worth, in fen, and for how many days at most; both stand in the contract.
DELAY_CREDIT_A_DAY = 10_000
DELAY_CREDIT_DAYS = 60
# The promised range begins when everything goes as planned, and is so many days wide.
PROMISE_MARGIN_DAYS = 7
