"""The buyer's old car as a payment: valued, firm for a week, counted in, inspected before the new car is ready."""

from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_noop

from apps.orders.errors import NothingDue, OfferOver, ReasonNeeded, TradeInMoved, TradeInThere
from apps.orders.lifecycle import IN_WORK, LegStatus, Status
from apps.orders.models import TRADE_IN_PAIRS, Order, PaymentLeg, TradeIn
from apps.orders.services import bookkeeping, legs, transitions
from apps.orders.services.permissions import TRADE_INS, require_permission

if TYPE_CHECKING:
    from apps.accounts.models import User

FIRM_FOR = timedelta(days=7)
# So much below the offer, in percent, lets the buyer cancel free of charge.
FREE_TO_LEAVE_PERCENT = 5
_S, _P = TradeIn.Status, PaymentLeg.Purpose
OPEN_IN = (Status.PLACED, Status.RESERVED, *IN_WORK)


def of_order(order: Order) -> TradeIn | None:
    """The order's live trade-in."""
    return order.trade_ins.exclude(status=_S.LAPSED).first()


def _locked(trade_in: TradeIn) -> tuple[Order, TradeIn]:
    order = transitions.lock(trade_in.order)
    return order, TradeIn.objects.select_for_update(of=("self",)).get(pk=trade_in.pk)


def _leg(trade_in: TradeIn) -> PaymentLeg:
    assert trade_in.leg_id is not None  # kept by trade_in_applied_has_leg
    return PaymentLeg.objects.select_for_update().get(pk=trade_in.leg_id)


def _move(trade_in: TradeIn, target: str) -> None:
    if (trade_in.status, target) not in TRADE_IN_PAIRS:
        raise TradeInMoved(extra={"state": str(trade_in.get_status_display())})
    trade_in.status = target
    trade_in.save()


@transaction.atomic
def ask(*, order: Order, car: str, plate: str, year: int, mileage: int) -> TradeIn:
    """The buyer wants to give a car in payment; somebody values it.

    Raises:
        TradeInThere: there is one already. NotInThisState: it is too late for it.
    """
    mine = transitions.lock(order)
    if mine.status not in OPEN_IN or not mine.has_car:
        raise transitions.not_now(mine)
    if of_order(mine) is not None:
        raise TradeInThere
    details = {"car": car.strip()[:100], "plate": plate.strip().upper()[:12], "year": year, "mileage": mileage}
    trade_in = TradeIn.objects.create(order=mine, **details)
    text = gettext_noop("Value %(car)s, %(year)s, %(km)s km.")
    transitions.raise_work_item(mine, "trade_in", text, car=trade_in.car, year=year, km=mileage)
    return trade_in


@transaction.atomic
def offer(*, trade_in: TradeIn, amount: int, user: "User") -> TradeIn:
    """What we give for it: firm for a week. A new offer before it is counted in takes the old one's place.

    Raises:
        NotAllowed; NothingDue: nothing, or more than is still to be paid. TradeInMoved.
    """
    require_permission(user, TRADE_INS)
    order, mine = _locked(trade_in)
    if not 0 < amount <= legs.later(order):
        raise NothingDue(field="amount")
    mine.offer, mine.firm_until = amount, timezone.now() + FIRM_FOR
    _move(mine, _S.FIRM)
    transitions.close_work_items(order, "trade_in", owner=user)
    transitions.notify(order, "trade_in_offer", again=f"{mine.pk}:{amount}", data={"amount": amount})
    return mine


@transaction.atomic
def apply(*, trade_in: TradeIn) -> TradeIn:
    """The buyer takes the offer: so much less is to be paid in money.

    Raises:
        OfferOver: the week is over. TradeInMoved. NothingDue: too little is still to be paid.
    """
    order, mine = _locked(trade_in)
    if mine.status == _S.APPLIED:
        return mine
    if mine.firm_until is None or mine.firm_until < timezone.now():
        raise OfferOver
    amount = mine.offer or 0
    if amount > legs.later(order):
        raise NothingDue
    lowered = legs.lower_unpaid(order, amount, last_first=True)
    if lowered != amount:
        raise NothingDue
    mine.leg = legs.add_leg(order, _P.TRADE_IN, amount, gateway="trade_in")
    _move(mine, _S.APPLIED)
    return mine


