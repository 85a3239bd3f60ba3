"""A contested payment: finance alone takes the flag down, and what it stopped goes on."""

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone

from apps.orders.errors import NotDisputed, ReasonNeeded
from apps.orders.lifecycle import LegStatus
from apps.orders.models import FulfilmentStep, Order
from apps.orders.services import transitions
from apps.orders.services.cancelling import settle
from apps.orders.services.permissions import CLEAR, require_permission

if TYPE_CHECKING:
    from apps.accounts.models import User


@transaction.atomic
def clear_dispute(*, order: Order, reason: str, user: "User") -> Order:
    """The case is closed at the bank: hand-over and refunds go on.

    Raises:
        NotAllowed, ReasonNeeded; NotDisputed: nothing is contested, or a payment still is.
    """
    require_permission(user, CLEAR)
    if not reason.strip():
        raise ReasonNeeded(field="reason")
    mine, now = transitions.lock(order), timezone.now()
    if not mine.disputed or mine.legs.filter(status=LegStatus.DISPUTED).exists():
        raise NotDisputed
    mine.disputed = False
    mine.save(update_fields=["disputed", "changed_at"])
    transitions.close_work_items(mine, "dispute", owner=user)
    FulfilmentStep.objects.filter(order=mine, status=FulfilmentStep.Status.READY).update(next_at=now)
    settle(mine)
    return mine
