"""A buyer's bank takes a payment back and asks why we took it. Until it is decided nothing is refunded or handed over."""

from django.utils import timezone
from django.utils.translation import gettext_noop

from apps.orders.gateways import GatewayEvent
from apps.orders.lifecycle import PAID, LegStatus
from apps.orders.models import Order, PaymentLeg, Refund
from apps.orders.services import bookkeeping, refunds, transitions
from apps.orders.services.cancelling import settle


def opened(order: Order, leg: PaymentLeg, event: GatewayEvent) -> str:
    """The caller holds the locks of order and leg."""
    if leg.status not in (*PAID, LegStatus.SUSPECT):
        return "ignored"
    leg.status = LegStatus.DISPUTED
    leg.save(update_fields=["status", "changed_at"])
    bookkeeping.contested(leg, order, event.amount, event.reference)
    order.disputed = True
    order.save(update_fields=["disputed", "changed_at"])
    text = gettext_noop("%(amount)s are contested: case %(case)s.")
    transitions.raise_work_item(order, "dispute", text, amount=event.amount, case=event.reference)
    return "disputed"


def won(order: Order, leg: PaymentLeg, event: GatewayEvent) -> str:
    """The money is ours again. The flag stays until finance clears it."""
    if leg.status != LegStatus.DISPUTED:
        return "ignored"
    if leg.captured != leg.amount:
        leg.status = LegStatus.SUSPECT
    else:
        leg.status = LegStatus.PARTIALLY_REFUNDED if leg.refunded else LegStatus.CAPTURED
    leg.save(update_fields=["status", "changed_at"])
    bookkeeping.dispute_won(leg, order, event.amount, event.reference)
    return "dispute won"


def lost(order: Order, leg: PaymentLeg, event: GatewayEvent) -> str:
    """The bank has given the money to the buyer: for us it is refunded. An order that goes on asks for it again."""
    if leg.status != LegStatus.DISPUTED:
        return "ignored"
    left = event.amount
    for refund in leg.refunds.select_for_update().exclude(status=Refund.Status.DONE).order_by("created_at"):
        if refund.amount <= left:  # what we were about to send has come to the buyer this way
            left -= refund.amount
            refund.status, refund.done_at, refund.transaction = Refund.Status.DONE, timezone.now(), event.reference
            refund.save(update_fields=["status", "done_at", "transaction"])
            bookkeeping.refunded_by_dispute(refund, order, event.reference)
    bookkeeping.dispute_lost(order, left, event.reference)
    leg.refunded = min(leg.captured, leg.refunded + event.amount)
    leg.status = LegStatus.REFUNDED if leg.refunded == leg.captured else LegStatus.PARTIALLY_REFUNDED
    leg.save(update_fields=["refunded", "status", "changed_at"])
    refunds.ask_again_if_missing(order, leg)
    settle(order)
    return "dispute lost"
