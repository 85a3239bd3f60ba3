"""Cheapest cars by OR-Tools CP-SAT, written from the rules themselves, not from the clauses the compiler works on."""

from collections.abc import Callable, Iterable, Sequence

from ortools.sat.python import cp_model

from .answering import holds
from .deadline import TookTooLong, seconds_left
from .model import AtLeast, AtMost, Available, Context, Excludes, Model, Requires, Rule, Table, negated, option_of


class PriceSolver:
    """Cheapest cars, one search each; each raises ``TookTooLong`` after ``deadline`` (``time.monotonic``)."""

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

    def cheapest(self, fixed: Iterable[str], deadline: float | None = None) -> frozenset[str] | None:
        """The picked options of a cheapest car with the ``fixed`` literals."""
        program = self._program.clone()
        return self._solve(program, list(fixed), lambda: program.minimize(self._total), deadline)

    def nearest(
        self, kept: Sequence[str], fixed: Iterable[str], deadline: float | None = None
    ) -> frozenset[str] | None:
        """The car that breaks the fewest of the ``kept`` literals, and of those the cheapest."""
        given = list(fixed)
        broken = sum(self._literal(negated(choice)) for choice in kept)
        program = self._program.clone()
        car = self._solve(program, given, lambda: program.minimize(broken), deadline)
        if car is None:
            return None
        program = self._program.clone()
        program.add(broken == sum(not holds(choice, car) for choice in kept))
        return self._solve(program, given, lambda: program.minimize(self._total), deadline)

    def _solve(
        self,
        program: cp_model.CpModel,
        fixed: list[str],
        minimize: Callable[[], None],
        deadline: float | None = None,
    ) -> frozenset[str] | None:
        for literal in fixed:
            program.add_bool_and([self._literal(literal)])
        minimize()
        solver = cp_model.CpSolver()
        solver.parameters.num_workers = 1
        solver.parameters.linearization_level = 2  # the whole linear relaxation: thirty times as fast on large models
        left = seconds_left(deadline)
        if left is not None:
            solver.parameters.max_time_in_seconds = left
        status = solver.solve(program)
        if status in (cp_model.UNKNOWN, cp_model.FEASIBLE) and deadline is not None:
            raise TookTooLong
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
