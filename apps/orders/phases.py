"""The few parts of an order's way that everybody tells apart at a glance; the timeline has every step. Reading only."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import pgettext_lazy

from apps.orders.lifecycle import Status
from apps.orders.models import Order

_NAMES: tuple[Promise, ...] = (
    pgettext_lazy("phase", "Order"),
    pgettext_lazy("phase", "Contract"),
    pgettext_lazy("phase", "Building"),
    pgettext_lazy("phase", "Transport"),
    pgettext_lazy("phase", "Hand-over"),
)
_ALL = len(_NAMES)
# In which phase a car's order is; one that ends otherwise has left the way, and shows none.
_PHASE: Mapping[str, int] = {
    Status.PLACED: 0,
    Status.RESERVED: 1,
    Status.SIGNED: 2,
    Status.ALLOC_FAILED: 2,
    Status.SCHEDULED: 2,
    Status.VIN_ASSIGNED: 3,
    Status.IN_TRANSIT: 3,
    Status.AT_STORE: 4,
    Status.READY: 4,
    Status.REJECTED: 4,
    Status.DELIVERED: _ALL,
    Status.COMPLETED: _ALL,
}


@dataclass(frozen=True, slots=True)
class Phase:
    name: str
    done: bool
    here: bool


def phases(order: Order) -> list[Phase]:
    """Of an order read with ``whole()``; none without a car, or once the order is being undone."""
    at = _PHASE.get(_status(order))
    if at is None or not order.has_car:
        return []
    return [Phase(str(name), index < at, index == at) for index, name in enumerate(_NAMES)]


def _status(order: Order) -> str:
    """A car that differs from the order stands where that was found."""
    if order.status != Status.MISMATCH:
        return order.status
    last = max(order.transitions.all(), key=lambda one: one.seq, default=None)
    return last.source if last else ""
