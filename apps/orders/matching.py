"""Which car goes to which order: the arithmetic. Pure; ``services.matching`` reads and writes.

Within one build every car suits every order; what differs is when a car can be at the order's store. Time is in whole days
on one line: a car has the day from which it can leave (``from_day``), an order the last day on which its car has to leave to
be there in time (``deadline``, the promise less the transport). So a pairing is on time exactly when ``from_day <= deadline``
and is otherwise late by the difference; an order without a car counts as late until after everything that is known.

Chosen is, in this order of weight: most orders on time; least days late in all; fewest cars moved from the order that had
them; the earlier order has the earlier car. Three quarters of that are one minimum-cost flow, whose network is as large as
the number of days and not of pairs: a car may wait on the line for nothing (on time), or go back on it for its price
(late). The rest is exchanging what is worth the same.
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from heapq import heappop, heappush

import numpy as np
from ortools.graph.python.min_cost_flow import SimpleMinCostFlow

# More than a year late is as bad as a year: it keeps the numbers small.
MOST_LATE = 365


@dataclass(frozen=True, slots=True)
class Waiting:
    """An order that wants a car of ``build``: last day to leave, its place in time (smaller is earlier), the car it has."""

    order: int
    build: str
    deadline: int
    placed: int
    has: str | None = None


@dataclass(frozen=True, slots=True)
class Car:
    """A car that exists or is certain, and the day from which it can leave."""

    vin: str
    build: str
    from_day: int


class Why(StrEnum):
    """Why an order's position is what it is."""

    ON_TIME = "on_time"  # a car that gets there in time
    LATE = "late"  # a car, but late: those in time help more orders elsewhere, or there are none
    KEPT = "kept"  # the car it had; nothing better could be had by moving it
    MOVED = "moved"  # another car than before, because more orders are on time, or fewer days late, that way
    LOST = "lost"  # its car went to an order that it makes on time, or less late
    NONE_LEFT = "none_left"  # no car for it yet


@dataclass(frozen=True, slots=True)
class Position:
    """What an order gets, and why. ``queue`` is its place among those of its build that wait without a car, from 1."""

    order: int
    vin: str | None
    late: int
    why: Why
    queue: int = 0
    before: str | None = None


def match(orders: Iterable[Waiting], cars: Iterable[Car]) -> dict[int, Position]:
    """The position of every order. Orders and cars of different builds have nothing to do with each other."""
    wanting: defaultdict[str, list[Waiting]] = defaultdict(list)
    built: defaultdict[str, list[Car]] = defaultdict(list)
    for order in orders:
        wanting[order.build].append(order)
    for car in cars:
        built[car.build].append(car)
    positions: dict[int, Position] = {}
    for build, group in wanting.items():
        positions |= _match_build(group, built[build])
    return positions


def _match_build(orders: list[Waiting], cars: list[Car]) -> dict[int, Position]:
    orders = sorted(orders, key=lambda one: (one.placed, one.order))
    cars = sorted(cars, key=lambda one: (one.from_day, one.vin))
    given = _exchange(orders, cars, _flow(orders, cars))
    return _explain(orders, {car.vin: car for car in cars}, given)


def lateness(deadline: int, car: Car) -> int:
    """Days late, counted as far as it matters."""
    return min(MOST_LATE, max(0, car.from_day - deadline))


def without(orders: Sequence[Waiting], cars: Sequence[Car]) -> int:
    """The day that stands for "some day later" for orders that get no car."""
    return max([*(one.deadline for one in orders), *(car.from_day for car in cars)]) + 1


def _flow(orders: Sequence[Waiting], cars: Sequence[Car]) -> dict[int, str]:
    """The cheapest pairing by (orders late, days late, cars moved), as order → VIN."""
    if not cars:
        return {}
    return _Network(orders, cars).solve()


