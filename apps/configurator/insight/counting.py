"""Count the events of a day into ``InsightCount``, and forget the events."""

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from itertools import groupby

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from apps.configurator.insight.models import InsightCount, InsightEvent

Kind, Measure = InsightEvent.Kind, InsightCount.Measure
# Days that are counted again each time, in case a job was late; events are kept a little longer than that.
AGAIN_DAYS = 3
KEPT_DAYS = 14
type Tally = Counter[tuple[int, str, str]]


def count_days(today: date | None = None) -> int:
    """Count the last whole days; returns how many rows there are of them. Counting again changes nothing."""
    today = today or timezone.localdate()
    return sum(count_day(today - timedelta(days=back)) for back in range(AGAIN_DAYS, 0, -1))


@transaction.atomic
def count_day(day: date) -> int:
    """Count one day. A stay that went on after midnight counts on its last day."""
    tally: Tally = Counter()
    for _visit, events in groupby(_events(day).iterator(chunk_size=5000), key=lambda event: event.visit or event.pk):
        tally.update(_tally(list(events)))
    InsightCount.objects.filter(day=day).delete()
    rows = [
        InsightCount(configurator_id=car, day=day, measure=measure, key=key, number=number)
        for (car, measure, key), number in sorted(tally.items())
    ]
    InsightCount.objects.bulk_create(rows, batch_size=1000)
    return len(rows)


def forget(today: date | None = None) -> int:
    """Delete the events that have been counted for good; returns how many."""
    oldest = (today or timezone.localdate()) - timedelta(days=KEPT_DAYS)
    deleted, _by_model = InsightEvent.objects.filter(day__lt=oldest).delete()
    return deleted


def _events(day: date) -> QuerySet[InsightEvent]:
    """The events of stays that ended on the day, stay by stay, in their order."""
    later = InsightEvent.objects.filter(visit=OuterRef("visit"), day__gt=day, day__lte=day + timedelta(days=AGAIN_DAYS))
    mine = InsightEvent.objects.filter(visit=OuterRef("visit"), day=day)
    whole = InsightEvent.objects.filter(day__gte=day - timedelta(days=1), day__lte=day)
    of_stays = whole.filter(Exists(mine), ~Exists(later), visit__isnull=False)
    return (of_stays | whole.filter(visit__isnull=True, day=day)).order_by("visit", "pk")


def _tally(events: list[InsightEvent]) -> Iterator[tuple[int, str, str]]:
    """What one stay counts, each thing once."""
    return iter({(event.configurator_id, measure, key): None for event, measure, key in _keys(events)})


def _keys(events: list[InsightEvent]) -> Iterable[tuple[InsightEvent, str, str]]:
    last = events[-1]
    kinds = {event.kind for event in events}
    if last.visit is not None:
        yield last, Measure.VISITS, ""
        if kinds & {Kind.FINISHED, Kind.SAVED}:
            yield last, Measure.FINISHED, ""
        elif stopped := next((event.code for event in reversed(events) if event.kind == Kind.STEP), ""):
            yield last, Measure.STOPPED, stopped
    budgets = [event.amount for event in events if event.kind == Kind.BUDGET]
    if budgets:
        yield last, Measure.BUDGET, f"{budgets[-1]:09d}"
    for event in events:
        yield from ((event, measure, key) for measure, key in _keys_of(event))


def _keys_of(event: InsightEvent) -> Iterator[tuple[str, str]]:
    match event.kind:
        case Kind.CHOSEN:
            yield Measure.CHOSEN, event.code
        case Kind.CLEARED | Kind.REFUSED:
            yield Measure.CLEARED, event.code
        case Kind.REPAIRED:
            yield Measure.REPAIRED, event.code
        case Kind.ASKED:
            yield Measure.BLOCKED, event.code
            yield from ((Measure.RULE, f"{event.code} {rule}") for rule in event.codes)
        case Kind.SAVED:
            yield Measure.SAVED, ""
            yield from ((Measure.TAKEN, option) for option in event.codes)