@transaction.atomic
def inspect(*, trade_in: TradeIn, worth: int, reason: str, user: "User") -> TradeIn:
    """The car was looked at before the hand-over. Worth what was offered, it is taken at the offer; worth less, the difference
    is quoted anew, and the buyer decides.

    Raises:
        NotAllowed; ReasonNeeded: worth less without a reason. TradeInMoved.
    """
    require_permission(user, TRADE_INS)
    order, mine = _locked(trade_in)
    offered = mine.offer or 0
    if worth < offered and not reason.strip():
        raise ReasonNeeded(field="reason")
    mine.inspected, mine.reason = worth, reason.strip()[:300]
    if worth >= offered:
        _take(order, mine)
        return mine
    _move(mine, _S.SHORT)
    transitions.notify(order, "trade_in_short", again=str(mine.pk), data={"amount": offered - worth})
    return mine


def _take(order: Order, trade_in: TradeIn) -> None:
    """The car is ours: the payment is made."""
    _move(trade_in, _S.SETTLED)  # first, as it refuses what was taken already or was never counted in
    leg = _leg(trade_in)
    for status in (LegStatus.REQUESTED, LegStatus.CAPTURED):
        leg.status = status
        if status == LegStatus.CAPTURED:
            leg.captured, leg.captured_at = leg.amount, timezone.now()
        leg.save()
    bookkeeping.captured(leg, order)
    from apps.orders.fulfilment.queue import wake

    wake(order, "await_balance")


@transaction.atomic
def accept_less(*, trade_in: TradeIn) -> TradeIn:
    """The buyer takes the lower value: the car is taken at it, and the difference is to be paid before the new one is ready.

    Raises:
        TradeInMoved: nothing was quoted anew.
    """
    order, mine = _locked(trade_in)
    if mine.status != _S.SHORT:
        raise TradeInMoved(extra={"state": str(mine.get_status_display())})
    leg = _leg(mine)
    worth = mine.inspected or 0
    missing = leg.amount - worth
    if worth:
        leg.amount = worth
        leg.save(update_fields=["amount", "changed_at"])
        legs.raise_unpaid(order, missing)
        _take(order, mine)
        return mine
    _give_up(order, mine)
    return mine


@transaction.atomic
def withdraw(*, trade_in: TradeIn) -> TradeIn:
    """The buyer keeps the car: all of it is to be paid in money.

    Raises:
        TradeInMoved: it is taken already.
    """
    order, mine = _locked(trade_in)
    _give_up(order, mine)
    return mine


def _give_up(order: Order, trade_in: TradeIn) -> None:
    leg = _leg(trade_in) if trade_in.leg_id else None
    _move(trade_in, _S.LAPSED)
    if leg is not None and leg.status == LegStatus.PLANNED and not leg.replaced:
        legs.replace(leg)
        if order.status in OPEN_IN:
            legs.raise_unpaid(order, leg.amount)


def lapse(order: Order) -> None:
    """The order is cancelled, or the week of an offer is over. The caller holds the order's lock."""
    order.trade_ins.filter(status__in=[_S.ASKED, _S.FIRM, _S.APPLIED, _S.SHORT]).update(status=_S.LAPSED)


def free_to_leave(order: Order) -> bool:
    """Whether the old car turned out to be worth so much less that the buyer may cancel free of charge."""
    rows = order.trade_ins.filter(status=_S.SHORT)
    return any((one.offer or 0) - (one.inspected or 0) > (one.offer or 0) * FREE_TO_LEAVE_PERCENT / 100 for one in rows)
