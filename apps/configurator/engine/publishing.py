"""Compiling a model within a budget: which settings are tried, and which of the circuits is kept.

No setting is best for every model, and the wrong one can cost a hundred times as much. So each gets a small allowance
of edges at first, and larger ones when none finishes. What is cheap to compile is compiled with another setting too, or
with several, and the circuit with the fewest edges wins. Allowances are counted in edges and not in seconds, so that a model compiles
to the same circuit on every machine.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest
from time import process_time

from .circuit import Circuit, circuit_key, circuit_of
from .compiler import Budget, BudgetExceeded, Compiled, Progress, compile_problem
from .encoding import encode
from .model import Context, Model
from .ordering import elimination_orders
from .simplify import Reduced, simplified

SCHEDULE = (
    (0, 60_000),
    (1, 60_000),
    (0, 250_000),
    (2, 250_000),
    (3, 250_000),
    (1, 250_000),
    (0, 2_000_000),
    (2, 2_000_000),
)
"""Which setting is tried with which allowance, until one finishes."""
CHEAP = 60_000
"""As long as all compiles together have made fewer edges than this (some half a second), another setting is tried."""
SPARE = 1.2
"""How much more work than the first one that finished another setting may take."""
DRIVERS_ABOVE = (120, 300)
"""Clauses from which on a component is large: there a few drivers decide, below that the static order does."""


@dataclass(frozen=True, slots=True)
class Setting:
    """How a compile branches."""

    order: Sequence[int]
    drivers_above: int | None


def compile_model(
    model: Model, context: Context, budget: Budget | None = None, progress: Progress | None = None
) -> Circuit:
    """The circuit of a model in a context. Raises ``BudgetExceeded``, or ``TableTooLarge`` for a hopeless table."""
    problem = simplified(encode(model, context))
    return compile_clauses(problem, circuit_key(model, context), budget, progress)


def compile_clauses(
    problem: Reduced, key: str, budget: Budget | None = None, progress: Progress | None = None
) -> Circuit:
    """The smallest circuit that the settings find. Raises ``BudgetExceeded``."""
    budget = budget or Budget()
    started = process_time()
    settings = _settings(problem)
    for index, allowance in SCHEDULE:
        left = Budget(budget.seconds - (process_time() - started), min(allowance, budget.edges))
        setting = settings[index % len(settings)]
        compiled = _attempt(problem, setting, left, progress)
        if compiled is not None:
            others = sorted((other for other in settings if other is not setting), key=_by_drivers)
            return _smallest(problem, others, compiled, left, key)
        if left.seconds <= 0 or left.edges == budget.edges:
            break
    raise BudgetExceeded(process_time() - started, budget.edges)


def _smallest(problem: Reduced, others: Sequence[Setting], first: Compiled, budget: Budget, key: str) -> Circuit:
    """The smallest of the first circuit and those that other settings find while compiling is cheap."""
    best, allowance = circuit_of(first, key), int(SPARE * first.nodes.edges)
    made = first.nodes.edges
    for setting in others:
        if made >= CHEAP:
            break
        compiled = _attempt(problem, setting, replace(budget, edges=allowance), None)
        made += compiled.nodes.edges if compiled else allowance
        if compiled is not None:
            best = min(best, circuit_of(compiled, key), key=lambda circuit: circuit.edges)
    return best


def _by_drivers(setting: Setting) -> bool:
    """Static orders before drivers: where compiling is cheap, components are so small that drivers seldom decide anything."""
    return setting.drivers_above is not None


def _attempt(problem: Reduced, setting: Setting, budget: Budget, progress: Progress | None) -> Compiled | None:
    try:
        return compile_problem(
            problem, setting.order, drivers_above=setting.drivers_above, budget=budget, progress=progress
        )
    except BudgetExceeded:
        return None


def _settings(problem: Reduced) -> list[Setting]:
    """The static order that looks best, drivers first in large components, another order, drivers in larger ones."""
    orders = elimination_orders(problem.sizes, {frozenset(variable for variable, _ in c) for c in problem.clauses})
    drivers = [Setting(orders[0], least) for least in DRIVERS_ABOVE if least < len(problem.clauses)]
    static = [Setting(order, None) for order in orders[:3]]
    return [setting for pair in zip_longest(static, drivers) for setting in pair if setting is not None]
