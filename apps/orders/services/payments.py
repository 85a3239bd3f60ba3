"""Asking for money, and giving it back."""

from datetime import timedelta
from typing import TYPE_CHECKING

import structlog
from django.db import transaction
from django.db.models import F, Max, Sum
from django.utils import timezone

from apps.common.doorbell import ring
from apps.orders.errors import NothingDue
from apps.orders.gateways import DEFAULT, gateway
from apps.orders.lifecycle import IN_WORK, PAID, PAYABLE, LegStatus, Status
from apps.orders.models import Order, PaymentLeg, Refund
from apps.orders.services import transitions
from apps.orders.terms import HOLD

if TYPE_CHECKING:
    from apps.accounts.models import User

log = structlog.get_logger(__name__)
UNPAID = (LegStatus.PLANNED, LegStatus.REQUESTED, LegStatus.FAILED)
RECONCILE_AFTER = timedelta(minutes=2)
# A call that was lost with its worker is made again after this.
ATTEMPT = timedelta(minutes=1)
# So long a payment that we gave up is still asked about.
ASK_FOR = timedelta(days=3)


def due_leg(order: Order) -> PaymentLeg | None:
    """The payment that can be made now: the first while the order is placed, the rest from signing on."""
    legs = sorted(order.legs.all(), key=lambda leg: leg.position)
    if order.status == Status.PLACED:
        legs = [leg for leg in legs if leg.purpose != PaymentLeg.Purpose.BALANCE]
    elif order.status not in IN_WORK:
        return None
    return next((leg for leg in legs if leg.status in PAYABLE), None)


def request_payment(*, order: Order, base_url: str, return_url: str = "") -> PaymentLeg:
    """The due payment with the address of its pay page; again gives the same page.

    ``base_url`` is where the gateway reaches us, ``return_url`` where the buyer comes back to. The gateway is asked
    between two transactions, by a key: whatever is lost, asking again finds the same payment.

    Raises:
        NothingDue: nothing can be paid now.
    """
    leg = _make_requested(order)
    leg.pay_url = gateway(leg.gateway).create(
        key=leg.pk, amount=leg.amount, subject=order.number, return_url=return_url, base_url=base_url
    )
    PaymentLeg.objects.filter(pk=leg.pk).update(pay_url=leg.pay_url)
    return leg


@transaction.atomic
def _make_requested(order: Order) -> PaymentLeg:
    mine = transitions.lock(order)
    leg = due_leg(mine)
    if leg is None:
        raise NothingDue
    leg.gateway = leg.gateway or DEFAULT
    if leg.status != LegStatus.REQUESTED:
        leg.status, leg.requested_at = LegStatus.REQUESTED, timezone.now()
    leg.save(update_fields=["gateway", "status", "requested_at", "changed_at"])
    return leg


def is_settled(order: Order) -> bool:
    """Whether every payment of the order has come. What was refunded in whole has not."""
    paid = order.legs.filter(status__in=PAID).aggregate(total=Sum("captured"))["total"] or 0
    return bool(paid >= order.total)


def owe_refund(leg: PaymentLeg, amount: int, *, reason: str, user: "User | None" = None) -> Refund | None:
    """Send money back as soon as a worker can; nothing for nothing. The caller holds the order's lock."""
    from apps.orders.tasks import drain

    if amount <= 0:
        return None
    ring(drain)
    return Refund.objects.create(leg=leg, amount=amount, reason=reason[:300], user=user, next_at=timezone.now())


def refundable(leg: PaymentLeg) -> int:
    """What of a payment can still be sent back, in fen: came, minus gone, minus on its way."""
    open_amount = leg.refunds.exclude(status=Refund.Status.DONE).aggregate(total=Sum("amount"))["total"] or 0
    return int(leg.captured - leg.refunded - open_amount)


def send_due_refund() -> bool:
    """Ask the gateway for one refund that is due; returns whether there was one.

    Nothing is locked while the gateway answers. It knows the refund by its key: one that was asked for by a worker that
    died before it could note so is asked for again, and made once.
    """
    refund = _claim_refund()
    if refund is None:
        return False
    try:
        gateway(refund.leg.gateway).refund(key=refund.pk, payment_key=refund.leg_id, amount=refund.amount)
    except Exception as error:
        log.warning("refund_failed", refund=str(refund.pk), attempt=refund.attempts, error=type(error).__name__)
        _note_refused(refund, error)
    else:
        sent = Refund.objects.filter(pk=refund.pk, status=Refund.Status.DUE)  # the answer may have been quicker
        sent.update(status=Refund.Status.SENT, next_at=timezone.now() + RECONCILE_AFTER)
    return True


@transaction.atomic
def _claim_refund() -> Refund | None:
    """A refund that is due, its attempt counted and its next one put off until this one must be over."""
    now = timezone.now()
    due = Refund.objects.filter(status=Refund.Status.DUE, next_at__lte=now, leg__order__disputed=False)
    free = due.select_related("leg").select_for_update(skip_locked=True, of=("self",))
    refund = free.order_by("next_at", "pk").first()
    if refund is not None:
        refund.attempts, refund.next_at = refund.attempts + 1, now + ATTEMPT
        refund.save(update_fields=["attempts", "next_at"])
    return refund


@transaction.atomic
def _note_refused(refund: Refund, error: Exception) -> None:
    order = transitions.lock(Order(pk=refund.leg.order_id))
    later = timezone.now() + timedelta(seconds=min(3600, 2**refund.attempts))
    if Refund.objects.filter(pk=refund.pk, status=Refund.Status.DUE).update(next_at=later):
        transitions.raise_work_item(order, "refund", f"Refund failed: {error}")


def finish_refund(refund: Refund, leg: PaymentLeg, order: Order) -> None:
    """The gateway has sent the money. The caller holds the locks of order and leg.

    A wrong amount stays suspect until all of it is back; an order that goes on then asks for the right one.
    """
    refund.status, refund.done_at = Refund.Status.DONE, timezone.now()
    refund.save(update_fields=["status", "done_at"])
    PaymentLeg.objects.filter(pk=leg.pk).update(refunded=F("refunded") + refund.amount)
    leg.refresh_from_db()
    suspect = leg.status == LegStatus.SUSPECT
    if leg.refunded == leg.captured:
        leg.status = LegStatus.REFUNDED
    elif not suspect:
        leg.status = LegStatus.PARTIALLY_REFUNDED
    leg.save(update_fields=["status", "changed_at"])
    if not Refund.objects.filter(leg__order=order).exclude(status=Refund.Status.DONE).exists():
        transitions.close_work_items(order, "refund")
    if suspect and leg.status == LegStatus.REFUNDED:
        transitions.close_work_items(order, "payment")
        if order.status in (Status.PLACED, *IN_WORK):
            _ask_again(order, leg)


def _ask_again(order: Order, leg: PaymentLeg) -> None:
    last = order.legs.aggregate(last=Max("position"))["last"]
    PaymentLeg.objects.create(order=order, position=last + 1, purpose=leg.purpose, amount=leg.amount)
    if order.status == Status.PLACED:
        transitions.set_timer(order, "hold", timezone.now() + HOLD)
