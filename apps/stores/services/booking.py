"""Booking by a visitor: holding and confirming in one go, with a limit on how much one person takes."""

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from apps.stores.errors import ContactMissing, TooMany, WithOrder
from apps.stores.kinds import BOOKABLE, SERVICES
from apps.stores.lifecycle import CHANGEABLE
from apps.stores.models import Appointment, Store
from apps.stores.services.appointments import Contact, confirm, hold_slot

if TYPE_CHECKING:
    from apps.accounts.models import User

MOST_OPEN = 5


@transaction.atomic
def book(
    *,
    store: Store,
    service: str,
    starts_at: datetime,
    contact: Contact,
    user: "User | None" = None,
    now: datetime | None = None,
) -> Appointment:
    """A confirmed appointment, or a requested one where the store accepts each booking.

    Raises:
        ContactMissing: no name, or neither phone number nor address.
        WithOrder: this is booked with the order it belongs to.
        TooMany: this person has five to come already.
        SlotTaken and whatever else ``hold_slot`` says of the time.
    """
    moment = now or timezone.now()
    if service not in BOOKABLE and service in SERVICES:
        raise WithOrder(field="service")
    if not contact.name or not (contact.phone or contact.email):
        raise ContactMissing(field="phone")
    if _open(contact, user, moment) >= MOST_OPEN:
        raise TooMany(extra={"most": MOST_OPEN})
    held = hold_slot(store=store, service=service, starts_at=starts_at, user=user, contact=contact, now=moment)
    return confirm(held, actor=user, now=moment)


def _open(contact: Contact, user: "User | None", moment: datetime) -> int:
    """How many bookings of their own somebody has to come; what belongs to an order does not count."""
    same = Q(user=user) if user else Q(user=None, phone=contact.phone) & ~Q(phone="")
    if not user and not contact.phone:
        same = Q(user=None, email__iexact=contact.email)
    coming = Appointment.objects.filter(same, status__in=CHANGEABLE, reference="", during__endswith__gt=moment)
    return coming.count()