class _Network:
    """Nodes: the source, a node a car, two a day (on time and late), a node an order. One unit is one order.

    A car enters the line of days on its own day: the first line leads on to later days for nothing, the second back to
    earlier ones at so much a day, after the toll for being late. An order takes its unit from either line on its deadline, or from the
    source for the price of having no car. A car an order already has is a bridge of its own, a little cheaper.
    """

    def __init__(self, orders: Sequence[Waiting], cars: Sequence[Car]) -> None:
        self.orders, self.cars = orders, cars
        self.day = len(orders) + 1  # a day late weighs more than all the cars that could be moved
        self.toll = self.day * (MOST_LATE * len(orders) + 1)  # and being late at all more than all days
        self.days = sorted({one.deadline for one in orders} | {car.from_day for car in cars})
        self.first_car = 1
        self.in_time = self.first_car + len(cars)
        self.late = self.in_time + len(self.days)
        self.first_order = self.late + len(self.days)
        self.arcs: list[tuple[int, int, int, int]] = []  # from, to, capacity, cost

    def solve(self) -> dict[int, str]:
        self._lay_lines()
        self._lay_ends()
        start = len(self.arcs)
        bridges = self._lay_bridges()
        flow = SimpleMinCostFlow()
        table = np.array(self.arcs, dtype=np.int64)
        flow.add_arcs_with_capacity_and_unit_cost(table[:, 0], table[:, 1], table[:, 2], table[:, 3])
        flow.set_node_supply(0, len(self.orders))
        nodes = np.arange(self.first_order, self.first_order + len(self.orders))
        flow.set_nodes_supplies(nodes, np.full(len(self.orders), -1))
        if flow.solve() != flow.OPTIMAL:
            raise AssertionError("the network always has a solution")
        used = flow.flows(np.arange(len(self.arcs)))
        kept = {order.order: order.has or "" for order, at in bridges if used[start + at]}
        return kept | self._unravel(used)

    def _lay_lines(self) -> None:
        count, most = len(self.days), len(self.orders)
        for at in range(count - 1):
            self.arcs.append((self.in_time + at, self.in_time + at + 1, most, 0))
        for at in range(1, count):
            price = min(MOST_LATE, self.days[at] - self.days[at - 1]) * self.day
            self.arcs.append((self.late + at, self.late + at - 1, most, price))

    def _lay_ends(self) -> None:
        never = without(self.orders, self.cars)
        for number, car in enumerate(self.cars):
            at = bisect_left(self.days, car.from_day)
            self.arcs.append((0, self.first_car + number, 1, 0))
            self.arcs.append((self.first_car + number, self.in_time + at, 1, 0))
            self.arcs.append((self.first_car + number, self.late + at, 1, self.toll))
        for number, order in enumerate(self.orders):
            at, node = bisect_left(self.days, order.deadline), self.first_order + number
            self.arcs.append((self.in_time + at, node, 1, 0))
            self.arcs.append((self.late + at, node, 1, 0))
            price = self.toll + min(MOST_LATE, never - order.deadline) * self.day
            self.arcs.append((0, node, 1, price))

    def _lay_bridges(self) -> list[tuple[Waiting, int]]:
        place = {car.vin: number for number, car in enumerate(self.cars)}
        bridges: list[tuple[Waiting, int]] = []
        for number, order in enumerate(self.orders):
            if order.has in place:
                car = self.cars[place[order.has]]
                days = lateness(order.deadline, car)
                price = (self.toll + days * self.day if days else 0) - 1
                self.arcs.append((self.first_car + place[order.has], self.first_order + number, 1, price))
                bridges.append((order, len(bridges)))
        return bridges

    def _unravel(self, used: "np.ndarray[tuple[int], np.dtype[np.int64]]") -> dict[int, str]:
        """Which car's unit reaches which order: along each line any of those that are there, for they are worth the same."""
        entering: dict[int, list[str]] = defaultdict(list)
        leaving: dict[int, list[int]] = defaultdict(list)
        for (source, target, _capacity, _cost), units in zip(self.arcs, used.tolist(), strict=True):
            on_line = self.in_time <= target < self.first_order
            if units and self.first_car <= source < self.in_time and on_line:
                entering[target].append(self.cars[source - self.first_car].vin)
            elif units and self.in_time <= source < self.first_order <= target:
                leaving[source].append(self.orders[target - self.first_order].order)
        given: dict[int, str] = {}
        for line in (range(self.in_time, self.late), range(self.first_order - 1, self.late - 1, -1)):
            there: list[str] = []
            for node in line:
                there += entering[node]
                for order in leaving[node]:
                    given[order] = there.pop()
        return given


