"""Answers by sweeping a compiled circuit: the machine of every model that compiles."""

from collections.abc import Iterable, Mapping
from functools import cache, cached_property, partial
from itertools import chain
from math import inf

from .answer import Answer, Conflict, Repair
from .answering import Board, repair_of
from .circuit import Circuit
from .encoding import encode
from .explain import RuleSolver
from .layout import Layout, layout_of, price_vector
from .machine import Machine
from .model import Context, Model
from .sweep import Cost, Mode, Sweeper
from .totals import NearestCars


class CompiledModel(Machine):
    """A circuit with the prices of a model beside it.

    The circuit must be that of the model's rules in the context (``circuit_key``). Prices are taken from the model, so
    a price change needs a new ``CompiledModel`` over the same circuit, which is cheap.
    """

    def __init__(self, model: Model, context: Context, circuit: Circuit, *, mode: Mode = "auto") -> None:
        super().__init__(model, context)
        self.circuit = circuit
        self._layout: Layout = layout_of(model)
        prices, self._constant = price_vector(self._layout, model)
        self._sweeper = Sweeper(circuit, prices, mode)
        self._board = Board(model, self._layout)
        low, high = _range(self._layout, prices)
        self._low = low
        self._penalty = high - low + 1
        """More than two cars can differ in price."""
        self._against = cache(partial(_contradicting, self._layout))

    def possible(self, choices: tuple[str, ...]) -> frozenset[str]:
        swept = self._sweeper.sweep(self._masked(self.model.normal_choices(choices)))
        return frozenset(literal for literal, slot in self._layout.slot_of.items() if swept.costs[slot] != inf)

    def answer(self, choices: tuple[str, ...], *, budget: int | None = None) -> Answer:
        choices = self.model.normal_choices(choices)
        swept = self._sweeper.sweep(self._masked(choices), whole=True)
        return self._board.answer(
            choices,
            swept.costs,
            swept.blocked,
            base=self._constant,
            count=swept.count,
            minimum=None if swept.least is None else swept.least + self._constant,
            complete=swept.car,
            budget=budget,
        )

    def why(self, choices: tuple[str, ...], option: str, *, deadline: float | None = None) -> Conflict | None:
        self.model.normal_choices((option,))
        kept = self.model.released(self.model.normal_choices(choices), option)
        return self._rules.conflict([choice for choice in kept if choice != option], [option], deadline)

    def repair(self, choices: tuple[str, ...], option: str, *, deadline: float | None = None) -> Repair | None:
        self.model.normal_choices((option,))
        kept = self.model.released(self.model.normal_choices(choices), option)
        return self._nearest_car(kept, option)

    def repairs(self, choices: tuple[str, ...], wanted: Iterable[str] | None = None) -> Mapping[str, tuple[int, int]]:
        swept = self._sweeper.sweep(*self._penalised(self.model.normal_choices(choices)))
        nearest = NearestCars(
            self._layout.slot_of,
            swept.costs,
            penalty=self._penalty,
            low=self._low,
            base=self._low + self._constant,
        )
        return nearest if wanted is None else nearest.among(wanted)

    def conflict(self, choices: tuple[str, ...], *, deadline: float | None = None) -> Conflict | None:
        return self._rules.conflict(self.model.normal_choices(choices), deadline=deadline)

    def repair_conflict(self, choices: tuple[str, ...], *, deadline: float | None = None) -> Repair | None:
        return self._nearest_car(self.model.normal_choices(choices), None)

    @cached_property
    def _rules(self) -> RuleSolver:
        """Made when the first "why" is asked."""
        return RuleSolver(self.model, encode(self.model, self.context, self._layout))

    def _nearest_car(self, kept: tuple[str, ...], option: str | None) -> Repair | None:
        changes, magnitude = self._penalised(kept)
        if option is not None:
            changes.update(self._masked((option,)))
        car = self._car(changes, magnitude)
        return None if car is None else repair_of(self.model, kept, car, option)

    def _car(self, changes: Mapping[int, Cost], magnitude: int = 0) -> frozenset[str] | None:
        """The picked options of a cheapest car."""
        slots = self._sweeper.cheapest(changes, magnitude)
        return None if slots is None else frozenset(self._board.picked(slots))

    def _masked(self, choices: tuple[str, ...]) -> dict[int, Cost]:
        """The slots that contradict a choice, blocked."""
        return dict.fromkeys(chain.from_iterable(map(self._against, choices)), inf)

    def _penalised(self, choices: tuple[str, ...]) -> tuple[dict[int, Cost], int]:
        """The slots that contradict choices, dearer by a penalty for each, and what that adds up to at most."""
        costs: dict[int, Cost] = {}
        for choice in choices:
            for slot in self._against(choice):
                costs[slot] = costs.get(slot, self._sweeper.costs.values[slot]) + self._penalty
        return costs, self._penalty * (len(choices) + 1)


def _contradicting(layout: Layout, choice: str) -> tuple[int, ...]:
    """The slots that contradict the choice."""
    variable = layout.variable_of[choice]
    first = layout.first[variable]
    return tuple(slot for slot in range(first, first + layout.sizes[variable]) if slot != layout.slot_of[choice])


def _range(layout: Layout, prices: list[int]) -> tuple[int, int]:
    """Bounds of what a car can cost, without the constant."""
    low = high = 0
    for first, size in zip(layout.first, layout.sizes, strict=True):
        values = prices[first : first + size] or [0]
        low += min(values)
        high += max(values)
    return low, high
