"""What a gateway says, and what follows from it. Repeated, late and reordered events do no harm."""

from collections.abc import Callable, Mapping
from uuid import UUID

import structlog
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext_noop

from apps.capacity.errors import Unavailable
from apps.orders.fulfilment.queue import enqueue, wake
from apps.orders.gateways import GatewayEvent
from apps.orders.lifecycle import LegStatus, LineStatus, Status
from apps.orders.models import Order, PaymentAttempt, PaymentEvent, PaymentLeg, Refund
from apps.orders.services import bookkeeping, coins, disputes, legs, loans, refunds, supply, transitions
from apps.orders.services.cancelling import settle

log = structlog.get_logger(__name__)
__all__ = ["GatewayEvent", "apply_event"]
NOT_YET = (LegStatus.REQUESTED, LegStatus.FAILED)


@transaction.atomic
def apply_event(event: GatewayEvent) -> str:
    """Take an event into the inbox and do what follows; returns in a word what that was.

    Everything happens in one transaction with the inbox row: an event is taken and acted upon, or neither.
    """
    leg, attempt = _whose(event)
    try:
        with transaction.atomic():
            inbox = PaymentEvent.objects.create(
                gateway=event.gateway,
                event_id=event.event_id,
                kind=event.kind,
                leg=leg,
                amount=event.amount,
                transaction=event.transaction,
            )
    except IntegrityError:
        return "duplicate"
    outcome = "unknown payment" if leg is None else _act(event, leg, attempt)
    inbox.outcome = outcome
    inbox.save(update_fields=["outcome"])
    log.info("payment_event", kind=event.kind, outcome=outcome, leg=str(leg.pk) if leg else None)
    return outcome


def _whose(event: GatewayEvent) -> tuple[PaymentLeg | None, PaymentAttempt | None]:
    """The payment that an event is about: by our key, or by the gateway's name for the money."""
    attempts = PaymentAttempt.objects.select_related("leg")
    try:
        key = UUID(event.payment_key)
    except ValueError:
        found = attempts.filter(gateway=event.gateway, transaction=event.transaction or None).first()
        return (found.leg if found else None), found
    found = attempts.filter(pk=key).first()
    return (found.leg if found else PaymentLeg.objects.filter(pk=key).first()), found


def _act(event: GatewayEvent, leg: PaymentLeg, attempt: PaymentAttempt | None) -> str:
    order = transitions.lock(Order(pk=leg.order_id))
    leg = PaymentLeg.objects.select_for_update().get(pk=leg.pk)
    if attempt is not None:
        attempt = PaymentAttempt.objects.select_for_update().get(pk=attempt.pk)
        if attempt.leg_id != leg.pk:  # it paid a second time meanwhile, and is a payment of its own
            leg = PaymentLeg.objects.select_for_update().get(pk=attempt.leg_id)
    if event.kind == "payment.captured":
        return _captured(order, leg, attempt, event)
    if event.kind in ("payment.failed", "payment.closed"):
        return _failed(order, leg, attempt, event)
    if event.kind == "payment.processing":
        return _become(leg, LegStatus.PROCESSING) if leg.status in NOT_YET else "ignored"
    act = _OTHERS.get(event.kind)
    return act(order, leg, event) if act else "ignored"


def _become(leg: PaymentLeg, status: LegStatus) -> str:
    leg.status = status
    leg.save(update_fields=["status", "changed_at"])
    return status.value


def _failed(order: Order, leg: PaymentLeg, attempt: PaymentAttempt | None, event: GatewayEvent) -> str:
    """It did not come; where its page is over, the next try is a new payment. An old try's failure is no news."""
    current = attempt is None or attempt.closed_at is None
    if attempt is not None and event.kind == "payment.closed" and current:
        attempt.closed_at = timezone.now()
        attempt.save(update_fields=["closed_at"])
    if current and leg.status in (LegStatus.REQUESTED, LegStatus.PROCESSING):
        if event.kind == "payment.failed":
            transitions.notify(order, "payment_failed", again=event.event_id)
        return _become(leg, LegStatus.FAILED)
    return "ignored"