def _exchange(orders: Sequence[Waiting], cars: Sequence[Car], given: dict[int, str]) -> dict[int, str]:
    """Among what is worth the same the earlier order has the earlier car; who keeps a car is left alone."""
    by_vin = {car.vin: car for car in cars}
    free = [one for one in orders if given.get(one.order) is None or given[one.order] != one.has]
    _swap_equals(free, given, by_vin)
    new = [(one, by_vin[given[one.order]]) for one in free if one.order in given]
    in_time = [(one, car) for one, car in new if car.from_day <= one.deadline]
    late = [(one, car) for one, car in new if car.from_day > one.deadline]
    some_day = Car("", "", without(orders, cars))  # to get no car is to be late, too
    late += [(one, some_day) for one in free if one.order not in given]
    changed = given | _latest_first(in_time) | _earliest_first(late)
    return {order: vin for order, vin in changed.items() if vin}


def _swap_equals(free: Sequence[Waiting], given: dict[int, str], cars: Mapping[str, Car]) -> None:
    """Of orders with one deadline the earlier ones get the earlier cars, and the last ones none."""
    classes: defaultdict[int, list[Waiting]] = defaultdict(list)
    for one in free:
        classes[one.deadline].append(one)
    for equals in classes.values():
        vins = [given.pop(one.order) for one in equals if one.order in given]
        vins.sort(key=lambda vin: (cars[vin].from_day, vin))
        given.update({one.order: vin for one, vin in zip(equals, vins, strict=False)})  # ``free`` is in order of time


def _latest_first(pairs: Sequence[tuple[Waiting, Car]]) -> dict[int, str]:
    """The latest car goes to the last order for which it is in time, and so on: nobody becomes late by that."""
    cars = sorted((car for _one, car in pairs), key=lambda car: (-car.from_day, car.vin))
    orders = sorted((one for one, _car in pairs), key=lambda one: -one.deadline)
    heap: list[tuple[int, int]] = []
    given: dict[int, str] = {}
    at = 0
    for car in cars:
        while at < len(orders) and orders[at].deadline >= car.from_day:
            heappush(heap, (-orders[at].placed, -orders[at].order))
            at += 1
        given[-heappop(heap)[1]] = car.vin
    return given


def _earliest_first(pairs: Sequence[tuple[Waiting, Car]]) -> dict[int, str]:
    """The earliest car goes to the first order that it is late for, and so on: the days late stay as many in all."""
    cars = sorted((car for _one, car in pairs), key=lambda car: (car.from_day, car.vin))
    orders = sorted((one for one, _car in pairs), key=lambda one: one.deadline)
    heap: list[tuple[int, int]] = []
    given: dict[int, str] = {}
    at = 0
    for car in cars:
        while at < len(orders) and orders[at].deadline < car.from_day:
            heappush(heap, (orders[at].placed, orders[at].order))
            at += 1
        given[heappop(heap)[1]] = car.vin
    return given


def _explain(orders: Sequence[Waiting], cars: Mapping[str, Car], given: Mapping[int, str]) -> dict[int, Position]:
    positions: dict[int, Position] = {}
    never = without(orders, list(cars.values()))
    queue = 0
    for one in sorted(orders, key=lambda one: (one.deadline, one.placed, one.order)):
        vin = given.get(one.order)
        if vin is None:
            queue += 1
            why = Why.LOST if one.has in cars else Why.NONE_LEFT
            positions[one.order] = Position(one.order, None, never - one.deadline, why, queue, one.has)
            continue
        late = max(0, cars[vin].from_day - one.deadline)
        positions[one.order] = Position(one.order, vin, late, _why(one, vin, late), 0, one.has)
    return positions


def _why(one: Waiting, vin: str, late: int) -> Why:
    if one.has == vin:
        return Why.KEPT
    if one.has is not None:
        return Why.MOVED
    return Why.LATE if late else Why.ON_TIME
