"""What the payments of an order add up to. Every caller holds the order's lock; a trigger checks the sum at the commit."""

from collections.abc import Iterable
from datetime import timedelta

from django.db.models import Max

from apps.orders.lifecycle import PAID, LegStatus
from apps.orders.models import Order, PaymentLeg

UNPAID = (LegStatus.PLANNED, LegStatus.REQUESTED, LegStatus.FAILED)
_P = PaymentLeg.Purpose
# A payment that last changed then is asked about at the next sweep.
LONG_AGO = timedelta(days=1)


def counting(order: Order) -> list[PaymentLeg]:
    """The legs that cover the total, by position: neither expired nor replaced by another."""
    return [leg for leg in sorted(order.legs.all(), key=lambda one: one.position) if counts(leg)]


def counts(leg: PaymentLeg) -> bool:
    return leg.status != LegStatus.EXPIRED and not leg.replaced


def owed(leg: PaymentLeg) -> int:
    """What a leg covers of the total, in fen."""
    return leg.amount - leg.given_back


def is_settled(order: Order) -> bool:
    """Whether every payment of the order has come. What was refunded in whole, or is contested, has not."""
    legs = counting(order)
    return (
        bool(legs) and sum(map(owed, legs)) >= order.total and all(leg.status in PAID or not owed(leg) for leg in legs)
    )


def outstanding(order: Order) -> int:
    """What is still to come, in fen, by whatever way."""
    return sum(owed(leg) for leg in counting(order) if leg.status not in PAID)


def add_leg(order: Order, purpose: str, amount: int, **fields: object) -> PaymentLeg:
    """One more payment, after the others."""
    last = PaymentLeg.objects.filter(order=order).aggregate(last=Max("position"))["last"] or 0
    values: dict[str, object] = {"order": order, "position": last + 1, "purpose": purpose, "amount": amount} | fields
    return PaymentLeg.objects.create(**values)


def replace(leg: PaymentLeg) -> None:
    """This payment is no longer waited for, another takes its place: what still comes by it goes back."""
    leg.replaced = True
    if leg.status in UNPAID or leg.status == LegStatus.AUTHORISED:
        leg.status = LegStatus.EXPIRED
    leg.save(update_fields=["replaced", "status", "changed_at"])


def ask_again(order: Order, leg: PaymentLeg) -> PaymentLeg:
    """The same payment once more: what came by this one has gone back."""
    amount = owed(leg)
    replace(leg)
    return add_leg(order, leg.purpose, amount)


def lower(leg: PaymentLeg, amount: int) -> int:
    """Lower an unpaid payment by so much, or by all of it; returns by how much. What a gateway was asked for cannot be
    lowered, so another payment takes its place."""
    taken = min(amount, leg.amount)
    rest = leg.amount - taken
    if leg.status == LegStatus.PLANNED and rest:
        leg.amount = rest
        leg.save(update_fields=["amount", "changed_at"])
        return taken
    replace(leg)
    if rest:
        add_leg(leg.order, leg.purpose, rest)
    return taken


def unpaid(legs: Iterable[PaymentLeg]) -> list[PaymentLeg]:
    """The buyer's payments that nothing has come of yet and that can still be changed."""
    return [leg for leg in legs if leg.by_gateway and leg.status in UNPAID]


def lower_unpaid(order: Order, amount: int, *, last_first: bool = False) -> int:
    """Lower the payments to come by so much in all; returns by how much that was possible."""
    legs = unpaid(counting(order))
    if last_first:
        legs.reverse()
    left = amount
    for leg in legs:
        if left:
            left -= lower(leg, left)
    return amount - left


def raise_unpaid(order: Order, amount: int) -> PaymentLeg:
    """So much more is to be paid: by the balance if it is only planned, else by a payment of its own."""
    for leg in reversed(unpaid(counting(order))):
        if leg.status == LegStatus.PLANNED and leg.purpose in (_P.BALANCE, _P.DELTA):
            leg.amount += amount
            leg.save(update_fields=["amount", "changed_at"])
            return leg
    return add_leg(order, _P.DELTA, amount)


def later(order: Order) -> int:
    """What of the payments to come a loan, an old car or coins can take: the first payment stays money."""
    return sum(leg.amount for leg in unpaid(counting(order)) if leg.purpose in (_P.BALANCE, _P.DELTA))
