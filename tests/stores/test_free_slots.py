"""Which times are free."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from apps.stores import errors, services
from apps.stores.models import Store
from tests.factories.stores import MONDAY, at, make_appointment, make_store

pytestmark = pytest.mark.django_db
DAY = date(2026, 11, 30)


def free(store: Store, service: str = "maintenance", day: date = DAY, now: datetime = MONDAY) -> list[datetime]:
    return [slot.starts_at for slot in services.free_slots(store=store, service=service, day=day, now=now)]


def test_slots_lie_within_the_opening_hours_and_not_before_the_lead_time() -> None:
    found = free(make_store(opening="Mon 09:00-12:00"))
    assert found == [at(9), at(9, 30), at(10), at(10, 30)]  # 90 minutes, the last ends at noon
    assert free(make_store(opening="Mon 09:00-12:00"), now=at(8, 45)) == [at(10), at(10, 30)]


def test_a_busy_bay_takes_its_times_away_until_every_bay_is_busy() -> None:
    store = make_store(bays=2, opening="Mon 09:00-12:00")
    make_appointment(store=store, service="maintenance", starts_at=at(9, 30))
    assert len(free(store)) == 4
    make_appointment(store=store, service="maintenance", starts_at=at(9))
    assert free(store) == [at(10, 30)]  # from 9:30 to 10:30 both are at work, and at 10:30 the first is free again


def test_a_hold_keeps_its_bay_busy() -> None:
    store = make_store(opening="Mon 09:00-10:30")
    make_appointment(store=store, service="maintenance", starts_at=at(9), status="held")
    assert free(store) == []
    assert free(store, now=MONDAY - timedelta(minutes=1)) == []


def test_a_hold_of_eleven_minutes_ago_is_free_again_before_anybody_swept() -> None:
    store = make_store(opening="Mon 09:00-10:30")
    early = MONDAY - timedelta(minutes=11)
    make_appointment(store=store, service="maintenance", starts_at=at(9), status="held", now=early)
    assert free(store) == [at(9)]


def test_closed_days_and_closures_have_no_times() -> None:
    store = make_store()
    assert free(store, day=date(2026, 12, 6)) == []  # a Sunday
    store.closures.create(days=(DAY, DAY + timedelta(days=1)), reason_en="Stocktaking", reason_zh="盘点")
    assert free(store) == []
    assert free(store, day=DAY + timedelta(days=1)) != []


def test_a_day_is_a_day_by_the_stores_own_clock() -> None:
    store = make_store(time_zone="Asia/Urumqi", opening="Mon 09:00-10:30")
    assert free(store) == [at(11)]


def test_times_end_sixty_days_ahead_and_other_services_are_refused() -> None:
    store = make_store(opening="Mon-Sun 09:00-18:00")
    assert free(store, day=DAY + timedelta(days=59))
    assert free(store, day=DAY + timedelta(days=61)) == []
    with pytest.raises(errors.NotOffered):
        free(store, service="film")


def test_the_next_free_times_go_over_days_and_stop_at_the_limit() -> None:
    store = make_store(opening="Mon 09:00-10:30")
    found = services.next_free(store=store, service="maintenance", after=MONDAY, limit=3, now=MONDAY)
    assert [slot.starts_at for slot in found] == [at(9), at(9) + timedelta(days=7), at(9) + timedelta(days=14)]


def test_two_weeks_cost_as_many_queries_as_one_day(django_assert_num_queries: Any) -> None:
    store = make_store(bays=3)
    make_appointment(store=store)
    with django_assert_num_queries(3):
        services.free_slots(store=store, service="maintenance", day=DAY, now=MONDAY)
    with django_assert_num_queries(3):
        found = services.free_days(store=store, service="maintenance", first=DAY, days=14, now=MONDAY)
    assert len(found) == 14
