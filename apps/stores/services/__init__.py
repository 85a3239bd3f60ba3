"""Every write of the stores app, and the free times that other apps ask for."""

from apps.stores.services.appointments import (
    Contact,
    accept,
    arrive,
    cancel,
    complete,
    confirm,
    decline,
    hold_slot,
    mark_no_show,
    move_on,
    reschedule,
)
from apps.stores.services.booking import book
from apps.stores.services.free import free_days, free_slots, next_free
from apps.stores.services.network import refresh_services, set_hours
from apps.stores.services.overdue import expire_holds
from apps.stores.slots import Slot

__all__ = [
    "Contact",
    "Slot",
    "accept",
    "arrive",
    "book",
    "cancel",
    "complete",
    "confirm",
    "decline",
    "expire_holds",
    "free_days",
    "free_slots",
    "hold_slot",
    "mark_no_show",
    "move_on",
    "next_free",
    "refresh_services",
    "reschedule",
    "set_hours",
]
