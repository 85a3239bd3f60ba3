"""Deadlines that have come."""

from collections.abc import Callable, Mapping

import structlog
from django.utils import timezone

from apps.orders.lifecycle import Status
from apps.orders.models import Order, Timer
from apps.orders.services import transitions
from apps.orders.services.cancelling import expire
from apps.orders.services.delivery import complete
from apps.orders.services.events import reconcile, silent_legs

log = structlog.get_logger(__name__)


def _remind_to_sign(order: Order) -> bool:
    transitions.stop_timers(order, "remind_to_sign")
    if order.status == Status.RESERVED:
        transitions.notify(order, "remind_to_sign")
    return True


HANDLERS: Mapping[str, Callable[[Order], bool]] = {
    "hold": expire,
    "return_window": complete,
    "remind_to_sign": _remind_to_sign,
}


def sweep(*, limit: int = 200) -> int:
    """Act on the timers that are due, and ask about silent payments; returns how many timers that were.

    Each handler locks the order and looks again, so two sweeps at once, or a sweep and a payment, do no harm.
    """
    for leg in silent_legs():
        reconcile(leg)
    due = Timer.objects.filter(done_at=None, due_at__lte=timezone.now()).select_related("order").order_by("due_at")
    count = 0
    for timer in due[:limit]:
        try:
            HANDLERS[timer.kind](timer.order)
        except Exception:
            log.exception("timer_failed", kind=timer.kind, order=timer.order.number)
        count += 1
    return count
