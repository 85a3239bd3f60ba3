"""What a gateway says, and what follows from it. Repeated, late and reordered events do no harm."""

from uuid import UUID

import structlog
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone

from apps.capacity.errors import Unavailable
from apps.orders.fulfilment.queue import enqueue, wake
from apps.orders.gateways import GatewayEvent, gateway
from apps.orders.lifecycle import LegStatus, LineStatus, Status
from apps.orders.models import Order, PaymentEvent, PaymentLeg, Refund
from apps.orders.services import payments, supply, transitions
from apps.orders.services.cancelling import settle

log = structlog.get_logger(__name__)
__all__ = ["GatewayEvent", "apply_event", "reconcile"]
NOT_YET = (LegStatus.REQUESTED, LegStatus.FAILED)
ASK_AT_ONCE = 100


@transaction.atomic
def apply_event(event: GatewayEvent) -> str:
    """Take an event into the inbox and do what follows; returns in a word what that was.

    Everything happens in one transaction with the inbox row: an event is taken and acted upon, or neither.
    """
    leg = _leg_of(event)
    try:
        with transaction.atomic():
            inbox = PaymentEvent.objects.create(
                gateway=event.gateway, event_id=event.event_id, kind=event.kind, leg=leg, amount=event.amount
            )
    except IntegrityError:
        return "duplicate"
    outcome = "unknown payment" if leg is None else _act(event, leg)
    inbox.outcome = outcome
    inbox.save(update_fields=["outcome"])
    log.info("payment_event", kind=event.kind, outcome=outcome, leg=str(leg.pk) if leg else None)
    return outcome


def _leg_of(event: GatewayEvent) -> PaymentLeg | None:
    try:
        return PaymentLeg.objects.filter(pk=UUID(event.payment_key)).first()
    except ValueError:
        return None


def _act(event: GatewayEvent, leg: PaymentLeg) -> str:
    order = transitions.lock(Order(pk=leg.order_id))
    leg = PaymentLeg.objects.select_for_update().get(pk=leg.pk)
    if event.kind == "payment.captured":
        return _captured(order, leg, event)
    if event.kind == "refund.done":
        return _refunded(order, leg, event)
    if event.kind == "payment.processing" and leg.status in NOT_YET:
        return _become(leg, LegStatus.PROCESSING)
    if event.kind == "payment.failed" and leg.status in (LegStatus.REQUESTED, LegStatus.PROCESSING):
        return _become(leg, LegStatus.FAILED)
    return "ignored"


def _become(leg: PaymentLeg, status: LegStatus) -> str:
    leg.status = status
    leg.save(update_fields=["status", "changed_at"])
    return status.value


def _captured(order: Order, leg: PaymentLeg, event: GatewayEvent) -> str:
    if leg.captured or leg.status == LegStatus.SUSPECT:
        return "already captured"
    if leg.status == LegStatus.PLANNED:
        transitions.raise_work_item(order, "payment", f"Paid {event.amount} fen that we did not ask for.")
        return "not asked for"
    leg.captured, leg.captured_at = event.amount, timezone.now()
    if event.amount != leg.amount:
        leg.status = LegStatus.SUSPECT
        leg.save()
        transitions.raise_work_item(order, "payment", f"Paid {event.amount} fen instead of {leg.amount}.")
        return "suspect"
    leg.status = LegStatus.CAPTURED
    leg.save()
    return _after_capture(order, leg)


def _after_capture(order: Order, leg: PaymentLeg) -> str:
    if order.status == Status.PLACED:
        if not supply.secure(order, now=timezone.now()):
            return _too_late(order, leg)
        _reserve(order)
        return "reserved"
    if order.status == Status.EXPIRED:
        return _take_up_again(order, leg)
    if order.status in (Status.CANCELLING, Status.CANCELLED):
        payments.owe_refund(leg, leg.captured, reason="Paid after the order was cancelled")
        return "refunding"
    wake(order, "await_balance")
    return "captured"


