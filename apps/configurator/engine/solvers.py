"""Answers by solving: python-sat for what is possible, OR-Tools CP-SAT for prices. Exact, and much slower.

The fallback for a model that does not compile within its budget, and the oracle that compiled answers are checked
against. CP-SAT (``prices.py``) is loaded when the first price is asked: that takes a second, what is possible does not.
"""

import time
from collections.abc import Iterable
from functools import cached_property
from math import inf
from typing import TYPE_CHECKING

import numpy as np
from pysat.solvers import Solver

from .answer import Answer, Conflict, Repair
from .answering import Board, Flags, holds, repair_of
from .encoding import encode
from .explain import RuleSolver
from .machine import Machine
from .model import Context, Model, literals

if TYPE_CHECKING:
    from .prices import PriceSolver

COUNT_LIMIT = 5_000
"""Cars are counted one by one up to this many; beyond it the count is not known."""


class SolverModel(Machine):
    """A machine that compiles nothing."""

    def __init__(self, model: Model, context: Context, *, count_limit: int = COUNT_LIMIT) -> None:
        super().__init__(model, context)
        self._count_limit = count_limit
        self._problem = encode(model, context)
        self._board = Board(model, self._problem.layout)
        self._rules = RuleSolver(model, self._problem)

    @cached_property
    def _prices(self) -> "PriceSolver":
        """Made when the first price is asked: what is possible needs SAT alone."""
        from .prices import PriceSolver

        return PriceSolver(self.model, self.context)

    def least(self, fixed: tuple[str, ...]) -> int | None:
        """The least total of a car with all these literals: one price alone, without the rest of an answer."""
        car = self._prices.cheapest(self.model.normal_choices(fixed))
        return None if car is None else self.model.total(car)

    def possible(self, choices: tuple[str, ...]) -> frozenset[str]:
        choices = self.model.normal_choices(choices)
        found: set[str] = set()
        for literal in literals(self.model):
            kept = self.model.released(choices, literal)
            if literal in found and len(kept) == len(choices):
                continue
            car = self._rules.car((*kept, literal))
            if car is None:
                continue
            found.add(literal)
            if len(kept) == len(choices):  # nothing was released, so the car vouches for its other literals too
                found.update(other for other in literals(self.model) if holds(other, car))
        return frozenset(found)

    def answer(self, choices: tuple[str, ...], *, budget: int | None = None, seconds: float | None = None) -> Answer:
        """See ``Machine``; after so many ``seconds`` raises ``TookTooLong``."""
        choices = self.model.normal_choices(choices)
        deadline = None if seconds is None else time.monotonic() + seconds
        cheapest = self._prices.cheapest(choices, deadline)
        possible = self.possible(choices)
        slot_of = self._problem.layout.slot_of
        totals: list[int | float] = [inf] * self._problem.layout.slots
        for literal in possible:
            slot, kept = slot_of[literal], self.model.released(choices, literal)
            if cheapest is not None and holds(literal, cheapest) and len(kept) == len(choices):
                totals[slot] = self.model.total(cheapest)
            else:
                totals[slot] = self.model.total(self._cheapest((*kept, literal), deadline))
        return self._board.answer(
            choices,
            totals,
            np.array([total == inf for total in totals], np.bool),
            count=self._count(choices),
            minimum=None if cheapest is None else self.model.total(cheapest),
            complete=None if cheapest is None else self._flags(slot_of[option] for option in cheapest),
            budget=budget,
        )

    def _flags(self, slots: Iterable[int]) -> Flags:
        flags = np.zeros(self._problem.layout.slots, np.bool)
        flags[list(slots)] = True
        return flags

    def _cheapest(self, fixed: tuple[str, ...], deadline: float | None) -> frozenset[str]:
        """A cheapest car where SAT says that there is one."""
        car = self._prices.cheapest(fixed, deadline)
        if car is None:
            raise RuntimeError("SAT and CP-SAT disagree")
        return car

    def why(self, choices: tuple[str, ...], option: str, *, deadline: float | None = None) -> Conflict | None:
        self.model.normal_choices((option,))
        kept = self.model.released(self.model.normal_choices(choices), option)
        return self._rules.conflict([choice for choice in kept if choice != option], [option], deadline)

    def repair(self, choices: tuple[str, ...], option: str, *, deadline: float | None = None) -> Repair | None:
        self.model.normal_choices((option,))
        kept = self.model.released(self.model.normal_choices(choices), option)
        return self._nearest(kept, option, deadline)

    def conflict(self, choices: tuple[str, ...], *, deadline: float | None = None) -> Conflict | None:
        return self._rules.conflict(self.model.normal_choices(choices), deadline=deadline)

    def repair_conflict(self, choices: tuple[str, ...], *, deadline: float | None = None) -> Repair | None:
        return self._nearest(self.model.normal_choices(choices), None, deadline)

    def _nearest(self, kept: tuple[str, ...], option: str | None, deadline: float | None) -> Repair | None:
        fixed = () if option is None else (option,)
        if self._rules.car(fixed, deadline) is None:
            return None
        car = self._prices.nearest(kept, fixed, deadline)
        return None if car is None else repair_of(self.model, kept, car, option)

    def _count(self, choices: tuple[str, ...]) -> int | None:
        if self._count_limit == 0:
            return None
        with Solver(name="glucose4", bootstrap_with=self._rules.clauses()) as solver:
            number = 0
            for _ in solver.enum_models(assumptions=self._rules.assumptions(choices)):
                number += 1
                if number > self._count_limit:
                    return None
        return number
