"""A slot's way to one appointment: which slot begins then, a row in the first bay that is really free, what else is free.

Rows are inserted with ON CONFLICT DO NOTHING against the exclusion constraint on (bay, time), which waits for whoever was first and
never deadlocks. Who loses a bay tries the next.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from apps.stores import slots as arithmetic
from apps.stores.errors import (
    NotASlot,
    SlotTaken,
    TooFarAhead,
    TooSoon,
)
from apps.stores.kinds import ANSWER_WITHIN
from apps.stores.models import Appointment, Store
from apps.stores.services.free import Capacity, capacity, next_free, opening_times
from apps.stores.slots import Slot


def slot_at(
    store: Store, service: str, starts_at: datetime, now: datetime, *, ignoring: Appointment | None = None
) -> tuple[Slot, Capacity]:
    """The slot that begins then, whether free or not, and the store's capacity around it.

    Raises:
        TooSoon, TooFarAhead; NotASlot: none begins then.
    """
    # A slot after midnight may belong to the night before.
    first = starts_at.astimezone(store.zone).date() - timedelta(days=1)
    room = capacity(
        store=store, service=service, first=first, days=2, now=now, ignoring=ignoring.pk if ignoring else None
    )
    if starts_at < room.earliest:
        raise TooSoon(field="starts_at")
    if starts_at > room.latest:
        raise TooFarAhead(field="starts_at")
    times = sorted(period for periods in room.openings.values() for period in periods)
    every = arithmetic.starts(times, minutes=room.rule.minutes, step=room.rule.step_minutes)
    slot = next((slot for slot in every if slot.starts_at == starts_at), None)
    if slot is None:
        raise NotASlot(field="starts_at")
    return slot, room


def period(slot: Slot) -> DateTimeTZRange:
    """From its begin up to its end, without it."""
    return DateTimeTZRange(slot.starts_at, slot.ends_at, "[)")


def insert(room: Capacity, slot: Slot, wanted: Appointment, moment: datetime) -> Appointment | None:
    """Insert into the first of the store's bays that is free then; None when there is none."""
    return insert_into(arithmetic.bays_for(slot, room.bays), wanted, moment)


def insert_into(bays: Sequence[int], wanted: Appointment, moment: datetime) -> Appointment | None:
    """Insert into the first bay that is really free; None when others were quicker in all of them."""
    from apps.stores.services.overdue import free_bay

    for bay in bays:
        wanted.bay_id = bay
        free_bay(bay=bay, begin=wanted.starts_at, end=wanted.ends_at, now=moment)
        Appointment.objects.bulk_create([wanted], ignore_conflicts=True)
        if Appointment.objects.filter(pk=wanted.pk).exists():
            wanted._state.adding = False
            return wanted
    return None


def answer_by(store: Store, starts_at: datetime, now: datetime) -> datetime:
    """Two hours of the store's own opening time from now, but not after the appointment has begun."""
    first = now.astimezone(store.zone).date()
    times = sorted(period for periods in opening_times(store, first, 14).values() for period in periods)
    return min(starts_at, arithmetic.answer_by(times, now, ANSWER_WITHIN))


def taken(store: Store, service: str, slot: Slot, now: datetime) -> SlotTaken:
    """The refusal, with the next times that are free."""
    found = next_free(store=store, service=service, after=slot.starts_at, now=now)
    error = SlotTaken(field="starts_at", extra={"next_free": [free.starts_at.isoformat() for free in found]})
    error.slots = found
    return error