def _reserve(order: Order, reason: str = "") -> None:
    transitions.move(order, Status.RESERVED, reason=reason, key=f"reserved:{order.version}")
    transitions.stop_timers(order, "hold")
    transitions.notify(order, "reserved")
    order.lines.update(status=LineStatus.ALLOCATED)
    if not order.has_car:
        enqueue(order, "send_goods")
    else:
        transitions.set_timer(order, "remind_to_sign", timezone.now() + transitions.REMIND_AFTER)


def _take_up_again(order: Order, leg: PaymentLeg) -> str:
    """The payment came after the hold had expired: keep the promise if everything is still to be had."""
    try:
        with transaction.atomic():
            supply.hold_all(order, now=timezone.now())
            supply.secure(order, now=timezone.now())
    except Unavailable:
        payments.owe_refund(leg, leg.captured, reason="Paid after the hold had expired; nothing was left")
        transitions.notify(order, "too_late")
        return "refunding"
    for other in order.legs.filter(status=LegStatus.EXPIRED).exclude(pk=leg.pk):
        _become(other, LegStatus.PLANNED)
    _reserve(order, reason="Paid late; the place was still free")
    return "reserved late"


def _too_late(order: Order, leg: PaymentLeg) -> str:
    """The hold was lost before the payment came, and nothing is left: the order ends, the money goes back."""
    transitions.move(order, Status.EXPIRED, key=f"expired:{order.version}")
    transitions.stop_timers(order)
    payments.owe_refund(leg, leg.captured, reason="Paid after the hold had expired; nothing was left")
    transitions.notify(order, "too_late")
    return "refunding"


def _refunded(order: Order, leg: PaymentLeg, event: GatewayEvent) -> str:
    try:
        refund = leg.refunds.select_for_update().filter(pk=UUID(event.reference)).first()
    except ValueError:
        refund = None
    if refund is None or refund.amount != event.amount:
        transitions.raise_work_item(
            order, "unasked_refund", f"The gateway refunded {event.amount} fen that we did not ask for."
        )
        return "unknown refund"
    if refund.status == Refund.Status.DONE:
        return "already refunded"
    payments.finish_refund(refund, leg, order)
    settle(order)
    return "refunded"


def reconcile(leg: PaymentLeg) -> list[str]:
    """Ask the gateway what became of a payment that it has been silent about."""
    return [apply_event(event) for event in gateway(leg.gateway).events_of(leg.pk)]


def silent_legs() -> list[PaymentLeg]:
    """Payments that somebody began and the gateway has not answered for, and refunds that it has not confirmed.

    A payment that failed or is no longer due may still be made on the gateway's page, so it is asked about for days.
    """
    now = timezone.now()
    before = now - payments.RECONCILE_AFTER
    begun = Q(status__in=[LegStatus.REQUESTED, LegStatus.PROCESSING])
    given_up = Q(status__in=[LegStatus.FAILED, LegStatus.EXPIRED], captured=0, requested_at__gt=now - payments.ASK_FOR)
    rows = PaymentLeg.objects.filter(begun | given_up, changed_at__lt=before).exclude(gateway="")
    unconfirmed = Refund.objects.filter(status=Refund.Status.SENT, next_at__lte=now).values("leg")
    refunding = PaymentLeg.objects.filter(pk__in=unconfirmed, changed_at__lt=before)
    return [*rows.order_by("changed_at")[:ASK_AT_ONCE], *refunding.order_by("changed_at")[:ASK_AT_ONCE]]


def ask_about_silent_legs() -> None:
    """Ask the gateway; whom we have asked about comes last next time, so that nobody is forgotten."""
    for leg in silent_legs():
        PaymentLeg.objects.filter(pk=leg.pk).update(changed_at=timezone.now())
        try:
            reconcile(leg)
        except Exception:
            log.exception("reconcile_failed", leg=str(leg.pk))
