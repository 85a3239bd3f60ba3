"""What we owe a buyer besides: it lowers the next unpaid payment, and what is left over at the end is paid out."""

from django.db import transaction
from django.db.models import F, Sum
from django.utils import timezone

from apps.orders.errors import BadCredit, CreditKeyUsed
from apps.orders.fulfilment.queue import wake
from apps.orders.lifecycle import LegStatus, Status
from apps.orders.models import Credit, Order, PaymentLeg
from apps.orders.services import bookkeeping, legs, payouts, refunds, transitions

_P = PaymentLeg.Purpose
# Here the order is over for the price: nothing lowers anything any more.
OVER = (Status.CANCELLING, Status.CANCELLED, Status.EXPIRED)
PAY_OUT_IN = (Status.DELIVERED, Status.COMPLETED)


@transaction.atomic
def grant(*, order: Order, amount: int, kind: str, key: str, tell: bool = True) -> Credit:
    """Grant the buyer so much (in fen) of this order's price. The same key again gives the same credit.

    With ``tell`` the buyer is written to; without, the caller says more than that in a message of its own.

    Raises:
        BadCredit: not a positive amount, or an unknown kind. CreditKeyUsed: the key was used for another credit.
    """
    if amount <= 0 or kind not in Credit.Kind.values:
        raise BadCredit
    mine = transitions.lock(order)
    credit, created = Credit.objects.get_or_create(key=key, defaults={"order": mine, "kind": kind, "amount": amount})
    if not created:
        if (credit.order_id, credit.amount, credit.kind) != (mine.pk, amount, kind):
            raise CreditKeyUsed
        return credit
    bookkeeping.credit_granted(credit, mine)
    if tell:
        transitions.notify(mine, "credit", again=key, data={"amount": amount})
    use_open(mine)
    wake(mine, "await_balance")  # it may have been the last that was missing
    credit.refresh_from_db()
    return credit


def use_open(order: Order) -> None:
    """Use what is open: on the payments to come, and paid out once the order is delivered. The caller holds the lock."""
    if order.status in OVER:
        return
    for credit in order.credits.filter(amount__gt=F("used") + F("lapsed")).order_by("pk"):
        taken = legs.lower_unpaid(order, credit.open)
        if taken:
            _cover(order, credit, taken)
        if credit.open and order.status in PAY_OUT_IN:
            _pay_out(order, credit)


def _cover(order: Order, credit: Credit, amount: int) -> PaymentLeg:
    """The credit pays so much of the order."""
    leg = legs.add_leg(
        order,
        _P.CREDIT,
        amount,
        status=LegStatus.CAPTURED,
        captured=amount,
        captured_at=timezone.now(),
        gateway="credit",
    )
    bookkeeping.captured(leg, order)
    credit.used += amount
    credit.save(update_fields=["used"])
    return leg


def _pay_out(order: Order, credit: Credit) -> None:
    """Everything is paid: the credit takes the place of money, which goes back."""
    for leg in reversed(legs.counting(order)):
        amount = min(credit.open, refunds.refundable(leg)) if leg.by_gateway else 0
        if amount > 0:
            _cover(order, credit, amount)
            refunds.give_back(leg, amount, reason=f"Credit: {credit.kind}", order=order)
    if credit.open:
        payouts.owe(order, credit)


def of_order(order: Order) -> int:
    """What was granted on this order and has not lapsed, used or not, in fen."""
    granted = order.credits.aggregate(granted=Sum("amount"), lapsed=Sum("lapsed"))
    return int((granted["granted"] or 0) - (granted["lapsed"] or 0))


def lapse(order: Order) -> None:
    """The order is cancelled: its credits have lowered the fee, and are not money. The caller holds the lock."""
    _lapse_open(order)
    for leg in order.legs.filter(purpose=_P.CREDIT, status=LegStatus.CAPTURED):
        if not bookkeeping.is_sold(order):
            bookkeeping.credit_leg_undone(leg, order)


def returned(order: Order) -> int:
    """What was bought came back: what is still owed of its credits lapses; what has left by transfer stays with the buyer, and is
    that much less to send back (fen). The caller holds the lock."""
    payouts.drop_due(order)
    _lapse_open(order)
    return payouts.transferred(order)


def _lapse_open(order: Order) -> None:
    for credit in order.credits.filter(amount__gt=F("used") + F("lapsed")):
        bookkeeping.credit_lapsed(credit, order, credit.open)
        credit.lapsed += credit.open
        credit.save(update_fields=["lapsed"])
