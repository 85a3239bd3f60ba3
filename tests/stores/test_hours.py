"""Opening hours: their text, their edges, their zones."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.stores import hours
from apps.stores.hours import DAY, WEEK, Span

CHINA, BERLIN = ZoneInfo("Asia/Shanghai"), ZoneInfo("Europe/Berlin")


def test_a_store_is_open_at_its_opening_minute_and_closed_at_its_closing_minute() -> None:
    spans = hours.parse("Mon 09:00-18:00")
    minutes = [8 * 60 + 59, 9 * 60, 17 * 60 + 59, 18 * 60]
    assert [hours.is_open(spans, minute) for minute in minutes] == [False, True, True, False]


def test_a_night_goes_on_into_the_next_day_and_from_sunday_into_monday() -> None:
    spans = hours.parse("Sun 20:00-26:00")
    assert spans == [Span(0, 120), Span(6 * DAY + 20 * 60, WEEK)]
    assert hours.by_day(spans)[6].times == ((1200, 1560),)
    assert hours.by_day(spans)[0].times == ()
    assert hours.text(spans) == "Sun 20:00-26:00"


def test_day_and_night_is_seven_whole_days() -> None:
    spans = hours.parse("Mon-Sun 00:00-24:00")
    assert spans == [Span(0, WEEK)]
    assert {day.times for day in hours.by_day(spans)} == {((0, DAY),)}


def test_a_break_at_noon_is_two_times() -> None:
    spans = hours.parse("Tue 09:00-12:00, 13:30-18:00")
    assert hours.openings(spans, date(2026, 12, 1), CHINA) == [
        (datetime(2026, 12, 1, 1, tzinfo=UTC), datetime(2026, 12, 1, 4, tzinfo=UTC)),
        (datetime(2026, 12, 1, 5, 30, tzinfo=UTC), datetime(2026, 12, 1, 10, tzinfo=UTC)),
    ]


def test_where_clocks_change_the_opening_hour_stays_the_walls_clock() -> None:
    spans = hours.parse("Mon-Sun 09:00-10:00")
    before, after = (hours.openings(spans, date(2026, 10, day), BERLIN)[0][0] for day in (24, 25))
    assert (before.hour, after.hour) == (7, 8)


@pytest.mark.parametrize(
    "text", ["Mon", "Xyz 09:00-18:00", "Mon 9-18", "Mon 18:00-09:00", "Mon 09:61-10:00", "Mon 25:00-26:00"]
)
def test_what_is_no_opening_time_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        hours.parse(text)


@given(st.lists(st.tuples(st.integers(0, 335), st.integers(1, 20)), max_size=8))
@settings(max_examples=30, deadline=timedelta(seconds=5))
def test_text_and_spans_say_the_same(pieces: list[tuple[int, int]]) -> None:
    spans = hours.joined(Span(start * 30, min(start * 30 + length * 30, WEEK)) for start, length in pieces)
    assert hours.parse(hours.text(spans)) == spans
