"""Asking for money, and giving it back."""

from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import F, Max, Sum
from django.utils import timezone

from apps.common.doorbell import ring
from apps.orders.errors import NothingDue
from apps.orders.gateways import DEFAULT, gateway
from apps.orders.lifecycle import IN_WORK, PAID, PAYABLE, LegStatus, Status
from apps.orders.models import Order, PaymentLeg, Refund
from apps.orders.services import transitions

if TYPE_CHECKING:
    from apps.accounts.models import User

UNPAID = (LegStatus.PLANNED, LegStatus.REQUESTED, LegStatus.FAILED)
RECONCILE_AFTER = timedelta(minutes=2)
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


@transaction.atomic
def request_payment(*, order: Order, base_url: str, return_url: str = "") -> PaymentLeg:
    """The due payment with the address of its pay page; again gives the same page.

    ``base_url`` is where the gateway reaches us, ``return_url`` where the buyer comes back to.

    Raises:
        NothingDue: nothing can be paid now.
    """
    mine = transitions.lock(order)
    leg = due_leg(mine)
    if leg is None:
        raise NothingDue
    leg.pay_url = gateway(DEFAULT).create(
        key=leg.pk, amount=leg.amount, subject=mine.number, return_url=return_url, base_url=base_url
    )
    leg.gateway = DEFAULT
    if leg.status != LegStatus.REQUESTED:
        leg.status, leg.requested_at = LegStatus.REQUESTED, timezone.now()
    leg.save()
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
    """Ask the gateway for one refund that is due; returns whether there was one."""
    with transaction.atomic():
        due = Refund.objects.filter(status=Refund.Status.DUE, next_at__lte=timezone.now())
        # Order and refund in one go and never waiting: the order's lock comes first everywhere.
        free = due.select_related("leg__order").select_for_update(skip_locked=True, of=("self", "leg__order"))
        refund = free.order_by("next_at").first()
        if refund is None:
            return False
        refund.attempts += 1
        try:
            with transaction.atomic():
                gateway(refund.leg.gateway).refund(key=refund.pk, payment_key=refund.leg_id, amount=refund.amount)
        except Exception as error:
            refund.next_at = timezone.now() + timedelta(seconds=min(3600, 2**refund.attempts))
            transitions.raise_work_item(refund.leg.order, "refund", f"Refund failed: {error}")
        else:
            refund.status, refund.next_at = Refund.Status.SENT, timezone.now() + RECONCILE_AFTER
        refund.save(update_fields=["attempts", "next_at", "status"])
        return True


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
    if suspect and leg.status == LegStatus.REFUNDED:
        transitions.close_work_items(order, "payment")
        if order.status in (Status.PLACED, *IN_WORK):
            _ask_again(order, leg)


def _ask_again(order: Order, leg: PaymentLeg) -> None:
    last = order.legs.aggregate(last=Max("position"))["last"]
    PaymentLeg.objects.create(order=order, position=last + 1, purpose=leg.purpose, amount=leg.amount)
