"""Which times of a store are free. Reading only, three queries however many days are asked for."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.utils import timezone

from apps.stores import slots as arithmetic
from apps.stores.errors import NotOffered
from apps.stores.hours import DAY, local_moment, openings
from apps.stores.kinds import HORIZON, SERVICES, ServiceRule
from apps.stores.models import Appointment, Store
from apps.stores.slots import Period, Slot

# How far ahead a look for the next free time goes in one step; most stores have one within the first.
STEP_DAYS = 14


@dataclass(frozen=True, slots=True)
class Capacity:
    """What a store could do in a stretch of days: its opening times by local day, and what keeps each bay busy."""

    openings: Mapping[date, list[Period]]
    bays: Mapping[int, list[Period]]
    rule: ServiceRule
    earliest: datetime
    latest: datetime

    def free_on(self, days: Iterable[date]) -> list[Slot]:
        times = sorted(period for day in days for period in self.openings.get(day, []))
        return arithmetic.free(
            times,
            self.bays,
            minutes=self.rule.minutes,
            step=self.rule.step_minutes,
            earliest=self.earliest,
            latest=self.latest,
        )


def rule_of(store: Store, service: str) -> ServiceRule:
    """How a service is booked.

    Raises:
        NotOffered: there is no such service, or this store does not have it.
    """
    if service not in SERVICES or service not in store.services or not store.is_active:
        raise NotOffered(field="service", extra={"service": service})
    return SERVICES[service]


def opening_times(store: Store, first: date, days: int) -> dict[date, list[Period]]:
    """When the store is open on each of some local days, closures taken out. One query."""
    wanted = [first + timedelta(days=offset) for offset in range(days)]
    rows = store.closures.filter(days__overlap=(first, first + timedelta(days=days)))
    closed = [row.days for row in rows]
    zone, spans = store.zone, store.spans
    return {
        day: openings(spans, day, zone)
        for day in wanted
        if not any(entry.lower <= day < entry.upper for entry in closed)
    }


def capacity(
    *, store: Store, service: str, first: date, days: int, now: datetime, ignoring: UUID | None = None
) -> Capacity:
    """Opening times and busy bays for some local days. Three queries.

    ``ignoring`` is an appointment whose bay counts as free: the one that is being moved.
    """
    rule = rule_of(store, service)
    bays = (
        store.bays.filter(is_active=True, services__contains=[service]).order_by("number").values_list("pk", flat=True)
    )
    busy: dict[int, list[Period]] = {pk: [] for pk in bays}
    begin = local_moment(first, 0, store.zone)
    # A night's last opening time ends on the next day.
    end = local_moment(first + timedelta(days=days), DAY, store.zone)
    rows = Appointment.objects.taking(list(busy), begin, end, now).without(ignoring)
    for bay, during in rows.order_by().values_list("bay", "during"):
        busy[bay].append((during.lower, during.upper))
    return Capacity(opening_times(store, first, days), busy, rule, now + rule.lead, now + HORIZON)


def free_slots(
    *, store: Store, service: str, day: date, now: datetime | None = None, ignoring: UUID | None = None
) -> list[Slot]:
    """The free times that begin with the store's opening on a local day, in order.

    Raises:
        NotOffered: the store does not have this service.
    """
    moment = now or timezone.now()
    found = capacity(store=store, service=service, first=day, days=1, now=moment, ignoring=ignoring)
    return found.free_on([day])


def free_days(
    *,
    store: Store,
    service: str,
    first: date,
    days: int,
    now: datetime | None = None,
    ignoring: UUID | None = None,
) -> dict[date, list[Slot]]:
    """The free times of several local days, in as few queries as those of one."""
    moment = now or timezone.now()
    found = capacity(store=store, service=service, first=first, days=days, now=moment, ignoring=ignoring)
    return {day: found.free_on([day]) for day in (first + timedelta(days=offset) for offset in range(days))}


def next_free(
    *, store: Store, service: str, after: datetime | None = None, limit: int = 5, now: datetime | None = None
) -> list[Slot]:
    """The first free times that begin at ``after`` or later; fewer than ``limit`` when the calendar ends before."""
    moment = now or timezone.now()
    since = max(after or moment, moment)
    day, last = since.astimezone(store.zone).date(), (moment + HORIZON).astimezone(store.zone).date()
    found: list[Slot] = []
    while day <= last and len(found) < limit:
        part = capacity(store=store, service=service, first=day, days=STEP_DAYS, now=moment)
        found += [slot for slot in part.free_on(part.openings) if slot.starts_at >= since]
        day += timedelta(days=STEP_DAYS)
    return found[:limit]
