"""Compiling a model within a budget: which settings are tried, and which of the circuits is kept.

No setting is best for every model, and the wrong one can cost a hundred times as much. So each gets a small allowance
of edges at first, and larger ones when none finishes. What is cheap to compile is compiled with the other settings too, and
the circuit with the fewest edges wins. Allowances are counted in edges and not in seconds, so that a model compiles
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
"""A compile of at most this many edges (under half a second) is repeated with the other settings."""
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
            best = circuit_of(compiled, key)
            if compiled.nodes.edges > CHEAP:
                return best
            others = [other for other in settings if other is not setting]
            return _better(problem, others, best, replace(left, edges=int(SPARE * compiled.nodes.edges)))
        if left.seconds <= 0 or left.edges == budget.edges:
            break
    raise BudgetExceeded(process_time() - started, budget.edges)


def _better(problem: Reduced, settings: Sequence[Setting], best: Circuit, budget: Budget) -> Circuit:
    """The smallest of the circuit and those of other settings."""
    for setting in settings:
        compiled = _attempt(problem, setting, budget, None)
        if compiled is not None:
            circuit = circuit_of(compiled, best.key)
            if circuit.edges < best.edges:
                best = circuit
    return best


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
