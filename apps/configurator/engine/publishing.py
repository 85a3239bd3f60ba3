"""Compiling a model within a budget: which settings are tried, and which of the circuits is kept.

No setting is best for every model, and the wrong one can cost a hundred times as much. So all are tried with a small
allowance of edges, then those that did not finish with a larger one; as soon as one finishes, the others of that round
are held to one and a half times its work, and the circuit with the fewest edges wins. Allowances are counted in edges
and not in seconds, so that a model compiles to the same circuit on every machine.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from time import process_time

from .circuit import Circuit, circuit_key, circuit_of
from .compiler import Budget, BudgetExceeded, Compiled, Progress, compile_problem
from .encoding import Problem, encode
from .model import Context, Model
from .ordering import elimination_orders

ROUNDS = ((60_000, 4), (400_000, 3), (2_000_000, 2))
"""Allowance in edges, and how many settings are tried with it."""
DRIVERS_ABOVE = 120
"""Clauses from which on a component is large: there a few drivers decide, below that the static order does."""
SPARE = 1.5


@dataclass(frozen=True, slots=True)
class Setting:
    """How a compile branches."""

    order: Sequence[int]
    drivers_above: int | None


def compile_model(
    model: Model, context: Context, budget: Budget | None = None, progress: Progress | None = None
) -> Circuit:
    """The circuit of a model in a context. Raises ``BudgetExceeded``, or ``TableTooLarge`` for a hopeless table."""
    problem = encode(model, context)
    return compile_clauses(problem, circuit_key(model, context), budget, progress)


def compile_clauses(
    problem: Problem, key: str, budget: Budget | None = None, progress: Progress | None = None
) -> Circuit:
    """The smallest circuit that the settings find. Raises ``BudgetExceeded``."""
    budget = budget or Budget()
    deadline = process_time() + budget.seconds
    settings = list(_settings(problem))
    for allowance, tried in ROUNDS:
        best: Circuit | None = None
        limit = min(allowance, budget.edges)
        for setting in settings[:tried]:
            within = replace(budget, seconds=deadline - process_time(), edges=limit)
            compiled = _attempt(problem, setting, within, progress)
            if compiled is not None:
                limit = min(limit, int(SPARE * compiled.nodes.edges) + 1_000)
                circuit = circuit_of(compiled, key)
                if best is None or circuit.edges < best.edges:
                    best = circuit
        if best is not None:
            return best
        if allowance >= budget.edges or process_time() > deadline:
            break
    raise BudgetExceeded(budget.seconds - deadline + process_time(), budget.edges)


def _attempt(problem: Problem, setting: Setting, budget: Budget, progress: Progress | None) -> Compiled | None:
    try:
        return compile_problem(
            problem, setting.order, drivers_above=setting.drivers_above, budget=budget, progress=progress
        )
    except BudgetExceeded:
        return None


def _settings(problem: Problem) -> Iterator[Setting]:
    """The static order that looks best, drivers first, then two more static orders."""
    scopes = {frozenset(variable for variable, _ in clause.literals) for clause in problem.clauses}
    orders = elimination_orders(problem.sizes, scopes)
    yield Setting(orders[0], None)
    if len(problem.clauses) > DRIVERS_ABOVE:
        yield Setting(orders[0], DRIVERS_ABOVE)
    for order in orders[1:3]:
        yield Setting(order, None)
