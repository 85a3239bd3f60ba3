"""Giving back what was delivered: a car with all that came with it, or goods."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_noop

from apps.orders.errors import NoReturn, OutsidePolicy, ReasonNeeded, Stopped, TooMuchDeducted
from apps.orders.fulfilment.queue import has_open_step
from apps.orders.lifecycle import Actor, Family, LineStatus, Status, line_is_at_rest, line_may_become
from apps.orders.models import LineVisit, Order, OrderLine, Return, ReturnLine
from apps.orders.services import bookkeeping, coins, payments, supply, transitions
from apps.orders.services import credits as crediting
from apps.orders.services.permissions import TAKE_BACK, require_permission
from apps.orders.terms import RETURN_WINDOW_DAYS, RETURN_WINDOW_KM, pace
from apps.orders.valuing import Held, Worth, worth

if TYPE_CHECKING:
    from apps.accounts.models import User

_OVER = (Status.DELIVERED, Status.COMPLETED)


@dataclass(frozen=True, slots=True)
class Policy:
    """Until when, and how far run, something may be given back."""

    until: datetime | None
    km: int
    open: bool


def policy(order: Order, now: datetime | None = None) -> Policy:
    """The window of an order: it opens with the hand-over of the car, or the arrival of the parcel."""
    target = Status.DELIVERED if order.has_car else Status.COMPLETED
    since = min((one.at for one in order.transitions.all() if one.target == target), default=None)
    until = since + pace(RETURN_WINDOW_DAYS, settings.FULFILMENT_SPEED) if since else None
    here = order.status == target and any(_end_of(line) for line in order.lines.all())
    return Policy(until, RETURN_WINDOW_KM, here and until is not None and (now or timezone.now()) <= until)


@transaction.atomic
def ask_to_return(
    *, order: Order, reason: str, km: int | None = None, cause: str = Return.Cause.POLICY, user: "User | None" = None
) -> Return:
    """The buyer wants to give back what was delivered. The store looks at it before money goes back.

    Within the policy no other reason is needed; afterwards only what is not as promised is taken back, which the store has
    to find proved.

    Raises:
        ReasonNeeded, OutsidePolicy (``extra`` has ``days`` and ``km``). NotInThisState: nothing was delivered.
    """
    if not reason.strip() or (order.has_car and km is None):
        raise ReasonNeeded(field="km" if reason.strip() else "reason")
    mine, now = transitions.lock(order), timezone.now()
    running = mine.returns.filter(closed_at=None).first()
    if running is not None:
        return running
    if mine.status not in _OVER or has_open_step(mine) or mine.has_car != (mine.status == Status.DELIVERED):
        raise transitions.not_now(mine)
    if not any(_end_of(line) for line in mine.lines.all()):  # all of it is back already
        raise transitions.not_now(mine)
    terms = policy(mine, now)
    if cause == Return.Cause.POLICY and (not terms.open or (km or 0) > terms.km):
        raise OutsidePolicy(extra={"days": RETURN_WINDOW_DAYS, "km": RETURN_WINDOW_KM})
    made = Return.objects.create(order=mine, cause=cause, reason=reason.strip()[:300], km_told=km, asked_at=now)
    if mine.has_car:
        key = f"returning:{mine.version}"
        transitions.move(mine, Status.RETURNING, actor=Actor.BUYER, user=user, reason=reason, key=key, now=now)
    transitions.stop_timers(mine, "return_window")
    transitions.raise_work_item(mine, "return", gettext_noop("Look at what comes back: %(why)s"), why=reason.strip())
    transitions.notify(mine, "returning", now)
    return made


@transaction.atomic
def close_return(*, order: Order, reason: str, actor: Actor = Actor.BUYER, user: "User | None" = None) -> Return:
    """The buyer keeps it after all, or the store refuses it and says why.

    Raises:
        NotAllowed, ReasonNeeded; NoReturn: nothing is being returned.
    """
    if actor == Actor.STAFF:
        require_permission(user, TAKE_BACK)
        if not reason.strip():
            raise ReasonNeeded(field="reason")
    mine, now = transitions.lock(order), timezone.now()
    made = _open_return(mine)
    refused = actor == Actor.STAFF
    made.outcome = Return.Outcome.REFUSED if refused else Return.Outcome.WITHDRAWN
    made.found, made.closed_at, made.decided_by = reason.strip(), now, user if refused else None
    made.save()
    if mine.has_car:
        transitions.move(
            mine, Status.DELIVERED, actor=actor, user=user, reason=reason, key=f"kept:{mine.version}", now=now
        )
    crediting.use_open(mine)  # what was granted meanwhile
    transitions.set_timer(mine, "return_window", policy(mine, now).until or now)
    transitions.close_work_items(mine, "return", owner=user)
    if refused:  # who does not agree has one person to talk to
        text = gettext_noop("Refused to take back: %(why)s")
        transitions.raise_work_item(mine, "return_refused", text, why=reason.strip())
    return made


@transaction.atomic
def take_back(
    *, order: Order, found: str, km: int | None = None, deduction: int = 0, as_new: bool = True, user: "User"
) -> Return:
    """The store has looked at it: car and parts are in stock again, rights end, earned coins are gone, and each line is paid
    back at its value. A red invoice follows each refund once the gateway has made it.

    ``deduction`` (fen) is for damage that ``found`` describes; parts that are not ``as_new`` stay off the shelf.

    Raises:
        NotAllowed, ReasonNeeded; NoReturn; OutsidePolicy: it has run further than allowed. TooMuchDeducted; Stopped.
    """
    require_permission(user, TAKE_BACK)
    mine, now = transitions.lock(order), timezone.now()
    made = _open_return(mine)
    if mine.disputed:  # the bank may be sending the same money
        raise Stopped
    if not found.strip() or (mine.has_car and km is None):
        raise ReasonNeeded(field="km" if found.strip() else "found")
    at_fault = made.cause == Return.Cause.MISMATCH
    if not at_fault and (km or 0) > RETURN_WINDOW_KM:
        raise OutsidePolicy(extra={"days": RETURN_WINDOW_DAYS, "km": RETURN_WINDOW_KM})
    refund = _value_lines(mine, made, now, at_fault=at_fault) - deduction
    if deduction < 0 or refund < 0:
        raise TooMuchDeducted(field="deduction")
    coins.claw_back(mine)
    mine_visits = LineVisit.objects.filter(line__order=mine, done_at=None, cancelled_at=None)
    mine_visits.update(cancelled_at=now)  # nobody comes to install what is given back
    transitions.close_work_items(mine, "charger", "proof", "complaint", owner=user)
    if as_new:
        _put_back(made, user)
    if mine.has_car:
        key = f"returned:{mine.version}"
        transitions.move(mine, Status.RETURNED, actor=Actor.STAFF, user=user, reason=found, key=key, now=now)
        _car_to_stock(mine, km or 0, now)
    made.outcome, made.km_found, made.found, made.deduction = Return.Outcome.TAKEN, km, found.strip(), deduction
    made.refund, made.decided_by, made.closed_at = _pay_back_value(mine, refund), user, now
    made.save()
    transitions.close_work_items(mine, "return", owner=user)
    transitions.notify(mine, "returned", now)
    return made


def _car_to_stock(order: Order, km: int, now: datetime) -> None:
    for allocation in order.allocations.filter(ended_at=None).select_related("vehicle"):
        allocation.vehicle.km = km
        allocation.vehicle.save(update_fields=["km"])
        allocation.ended_at = now
        allocation.save(update_fields=["ended_at"])


def _put_back(made: Return, user: "User") -> None:
    """What was only handed over; what was mounted stays on the car."""
    rows = made.lines.filter(line__family=Family.GOODS, line__status=LineStatus.RETURNED, was=LineStatus.RECEIVED)
    for row in rows.select_related("line__order"):
        supply.put_back(row.line, user)


def _open_return(order: Order) -> Return:
    made = order.returns.select_for_update().filter(closed_at=None).first()
    if made is None:
        raise NoReturn
    return made


def _value_lines(order: Order, made: Return, now: datetime, *, at_fault: bool) -> int:
    """Give each line its value and its end; returns the sum in fen."""
    total = 0
    for line in order.lines.select_for_update().order_by("position"):
        found = value_of(order, line, now, at_fault=at_fault)
        end = _end_of(line)
        if end is None:
            continue
        ReturnLine.objects.create(back=made, line=line, value=found.value, why=found.why, was=line.status)
        line.status = end
        line.save(update_fields=["status"])
        total += found.value
    return total


def value_of(order: Order, line: OrderLine, now: datetime, *, at_fault: bool) -> Worth:
    """What a line is worth now."""
    since = min((one.at for one in order.transitions.all() if one.target in _OVER), default=now)
    held = Held(
        family=line.family,
        status=line.status,
        total=line.total,
        fitting=line.fitting_price * line.quantity,
        visits=int(line.facts.get("visits", 0)),
        visits_left=line.visits_left,
        since=timezone.localdate(since),
        until=line.active_until,
        monthly=order.monthly or 0,
    )
    return worth(held, timezone.localdate(now), at_fault=at_fault)


def _end_of(line: OrderLine) -> LineStatus | None:
    """How a line ends that comes back; None for one that has ended already."""
    wanted = (LineStatus.ENDED,) if line.family in (Family.WARRANTY, Family.BATTERY_LEASE) else ()
    for end in (*wanted, LineStatus.RETURNED, LineStatus.REFUNDED):
        if line_may_become(line.family, line.status, end):
            return LineStatus(end)
    return None


def _pay_back_value(order: Order, value: int) -> int:
    """Send back what the lines are worth; what the buyer has got as a credit has gone back already."""
    gone = crediting.returned(order)
    left = sum(payments.refundable(leg) for leg in order.legs.all()) - gone
    sent = pay_back(order, min(value, max(0, left)))
    bookkeeping.credits_taken_back(order, value - sent, gone)
    return sent


def pay_back(order: Order, amount: int, *, reason: str = "Given back", line: OrderLine | None = None) -> int:
    """Send so much back, by the latest payments first; returns how much that was. The caller holds the order's lock."""
    left = amount
    for leg in reversed(list(order.legs.order_by("position"))):
        part = min(left, payments.refundable(leg)) if left else 0
        if part > 0:
            payments.owe_refund(leg, part, reason=reason, line=line)
            left -= part
    return amount - left


def open_lines(order: Order) -> list[OrderLine]:
    """Lines that keep the order from being complete."""
    return [line for line in order.lines.all() if not line_is_at_rest(line.family, line.status)]
