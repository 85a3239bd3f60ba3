"""A build that the maker will not make: the buyer takes another slot, another car, or all the money back."""

from datetime import date
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_noop

from apps.orders.errors import ReasonNeeded
from apps.orders.fulfilment.queue import begin_round, stop_open_step
from apps.orders.lifecycle import Actor, Status
from apps.orders.models import LineKind, Order
from apps.orders.services import owed, supply, transitions
from apps.orders.services.permissions import ADVANCE, require_permission
from apps.orders.terms import ALLOCATION_CREDIT

if TYPE_CHECKING:
    from apps.accounts.models import User


@transaction.atomic
def refuse_build(*, order: Order, reason: str, user: "User | None" = None, actor: Actor = Actor.SYSTEM) -> Order:
    """The maker refuses the build, or takes back the slot it had given. Nothing is decided for the buyer.

    Raises:
        NotAllowed, ReasonNeeded: of somebody of ours. NotInThisState.
    """
    if actor == Actor.STAFF:
        require_permission(user, ADVANCE)
    if not reason.strip():
        raise ReasonNeeded(field="reason")
    mine = transitions.lock(order)
    key = f"alloc_failed:{mine.version}"
    transitions.move(mine, Status.ALLOC_FAILED, actor=actor, user=user, reason=reason, key=key)
    stop_open_step(mine)
    text = gettext_noop("The maker refused the build: %(why)s")
    transitions.raise_work_item(mine, "allocation", text, why=reason.strip())
    transitions.set_timer(mine, "refused_call", timezone.now() + transitions.CALL_AFTER)
    transitions.notify(mine, "alloc_failed")
    return mine


@transaction.atomic
def other_slot(*, order: Order, month: date | None = None, user: "User | None" = None) -> Order:
    """The same car in another month (the nearest when none is named), with a credit for the wait.

    Raises:
        NotInThisState; Unavailable (SoldOut): there is no other slot; nothing changes.
    """
    mine = transitions.lock(order)
    if mine.status != Status.ALLOC_FAILED:
        raise transitions.not_now(mine)
    hold_anew(mine, month)
    transitions.move(
        mine, Status.SIGNED, actor=Actor.BUYER, user=user, reason="Another slot", key=f"signed:{mine.version}"
    )
    begin_round(mine, "submit_build")
    settled(mine)
    return mine


def settled(order: Order) -> None:
    """The buyer has decided to stay. The caller holds the lock."""
    transitions.close_work_items(order, "allocation")
    transitions.stop_timers(order, "refused_call")
    owed.owe_credit(order, ALLOCATION_CREDIT, kind="delay", key=f"alloc:{order.number}:{order.version}")


def hold_anew(order: Order, month: date | None = None) -> None:
    """Hold a slot for the same car before what was held is let go."""
    lines = list(order.lines.all())
    for line in lines:
        if line.kind == LineKind.CAR and month is not None:
            line.facts = line.facts | {"build_month": f"{month:%Y-%m}"}
    supply.remember(order, supply.exchange(order, lines))
