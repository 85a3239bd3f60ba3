"""Which rules make a model hard to compile: what its owner is told when a compile went over its budget.

The work is estimated from an elimination order: the rules tie variables together, and the largest bundle that has to
be looked at at a time decides. Those rules are named whose absence would loosen it most, one after the other.
"""

from collections.abc import Mapping

from .encoding import Problem, encode
from .model import Context, Model
from .ordering import bits, estimated_work

type Scopes = Mapping[int, set[frozenset[int]]]
"""Index of a rule (or ``STRUCTURE``) to the sets of variables that its clauses tie together."""


def entangling_rules(model: Model, context: Context, count: int = 5) -> list[str]:
    """Ids of at most ``count`` rules, the worst first; fewer when the rest is easy or no single rule matters."""
    problem = encode(model, context)
    scopes: dict[int, set[frozenset[int]]] = {}
    for clause in problem.clauses:
        if len(clause.literals) > 1:
            scopes.setdefault(clause.origin, set()).add(frozenset(variable for variable, _ in clause.literals))
    named: list[str] = []
    work, largest = _work(problem, scopes)
    while len(named) < count:
        worst, least = -1, (work, largest)
        for rule, tied in sorted(scopes.items()):
            if rule >= 0 and any(_meets(scope, largest) for scope in tied):
                without = _work(problem, {other: sets for other, sets in scopes.items() if other != rule})
                if without[0] < least[0]:
                    worst, least = rule, without
        if worst < 0:
            break
        named.append(model.rules[worst].id)
        del scopes[worst]
        work, largest = least
    return named


def _work(problem: Problem, scopes: Scopes) -> tuple[float, int]:
    return estimated_work(problem.sizes, {scope for sets in scopes.values() for scope in sets})


def _meets(scope: frozenset[int], bundle: int) -> bool:
    """Whether the scope ties two variables of the bundle."""
    return len(scope.intersection(bits(bundle))) > 1
