"""A car that is not as it was promised: the buyer takes it with a credit, has it built again, or cancels with everything back."""

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone

from apps.common.money import share
from apps.orders.fulfilment.queue import begin_round
from apps.orders.lifecycle import Actor, Status
from apps.orders.models import LineKind, Order
from apps.orders.services import owed, transitions
from apps.orders.services.refused import hold_anew
from apps.orders.terms import MISMATCH_CREDIT_PERCENT

if TYPE_CHECKING:
    from apps.accounts.models import User

# Where the car stands is where it was found not to be right: on it goes from there.
_GOES_ON = {
    Status.SCHEDULED: (Status.VIN_ASSIGNED, "ship"),
    Status.VIN_ASSIGNED: (Status.VIN_ASSIGNED, "ship"),
    Status.IN_TRANSIT: (Status.IN_TRANSIT, "await_arrival"),
    Status.AT_STORE: (Status.AT_STORE, "inspect"),
}


def credit_for(order: Order) -> int:
    """What taking the car as it is earns the buyer, in fen."""
    car = next(line for line in order.lines.all() if line.kind == LineKind.CAR)
    return share(car.total, MISMATCH_CREDIT_PERCENT)


@transaction.atomic
def accept_mismatch(*, order: Order, user: "User | None" = None) -> Order:
    """The buyer takes the car as it is and gets the credit. Nobody else decides this, and no timer.

    Raises:
        NotInThisState: nothing differs.
    """
    mine = transitions.lock(order)
    if mine.status != Status.MISMATCH:
        raise transitions.not_now(mine)
    target, step = _GOES_ON[found_while(mine)]
    transitions.move(mine, target, actor=Actor.BUYER, user=user, reason="Accepted with a credit", key=_key(mine))
    _decided(mine)
    begin_round(mine, step)
    owed.owe_credit(mine, credit_for(mine), kind="mismatch", key=f"mismatch:{mine.number}:{mine.version}")
    return mine


@transaction.atomic
def rebuild(*, order: Order, user: "User | None" = None) -> Order:
    """The buyer wants the car that was signed: a slot is held again, the wrong car is free for others.

    Raises:
        NotInThisState; Unavailable (SoldOut): no slot is to be had; nothing changes.
    """
    mine = transitions.lock(order)
    if mine.status != Status.MISMATCH:
        raise transitions.not_now(mine)
    now = timezone.now()
    mine.allocations.filter(ended_at=None).update(ended_at=now)
    hold_anew(mine)
    mine.insurance = None
    mine.save(update_fields=["insurance"])
    transitions.move(
        mine, Status.SCHEDULED, actor=Actor.BUYER, user=user, reason="Build again", key=_key(mine), now=now
    )
    _decided(mine)
    begin_round(mine, "submit_build")
    return mine


def found_while(order: Order) -> Status:
    """The state in which the car was found not to be right."""
    return Status(order.transitions.filter(target=Status.MISMATCH).latest("seq").source)


def _key(order: Order) -> str:
    return f"decided:{order.version}"


def _decided(order: Order) -> None:
    transitions.close_work_items(order, "mismatch")
    transitions.stop_timers(order, "mismatch_call")
