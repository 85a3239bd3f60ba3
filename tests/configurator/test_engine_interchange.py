"""The JSON interchange format, in and out."""

import copy
from typing import Any

import pytest

from apps.configurator.engine.interchange import answer_document, document_of, read
from apps.configurator.engine.model import ModelError

DOCUMENT: dict[str, Any] = {
    "groups": [
        {"name": "battery", "pick": "one", "options": [{"id": "std", "price": 0}, {"id": "long", "price": 1500000}]},
        {"name": "extras", "pick": "any", "options": [{"id": "tow", "price": 300000}, {"id": "heat", "price": 90000}]},
    ],
    "rules": [
        {"id": "r1", "type": "requires", "if": ["tow"], "any_of": ["long"], "reason": "towing needs the large pack"},
        {"id": "r2", "type": "excludes", "options": ["tow", "heat"], "reason": "shared fuse"},
        {"id": "r3", "type": "at_most", "k": 1, "options": ["tow", "heat"], "reason": "…"},
        {
            "id": "r4",
            "type": "available",
            "option": "heat",
            "markets": ["CN-N"],
            "from": "2025-11-01",
            "until": "2026-04-01",
        },
    ],
    "price_rules": [{"id": "p1", "when": ["long", "!tow"], "amount": -50000}],
    "context": {"market": "CN-N", "date": "2025-12-01"},
    "choices": ["tow"],
    "budget": None,
    "ask": ["std"],
}


def test_the_example_of_the_format_is_answered_as_it_says() -> None:
    assert answer_document(DOCUMENT) == {
        "count": "1",
        "min": 1800000,
        "from": {"std": None, "long": 1800000, "tow": 1800000, "heat": None},
        "refuse": {"tow": 0, "heat": 1800000},
        "why": {"std": {"choices": ["tow"], "rules": ["r1"]}},
        "repair": {"std": {"changes": 1, "give_up": ["tow"], "price": 0}},
    }


def test_a_model_without_a_car_is_answered_with_zero_and_nulls() -> None:
    document = DOCUMENT | {"rules": [{"id": "no", "type": "at_least", "k": 3, "options": ["std", "long"]}]}
    answer = answer_document(document | {"choices": []})
    assert (answer["count"], answer["min"]) == ("0", None)
    assert set(answer["from"].values()) == set(answer["refuse"].values()) == {None}
    assert answer["why"] == {"std": {"choices": [], "rules": ["no"]}}
    assert answer["repair"] == {"std": None}


@pytest.mark.parametrize(
    ("date", "total"),
    [("2025-10-31", None), ("2025-11-01", 90000), ("2026-03-31", 90000), ("2026-04-01", None), (None, None)],
)
def test_availability_begins_on_its_first_day_and_ends_before_its_last(date: str | None, total: int | None) -> None:
    document = DOCUMENT | {"context": {"market": "CN-N", "date": date}, "choices": []}
    assert answer_document(document)["from"]["heat"] == total


def test_an_option_is_not_sold_in_another_market() -> None:
    document = DOCUMENT | {"context": {"market": "CN-S", "date": "2025-12-01"}, "choices": [], "ask": ["heat"]}
    answer = answer_document(document)
    assert answer["from"]["heat"] is None
    assert answer["why"] == {"heat": {"choices": [], "rules": ["r4"]}}


def test_above_the_budget_an_option_is_blocked() -> None:
    answer = answer_document(DOCUMENT | {"choices": [], "budget": 100000})
    assert answer["from"] == {"std": 0, "long": None, "tow": None, "heat": 90000}


@pytest.mark.parametrize(
    ("path", "value", "code", "place"),
    [
        (("choices",), ["tower"], "unknown-option", "choices[0]"),
        (("choices",), ["!std"], "cannot-refuse", "choices[0]"),
        (("ask",), ["tower"], "unknown-option", "ask[0]"),
        (("budget",), "12", "bad-type", "budget"),
        (("context", "date"), "1 May", "bad-date", "context.date"),
        (("groups", 0, "pick"), "some", "bad-pick", "groups[0].pick"),
        (("groups", 0, "options", 1, "id"), "std", "duplicate", "groups[0].options[1].id"),
        (("groups", 0, "options", 1, "price"), 1.5, "bad-type", "groups[0].options[1].price"),
        (("rules", 0, "any_of"), ["longer"], "unknown-option", "rules[0].any_of[0]"),
        (("rules", 1, "type"), "forbids", "unknown-type", "rules[1].type"),
        (("rules", 2, "k"), -1, "bad-number", "rules[2].k"),
        (("rules", 3, "id"), "r1", "duplicate", "rules[3].id"),
        (("price_rules", 0, "amount"), None, "missing", "price_rules[0].amount"),
        (("price_rules", 0, "amount"), 1 << 60, "prices-too-large", "groups"),
        (("rules", 3, "untill"), "2026-04-01", "unknown-field", "rules[3].untill"),
        (("rules", 0, "if"), "tow", "bad-type", "rules[0].if"),
    ],
)
def test_what_is_malformed_is_refused_with_its_place(
    path: tuple[str | int, ...], value: object, code: str, place: str
) -> None:
    document: Any = copy.deepcopy(DOCUMENT)
    item = document
    for step in path[:-1]:
        item = item[step]
    item[path[-1]] = value
    with pytest.raises(ModelError) as caught:
        read(document)
    assert (caught.value.code, caught.value.path) == (code, place)


def test_fields_beyond_the_format_are_passed_over() -> None:
    assert answer_document(DOCUMENT | {"comment": "an example"}) == answer_document(DOCUMENT)


def test_a_document_survives_being_read_and_written() -> None:
    table = {"id": "t", "type": "table", "groups": ["battery"], "rows": [["std"], ["long"]]}
    least = {"id": "l", "type": "at_least", "k": 1, "options": ["std", "tow"]}
    inquiry = read(DOCUMENT | {"rules": [*DOCUMENT["rules"], table, least]})
    again = read(document_of(inquiry.model, inquiry.context))
    assert (again.model, again.context) == (inquiry.model, inquiry.context)


def test_a_table_is_checked_cell_by_cell() -> None:
    rule: dict[str, Any] = {"id": "t", "type": "table", "groups": ["battery"], "rows": [["std"], ["tow"]]}
    with pytest.raises(ModelError) as caught:
        read(DOCUMENT | {"rules": [rule]})
    assert (caught.value.code, caught.value.path) == ("unknown-option", "rules[0].rows[1][0]")
    answer = answer_document(DOCUMENT | {"rules": [rule | {"rows": [["long"]]}], "choices": []})
    assert answer["from"]["std"] is None
