"""The typed parameters of rules."""

from datetime import date
from typing import Any

import pytest

from apps.configurator.engine.model import Available, Requires, Table
from apps.configurator.rules import InvalidParameters, check_rule, check_when, read_rule

GROUPS = {"wheels": ("one", frozenset({"small", "large"})), "extras": ("any", frozenset({"tow", "rack"}))}


def test_requires_is_read() -> None:
    rule = read_rule("r", "requires", {"if": ["tow"], "any_of": ["small"]})
    assert rule == Requires("r", ("tow",), ("small",))


def test_available_has_half_open_dates() -> None:
    rule = read_rule("r", "available", {"option": "tow", "from": "2026-01-01", "until": "2026-02-01"})
    assert rule == Available("r", "tow", (), date(2026, 1, 1), date(2026, 2, 1))


def test_table_is_read() -> None:
    rule = read_rule("r", "table", {"groups": ["wheels", "body"], "rows": [["small", "van"]]})
    assert rule == Table("r", ("wheels", "body"), (("small", "van"),))


@pytest.mark.parametrize(
    ("kind", "parameters", "place"),
    [
        ("requires", {"if": [], "any_of": ["small"]}, "if"),
        ("requires", {"if": ["tow"], "any_of": "small"}, "any_of"),
        ("requires", {"if": ["tow"], "any_of": ["small"], "k": 1}, "k"),
        ("excludes", {"options": ["tow"]}, "options"),
        ("excludes", {"options": ["tow", "tow"]}, "options"),
        ("at_most", {"k": True, "options": ["tow"]}, "k"),
        ("at_least", {"k": -1, "options": ["tow"]}, "k"),
        ("available", {"option": "tow"}, ""),
        ("available", {"option": "tow", "from": "soon"}, "from"),
        ("available", {"option": "tow", "from": "2026-02-01", "until": "2026-02-01"}, "until"),
        ("table", {"groups": ["wheels", "extras"], "rows": []}, "rows"),
        ("table", {"groups": ["wheels", "extras"], "rows": [["small"]]}, "rows[0]"),
        ("magic", {}, "kind"),
        ("requires", [], ""),
    ],
)
def test_what_a_kind_does_not_take_is_refused_with_its_place(kind: str, parameters: Any, place: str) -> None:
    with pytest.raises(InvalidParameters) as caught:
        read_rule("r", kind, parameters)
    assert caught.value.place == place


@pytest.mark.parametrize(
    ("kind", "parameters", "place"),
    [
        ("requires", {"if": ["tow"], "any_of": ["huge"]}, "any_of"),
        ("available", {"option": "huge", "markets": ["CN"]}, "option"),
        ("table", {"groups": ["wheels", "extras"], "rows": [["small", "tow"]]}, "groups"),
        ("table", {"groups": ["wheels", "doors"], "rows": [["small", "two"]]}, "groups"),
    ],
)
def test_what_the_car_does_not_have_is_refused(kind: str, parameters: Any, place: str) -> None:
    with pytest.raises(InvalidParameters) as caught:
        check_rule(read_rule("r", kind, parameters), GROUPS)
    assert caught.value.place == place


def test_the_condition_of_a_price_rule_may_say_not_picked() -> None:
    assert check_when(["tow", "!small"], GROUPS) == ("tow", "!small")
    with pytest.raises(InvalidParameters):
        check_when(["!huge"], GROUPS)
