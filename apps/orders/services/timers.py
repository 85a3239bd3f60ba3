"""Deadlines that have come."""

from collections.abc import Callable, Mapping
from datetime import timedelta

import structlog
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_noop

from apps.orders.fulfilment.handover import latest
from apps.orders.lifecycle import Actor, Status
from apps.orders.models import Order, Timer
from apps.orders.services import transitions
from apps.orders.services.cancelling import cancel, expire
from apps.orders.services.delivery import complete
from apps.orders.services.reconciling import ask_about_silent_legs
from apps.stores.lifecycle import Status as AppointmentStatus

log = structlog.get_logger(__name__)
AFTER_FAILURE = timedelta(minutes=1)


@transaction.atomic
def _remind_to_sign(order: Order) -> bool:
    mine = transitions.lock(order)
    transitions.stop_timers(mine, "remind_to_sign")
    if mine.status != Status.RESERVED:
        return False
    # A change of the order gives no new month.
    reserved_at = mine.transitions.filter(target=Status.RESERVED).exclude(source=Status.RESERVED).latest("seq").at
    waited = timezone.now() - reserved_at
    if waited >= transitions.SIGN_WITHIN:
        cancel(order=mine, actor=Actor.SYSTEM, reason=f"Not signed within {transitions.SIGN_WITHIN.days} days")
        return True
    again = next((after for after in transitions.REMINDERS if after > waited), transitions.SIGN_WITHIN)
    transitions.set_timer(mine, "remind_to_sign", reserved_at + again)
    transitions.notify(mine, "remind_to_sign", again=str(waited.days))  # each reminder is a message of its own
    return True


@transaction.atomic
def _call(order: Order) -> bool:
    """Nobody has answered for a week: one person calls. Nothing is ever decided for the buyer."""
    mine = transitions.lock(order)
    transitions.stop_timers(mine, "mismatch_call", "refused_call")
    if mine.status not in (Status.MISMATCH, Status.ALLOC_FAILED):
        return False
    text = gettext_noop("Call %(name)s: the buyer has not said what shall happen.")
    transitions.raise_work_item(mine, "call", text, name=mine.name)
    return True


HANDLERS: Mapping[str, Callable[[Order], bool]] = {
    "hold": expire,
    "return_window": complete,
    "remind_to_sign": _remind_to_sign,
    "mismatch_call": _call,
    "refused_call": _call,
}


def follow_moved_handovers() -> None:
    """A hand-over that was moved to another time is the order's hand-over now."""
    moved = Order.objects.filter(status=Status.READY, appointment__status=AppointmentStatus.RESCHEDULED)
    for order in moved.select_related("appointment"):
        if order.appointment is not None:
            rows = Order.objects.filter(pk=order.pk, appointment=order.appointment)
            rows.update(appointment=latest(order.appointment))


def sweep(*, limit: int = 200) -> int:
    """Act on the timers that are due, and ask about silent payments; returns how many timers that were.

    Each handler locks the order and looks again, so two sweeps at once, or a sweep and a payment, do no harm.
    """
    ask_about_silent_legs()
    follow_moved_handovers()
    due = Timer.objects.filter(done_at=None, due_at__lte=timezone.now()).select_related("order").order_by("due_at")
    count = 0
    for timer in due[:limit]:
        try:
            HANDLERS[timer.kind](timer.order)
        except Exception:
            log.exception("timer_failed", kind=timer.kind, order=timer.order.number)
            later = timezone.now() + AFTER_FAILURE  # it must not stand in the way of the others
            Timer.objects.filter(pk=timer.pk, done_at=None).update(due_at=later)
        count += 1
    return count
