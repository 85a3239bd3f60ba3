"""Letting a buyer off the cancellation fee: one of us asks, another decides. The database refuses one person for both."""

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_noop

from apps.orders.errors import NoWaiver, ReasonNeeded, SamePerson
from apps.orders.models import Order, Waiver
from apps.orders.services import transitions
from apps.orders.services.permissions import CANCEL, WAIVE, require_permission

if TYPE_CHECKING:
    from apps.accounts.models import User


@transaction.atomic
def ask_for_waiver(*, order: Order, reason: str, user: "User") -> Waiver:
    """Ask that this order's cancelling costs nothing. Asking again while it is open changes nothing.

    Raises:
        NotAllowed, ReasonNeeded.
    """
    require_permission(user, CANCEL)
    if not reason.strip():
        raise ReasonNeeded(field="reason")
    mine = transitions.lock(order)
    open_one = mine.waivers.filter(approved=None).first()
    if open_one is not None:
        return open_one
    made = Waiver.objects.create(order=mine, reason=reason.strip()[:300], asked_by=user, asked_at=timezone.now())
    text = gettext_noop("Decide on letting the buyer off the fee: %(why)s")
    transitions.raise_work_item(mine, "waiver", text, why=reason.strip())
    return made


@transaction.atomic
def decide_waiver(*, order: Order, approved: bool, user: "User") -> Waiver:
    """Decide what somebody else asked for.

    Raises:
        NotAllowed; SamePerson: whoever asked. NoWaiver: nobody has asked.
    """
    require_permission(user, WAIVE)
    mine = transitions.lock(order)
    waiver = mine.waivers.select_for_update().filter(approved=None).first()
    if waiver is None:
        raise NoWaiver
    if waiver.asked_by_id == user.pk:
        raise SamePerson(SamePerson.deciding)
    waiver.approved, waiver.decided_by, waiver.decided_at = approved, user, timezone.now()
    waiver.save()
    transitions.close_work_items(mine, "waiver", owner=user)
    return waiver


def is_waived(order: Order) -> bool:
    """Whether two people have agreed that cancelling costs nothing."""
    return any(waiver.approved for waiver in order.waivers.all())
