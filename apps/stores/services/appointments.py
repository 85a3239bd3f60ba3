"""Booking: each function is one transition of lifecycle.py, under the lock of the appointment's row.

How a slot goes to exactly one of those who want it: ``taking``.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import get_language

from apps.stores import lifecycle, notices
from apps.stores import slots as arithmetic
from apps.stores.errors import (
    ContactMissing,
    HoldExpired,
    NotPossible,
    SameTime,
    TooSoon,
)
from apps.stores.kinds import HOLD_FOR
from apps.stores.lifecycle import Party, Status
from apps.stores.models import Appointment, AppointmentEvent, Store
from apps.stores.services.taking import answer_by, insert, insert_into, period, slot_at, taken
from apps.stores.slots import Slot

if TYPE_CHECKING:
    from apps.accounts.models import User

NO_SHOW_AFTER = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class Contact:
    """How a store reaches the customer."""

    name: str = ""
    phone: str = ""
    email: str = ""
    note: str = ""


@transaction.atomic
def hold_slot(
    *,
    store: Store,
    service: str,
    starts_at: datetime,
    reference: str = "",
    user: "User | None" = None,
    contact: Contact | None = None,
    language: str = "",
    now: datetime | None = None,
) -> Appointment:
    """Take a bay for ten minutes; ``confirm`` makes it stay. ``language`` is that of the messages: the active one.

    Raises:
        NotOffered, NotASlot, TooSoon, TooFarAhead: the time can never be had like this.
        SlotTaken: every bay is taken; the error carries the next five free times.
    """
    moment = now or timezone.now()
    slot, room = slot_at(store, service, starts_at, moment)
    details = contact or Contact()
    made = insert(
        room,
        slot,
        Appointment(
            store=store,
            service=service,
            status=Status.HELD,
            during=period(slot),
            reference=reference,
            user=user,
            name=details.name,
            phone=details.phone,
            email=details.email,
            note=details.note,
            language=language or get_language() or "en",
            hold_expires_at=moment + HOLD_FOR,
        ),
        moment,
    )
    if made is None:
        raise taken(store, service, slot, moment)
    _record(made, "", Party.CUSTOMER, user, "", moment)
    return made


@transaction.atomic
def confirm(
    appointment: Appointment,
    *,
    contact: Contact | None = None,
    by: Party = Party.CUSTOMER,
    actor: "User | None" = None,
    tell: bool = True,
    now: datetime | None = None,
) -> Appointment:
    """Make a held time stay: confirmed, or requested where somebody of the store accepts each booking.

    What is confirmed or requested already stays so. Without ``tell`` the customer hears of it from the caller.

    Raises:
        HoldExpired: the ten minutes are over.
        ContactMissing: there is nobody to reach: neither a user nor a phone number or address.
        NotPossible: it has ended.
    """
    moment = now or timezone.now()
    mine = _lock(appointment)
    if mine.status in (Status.CONFIRMED, Status.REQUESTED):
        return mine
    if mine.status == Status.EXPIRED or (mine.status == Status.HELD and _is_over(mine.hold_expires_at, moment)):
        raise HoldExpired
    if contact is not None:
        mine.name, mine.phone, mine.email, mine.note = contact.name, contact.phone, contact.email, contact.note
    if not (mine.user_id or mine.phone or mine.email or mine.reference):
        raise ContactMissing(field="phone")
    target = Status.CONFIRMED if mine.store.confirms_at_once else Status.REQUESTED
    if target == Status.REQUESTED:
        mine.answer_by = answer_by(mine.store, mine.starts_at, moment)
    _move(mine, target, by, actor, "", moment)
    if tell:
        notices.tell(mine, target.value, moment)
    elif target == Status.CONFIRMED:
        notices.remind(mine, moment)
    return mine


@transaction.atomic
def accept(appointment: Appointment, *, actor: "User | None" = None, now: datetime | None = None) -> Appointment:
    """The store accepts what a customer asked for."""
    mine = _single(appointment, Status.CONFIRMED, Party.STORE, actor, "", now, only_from=(Status.REQUESTED,))
    notices.tell(mine, "confirmed", now or timezone.now())
    return mine


@transaction.atomic
def decline(
    appointment: Appointment, *, actor: "User | None" = None, reason: str = "", now: datetime | None = None
) -> Appointment:
    """The store cannot do it; the bay is free again."""
    mine = _single(appointment, Status.DECLINED, Party.STORE, actor, reason, now)
    notices.forget(mine)
    notices.tell(mine, "declined", now or timezone.now())
    return mine


@transaction.atomic
def cancel(
    appointment: Appointment,
    *,
    by: Party | str = Party.CUSTOMER,
    actor: "User | None" = None,
    reason: str = "",
    now: datetime | None = None,
) -> Appointment:
    """Give the time back. What is cancelled already stays so.

    Raises:
        NotPossible: work has begun or ended, or the customer cancels after the time began.
    """
    moment, party = now or timezone.now(), Party(by)
    mine = _lock(appointment)
    if mine.status in (Status.CANCELLED_CUSTOMER, Status.CANCELLED_STORE):
        return mine
    if party == Party.CUSTOMER and mine.status == Status.CONFIRMED and mine.starts_at <= moment:
        raise _impossible(mine)
    was_held = mine.status == Status.HELD
    _move(mine, lifecycle.CANCELLED_BY[party], party, actor, reason, moment)
    notices.forget(mine)
    if not was_held:
        notices.tell(mine, "cancelled_by_store" if party == Party.STORE else "cancelled", moment)
    return mine


@transaction.atomic
def reschedule(
    appointment: Appointment,
    starts_at: datetime,
    *,
    by: Party | str = Party.CUSTOMER,
    actor: "User | None" = None,
    now: datetime | None = None,
) -> Appointment:
    """Move to another time of the same store: a new appointment that names the old one. Whatever fails, the old stands.

    Raises:
        SameTime, NotPossible, HoldExpired, SlotTaken and whatever ``hold_slot`` says of the time.
    """
    moment, party = now or timezone.now(), Party(by)
    old = _lock(appointment)
    if not lifecycle.allowed(old.status, Status.RESCHEDULED) or (
        party == Party.CUSTOMER and old.starts_at <= moment and old.status != Status.HELD
    ):
        raise _impossible(old)
    if old.status == Status.HELD and _is_over(old.hold_expires_at, moment):
        raise HoldExpired
    if starts_at == old.starts_at:
        raise SameTime(field="starts_at")
    slot, room = slot_at(old.store, old.service, starts_at, moment, ignoring=old)
    new = _replacement(old, slot, moment)
    # The new time is taken first. Only where the two overlap in the store's last free bay must the old make room for
    # its own successor, and then a failure takes back both.
    others = [bay for bay in arithmetic.bays_for(slot, room.bays) if bay != old.bay_id]
    made = insert_into(others, new, moment)
    if made is None:
        _move(old, Status.RESCHEDULED, party, actor, "", moment)
        made = insert(room, slot, new, moment)
        if made is None:
            raise taken(old.store, old.service, slot, moment)
    else:
        _move(old, Status.RESCHEDULED, party, actor, "", moment)
    _record(made, "", party, actor, "", moment)
    notices.forget(old)
    if made.status != Status.HELD:
        notices.tell(made, "moved", moment)
    return made


@transaction.atomic
def arrive(appointment: Appointment, *, actor: "User | None" = None, now: datetime | None = None) -> Appointment:
    """The customer is there. Undoes a no-show of the same day, if the bay is still free.

    Raises:
        NotPossible: of a no-show of another day, or when the bay was given to somebody else.
    """
    moment = now or timezone.now()
    mine = _lock(appointment)
    if mine.status == Status.NO_SHOW:
        zone = mine.store.zone
        same_day = mine.starts_at.astimezone(zone).date() == moment.astimezone(zone).date()
        taken = Appointment.objects.taking([mine.bay_id], mine.starts_at, mine.ends_at, moment).exists()
        if taken or not same_day:
            raise _impossible(mine)
    _move(mine, Status.CHECKED_IN, Party.STORE, actor, "", moment)
    return mine


@transaction.atomic
def mark_no_show(appointment: Appointment, *, actor: "User | None" = None, now: datetime | None = None) -> Appointment:
    """Nobody came within half an hour; the bay is free again.

    Raises:
        TooSoon: the half hour is not over.
    """
    moment = now or timezone.now()
    mine = _lock(appointment)
    if mine.status == Status.CONFIRMED and moment < mine.starts_at + NO_SHOW_AFTER:
        raise TooSoon
    _move(mine, Status.NO_SHOW, Party.STORE, actor, "", moment)
    return mine


@transaction.atomic
def move_on(
    appointment: Appointment, to: Status | str, *, actor: "User | None" = None, now: datetime | None = None
) -> Appointment:
    """One step of the work itself: from arrival over in work, approval and quality check to ready and closed."""
    working = (*lifecycle.FORWARD[2:], Status.AWAITING_APPROVAL)
    if Status(to) not in working:
        raise _impossible(appointment)
    return _single(appointment, Status(to), Party.STORE, actor, "", now)


@transaction.atomic
def complete(
    appointment: Appointment,
    *,
    by: Party = Party.STORE,
    actor: "User | None" = None,
    now: datetime | None = None,
) -> Appointment:
    """Everything was done: goes every remaining step to ``closed``. What is closed already stays so.

    Raises:
        NotPossible: it was never confirmed, or ended otherwise.
    """
    moment = now or timezone.now()
    mine = _lock(appointment)
    if mine.status == Status.CLOSED:
        return mine
    steps = lifecycle.path_to_end(mine.status)
    if not steps:
        raise _impossible(mine)
    for step in steps:
        _move(mine, step, by, actor, "", moment)
    return mine


# The steps that all of them are made of --------------------------------------------------------------------------------


def _lock(appointment: Appointment) -> Appointment:
    """The row as it is now, locked, in the caller's object."""
    fresh = Appointment.objects.select_for_update(of=("self",)).select_related("store").get(pk=appointment.pk)
    for field in Appointment._meta.concrete_fields:
        setattr(appointment, field.attname, getattr(fresh, field.attname))
    appointment.store = fresh.store
    return appointment


