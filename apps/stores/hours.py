"""Opening hours as ranges of minutes since Monday 00:00 in the store's own time. Pure.

``[540, 1260)`` is Monday 09:00 to 21:00. A night that goes past Sunday midnight is two ranges. Half-open: a store is
open at its opening minute and closed at its closing minute.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

DAY = 24 * 60
WEEK = 7 * DAY
NIGHT = 6 * 60
DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_LINE = re.compile(r"^(\w{3})(?:-(\w{3}))?\s+(.+)$")
_SPAN = re.compile(r"^(\d{1,2}):(\d{2})-(\d{1,2}):(\d{2})$")


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """Minutes of the week, ``0 <= start < end <= WEEK``."""

    start: int
    end: int

    def __post_init__(self) -> None:
        if not 0 <= self.start < self.end <= WEEK:
            raise ValueError(f"Not a span of a week: {self.start} to {self.end}.")


@dataclass(frozen=True, slots=True)
class DayHours:
    """The opening times of one weekday (0 is Monday), as minutes of that day; ``closes`` may be past midnight."""

    weekday: int
    times: tuple[tuple[int, int], ...]


def joined(spans: Iterable[Span]) -> list[Span]:
    """Sorted, with what touches or overlaps made one."""
    result: list[Span] = []
    for span in sorted(spans):
        if result and span.start <= result[-1].end:
            result[-1] = Span(result[-1].start, max(result[-1].end, span.end))
        else:
            result.append(span)
    return result


def minute_of_week(moment: datetime, zone: ZoneInfo) -> int:
    local = moment.astimezone(zone)
    return local.weekday() * DAY + local.hour * 60 + local.minute


def is_open(spans: Sequence[Span], minute: int) -> bool:
    return any(span.start <= minute < span.end for span in spans)


def local_moment(day: date, minute: int, zone: ZoneInfo) -> datetime:
    """A minute of a local day (``DAY`` and more: the next day) as an aware UTC time."""
    days, rest = divmod(minute, DAY)
    local = datetime.combine(day + timedelta(days=days), time(rest // 60, rest % 60), tzinfo=zone)
    return local.astimezone(UTC)


def openings(spans: Sequence[Span], day: date, zone: ZoneInfo) -> list[tuple[datetime, datetime]]:
    """When the store opens and closes on a local day, as UTC times; a night stays with the day it begins on."""
    times = by_day(spans)[day.weekday()].times
    return [(local_moment(day, start, zone), local_moment(day, end, zone)) for start, end in times]


def by_day(spans: Sequence[Span]) -> list[DayHours]:
    """Seven days with their times. What goes on past midnight is cut there, but for a night of up to six hours."""
    times: list[list[tuple[int, int]]] = [[] for _ in range(7)]
    for start, end in _round_the_week(spans):
        while start < end:
            day, midnight = start // DAY, (start // DAY + 1) * DAY
            is_night = start % DAY and end - midnight <= NIGHT
            stop = end if is_night else min(end, midnight)
            times[day].append((start - day * DAY, stop - day * DAY))
            start = stop
    return [DayHours(day, tuple(entries)) for day, entries in enumerate(times)]


def _round_the_week(spans: Sequence[Span]) -> list[tuple[int, int]]:
    """The ranges in order, with the small hours of Monday joined to the Sunday night that they end."""
    whole = [(span.start, span.end) for span in joined(spans)]
    if len(whole) > 1 and whole[0][0] == 0 and whole[0][1] <= NIGHT and whole[-1][1] == WEEK:
        (_, small_hours), *whole = whole
        whole[-1] = (whole[-1][0], WEEK + small_hours)
    return whole


def parse(text: str) -> list[Span]:
    """``Mon-Fri 09:00-18:00; Sat 10:00-12:00, 13:00-26:00`` as spans. Hours past 24 are the next day's.

    Raises:
        ValueError: a part cannot be read; the message names it.
    """
    spans: list[Span] = []
    for part in filter(None, (part.strip() for part in re.split(r"[;\n]", text))):
        match = _LINE.match(part)
        if match is None or match[1] not in DAYS or (match[2] or match[1]) not in DAYS:
            raise ValueError(part)
        first, last = DAYS.index(match[1]), DAYS.index(match[2] or match[1])
        for day in range(first, last + 1 + (7 if last < first else 0)):
            spans.extend(_spans_of(day % 7, match[3], part))
    return joined(spans)


def _spans_of(day: int, times: str, part: str) -> list[Span]:
    spans: list[Span] = []
    for piece in times.split(","):
        match = _SPAN.match(piece.strip())
        if match is None:
            raise ValueError(part)
        opens, closes = int(match[1]) * 60 + int(match[2]), int(match[3]) * 60 + int(match[4])
        if not (opens < closes <= opens + DAY and opens < DAY) or int(match[2]) > 59 or int(match[4]) > 59:
            raise ValueError(part)
        start, end = day * DAY + opens, day * DAY + closes
        spans.append(Span(start, min(end, WEEK)))
        if end > WEEK:
            spans.append(Span(0, end - WEEK))
    return spans


def clock(minute: int) -> str:
    """``1290`` → ``21:30``; midnight at the end of a day is ``24:00``, later is the next day's clock."""
    return "24:00" if minute == DAY else f"{minute // 60 % 24:02d}:{minute % 60:02d}"


def text(spans: Sequence[Span]) -> str:
    """The inverse of ``parse``: equal neighbouring days together."""
    groups: list[tuple[int, int, tuple[tuple[int, int], ...]]] = []
    for day in by_day(spans):
        if groups and groups[-1][2] == day.times:
            groups[-1] = (groups[-1][0], day.weekday, day.times)
        else:
            groups.append((day.weekday, day.weekday, day.times))
    lines = []
    for first, last, times in groups:
        if times:
            name = DAYS[first] if first == last else f"{DAYS[first]}-{DAYS[last]}"
            lines.append(f"{name} " + ", ".join(f"{_long(a)}-{_long(b)}" for a, b in times))
    return "; ".join(lines)


def _long(minute: int) -> str:
    return f"{minute // 60:02d}:{minute % 60:02d}"
