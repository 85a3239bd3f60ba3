"""A buyer who does not take the car at the hand-over, and a store that puts right what was named."""

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_noop

from apps.orders.errors import ReasonNeeded
from apps.orders.fulfilment.handover import cancel_handover
from apps.orders.fulfilment.queue import begin_round, latest_round
from apps.orders.lifecycle import Actor, Status
from apps.orders.models import Inspection, Order
from apps.orders.services import transitions
from apps.orders.services.permissions import INSPECT, require_permission

if TYPE_CHECKING:
    from apps.accounts.models import User


@transaction.atomic
def reject_delivery(*, order: Order, reason: str, actor: Actor = Actor.BUYER, user: "User | None" = None) -> Order:
    """The buyer does not accept the car and says why; the appointment is given back.

    Raises:
        ReasonNeeded. NotAllowed: somebody of ours without the permission. NotInThisState: the car is not ready.
    """
    if actor == Actor.STAFF:
        require_permission(user, INSPECT)
    if not reason.strip():
        raise ReasonNeeded(field="reason")
    mine, now = transitions.lock(order), timezone.now()
    transitions.move(
        mine, Status.REJECTED, actor=actor, user=user, reason=reason, key=f"rejected:{mine.version}", now=now
    )
    Inspection.objects.create(
        order=mine, kind=Inspection.Kind.HANDOVER, round=latest_round(mine), text=reason.strip(), opened_at=now
    )
    cancel_handover(mine, now)
    mine.appointment = None
    mine.save(update_fields=["appointment"])
    transitions.raise_work_item(mine, "rejected", gettext_noop("Put right: %(why)s"), why=reason.strip())
    transitions.notify(mine, "rejected", now)
    return mine


@transaction.atomic
def fix(*, order: Order, found: str, user: "User") -> Order:
    """The store has put right what was named: two people look again, and a new time is booked.

    Raises:
        NotAllowed, ReasonNeeded; NotInThisState: nothing was refused.
    """
    require_permission(user, INSPECT)
    if not found.strip():
        raise ReasonNeeded(field="found")
    mine, now = transitions.lock(order), timezone.now()
    transitions.move(
        mine, Status.AT_STORE, actor=Actor.STAFF, user=user, reason=found, key=f"fixed:{mine.version}", now=now
    )
    refused = mine.inspections.filter(kind=Inspection.Kind.HANDOVER, closed_at=None).first()
    if refused is not None:
        refused.found, refused.first_by, refused.first_name = found.strip(), user, (user.name or user.email)[:100]
        refused.passed, refused.closed_at = True, now
        refused.save()
    transitions.close_work_items(mine, "rejected", owner=user)
    begin_round(mine, "inspect")
    return mine
