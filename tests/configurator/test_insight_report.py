"""The makers' report in the back office."""

import csv
import io
from datetime import date

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from apps.configurator.insight.models import InsightCount
from apps.configurator.insight.report import as_csv, report
from apps.configurator.models import Configurator
from tests.factories.accounts import make_staff

pytestmark = pytest.mark.django_db
DAY = date(2026, 11, 20)
NUMBERS = [
    ("visits", "", 40),
    ("finished", "", 20),
    ("saved", "", 8),
    ("taken", "red", 6),
    ("taken", "blue", 2),
    ("chosen", "red", 30),
    ("blocked", "tow", 9),
    ("repaired", "tow", 4),
    ("rule", "tow tow-large", 9),
    ("stopped", "wheels", 15),
    ("stopped", "paint", 5),
    ("budget", "000080000", 3),
    ("budget", "000120000", 1),
]


@pytest.fixture
def counted(car: Configurator) -> Configurator:
    for measure, key, number in NUMBERS:
        for day in (DAY, date(2026, 11, 21)):
            InsightCount.objects.create(configurator=car, day=day, measure=measure, key=key, number=number)
    return car


def test_the_report_adds_up_a_period(counted: Configurator, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    counted = Configurator.objects.select_related("current", "car_model__brand").get(pk=counted.pk)
    with django_assert_num_queries(1):
        found = report(counted, DAY, date(2026, 11, 21))
    assert (found.visits, found.finished, found.saved) == (80, 40, 16)
    first = found.options[0]
    assert (first.name, first.number, first.of, first.share, first.extra) == ("Paint: Red", 12, 16, 75.0, 60)
    assert {line.key for line in found.options} >= {"tow", "rack"}  # what nobody takes is a result too
    assert (found.blocked[0].name, found.blocked[0].number, found.blocked[0].extra) == ("Extras: Tow bar", 18, 8)
    assert found.rules[0].name == "Extras: Tow bar — No tow bar with 18-inch wheels."
    assert [(line.name, line.share) for line in found.stopped] == [("Wheels", 75.0), ("Paint", 25.0)]
    assert [line.name for line in found.budgets] == ["¥80,000–89,999", "¥120,000–129,999"]


def test_an_option_that_the_car_has_no_longer_keeps_its_code(counted: Configurator) -> None:
    InsightCount.objects.create(configurator=counted, day=DAY, measure="blocked", key="wings", number=1)
    assert report(counted, DAY, DAY).blocked[-1].name == "wings"


def test_the_csv_has_every_part_and_starts_no_formula(counted: Configurator) -> None:
    InsightCount.objects.create(configurator=counted, day=DAY, measure="blocked", key="=1+1", number=1)
    text = as_csv(report(counted, DAY, DAY))
    rows = list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))
    assert {row["part"] for row in rows} >= {"visits", "options", "blocked", "rules", "stopped", "budgets"}
    assert "'=1+1" in {row["code"] for row in rows}


def test_only_who_may_view_insight_reads_the_report(counted: Configurator, client: Client) -> None:
    address = reverse("admin:configurator_insightcount_changelist")
    query: dict[str, str] = {"car": str(counted.pk), "begin": "2026-11-20", "end": "2026-11-21"}
    assert client.get(address, query).status_code == 302
    client.force_login(make_staff(permissions=("configurator.view_build",)))
    assert client.get(address, query).status_code == 403
    assert client.get(address, query | {"format": "csv"}).status_code == 403
    client.force_login(make_staff(permissions=("configurator.view_insightcount",)))
    response = client.get(address, query)
    assert response.status_code == 200
    assert "80 configurations were begun, 40 finished, 16 cars saved." in response.content.decode()
    download = client.get(address, query | {"format": "csv"})
    assert download["Content-Type"] == "text/csv; charset=utf-8"
    assert "small-car-2026-11-20-2026-11-21.csv" in download["Content-Disposition"]


def test_a_period_that_runs_backwards_is_refused(counted: Configurator, client: Client) -> None:
    client.force_login(make_staff(permissions=("configurator.view_insightcount",)))
    query: dict[str, str] = {"car": str(counted.pk), "begin": "2026-11-21", "end": "2026-11-20"}
    response = client.get(reverse("admin:configurator_insightcount_changelist"), query)
    assert response.status_code == 422
    assert "A period runs forwards" in response.content.decode()
