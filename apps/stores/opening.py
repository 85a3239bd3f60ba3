"""When a store is open, as a page or an answer of the API says it."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from apps.stores import hours
from apps.stores.models import Closure, Store


@dataclass(frozen=True, slots=True)
class Today:
    """Whether a store is open at a moment, and until or from when (aware UTC; None: not within a week)."""

    is_open: bool
    until: datetime | None
    opens: datetime | None
    always: bool = False


@dataclass(frozen=True, slots=True)
class Day:
    """A weekday's times as texts such as ``09:00``, and whether it is today."""

    weekday: int
    times: list[tuple[str, str]]
    is_today: bool


def state(store: Store, moment: datetime) -> Today:
    """One query, for the closures; none where they are prefetched."""
    here = moment.astimezone(store.zone).date()
    closed = [closure.days for closure in store.closures.all()]
    days = (here + timedelta(days=offset) for offset in range(-1, 8))
    times = sorted(
        period
        for day in days
        if not any(entry.lower <= day < entry.upper for entry in closed)
        for period in hours.openings(store.spans, day, store.zone)
    )
    return _state(times, moment)


def _state(times: list[tuple[datetime, datetime]], moment: datetime) -> Today:
    joined: list[tuple[datetime, datetime]] = []
    for opens, closes in times:
        if joined and opens <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(closes, joined[-1][1]))
        else:
            joined.append((opens, closes))
    for opens, closes in joined:
        if opens <= moment < closes:
            return Today(True, closes, None, closes - moment > timedelta(days=6))
        if opens > moment:
            return Today(False, None, opens)
    return Today(False, None, None)


def week(store: Store, moment: datetime) -> list[Day]:
    today = moment.astimezone(store.zone).weekday()
    return [
        Day(
            day.weekday,
            [(hours.clock(opens), hours.clock(closes)) for opens, closes in day.times],
            day.weekday == today,
        )
        for day in hours.by_day(store.spans)
    ]


def coming_closures(store: Store, moment: datetime) -> list[Closure]:
    """Closures of the next weeks, the first first. One query."""
    here = moment.astimezone(store.zone).date()
    return list(store.closures.filter(days__overlap=(here, here + timedelta(days=60))).order_by("days"))
