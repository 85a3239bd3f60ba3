"""Which car goes to which order, against every possible pairing."""

import time
from itertools import permutations
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.orders.matching import Car, Position, Waiting, Why, lateness, match, without

Worth = tuple[int, int, int]


def worth(orders: list[Waiting], cars: list[Car], vins: list[str | None]) -> Worth:
    """(orders late, days late, cars moved) of a pairing; ``vins`` stand beside ``orders``."""
    by_vin = {car.vin: car for car in cars}
    never = without(orders, cars)
    late = [
        min(365, never - one.deadline) if vin is None else lateness(one.deadline, by_vin[vin])
        for one, vin in zip(orders, vins, strict=True)
    ]
    missing = [vin is None for vin in vins]
    count = sum(1 for days, none in zip(late, missing, strict=True) if days or none)
    moved = sum(1 for one, vin in zip(orders, vins, strict=True) if one.has in by_vin and vin != one.has)
    return count, sum(late), moved


def best(orders: list[Waiting], cars: list[Car]) -> Worth:
    """Over every pairing there is."""
    choices: list[str | None] = [*(car.vin for car in cars), *[None] * len(orders)]
    return min(worth(orders, cars, list(vins)) for vins in set(permutations(choices, len(orders))))


def found(orders: list[Waiting], cars: list[Car]) -> list[Position]:
    positions = match(orders, cars)
    return [positions[one.order] for one in orders]


@st.composite
def problems(draw: st.DrawFn) -> tuple[list[Waiting], list[Car]]:
    cars = [Car(f"V{at}", "b", day) for at, day in enumerate(draw(st.lists(st.integers(0, 6), max_size=4)))]
    deadlines = draw(st.lists(st.integers(0, 6), min_size=1, max_size=4))
    vins = draw(st.permutations([*(car.vin for car in cars), None, None, None, None]))
    placed = draw(st.permutations(range(len(deadlines))))
    orders = [
        Waiting(100 + at, "b", deadline, placed[at], vins[at] if draw(st.booleans()) else None)
        for at, deadline in enumerate(deadlines)
    ]
    return orders, cars


@settings(max_examples=300, deadline=None)
@given(problem=problems())
def test_no_pairing_is_better(problem: tuple[list[Waiting], list[Car]]) -> None:
    orders, cars = problem
    positions = found(orders, cars)
    vins = [one.vin for one in positions]
    assert len({vin for vin in vins if vin}) == sum(1 for vin in vins if vin)
    assert worth(orders, cars, vins) == best(orders, cars)


@settings(max_examples=200, deadline=None)
@given(problem=problems())
def test_a_second_run_moves_nothing(problem: tuple[list[Waiting], list[Car]]) -> None:
    orders, cars = problem
    first = match(orders, cars)
    after = [Waiting(one.order, one.build, one.deadline, one.placed, first[one.order].vin) for one in orders]
    assert [position.vin for position in found(after, cars)] == [first[one.order].vin for one in orders]


@settings(max_examples=200, deadline=None)
@given(problem=problems())
def test_no_exchange_serves_an_earlier_order_better_for_nothing(problem: tuple[list[Waiting], list[Car]]) -> None:
    """Whoever got a new car, or none: a later order has no earlier one that could be theirs at the same worth."""
    orders, cars = problem
    positions = match(orders, cars)
    day = {car.vin: car.from_day for car in cars} | {None: 10_000}
    fresh = [one for one in orders if positions[one.order].vin != one.has or one.has is None]
    vins = [positions[one.order].vin for one in orders]
    for first in fresh:
        for second in fresh:
            mine, theirs = positions[first.order].vin, positions[second.order].vin
            if first.placed < second.placed and day[theirs] < day[mine]:
                swap = {first.order: theirs, second.order: mine}
                other = [swap.get(one.order, vin) for one, vin in zip(orders, vins, strict=True)]
                assert worth(orders, cars, other) > worth(orders, cars, vins)


def test_one_order_is_late_so_that_two_are_on_time() -> None:
    orders = [Waiting(1, "b", 1, 1), Waiting(2, "b", 2, 2), Waiting(3, "b", 3, 3)]
    cars = [Car("X", "b", 2), Car("Y", "b", 3), Car("Z", "b", 9)]
    positions = match(orders, cars)
    assert [(one.vin, one.late, one.why) for one in positions.values()] == [
        ("Z", 8, Why.LATE),
        ("X", 0, Why.ON_TIME),
        ("Y", 0, Why.ON_TIME),
    ]


def test_builds_have_nothing_to_do_with_each_other() -> None:
    positions = match([Waiting(1, "red", 5, 1), Waiting(2, "blue", 5, 2)], [Car("X", "blue", 1)])
    assert (positions[1].vin, positions[1].why, positions[1].queue) == (None, Why.NONE_LEFT, 1)
    assert positions[2].vin == "X"


def test_a_car_stays_where_it_is_unless_that_helps() -> None:
    cars = [Car("X", "b", 1), Car("Y", "b", 2)]
    calm = match([Waiting(1, "b", 5, 1), Waiting(2, "b", 5, 2, "X")], cars)
    assert (calm[1].vin, calm[2].vin, calm[2].why) == ("Y", "X", Why.KEPT)
    pressed = match([Waiting(1, "b", 1, 1), Waiting(2, "b", 5, 2, "X")], cars)
    assert (pressed[1].vin, pressed[2].vin, pressed[2].why, pressed[2].before) == ("X", "Y", Why.MOVED, "X")


def test_a_car_that_is_taken_away_is_said_to_be() -> None:
    positions = match([Waiting(1, "b", 1, 1), Waiting(2, "b", 0, 2, "X")], [Car("X", "b", 1)])
    assert (positions[1].vin, positions[2].vin, positions[2].why, positions[2].queue) == ("X", None, Why.LOST, 1)


def test_the_earlier_order_gets_the_car_and_those_without_know_their_place() -> None:
    positions = match([Waiting(at, "b", 5, 10 - at) for at in range(1, 5)], [Car("X", "b", 1), Car("Y", "b", 2)])
    assert [(positions[at].vin, positions[at].queue) for at in (4, 3, 2, 1)] == [
        ("X", 0),
        ("Y", 0),
        (None, 1),
        (None, 2),
    ]


@pytest.mark.parametrize("builds", [1, 40])
def test_five_thousand_orders_and_cars_take_seconds(builds: int) -> None:
    chance = Random(7)
    orders = [
        Waiting(at, f"b{chance.randrange(builds)}", chance.randrange(120), at, f"V{at}" if at % 3 == 0 else None)
        for at in range(5000)
    ]
    cars = [Car(f"V{at}", orders[at].build, chance.randrange(150)) for at in range(5000)]
    began = time.monotonic()
    positions = match(orders, cars)
    took = time.monotonic() - began
    late = sum(1 for one in positions.values() if one.late)
    print(f"\n5,000 orders, 5,000 cars, {builds} builds: {took:.2f} s, {late} late")
    assert len(positions) == 5000
    assert took < 20  # about one when nothing else runs
