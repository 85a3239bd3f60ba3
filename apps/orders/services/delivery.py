"""The hand-over: the buyer accepts the car, and with it everything begins."""

from collections.abc import Mapping
from datetime import timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_noop

from apps.orders.errors import ChecklistIncomplete, NotPaid, SignatureMissing, WrongVin
from apps.orders.fulfilment.handover import close_handover
from apps.orders.fulfilment.queue import enqueue, has_open_step
from apps.orders.lifecycle import Actor, Status
from apps.orders.models import Order
from apps.orders.services import coins, payments, settling, transitions
from apps.orders.services.returns import open_lines
from apps.orders.terms import CHECKLIST, RETURN_WINDOW_DAYS, pace

if TYPE_CHECKING:
    from apps.accounts.models import User

LOOK_AGAIN = timedelta(minutes=1)
LINES_AGAIN = timedelta(hours=6)


@transaction.atomic
def accept_delivery(
    *, order: Order, vin: str, signature: str, checklist: Mapping[str, bool], user: "User | None" = None
) -> Order:
    """The buyer has seen the car, ticked every point and signed. Accepting again what is accepted changes nothing.

    Raises:
        SignatureMissing, ChecklistIncomplete (``extra["missing"]``), WrongVin: of the input.
        NotInThisState: the car is not ready.
    """
    if not signature.strip():
        raise SignatureMissing(field="signature")
    missing = [item for item in CHECKLIST if not checklist.get(item)]
    if missing:
        raise ChecklistIncomplete(field="checklist", extra={"missing": missing})
    mine = transitions.lock(order)
    if mine.status in (Status.DELIVERED, Status.COMPLETED) and mine.handover:
        return mine
    transitions.require(mine, Status.DELIVERED, Actor.BUYER)
    allocation = mine.allocations.select_related("vehicle").get(ended_at=None)
    if vin.strip().upper() != allocation.vehicle.vin:
        raise WrongVin(field="vin")
    now = timezone.now()
    mine.handover = {
        "vin": allocation.vehicle.vin,
        "signature": signature.strip()[:100],
        "checklist": list(CHECKLIST),
        "at": now.isoformat(),
    }
    mine.save(update_fields=["handover"])
    if not payments.is_settled(mine):
        raise NotPaid
    transitions.move(mine, Status.DELIVERED, actor=Actor.BUYER, user=user, key="delivered", now=now)
    transitions.set_timer(mine, "return_window", now + pace(RETURN_WINDOW_DAYS, settings.FULFILMENT_SPEED))
    transitions.notify(mine, "delivered", now)
    close_handover(mine, now)
    enqueue(mine, "activate")
    settling.delivered(mine)
    return mine


def _release_coins(order: Order) -> bool:
    if order.flags:
        transitions.set_timer(order, "return_window", timezone.now() + LINES_AGAIN)
    else:
        coins.release(order)
    return False


def complete(order: Order) -> bool:
    """The time for giving the car back is over. Returns whether the order is now complete.

    While a step is open (the plans have not begun, say) the order waits for it.
    """
    with transaction.atomic():
        mine = transitions.lock(order)
        if mine.status == Status.DELIVERED and has_open_step(mine):
            transitions.set_timer(mine, "return_window", timezone.now() + LOOK_AGAIN)
            return False
        transitions.stop_timers(mine, "return_window")
        if mine.status == Status.COMPLETED:  # goods: the coins that they earned have waited
            return _release_coins(mine)
        if mine.status != Status.DELIVERED:
            return False
        if waiting := open_lines(mine):
            names = ", ".join(line.code for line in waiting)
            transitions.raise_work_item(mine, "open_line", gettext_noop("Not finished: %(lines)s"), lines=names)
            transitions.set_timer(mine, "return_window", timezone.now() + LINES_AGAIN)
            return False
        if mine.flags:  # whoever takes the flag down completes it
            transitions.set_timer(mine, "return_window", timezone.now() + LINES_AGAIN)
            return False
        transitions.close_work_items(mine, "open_line")
        transitions.move(mine, Status.COMPLETED, key="completed")
        coins.release(mine)
        transitions.notify(mine, "completed")
        return True
