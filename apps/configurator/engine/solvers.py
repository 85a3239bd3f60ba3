"""Answers by solving: python-sat for what is possible, OR-Tools CP-SAT for prices. Exact, and much slower.

The fallback for a model that does not compile within its budget, and the oracle that compiled answers are checked
against: the CP-SAT model is written from the rules themselves, not from the clauses the compiler works on.
"""

from collections.abc import Callable, Iterable, Sequence
from functools import cached_property

from ortools.sat.python import cp_model
from pysat.solvers import Solver

from .answer import Answer, Conflict, Repair
from .answering import Board, holds, repair_of
from .encoding import encode
from .explain import RuleSolver
from .machine import Machine
from .model import (
    AtLeast,
    AtMost,
    Available,
    Context,
    Excludes,
    Model,
    Requires,
    Rule,
    Table,
    literals,
    negated,
    option_of,
)

COUNT_LIMIT = 5_000
"""Cars are counted one by one up to this many; beyond it the count is not known."""


class SolverModel(Machine):
    """A machine that compiles nothing."""

    def __init__(self, model: Model, context: Context, *, count_limit: int = COUNT_LIMIT) -> None:
        super().__init__(model, context)
        self._count_limit = count_limit
        self._problem = encode(model, context)
        self._board = Board(model, self._problem.layout, self._problem.layout.slots)
        self._rules = RuleSolver(model, self._problem)

    @cached_property
    def _prices(self) -> "PriceSolver":
        """Made when the first price is asked: what is possible needs SAT alone."""
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

    def answer(self, choices: tuple[str, ...], *, budget: int | None = None) -> Answer:
        choices = self.model.normal_choices(choices)
        cheapest = self._prices.cheapest(choices)
        possible = self.possible(choices)
        slot_of = self._problem.layout.slot_of
        totals: list[int | None] = [0] * self._problem.layout.slots
        blocked: list[int] = []
        for literal, slot in slot_of.items():
            kept = self.model.released(choices, literal)
            if literal not in possible:
                blocked.append(slot)
            elif cheapest is not None and holds(literal, cheapest) and len(kept) == len(choices):
                totals[slot] = self.model.total(cheapest)
            else:
                totals[slot] = self.model.total(self._cheapest((*kept, literal)))
        return self._board.answer(
            choices,
            totals,
            blocked,
            count=self._count(choices),
            minimum=None if cheapest is None else self.model.total(cheapest),
            complete=None if cheapest is None else [slot for name, slot in slot_of.items() if name in cheapest],
            budget=budget,
        )

    def _cheapest(self, fixed: tuple[str, ...]) -> frozenset[str]:
        """A cheapest car where SAT says that there is one."""
        car = self._prices.cheapest(fixed)
        if car is None:
            raise RuntimeError("SAT and CP-SAT disagree")
        return car

    def why(self, choices: tuple[str, ...], option: str) -> Conflict | None:
        self.model.normal_choices((option,))
        kept = self.model.released(self.model.normal_choices(choices), option)
        return self._rules.conflict([choice for choice in kept if choice != option], [option])

    def repair(self, choices: tuple[str, ...], option: str) -> Repair | None:
        self.model.normal_choices((option,))
        kept = self.model.released(self.model.normal_choices(choices), option)
        return self._nearest(kept, option)

    def conflict(self, choices: tuple[str, ...]) -> Conflict | None:
        return self._rules.conflict(self.model.normal_choices(choices))

    def repair_conflict(self, choices: tuple[str, ...]) -> Repair | None:
        return self._nearest(self.model.normal_choices(choices), None)

    def _nearest(self, kept: tuple[str, ...], option: str | None) -> Repair | None:
        fixed = () if option is None else (option,)
        if self._rules.car(fixed) is None:
            return None
        car = self._prices.nearest(kept, fixed)
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


class PriceSolver:
    """Cheapest cars by CP-SAT, one search each."""

    def __init__(self, model: Model, context: Context) -> None:
        self.model = model
        self._program = cp_model.CpModel()
        self._option = {option.id: self._program.new_bool_var(option.id) for option in model.options()}
        for group in model.groups:
            if group.pick == "one":
                self._program.add_exactly_one([self._option[option.id] for option in group.options])
        for rule in model.rules:
            self._add_rule(rule, context)
        self._total = self._objective()

    def cheapest(self, fixed: Iterable[str]) -> frozenset[str] | None:
        """The picked options of a cheapest car with the ``fixed`` literals."""
        program = self._program.clone()
        return self._solve(program, list(fixed), lambda: program.minimize(self._total))

    def nearest(self, kept: Sequence[str], fixed: Iterable[str]) -> frozenset[str] | None:
        """The car that breaks the fewest of the ``kept`` literals, and of those the cheapest."""
        given = list(fixed)
        broken = sum(self._literal(negated(choice)) for choice in kept)
        program = self._program.clone()
        car = self._solve(program, given, lambda: program.minimize(broken))
        if car is None:
            return None
        program = self._program.clone()
        program.add(broken == sum(not holds(choice, car) for choice in kept))
        return self._solve(program, given, lambda: program.minimize(self._total))

    def _solve(
        self, program: cp_model.CpModel, fixed: list[str], minimize: Callable[[], None]
    ) -> frozenset[str] | None:
        for literal in fixed:
            program.add_bool_and([self._literal(literal)])
        minimize()
        solver = cp_model.CpSolver()
        solver.parameters.num_workers = 1
        solver.parameters.linearization_level = 2  # the whole linear relaxation: thirty times as fast on large models
        status = solver.solve(program)
        if status == cp_model.INFEASIBLE:
            return None
        if status != cp_model.OPTIMAL:
            raise RuntimeError(f"CP-SAT ended with {solver.status_name(status)}")
        return frozenset(option for option, variable in self._option.items() if solver.boolean_value(variable))

    def _literal(self, literal: str) -> cp_model.LiteralT:
        variable = self._option[option_of(literal)]
        return ~variable if literal.startswith("!") else variable

    def _objective(self) -> cp_model.LinearExprT:
        terms = [option.price * self._option[option.id] for option in self.model.options()]
        for rule in self.model.price_rules:
            condition = [self._literal(literal) for literal in rule.when]
            flag = self._program.new_bool_var(rule.id)
            self._program.add_bool_and(condition).only_enforce_if(flag)
            self._program.add_bool_or([flag, *(~literal for literal in condition)])
            terms.append(rule.amount * flag)
        return cp_model.LinearExpr.sum(terms)

    def _add_rule(self, rule: Rule, context: Context) -> None:
        option = self._option
        match rule:
            case Requires():
                wrong = [~option[name] for name in rule.if_all]
                self._program.add_bool_or([*wrong, *(option[name] for name in rule.any_of)])
            case Excludes():
                self._program.add_at_most_one([option[name] for name in dict.fromkeys(rule.options)])
            case AtLeast():
                self._program.add(sum(option[name] for name in set(rule.options)) >= rule.k)
            case AtMost():
                self._program.add(sum(option[name] for name in set(rule.options)) <= rule.k)
            case Available():
                if not rule.holds(context):
                    self._program.add(option[rule.option] == 0)
            case Table():
                self._add_table(rule)

    def _add_table(self, rule: Table) -> None:
        groups = {group.name: group for group in self.model.groups}
        columns = [option.id for name in rule.groups for option in groups[name].options]
        rows = [tuple(int(name in row) for name in columns) for row in map(set, rule.rows)]
        if rows and columns:
            self._program.add_allowed_assignments([self._option[name] for name in columns], rows)
        else:
            self._program.add_bool_or([])
