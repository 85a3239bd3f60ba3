"""When a store's installers have time: minutes of a day, for parts that are fitted and charging piles that are put up."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from django.utils import timezone

from apps.capacity import kinds
from apps.capacity.models import Pool
from apps.orders.models import LineKind
from apps.orders.terms import BUILD_ACCEPTED_DAYS, BUILD_DAYS, PREPARATION_DAYS, TRANSPORT_DAYS
from apps.stores.models import Bay, Store

MINUTES_A_BAY = 480
DAYS_AHEAD = 60
SERVICES = ("accessory_fitting", "charger_install")


def minutes_of(lines: Iterable[tuple[str, int, Mapping[str, Any], bool]]) -> int:
    """How long the installers work on lines of (kind, quantity, facts, needs fitting). Films are laid by others."""
    wanted = (LineKind.ACCESSORY, LineKind.CHARGER)
    return sum(
        int(facts.get("fitting_minutes") or 0) * quantity
        for kind, quantity, facts, needed in lines
        if needed and kind in wanted
    )


def earliest_day(month: date | None) -> date:
    """When the car can be at the store at the soonest."""
    prepared = timedelta(days=TRANSPORT_DAYS + PREPARATION_DAYS)
    soonest = timezone.localdate() + timedelta(days=BUILD_ACCEPTED_DAYS + BUILD_DAYS) + prepared
    return max(soonest, month + prepared) if month else soonest


def days_for(store: Store, minutes: int, month: date | None) -> tuple[dict[str, int], dict[str, int]]:
    """(minutes to hold by day, what to open for days nobody has asked for yet), from the first free day on.

    Long work goes over several days. Empty when the coming weeks are full: then the store arranges it.
    """
    first = earliest_day(month)
    days = [kinds.install(store.code, first + timedelta(days=number)) for number in range(DAYS_AHEAD)]
    known = {pool.resource: pool.free for pool in Pool.objects.filter(resource__in=days)}
    a_day = MINUTES_A_BAY * max(1, _bays(store))
    held: dict[str, int] = {}
    for day in days:
        units = min(minutes - sum(held.values()), known.get(day, a_day))
        # Short work is not torn apart over two days.
        if units > 0 and (held or units == minutes or units == known.get(day, a_day) == a_day):
            held[day] = units
        if sum(held.values()) == minutes:
            return held, {day: a_day for day in held if day not in known}
    return {}, {}


def _bays(store: Store) -> int:
    return Bay.objects.filter(store=store, is_active=True, services__overlap=list(SERVICES)).count()


def first_day(resources: Sequence[str]) -> str:
    """The day on which the work begins, as ISO date; empty without any."""
    return min((one.rsplit(":", 1)[1] for one in resources if one.startswith(f"{kinds.INSTALL}:")), default="")
