"""The time of the hand-over, as the buyer chooses it."""

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction

from apps.orders.errors import NotReadyYet
from apps.orders.fulfilment.handover import SERVICE, contact_of, latest
from apps.orders.lifecycle import Status
from apps.orders.models import Order
from apps.orders.services import transitions
from apps.stores import services as stores
from apps.stores.lifecycle import CHANGEABLE, Party
from apps.stores.models import Appointment

if TYPE_CHECKING:
    from apps.accounts.models import User


@transaction.atomic
def choose_handover(*, order: Order, starts_at: datetime, user: "User | None" = None) -> Appointment:
    """Take this time: the new one is certain before the old is free. Choosing the present time changes nothing.

    Raises:
        NotReadyYet: there is no car to hand over, or it has been handed over already.
        SlotTaken (with the next free times) and whatever else the store says of the time.
    """
    mine = transitions.lock(order)
    if mine.status != Status.READY or mine.frozen or mine.delivery_store is None:
        raise NotReadyYet
    before = latest(mine.appointment) if mine.appointment else None
    if before is not None and before.status in CHANGEABLE:
        if before.starts_at == starts_at:
            booked = before
        else:
            booked = stores.reschedule(before, starts_at, by=Party.CUSTOMER, actor=user)
    else:
        booked = _book(mine, starts_at, user)
    mine.appointment = booked
    mine.save(update_fields=["appointment"])
    return booked


def _book(order: Order, starts_at: datetime, user: "User | None") -> Appointment:
    assert order.delivery_store is not None
    held = stores.hold_slot(
        store=order.delivery_store,
        service=SERVICE,
        starts_at=starts_at,
        reference=order.number,
        user=order.user,
        contact=contact_of(order),
        language=order.language,
    )
    return stores.confirm(held, actor=user)
