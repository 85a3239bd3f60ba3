"""The arithmetic of campaigns: groups, order, limits, splitting, replaying."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.common.money import split
from apps.promotions.engine import LEAST, Buyer, Item, Kind, Missing, Rule, calculate, replay

DAY = date(2026, 12, 1)
BUYER = Buyer(DAY, city="shanghai", car_model="ut")
CAR = Item("B1", "car", "B1", 10_000_001, options=frozenset({"red"}))
FILM = Item("CV-1", "cover", "CV-1", 698_000)
MATS = Item("AC-1", "accessory", "AC-1", 29_900, 3)
BASKET = (CAR, FILM, MATS)


def rule(slug: str = "a", kind: Kind = Kind.FIXED, group: str = "g", **fields: object) -> Rule:
    return replace(Rule(slug, kind, group), **fields)  # type: ignore[arg-type]


def saved(*rules: Rule, items: tuple[Item, ...] = BASKET, buyer: Buyer = BUYER) -> dict[str, int]:
    return {step.rule: -step.amount for step in calculate(rules, items, buyer).savings}


def test_of_one_group_the_best_counts_and_groups_add_up_in_their_order() -> None:
    percent = rule("ten", Kind.PERCENT, "season", percent=Decimal(10), targets=frozenset({"car"}))
    fixed = rule("fix", group="season", amount=900_000, targets=frozenset({"car"}))
    loyal = rule("loyal", Kind.PERCENT, "person", group_position=2, percent=Decimal(1), targets=frozenset({"car"}))
    result = calculate([loyal, fixed, percent], BASKET, BUYER)
    assert [(step.rule, step.base, step.amount) for step in result.savings] == [
        ("promotion:ten", 10_000_001, -1_000_000),
        ("promotion:loyal", 9_000_001, -90_000),
    ]
    assert result.refused == {"fix": Missing.BETTER}
    assert result.total == 10_000_001 + 698_000 + 89_700 - 1_090_000


def test_the_order_of_the_rules_given_does_not_matter() -> None:
    rules = [rule(f"r{n}", group=f"g{n}", group_position=n, amount=1_000 * n + 1) for n in range(4)]
    assert calculate(rules, BASKET, BUYER) == calculate(reversed(rules), BASKET, BUYER)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"starts_on": date(2026, 12, 2)}, Missing.NOT_YET),
        ({"ends_on": DAY}, Missing.OVER),
        ({"needs_code": True, "codes": frozenset({"X"})}, Missing.CODE),
        ({"models": frozenset({"other"})}, Missing.MODEL),
        ({"options": frozenset({"red", "large"})}, Missing.OPTION),
        ({"things": frozenset({"charger"})}, Missing.THINGS),
        ({"cities": frozenset({"beijing"})}, Missing.CITY),
        ({"markets": frozenset({"EU"})}, Missing.MARKET),
        ({"segments": frozenset({"plus"})}, Missing.SEGMENT),
        ({"first_order": True}, Missing.FIRST_ORDER),
        ({"least": 99_999_999}, Missing.LEAST),
        ({"targets": frozenset({"charger"})}, Missing.NOTHING),
    ],
)
def test_each_condition_is_named_when_it_is_not_met(changes: dict[str, Any], reason: Missing) -> None:
    result = calculate([rule(amount=5, **changes)], BASKET, BUYER)
    assert (result.refused, result.saved) == ({"a": reason}, 0)


def test_a_city_that_is_not_known_yet_is_no_refusal_of_the_city() -> None:
    wanted = rule(amount=5, cities=frozenset({"shanghai"}))
    assert saved(wanted) == {"promotion:a": 5}
    assert calculate([wanted], BASKET, replace(BUYER, city="")).refused == {"a": Missing.CITY_UNKNOWN}


def test_dates_are_half_open() -> None:
    wanted = rule(amount=5, starts_on=DAY, ends_on=date(2026, 12, 2))
    assert saved(wanted) == {"promotion:a": 5}
    assert saved(wanted, buyer=replace(BUYER, day=date(2026, 12, 2))) == {}


def test_percent_has_a_ceiling_and_is_rounded_once() -> None:
    assert saved(rule(kind=Kind.PERCENT, percent=Decimal("0.005"), targets=frozenset({"car"}))) == {"promotion:a": 500}
    assert saved(rule(kind=Kind.PERCENT, percent=Decimal(50), most=7)) == {"promotion:a": 7}


def test_one_free_is_one_unit_free() -> None:
    assert saved(rule(kind=Kind.FREE, targets=frozenset({"AC-1"}))) == {"promotion:a": 29_900}


def test_a_bundle_costs_its_price_and_is_split_over_its_lines() -> None:
    bundle = rule(kind=Kind.BUNDLE, amount=700_000, things=frozenset({"CV-1", "AC-1"}))
    result = calculate([bundle], BASKET, BUYER)
    assert result.saved == 698_000 + 89_700 - 700_000
    assert (result.saved_on("CV-1") + result.saved_on("AC-1"), result.saved_on("B1")) == (result.saved, 0)
    assert saved(replace(bundle, amount=9_999_999)) == {}


def test_nothing_falls_below_zero_and_an_order_is_never_for_nothing() -> None:
    result = calculate([rule(amount=99_999_999), rule("b", Kind.PERCENT, "h", percent=Decimal(100))], BASKET, BUYER)
    assert (result.total, replay([step.as_json() for step in result.steps])) == (LEAST, LEAST)


def test_a_trace_that_was_tampered_with_does_not_replay() -> None:
    trace = [step.as_json() for step in calculate([rule(amount=500)], BASKET, BUYER).steps]
    assert replay(trace) == 10_787_201
    for change in ({"amount": -501}, {"shares": {"B1": -400}}):
        with pytest.raises(ValueError, match="does not give"):
            replay([*trace[:-1], trace[-1] | change])


ITEMS = st.lists(
    st.builds(
        lambda kind, unit, quantity: (kind, unit, quantity),
        st.sampled_from(["car", "cover", "accessory", "charger"]),
        st.integers(1, 30_000_000),
        st.integers(1, 5),
    ),
    min_size=1,
    max_size=6,
).map(lambda rows: tuple(Item(f"K{n}", kind, f"K{n}", unit, qty) for n, (kind, unit, qty) in enumerate(rows)))
TARGETS = st.frozensets(st.sampled_from(["car", "cover", "accessory", "K0", "K1"]), max_size=2)
RULES = st.lists(
    st.builds(
        rule,
        slug=st.uuids().map(str),
        kind=st.sampled_from(list(Kind)),
        group=st.sampled_from(["a", "b", "c"]),
        amount=st.integers(1, 20_000_000),
        percent=st.decimals("0.01", "100", places=2),
        most=st.none() | st.integers(1, 5_000_000),
        targets=TARGETS,
        things=TARGETS,
    ),
    max_size=8,
)


@given(items=ITEMS, rules=RULES)
def test_any_baskets_total_is_what_its_trace_replays_and_what_its_lines_add_up_to(
    items: tuple[Item, ...], rules: list[Rule]
) -> None:
    result = calculate(rules, items, BUYER)
    assert replay([step.as_json() for step in result.steps]) == result.total >= min(LEAST, result.total)
    nets = [item.amount - result.saved_on(item.key) for item in items]
    assert sum(nets) == result.total
    assert min(nets) >= 0
    assert len({step.rule for step in result.savings}) <= len({rule.group for rule in rules})


@given(items=ITEMS, rules=RULES)
def test_lines_given_back_one_by_one_and_unit_by_unit_add_up_exactly(
    items: tuple[Item, ...], rules: list[Rule]
) -> None:
    result = calculate(rules, items, BUYER)
    refunds = [part for one in items for part in split(one.amount - result.saved_on(one.key), [1] * one.quantity)]
    assert sum(refunds) == result.total
    assert min(refunds) >= 0


@given(st.integers(-(10**12), 10**12), st.lists(st.integers(0, 10**9), min_size=1, max_size=9))
def test_splitting_adds_up_and_is_off_by_less_than_a_fen(amount: int, weights: list[int]) -> None:
    parts = split(amount, weights)
    assert sum(parts) == amount
    whole = sum(weights)
    if whole:
        assert all(abs(part * whole - amount * weight) < whole for part, weight in zip(parts, weights, strict=True))


def test_splitting_over_nothing_is_refused() -> None:
    for weights in ([], [1, -1]):
        with pytest.raises(ValueError, match="split"):
            split(5, weights)
    assert split(5, [0, 0]) == [5, 0]
    assert split(100, [1, 1, 1]) == [34, 33, 33]
