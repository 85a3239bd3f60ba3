"""The sample visits: their cars can be built, what they ask for is blocked, and they are counted like any visitor's."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import transaction

from apps.common.demo import DemoOptions
from apps.configurator import demo
from apps.configurator.insight.counting import count_day
from apps.configurator.insight.models import InsightCount, InsightEvent
from apps.configurator.insight.report import report
from apps.configurator.insight.sample import DAYS, sample_visits, walks_of
from apps.configurator.models import Configurator
from apps.configurator.selection import settle
from apps.configurator.services import explain, open_session
from tests.factories.catalog import make_car_model

CARS = ("aion-ut-super", "avatr-12", "kaicheng-v919")


@pytest.fixture(scope="module", autouse=True)
def _loaded(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """The demo cars with their visits, loaded once for the module."""
    with django_db_blocker.unblock(), transaction.atomic():
        for slug in CARS:
            make_car_model(slug)
        demo.load(DemoOptions(), lambda label, done, total: None)
        yield
        transaction.set_rollback(True)


@pytest.mark.parametrize("slug", CARS)
def test_every_walk_ends_at_a_whole_car_and_meets_what_it_says_is_blocked(slug: str) -> None:
    session = open_session(slug)
    machine, walks = session.machine, walks_of(slug)
    assert len(walks) == 5
    for walk in walks:
        settled = settle(machine.model, machine.context, walk.choices, session.answer(walk.choices))
        assert settled.complete
        assert settled.picked == set(walk.picked)
        for at, option, rules in walk.blocked:
            found = explain(session, walk.choices[:at], option)
            assert found is not None
            assert set(rules) <= session.document.rule.keys()
            assert rules or not found.rules


def test_every_car_has_a_report_of_the_last_thirty_days() -> None:
    end = date.today()  # noqa: DTZ011  compared with whole days only
    for car in Configurator.objects.all():
        found = report(car, end - timedelta(days=DAYS + 1), end)
        assert 10 < found.visits <= 2 * DAYS
        assert found.finished >= found.saved > 0
        assert found.blocked
        assert found.stopped
        assert found.budgets
        assert any(line.number for line in found.options)


def test_counting_the_days_again_and_loading_again_change_nothing() -> None:
    before = list(InsightCount.objects.values_list("configurator", "day", "measure", "key", "number"))
    events = InsightEvent.objects.count()
    for day in InsightCount.objects.values_list("day", flat=True).distinct():
        count_day(day)
    assert sample_visits(DemoOptions(seed=2).random_for("insight")) == 0
    assert list(InsightCount.objects.values_list("configurator", "day", "measure", "key", "number")) == before
    assert InsightEvent.objects.count() == events


def test_a_seed_makes_the_same_visits() -> None:
    made = []
    for _time in range(2):
        InsightCount.objects.all().delete()
        InsightEvent.objects.all().delete()
        assert sample_visits(DemoOptions().random_for("insight"), date(2026, 6, 1)) > 0
        made.append(list(InsightEvent.objects.values_list("configurator", "day", "visit", "kind", "code")))
    assert made[0] == made[1]
