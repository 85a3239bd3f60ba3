"""What a line is worth when it comes back. Pure."""

from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from apps.orders.lifecycle import Family, LineStatus

_DAYS_A_MONTH = 30
# From the day on which it is being made nobody else can use it.
_MADE = (LineStatus.MAKING, LineStatus.SHIPPED, LineStatus.LOST, LineStatus.RECEIVED)


@dataclass(frozen=True, slots=True)
class Held:
    """A line as it stands: amounts in fen, ``since`` the day it was handed over."""

    family: str
    status: str
    total: int
    fitting: int = 0
    visits: int = 0
    visits_left: int | None = None
    since: date | None = None
    until: date | None = None
    monthly: int = 0


@dataclass(frozen=True, slots=True)
class Worth:
    """Fen to give back (negative: to be paid for use), and in a word why: ``whole``, ``fitted``, ``unused``, ``used``,
    ``made``, ``days``, ``none``.
    """

    value: int
    why: str


def worth(line: Held, today: date, *, at_fault: bool) -> Worth:
    """The value of a line on a day. Where the house is at fault all that was paid goes back and nothing is charged."""
    if line.status in (LineStatus.REFUNDED, LineStatus.RETURNED):
        return Worth(0, "none")
    if line.family == Family.BATTERY_LEASE:
        return _lease(line, today, at_fault=at_fault)
    if at_fault or line.family == Family.VEHICLE:
        return Worth(line.total, "whole")
    if line.family == Family.ENTITLEMENT:
        return _entitlement(line, today)
    if line.family == Family.MADE_TO_ORDER and line.status in _MADE:
        return Worth(0, "made")
    if line.family == Family.INSTALL and line.status in (LineStatus.INSTALLED, LineStatus.ACCEPTED_BY_BUYER):
        return Worth(0, "used")
    if line.status == LineStatus.FITTED:
        # The part comes back with the car; the work of fitting it is done.
        return Worth(line.total - min(line.fitting, line.total), "fitted")
    return Worth(line.total, "whole")


def _entitlement(line: Held, today: date) -> Worth:
    """The smaller of two shares: of the visits that are left, and of the days that are left."""
    if line.status not in (LineStatus.ACTIVE, LineStatus.PENDING, LineStatus.ALLOCATED):
        return Worth(0, "used")
    left = Fraction(1)
    if line.visits and line.visits_left is not None:
        left = min(left, Fraction(line.visits_left, line.visits))
    if line.since and line.until and line.until > line.since:
        days = Fraction((line.until - today).days, (line.until - line.since).days)
        left = min(left, max(Fraction(0), days))
    return Worth(int(line.total * left), "unused")


def _lease(line: Held, today: date, *, at_fault: bool) -> Worth:
    """What the battery was used for until this day is still to be paid, by the day."""
    if at_fault or line.since is None or line.status not in (LineStatus.ACTIVE, LineStatus.SUSPENDED):
        return Worth(0, "none")
    days = max(0, (today - line.since).days)
    return Worth(-(line.monthly * days // _DAYS_A_MONTH), "days")
