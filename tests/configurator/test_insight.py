"""What is noted of a click, that nothing of it says who, and that no click suffers."""

from collections.abc import Sequence
from datetime import date, timedelta
from threading import Barrier, Thread
from typing import Any
from uuid import UUID

import pytest
from django.core.exceptions import FieldDoesNotExist
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from apps.configurator.insight.events import Context, Event
from apps.configurator.insight.models import InsightCount, InsightEvent
from apps.configurator.insight.recorder import BATCH, Entry, Recorder, recorder, write_rows
from apps.configurator.models import Build, Configurator
from tests.factories.configurator import WHOLE

HTMX = {"HX-Request": "true", "User-Agent": "Mozilla/5.0"}
VISIT = "0123456789abcdef0123456789abcdef"


@pytest.fixture(autouse=True)
def _empty_buffer() -> None:
    recorder._reset()


def click(client: Client, query: str, **headers: str) -> None:
    response = client.get(f"/configure/small-car/{query}", headers=HTMX | {"X-Visit": VISIT} | headers)
    assert response.status_code == 200


def noted() -> list[tuple[str, str, list[str], int | None]]:
    recorder.flush()
    return list(InsightEvent.objects.values_list("kind", "code", "codes", "amount"))


@pytest.mark.django_db
class TestClicks:
    def test_a_choice_and_what_it_replaces(self, car: Configurator, client: Client) -> None:
        click(client, "?choices=blue&pick.paint=red")
        assert noted() == [("chosen", "red", [], None), ("step", "paint", [], None)]

    def test_a_box_that_is_ticked_off_is_cleared(self, car: Configurator, client: Client) -> None:
        click(client, "?choices=blue,rack&shown=extras")
        assert noted()[0] == ("cleared", "rack", [], None)

    def test_a_blocked_wish_with_its_rules_and_the_repair_that_was_taken(
        self, car: Configurator, client: Client
    ) -> None:
        click(client, "?choices=buy,red&explain=tow")
        click(client, "?choices=buy,red&change=tow:%2Btow.%2Bblue.-red")
        found = noted()
        assert found[0] == ("asked", "tow", ["red-large", "tow-large"], None)
        assert ("repaired", "tow", [], None) in found

    def test_why_something_is_forced_is_no_blocked_wish(self, car: Configurator, client: Client) -> None:
        click(client, "?choices=red&explain=large")
        assert noted() == []

    def test_a_budget_is_noted_by_its_ten_thousand(self, car: Configurator, client: Client) -> None:
        click(client, "?choices=blue&budget=87,654&raise=123456")
        assert noted() == [("budget", "", [], 120_000)]

    def test_a_decided_and_a_saved_car(self, car: Configurator, client: Client) -> None:
        click(client, "?choices=buy,blue&pick.wheels=small")
        client.post(
            "/configure/small-car/save/", {"choices": ",".join(WHOLE), "visit": VISIT}, headers={"User-Agent": "x"}
        )
        found = noted()
        assert ("finished", "", [], None) in found
        assert found[-1] == ("saved", "", ["buy", "blue", "small"], None)
        assert set(InsightEvent.objects.values_list("visit", flat=True)) == {UUID(VISIT)}

    @pytest.mark.parametrize(
        "headers",
        [
            {"User-Agent": "Googlebot/2.1"},
            {"Sec-Purpose": "prefetch;prerender"},
            {"Purpose": "prefetch"},
            {"DNT": "1"},
            {"Sec-GPC": "1"},
        ],
    )
    def test_robots_prefetches_and_who_does_not_want_it_are_not_counted(
        self, car: Configurator, client: Client, headers: dict[str, str]
    ) -> None:
        click(client, "?choices=blue&pick.paint=red", **headers)
        assert noted() == []

    def test_looking_at_an_address_is_no_wish(self, car: Configurator, client: Client) -> None:
        client.get("/configure/small-car/?choices=red&budget=70000")
        assert noted() == []

    def test_without_javascript_a_click_counts_without_a_stay(self, car: Configurator, client: Client) -> None:
        client.get("/configure/small-car/?choices=blue&pick.paint=red")
        assert noted()[0][:2] == ("chosen", "red")
        assert set(InsightEvent.objects.values_list("visit", flat=True)) == {None}

    def test_noting_costs_a_click_no_query(
        self, car: Configurator, client: Client, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        click(client, "")
        with django_assert_num_queries(1):
            click(client, "?choices=blue&pick.paint=red")
        assert len(recorder) == 2

    def test_the_address_of_a_click_does_not_carry_the_stay(self, car: Configurator, client: Client) -> None:
        response = client.get("/configure/small-car/?pick.paint=red", headers=HTMX | {"X-Visit": VISIT})
        assert VISIT not in response["HX-Push-Url"]

    def test_every_opened_page_is_another_stay(self, car: Configurator, client: Client) -> None:
        first, second = (client.get("/configure/small-car/").context["visit"] for _time in range(2))
        assert first != second

    def test_a_signed_in_persons_rows_name_nobody(self, car: Configurator, client: Client) -> None:
        from tests.factories.accounts import make_user

        client.force_login(make_user("who@example.com"))
        click(client, "?choices=blue&pick.paint=red")
        client.post(
            "/configure/small-car/save/", {"choices": ",".join(WHOLE), "visit": VISIT}, headers={"User-Agent": "x"}
        )
        noted()
        names = {field.name for field in InsightEvent._meta.get_fields()}
        assert names == {"id", "configurator", "version_number", "day", "visit", "kind", "code", "codes", "amount"}
        code = Build.objects.get().code
        for row in InsightEvent.objects.values():
            assert "who@example.com" not in str(row)
            assert code not in str(row)  # the saved car's code would lead to its owner
        for name in ("user", "ip", "created_at", "session"):
            with pytest.raises(FieldDoesNotExist):
                InsightEvent._meta.get_field(name)


def entries(number: int) -> list[Event]:
    return [Event("chosen", f"x{index}") for index in range(number)]


CONTEXT = Context(1, 1, None)


def test_threads_that_note_at_once_lose_and_double_nothing() -> None:
    written: list[Entry] = []
    noting = Recorder(written.extend, background=False)
    together = Barrier(9)

    def note(number: int) -> None:
        together.wait()
        for index in range(200):
            noting.record(CONTEXT, [Event("chosen", f"{number}-{index}")])

    def flush() -> None:
        together.wait()
        for _time in range(50):
            noting.flush()

    threads = [Thread(target=note, args=(number,)) for number in range(8)] + [Thread(target=flush)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    noting.flush()
    assert len(written) == 1600
    assert len({entry.event.code for entry in written}) == 1600


def test_a_full_buffer_drops_and_counts_instead_of_growing() -> None:
    noting = Recorder(lambda _batch: None, background=False, most=100)
    noting.record(CONTEXT, entries(250))
    assert (len(noting), noting.dropped) == (100, 150)


def test_a_database_that_fails_costs_nobody_anything_and_is_tried_again() -> None:
    written: list[Entry] = []
    broken = [True]

    def write(batch: Sequence[Entry]) -> None:
        if broken[0]:
            raise OSError("the database is away")
        written.extend(batch)

    noting = Recorder(write, background=False)
    noting.record(CONTEXT, entries(BATCH + 10))
    assert noting.flush() == 0
    assert len(noting) == BATCH + 10
    broken[0] = False
    assert noting.flush() == BATCH + 10
    assert [entry.event.code for entry in written] == [f"x{index}" for index in range(BATCH + 10)]


def test_the_background_thread_writes_by_itself() -> None:
    done = Barrier(2)
    written: list[Entry] = []

    def write(batch: Sequence[Entry]) -> None:
        written.extend(batch)
        done.wait(10)

    noting = Recorder(write, every_s=0.01)
    noting.record(CONTEXT, entries(3))
    done.wait(10)
    assert len(written) == 3


@pytest.mark.django_db
def test_events_of_a_car_that_is_gone_do_not_stop_the_others(car: Configurator) -> None:
    day = date(2026, 11, 27)
    write_rows([Entry(Context(car.pk, 1, None), day, Event("chosen", "red"))] * 2)
    write_rows([Entry(Context(car.pk + 1000, 1, None), day, Event("chosen", "red"))])
    assert InsightEvent.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_real_threads_write_real_rows(car: Configurator) -> None:
    noting = Recorder(write_rows, background=False)
    context = Context(car.pk, 1, None)

    def note() -> None:
        for _time in range(100):
            noting.record(context, entries(1))
        noting.flush()

    threads = [Thread(target=note) for _number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    noting.flush()
    assert InsightEvent.objects.count() == 400


def make_events(car: Configurator, day: date, visit: str | None, *events: tuple[Any, ...]) -> None:
    uuid = UUID(visit * 32) if visit else None
    entry = [Entry(Context(car.pk, 1, uuid), day, Event(*event)) for event in events]
    write_rows(entry)


def counts(day: date) -> dict[tuple[str, str], int]:
    return {(row.measure, row.key): row.number for row in InsightCount.objects.filter(day=day)}


@pytest.mark.django_db
class TestCounting:
    DAY = date(2026, 11, 20)

    def test_a_stay_counts_each_thing_once(self, car: Configurator) -> None:
        from apps.configurator.insight.counting import count_day

        chosen = ("chosen", "red")
        make_events(car, self.DAY, "1", chosen, ("step", "paint"), chosen, ("asked", "tow", ("red-large", "tow-large")))
        make_events(car, self.DAY, "2", chosen, ("repaired", "tow"), ("saved", "", ("buy", "red")))
        make_events(car, self.DAY, None, chosen)
        count_day(self.DAY)
        assert counts(self.DAY) == {
            ("visits", ""): 2,
            ("chosen", "red"): 3,
            ("stopped", "paint"): 1,
            ("blocked", "tow"): 1,
            ("rule", "tow red-large"): 1,
            ("rule", "tow tow-large"): 1,
            ("repaired", "tow"): 1,
            ("finished", ""): 1,
            ("saved", ""): 1,
            ("taken", "buy"): 1,
            ("taken", "red"): 1,
        }

    def test_counting_twice_changes_nothing(self, car: Configurator) -> None:
        from apps.configurator.insight.counting import count_days

        make_events(car, self.DAY, "1", ("chosen", "red"), ("budget", "", (), 80_000), ("budget", "", (), 120_000))
        for _time in range(2):
            count_days(self.DAY + timedelta(days=1))
        assert counts(self.DAY) == {("visits", ""): 1, ("chosen", "red"): 1, ("budget", "000120000"): 1}

    def test_a_stay_over_midnight_counts_once_on_its_last_day(self, car: Configurator) -> None:
        from apps.configurator.insight.counting import count_day

        next_day = self.DAY + timedelta(days=1)
        make_events(car, self.DAY, "1", ("chosen", "red"), ("step", "paint"))
        make_events(car, next_day, "1", ("saved", "", ("red",)))
        count_day(self.DAY)
        count_day(next_day)
        assert counts(self.DAY) == {}
        assert counts(next_day)["chosen", "red"] == 1
        assert ("stopped", "paint") not in counts(next_day)

    def test_old_events_are_deleted_and_the_counts_stay(self, car: Configurator) -> None:
        from apps.configurator.insight.counting import KEPT_DAYS, count_day, forget

        make_events(car, self.DAY, "1", ("chosen", "red"))
        count_day(self.DAY)
        assert forget(self.DAY + timedelta(days=KEPT_DAYS)) == 0
        assert forget(self.DAY + timedelta(days=KEPT_DAYS + 1)) == 1
        assert counts(self.DAY)["chosen", "red"] == 1
