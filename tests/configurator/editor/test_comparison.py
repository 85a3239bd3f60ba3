"""Two documents of one car, compared in words."""

import json
from typing import Any

import pytest
from django.utils import translation

from apps.configurator.comparison import Change, Detail, compare
from apps.configurator.models import Configurator, Option, OptionGroup, PriceRule, RentalTerms, Rule
from apps.configurator.services import draft
from tests.factories.configurator import make_rule

pytestmark = pytest.mark.django_db


def data(car: Configurator) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(draft(car))
    return found


def test_an_unchanged_draft_has_no_differences(car: Configurator) -> None:
    assert compare(data(car), data(car)) == []


def test_everything_that_changed_is_told_in_words(car: Configurator) -> None:
    before = data(car)
    Configurator.objects.update(base_price=6_000_000)
    Option.objects.filter(code="tow").update(price=120_000, standard=True)
    OptionGroup.objects.filter(code="paint").update(name_en="Colour")
    RentalTerms.objects.update(monthly_price=50_000)
    rule = Rule.objects.get(code="red-large")
    rule.parameters, rule.owner = {"if": ["red", "tow"], "any_of": ["large"]}, "Design"
    rule.save()
    PriceRule.objects.update(amount=-40_000)
    assert compare(before, data(car)) == [
        Change("car", "changed", "small-car", before["name_en"], (Detail("base price", "¥50,000", "¥60,000"),)),
        Change("groups", "changed", "paint", "Colour", (Detail("name (English)", "Paint", "Colour"),)),
        Change(
            "options",
            "changed",
            "rent",
            "Battery: Rent (¥0)",
            (
                Detail(
                    "rental terms",
                    "¥400 a month instead of Buy, 20,000 km a year, then ¥0.15 a km, 24 months, buy-out ¥38,000",
                    "¥500 a month instead of Buy, 20,000 km a year, then ¥0.15 a km, 24 months, buy-out ¥38,000",
                ),
            ),
        ),
        Change(
            "options",
            "changed",
            "tow",
            "Extras: Tow bar (¥1,200)",
            (Detail("price", "¥1,000", "¥1,200"), Detail("standard", "no", "yes")),
        ),
        Change(
            "rules",
            "changed",
            "red-large",
            "If Red and Tow bar, then 18-inch.",
            (
                Detail("rule", "Red needs 18-inch.", "If Red and Tow bar, then 18-inch."),
                Detail("owner", "Product", "Design"),
            ),
        ),
        Change(
            "price_rules",
            "changed",
            "bundle",
            "Bundle saving",
            (Detail("price rule", "−\u2060¥300 with Tow bar and Rack.", "−\u2060¥400 with Tow bar and Rack."),),
        ),
    ]


def test_what_came_and_what_went_is_told(car: Configurator) -> None:
    before = data(car)
    Rule.objects.filter(code="heater-north").delete()
    Option.objects.filter(code="heater").delete()
    make_rule(car, "new", "at_most", k=1, options=["tow", "rack"])
    with translation.override("zh-hans"):
        found = [(change.kind, change.code, change.title) for change in compare(before, data(car))]
    assert found == [
        ("removed", "heater", "选装: 加热 (¥800)"),
        ("added", "new", "拖车钩和行李架中最多选 1 项。"),
        ("removed", "heater-north", "加热仅限在CN-N供应。"),
    ]


def test_rows_of_a_table_that_came_and_went_are_told_by_name(car: Configurator) -> None:
    rule = make_rule(car, "t", "table", groups=["paint", "wheels"], rows=[["blue", "small"], ["red", "large"]])
    before = data(car)
    rule.parameters["rows"] = [["red", "large"], ["blue", "large"]]
    rule.save()
    (change,) = compare(before, data(car))
    assert change.details == (Detail("allowed combinations", "Blue + 16-inch", "Blue + 18-inch"),)
