"""Saved cars: frozen as they were, priced again as they are."""

import pytest
from django.db import IntegrityError, transaction
from pytest_django import DjangoAssertNumQueries

from apps.configurator.codes import WrongCode, read_code
from apps.configurator.errors import Contradiction, Incomplete, UnknownMarket, UnknownOption
from apps.configurator.loading import publish
from apps.configurator.models import Build, Configurator, Option, PriceRule
from apps.configurator.services import quote, save_build
from tests.factories.configurator import WHOLE, make_build, make_rule

pytestmark = pytest.mark.django_db


def test_a_build_freezes_lines_trace_total_and_terms(car: Configurator) -> None:
    build = make_build(car, "rent", "blue", "small", "tow", "rack")
    assert read_code(build.code) == build.code
    assert build.total == 5_000_000 + 100_000 + 50_000 - 30_000
    assert [line["code"] for line in build.lines] == ["rent", "blue", "small", "tow", "rack"]
    assert [step["amount"] for step in build.price_trace] == [5_000_000, 100_000, 50_000, -30_000]
    assert build.monthly == 40_000
    assert build.terms == {
        "monthly_price": 40_000,
        "mileage_cap": 20_000,
        "overage_price": 15,
        "minimum_term": 24,
        "buyout_price": 3_800_000,
        "instead_of": "buy",
    }


def test_what_is_forced_is_part_of_the_car(car: Configurator) -> None:
    build = make_build(car, "buy", "red")
    assert [line["code"] for line in build.lines] == ["buy", "red", "large"]
    assert build.total == 5_000_000 + 4_000_000 + 200_000 + 300_000
    assert build.monthly is None
    assert build.terms is None


def test_an_incomplete_car_is_refused_with_its_groups(car: Configurator) -> None:
    with pytest.raises(Incomplete) as caught:
        make_build(car, "buy")
    assert caught.value.extra["groups"] == ["paint", "wheels"]
    assert str(caught.value) == "Please decide first: Paint, Wheels."
    assert not Build.objects.exists()


def test_contradicting_choices_are_refused_with_conflict_and_repair(car: Configurator) -> None:
    with pytest.raises(Contradiction) as caught:
        make_build(car, "buy", "blue", "large", "tow")
    assert caught.value.extra["conflict"] == {"choices": ["large", "tow"], "rules": ["tow-large"]}
    assert caught.value.extra["repair"] is not None
    assert "No tow bar with 18-inch wheels." in str(caught.value)
    assert not Build.objects.exists()


def test_unknown_options_and_markets_are_refused(car: Configurator) -> None:
    with pytest.raises(UnknownOption):
        make_build(car, *WHOLE, "wings")
    with pytest.raises(UnknownMarket):
        make_build(car, *WHOLE, market="US")
    assert not Build.objects.exists()


def test_an_option_of_another_market_can_only_be_saved_there(car: Configurator) -> None:
    with pytest.raises(Contradiction):
        make_build(car, *WHOLE, "heater")
    assert make_build(car, *WHOLE, "heater", market="CN-N").total == 9_080_000


def test_a_quote_of_an_unchanged_version_is_the_build(car: Configurator) -> None:
    build = make_build(car, *WHOLE)
    found = quote(code=build.code)
    assert (found.valid, found.changed, found.total, found.version_number) == (True, False, 9_000_000, 1)
    assert found.changes == ()


def test_a_quote_shows_what_became_dearer(car: Configurator) -> None:
    build = make_build(car, *WHOLE, "tow")
    Option.objects.filter(code="tow").update(price=120_000)
    publish(configurator=car)
    found = quote(code=build.code)
    assert (found.total, found.saved_total) == (9_120_000, 9_100_000)
    assert [(change.code, change.kind, change.before, change.after) for change in found.changes] == [
        ("tow", "repriced", 100_000, 120_000)
    ]


def test_a_quote_shows_a_price_rule_that_is_gone(car: Configurator) -> None:
    build = make_build(car, *WHOLE, "tow", "rack")
    PriceRule.objects.all().delete()
    publish(configurator=car)
    (change,) = quote(code=build.code).changes
    assert (change.name_en, change.before, change.after) == ("Bundle saving", -30_000, None)


def test_a_car_that_is_no_longer_offered_is_answered_not_hidden(car: Configurator) -> None:
    build = make_build(car, *WHOLE, "rack")
    Option.objects.get(code="rack").delete()
    PriceRule.objects.all().delete()
    publish(configurator=car)
    found = quote(code=build.code)
    assert not found.valid
    assert found.problem == "Rack is no longer offered."
    assert found.total == build.total


def test_a_new_rule_invalidates_a_saved_car(car: Configurator) -> None:
    build = make_build(car, *WHOLE, "rack")
    make_rule(car, "no-rack", "excludes", options=["rack", "small"])
    publish(configurator=car)
    found = quote(code=build.code)
    assert not found.valid
    assert "Because of no-rack." in found.problem


def test_quotes_of_unknown_codes_say_which_kind_of_unknown(car: Configurator) -> None:
    with pytest.raises(WrongCode):
        quote(code="22222223")
    with pytest.raises(Build.DoesNotExist):
        quote(code="22222222")


def test_a_quote_costs_two_queries(car: Configurator, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    code = make_build(car, *WHOLE).code
    with django_assert_num_queries(2):
        quote(code=code)


def test_a_monthly_price_without_its_terms_cannot_be_stored(car: Configurator) -> None:
    build = make_build(car, *WHOLE)
    with pytest.raises(IntegrityError), transaction.atomic():
        Build.objects.filter(pk=build.pk).update(monthly=40_000)


def test_choices_may_refuse_an_extra(car: Configurator) -> None:
    assert save_build(car_model=car.car_model, choices=(*WHOLE, "!tow")).total == 9_000_000