def _captured(order: Order, leg: PaymentLeg, attempt: PaymentAttempt | None, event: GatewayEvent) -> str:
    if leg.captured or leg.status == LegStatus.SUSPECT:
        if attempt is None or attempt.captured or not leg.attempts.filter(captured=True).exists():
            return "already captured"
        return _paid_twice(order, leg, attempt, event)
    if leg.purpose == PaymentLeg.Purpose.LOAN and event.gateway == "lender" and loans.may_capture(leg):
        leg.status, leg.gateway = LegStatus.REQUESTED, event.gateway
        leg.save(update_fields=["status", "gateway"])  # by way of it: nothing jumps from planned to paid
        loans.captured(leg)
    if leg.status == LegStatus.PLANNED:
        text = gettext_noop("%(amount)s were paid that we did not ask for.")
        transitions.raise_work_item(order, "payment", text, amount=event.amount)
        return "not asked for"
    if attempt is not None:
        _close_others(leg, attempt)
        _mark_captured(attempt, event)
        leg.gateway = attempt.gateway
    leg.captured, leg.captured_at = event.amount, timezone.now()
    if event.amount != leg.amount:
        leg.status = LegStatus.SUSPECT
        leg.save()
        bookkeeping.captured(leg, order)
        text = gettext_noop("%(amount)s were paid instead of %(asked)s.")
        transitions.raise_work_item(order, "payment", text, amount=event.amount, asked=leg.amount)
        transitions.notify(order, "payment_suspect", again=str(leg.pk))
        return "suspect"
    leg.status = LegStatus.CAPTURED
    leg.save()
    bookkeeping.captured(leg, order)
    return _after_capture(order, leg)


def _mark_captured(attempt: PaymentAttempt, event: GatewayEvent) -> None:
    attempt.captured, attempt.transaction = True, event.transaction
    attempt.closed_at = attempt.closed_at or timezone.now()
    attempt.save(update_fields=["captured", "transaction", "closed_at"])


def _close_others(leg: PaymentLeg, paid: PaymentAttempt) -> None:
    leg.attempts.filter(closed_at=None).exclude(pk=paid.pk).update(closed_at=timezone.now())


def _paid_twice(order: Order, leg: PaymentLeg, attempt: PaymentAttempt, event: GatewayEvent) -> str:
    """Two gateways' pages were open, and both were paid: the second payment is one of its own, and goes back."""
    extra = legs.add_leg(
        order,
        leg.purpose,
        event.amount,
        status=LegStatus.CAPTURED,
        replaced=True,
        gateway=attempt.gateway,
        captured=event.amount,
        captured_at=timezone.now(),
    )
    attempt.leg = extra
    attempt.save(update_fields=["leg"])
    _mark_captured(attempt, event)
    bookkeeping.captured(extra, order)
    refunds.owe_refund(extra, event.amount, reason="Paid twice")
    return "paid twice"


def _after_capture(order: Order, leg: PaymentLeg) -> str:
    if leg.replaced:
        refunds.owe_refund(leg, leg.captured, reason="Paid after another payment had taken its place")
        return "refunding"
    if leg.purpose == PaymentLeg.Purpose.LOAN and not loans.was_expected(leg):
        refunds.owe_refund(leg, leg.captured, reason="Paid for a loan that was not approved or no longer wanted")
        return "refunding"
    if order.status == Status.PLACED:
        if not supply.secure(order, now=timezone.now()):
            return _too_late(order, leg)
        _reserve(order)
        return "reserved"
    if order.status == Status.EXPIRED:
        return _take_up_again(order, leg)
    if order.status in (Status.CANCELLING, Status.CANCELLED):
        refunds.owe_refund(leg, leg.captured, reason="Paid after the order was cancelled")
        return "refunding"
    wake(order, "await_balance")
    return "captured"


