"""A problem as a CNF: a SAT variable per value of a variable, or one for both values of a two-valued one."""

from collections.abc import Iterator, Sequence

from pysat.solvers import Solver

from .deadline import seconds_left
from .encoding import Problem

CONFLICTS = 2_000
"""How many a search may meet before it looks at the clock: some hundredths of a second."""
type Names = list[list[int]]
"""Per variable and value its SAT literal; of two values the second is the negation of the first."""


def name_values(problem: Problem) -> Names:
    """Number the SAT variables through, from 1."""
    names: Names = []
    top = 0
    for size in problem.sizes:
        if size == 2:
            top += 1
            names.append([top, -top])
        else:
            names.append(list(range(top + 1, top + size + 1)))
            top += size
    return names


def structure(names: Names) -> Iterator[list[int]]:
    """Every variable has exactly one value."""
    for values in names:
        yield list(values)  # of two values this says nothing, but makes the variable known to the solver
        if len(values) != 2:
            for place, name in enumerate(values):
                yield from ([-name, -other] for other in values[:place])


def clause_literals(names: list[int], mask: int) -> list[int]:
    """ "One of these values" as literals of a clause; all values but one are the negation of that one."""
    rest = [name for value, name in enumerate(names) if not mask >> value & 1]
    if len(names) > 2 and len(rest) == 1:
        return [-rest[0]]
    return [name for value, name in enumerate(names) if mask >> value & 1]


def all_clauses(problem: Problem, names: Names) -> Iterator[list[int]]:
    """The whole problem, with all rules in force."""
    yield from structure(names)
    for clause in problem.clauses:
        yield [name for variable, mask in clause.literals for name in clause_literals(names[variable], mask)]


def satisfiable(solver: Solver, assumptions: Sequence[int], deadline: float | None = None) -> bool:
    """Whether the solver finds a model; it goes on from what it has learnt. Raises ``TookTooLong``."""
    found: bool | None = None
    while found is None:
        if seconds_left(deadline) is None:
            return bool(solver.solve(assumptions=assumptions))
        solver.conf_budget(CONFLICTS)
        found = solver.solve_limited(assumptions=assumptions)
    return found
