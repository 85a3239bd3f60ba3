"""Rules as signed clauses over finite-domain variables: the one kind of constraint that everything else works on.

A clause says "this variable has a value of this mask, or that one of that mask, or …". A rule becomes a few clauses,
each tagged with the rule's index so that a contradiction can be traced back; a table becomes the prime boxes of its
complement (``tables.py``); a wide cardinality rule counts along a chain of counters (auxiliary variables that are
functions of the others, so the number of cars stays what it is).
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from itertools import combinations
from math import comb

from .layout import Layout, layout_of
from .model import AtLeast, AtMost, Available, Context, Excludes, Model, Requires, Rule, Table
from .tables import table_clauses

STRUCTURE = -1
"""The origin of clauses that define flags and counters: they are part of no rule."""
DIRECT_CLAUSES = 120
"""A cardinality rule with more direct clauses than this one counts instead."""


@dataclass(frozen=True, slots=True)
class Clause:
    """``literals``: variables in ascending order, each with the mask of allowed values (neither empty nor full)."""

    literals: tuple[tuple[int, int], ...]
    origin: int = STRUCTURE


@dataclass(slots=True)
class Problem:
    """Variables (the layout's, then counters) and clauses; no clauses over a variable: any value goes."""

    layout: Layout
    sizes: list[int]
    clauses: list[Clause] = field(default_factory=list)

    @property
    def auxiliaries(self) -> bool:
        """Whether rules speak of counters, which only the structure defines."""
        return len(self.sizes) > len(self.layout.sizes)

    def add(self, literals: Iterable[tuple[int, int]], origin: int) -> None:
        """Add a clause; literals over one variable are joined, a clause that always holds is dropped."""
        masks: dict[int, int] = {}
        for variable, mask in literals:
            masks[variable] = masks.get(variable, 0) | mask
        if any(mask == self.full(variable) for variable, mask in masks.items()):
            return
        kept = sorted((variable, mask) for variable, mask in masks.items() if mask)
        self.clauses.append(Clause(tuple(kept), origin))

    def full(self, variable: int) -> int:
        """The mask of all values of a variable."""
        return (1 << self.sizes[variable]) - 1

    def negation(self, literal: tuple[int, int]) -> tuple[int, int]:
        """The literal that holds exactly when this one does not."""
        variable, mask = literal
        return variable, self.full(variable) & ~mask


def encode(model: Model, context: Context, layout: Layout | None = None) -> Problem:
    """All rules that bear on this context as clauses."""
    if layout is None:
        layout = layout_of(model)
    problem = Problem(layout, list(layout.sizes))
    for variable, size in enumerate(problem.sizes):
        if size == 0:
            problem.clauses.append(Clause(()))  # a "one" group without options: no car
            problem.sizes[variable] = 1
    for condition, flag in layout.flags.items():
        for literal in condition:
            problem.add([(flag, 2), literal], STRUCTURE)
        problem.add([(flag, 1), *(problem.negation(literal) for literal in condition)], STRUCTURE)
    for index, rule in enumerate(model.rules):
        _add_rule(problem, model, context, rule, index)
    return problem


def _add_rule(problem: Problem, model: Model, context: Context, rule: Rule, origin: int) -> None:
    mask = problem.layout.mask
    match rule:
        case Requires():
            literals = [problem.negation(mask(option)) for option in rule.if_all]
            problem.add([*literals, *(mask(option) for option in rule.any_of)], origin)
        case Excludes():
            _at_most(problem, _by_variable(problem, rule.options), 1, origin)
        case AtMost():
            _at_most(problem, _by_variable(problem, rule.options), rule.k, origin)
        case AtLeast():
            wanted = _by_variable(problem, rule.options)
            _at_most(problem, [problem.negation(literal) for literal in wanted], len(wanted) - rule.k, origin)
        case Available():
            if not rule.holds(context):
                problem.add([problem.negation(mask(rule.option))], origin)
        case Table():
            _add_table(problem, model, rule, origin)


def _by_variable(problem: Problem, options: tuple[str, ...]) -> list[tuple[int, int]]:
    """What can be counted: per variable one literal, for of a "one" group at most one option is picked anyway."""
    masks: dict[int, int] = {}
    for option in options:
        variable, mask = problem.layout.mask(option)
        masks[variable] = masks.get(variable, 0) | mask
    return sorted(masks.items())


def _at_most(problem: Problem, literals: list[tuple[int, int]], k: int, origin: int) -> None:
    """At most ``k`` of the literals (distinct variables) hold; literals that always or never hold are counted off."""
    always = sum(mask == problem.full(variable) for variable, mask in literals)
    literals = [(variable, mask) for variable, mask in literals if mask not in (0, problem.full(variable))]
    k -= always
    if k < 0:
        problem.clauses.append(Clause((), origin))
    elif k < len(literals):
        if comb(len(literals), k + 1) <= DIRECT_CLAUSES:
            for chosen in combinations(literals, k + 1):
                problem.add([problem.negation(literal) for literal in chosen], origin)
        else:
            _count(problem, literals, k, origin)


def _count(problem: Problem, literals: list[tuple[int, int]], k: int, origin: int) -> None:
    """A chain of counters 0..k+1 (k+1: more than k); the chain is structure, the last one's limit is the rule."""
    counter: int | None = None
    for place, literal in enumerate(literals):
        size = min(place + 1, k + 1) + 1
        problem.sizes.append(size)
        following = len(problem.sizes) - 1
        before = 1 if counter is None else problem.sizes[counter]
        for value in range(before):
            start = [] if counter is None else [problem.negation((counter, 1 << value))]
            more = 1 << min(value + 1, size - 1)
            problem.add([*start, problem.negation(literal), (following, more)], STRUCTURE)
            problem.add([*start, literal, (following, 1 << value)], STRUCTURE)
        counter = following
    if counter is not None:
        problem.add([problem.negation((counter, 1 << (k + 1)))], origin)


def _add_table(problem: Problem, model: Model, rule: Table, origin: int) -> None:
    layout = problem.layout
    by_name: dict[str, int] = {group.name: index for index, group in enumerate(model.groups)}
    columns = [model.groups[by_name[name]] for name in rule.groups]
    value_of: Callable[[str], int] = lambda option: layout.slot_of[option] - layout.first[layout.variable_of[option]]  # noqa: E731
    variables = [layout.variable_of[column.options[0].id] if column.options else -1 for column in columns]
    if -1 in variables:
        return  # the group without options says already that there is no car
    rows = [[value_of(cell) for cell in row] for row in rule.rows]
    for clause in table_clauses([problem.sizes[variable] for variable in variables], rows):
        problem.add(zip(variables, clause, strict=True), origin)