def _reserve(order: Order, reason: str = "") -> None:
    transitions.move(order, Status.RESERVED, reason=reason, key=f"reserved:{order.version}")
    transitions.stop_timers(order, "hold")
    transitions.notify(order, "reserved")
    order.lines.update(status=LineStatus.ALLOCATED)
    if not order.has_car:
        coins.capture(order)
        enqueue(order, "send_goods")
    else:
        transitions.set_timer(order, "remind_to_sign", timezone.now() + transitions.REMIND_AFTER)


def _take_up_again(order: Order, leg: PaymentLeg) -> str:
    """The payment came after the hold had expired: keep the promise if everything is still to be had."""
    try:
        with transaction.atomic():
            supply.hold_all(order, now=timezone.now())
            for other in order.legs.filter(status=LegStatus.EXPIRED, replaced=False).exclude(pk=leg.pk):
                _become(other, LegStatus.PLANNED)
            supply.secure(order, now=timezone.now())
            coins.hold(order)
            _reserve(order, reason="Paid late; the place was still free")
    except (Unavailable, coins.TooFewCoins):
        refunds.owe_refund(leg, leg.captured, reason="Paid after the hold had expired; nothing was left")
        transitions.notify(order, "too_late")
        return "refunding"
    return "reserved late"


def _too_late(order: Order, leg: PaymentLeg) -> str:
    """The hold was lost before the payment came, and nothing is left: the order ends, the money goes back."""
    transitions.move(order, Status.EXPIRED, key=f"expired:{order.version}")
    transitions.stop_timers(order)
    coins.void(order)
    refunds.owe_refund(leg, leg.captured, reason="Paid after the hold had expired; nothing was left")
    transitions.notify(order, "too_late")
    return "refunding"


def _refund_of(leg: PaymentLeg, event: GatewayEvent) -> Refund | None:
    try:
        return leg.refunds.select_for_update().filter(pk=UUID(event.reference)).first()
    except ValueError:
        return None


def _refunded(order: Order, leg: PaymentLeg, event: GatewayEvent) -> str:
    refund = _refund_of(leg, event)
    if refund is None or refund.amount != event.amount:
        text = gettext_noop("The gateway refunded %(amount)s that we did not ask for.")
        transitions.raise_work_item(order, "unasked_refund", text, amount=event.amount)
        bookkeeping.unasked_refund(leg, order, event.amount, event.event_id)
        return "unknown refund"
    if refund.status == Refund.Status.DONE:
        return "already refunded"
    refund.transaction = event.transaction or refund.transaction
    refunds.finish_refund(refund, leg, order)
    settle(order)
    return "refunded"


def _refund_failed(order: Order, leg: PaymentLeg, event: GatewayEvent) -> str:
    refund = _refund_of(leg, event)
    if refund is None or refund.status != Refund.Status.SENT:
        return "ignored"
    refunds.refused_later(refund, order)
    return "refund failed"


def _ask_soon(order: Order, leg: PaymentLeg, event: GatewayEvent) -> str:
    """There was a refund, and the notification does not say how much: the next sweep asks."""
    try:
        known = leg.refunds.filter(pk=UUID(event.reference)).exists()
    except ValueError:
        known = False
    if not known:
        text = gettext_noop("The gateway refunded something that we did not ask for.")
        transitions.raise_work_item(order, "unasked_refund", text)
        return "unknown refund"
    leg.refunds.filter(status=Refund.Status.SENT).update(next_at=timezone.now())
    PaymentLeg.objects.filter(pk=leg.pk).update(changed_at=timezone.now() - legs.LONG_AGO)
    return "asking"


_OTHERS: Mapping[str, Callable[[Order, PaymentLeg, GatewayEvent], str]] = {
    "refund.done": _refunded,
    "refund.failed": _refund_failed,
    "refund.hint": _ask_soon,
    "dispute.opened": disputes.opened,
    "dispute.won": disputes.won,
    "dispute.lost": disputes.lost,
}