def _single(
    appointment: Appointment,
    to: Status,
    party: Party,
    actor: "User | None",
    reason: str,
    now: datetime | None,
    *,
    only_from: Sequence[Status] | None = None,
) -> Appointment:
    mine = _lock(appointment)
    if only_from is not None and mine.status not in only_from:
        raise _impossible(mine)
    _move(mine, to, party, actor, reason, now or timezone.now())
    return mine


def _move(mine: Appointment, to: Status, party: Party, actor: "User | None", reason: str, moment: datetime) -> None:
    """One transition of a locked row, with its line in the history."""
    if not lifecycle.allowed(mine.status, to):
        raise _impossible(mine)
    before, mine.status = mine.status, to
    mine.save()
    _record(mine, before, party, actor, reason, moment)


def _record(mine: Appointment, before: str, party: Party, actor: "User | None", reason: str, moment: datetime) -> None:
    AppointmentEvent.objects.create(
        appointment=mine,
        seq=(mine.events.aggregate(last=Max("seq"))["last"] or 0) + 1 if before else 1,
        before=before,
        after=mine.status,
        party=party,
        actor=actor,
        reason=reason,
        at=moment,
    )


def _replacement(old: Appointment, slot: Slot, moment: datetime) -> Appointment:
    """The same appointment at another time. What was accepted stays accepted where the store confirms at once."""
    status = old.status
    if status == Status.CONFIRMED and not old.store.confirms_at_once:
        status = Status.REQUESTED
    new = Appointment(
        store=old.store,
        service=old.service,
        status=status,
        during=period(slot),
        reference=old.reference,
        user_id=old.user_id,
        name=old.name,
        phone=old.phone,
        email=old.email,
        note=old.note,
        language=old.language,
        hold_expires_at=moment + HOLD_FOR if status == Status.HELD else None,
        replaces=old,
    )
    if status == Status.REQUESTED:
        new.answer_by = answer_by(old.store, slot.starts_at, moment)
    return new


def _is_over(deadline: datetime | None, moment: datetime) -> bool:
    return deadline is not None and deadline <= moment


def _impossible(mine: Appointment) -> NotPossible:
    return NotPossible(extra={"state": str(Status(mine.status).label), "status": mine.status})
