"""Making a problem smaller before it is compiled, without losing a car or telling two apart.

A SAT solver finds the values that no car has. Then variables are joined: two-valued variables that exclude each other
become one variable with a value each and one for "none", and a two-valued variable that another one decides (an
equivalent one; a parent feature whose children are alternatives) becomes part of that. A value of the result stands
for several literals of the problem, all of which the circuit keeps, so every one of them still has its price.
"""

from dataclasses import dataclass, field

from pysat.solvers import Solver

from .encoding import Problem
from .sat import all_clauses, name_values

type Literals = tuple[tuple[int, int], ...]
"""A clause: variables in ascending order, each with the mask of allowed values."""
LEAST_CLIQUE = 3


@dataclass(slots=True)
class Reduced:
    """The smaller problem. ``slots[v][a]``: what value ``a`` of variable ``v`` stands for, as slots of the problem."""

    slot_count: int
    slots: list[list[tuple[int, ...]]] = field(default_factory=list)
    clauses: list[Literals] = field(default_factory=list)
    fixed: tuple[int, ...] = ()
    """Slots that every car has."""
    contradiction: bool = False

    @property
    def sizes(self) -> list[int]:
        """Number of values per variable."""
        return [len(values) for values in self.slots]


def simplified(problem: Problem) -> Reduced:
    """The smaller problem with the same cars."""
    slot_count = sum(problem.sizes)
    if all(clause.literals for clause in problem.clauses):
        names = name_values(problem)
        with Solver(name="glucose4", bootstrap_with=list(all_clauses(problem, names))) as solver:
            if solver.solve():
                simplifier = _Simplifier(problem, names, solver)
                simplifier.join_exclusive()
                simplifier.join_decided()
                return simplifier.result(slot_count)
    return Reduced(slot_count, contradiction=True)


class _Simplifier:
    """Variables are joined into *hosts*, each known by one of its variables.

    ``host[v]`` is the host of ``v``, and ``own[v]`` what value ``v`` has in each of its host's values.
    """

    def __init__(self, problem: Problem, names: list[list[int]], solver: Solver) -> None:
        self.problem = problem
        self.names = names
        self.solver = solver
        self.own = self._living_values()
        self.host = {variable: variable for variable, values in enumerate(self.own) if len(values) > 1}
        self.members = {variable: [variable] for variable in self.host}

    def join_exclusive(self) -> None:
        """Join two-valued variables whose first values exclude each other, in cliques that grow greedily."""
        apart = self._exclusions()
        done: set[int] = set()
        for start in sorted(apart, key=lambda variable: (-len(apart[variable]), variable)):
            if start in done:
                continue
            clique, candidates = [start], apart[start] - done
            while candidates:
                best = min(candidates, key=lambda variable: (-len(apart[variable] & candidates), variable))
                clique.append(best)
                candidates = candidates & apart[best]
            if len(clique) >= LEAST_CLIQUE:
                self._join_clique(sorted(clique))
                done.update(clique)

    def join_decided(self) -> None:
        """Join every two-valued variable that a host decides, hosts with many values first."""
        variable_of = {names[0]: variable for variable, names in enumerate(self.names) if len(names) == 2}
        for host in sorted(self.members, key=lambda host: (-len(self.own[host]), host)):
            if host not in self.members:
                continue
            implied = [self._implied(host, value) for value in range(len(self.own[host]))]
            decided = set.intersection(*({abs(name) for name in names} for names in implied))
            for name in sorted(decided & variable_of.keys()):
                variable = variable_of[name]
                if variable != host and self.members.get(variable) == [variable]:
                    del self.members[variable]
                    self.members[host].append(variable)
                    self.host[variable] = host
                    self.own[variable] = [0 if name in names else 1 for names in implied]

    def result(self, slot_count: int) -> Reduced:
        """Number the hosts through and rewrite the clauses in their terms."""
        first, slot = [], 0
        for size in self.problem.sizes:
            first.append(slot)
            slot += size
        hosts = sorted(self.members)
        return Reduced(
            slot_count,
            slots=[
                [
                    tuple(first[v] + self.own[v][value] for v in self.members[host])
                    for value in range(len(self.own[host]))
                ]
                for host in hosts
            ],
            clauses=_without_subsumed(self._rewritten(hosts)),
            fixed=tuple(first[v] + values[0] for v, values in enumerate(self.own) if len(values) == 1),
        )

    def _living_values(self) -> list[list[int]]:
        """Per variable the values that some car has; the others are forbidden to the solver from now on."""
        seen = set(self.solver.get_model())
        living: list[list[int]] = []
        for names in self.names:
            values = []
            for value, name in enumerate(names):
                if name not in seen and self.solver.solve(assumptions=[name]):
                    seen.update(self.solver.get_model())
                if name in seen:
                    values.append(value)
                else:
                    self.solver.add_clause([-name])
            living.append(values)
        return living

    def _exclusions(self) -> dict[int, set[int]]:
        """Two-valued variables to those that a clause of two literals keeps from being picked with them."""
        apart: dict[int, set[int]] = {}
        for clause in self.problem.clauses:
            if len(clause.literals) == 2 and all(mask == 2 for _, mask in clause.literals):
                (one, _), (other, _) = clause.literals
                if {self.host.get(one), self.host.get(other)} == {one, other} and self._two_valued(one, other):
                    apart.setdefault(one, set()).add(other)
                    apart.setdefault(other, set()).add(one)
        return apart

    def _two_valued(self, *variables: int) -> bool:
        return all(len(self.names[variable]) == 2 for variable in variables)

    def _join_clique(self, clique: list[int]) -> None:
        host = clique[0]
        none = [-self.names[variable][0] for variable in clique]
        ways = [*clique, -1] if self.solver.solve(assumptions=none) else clique
        for variable in clique:
            self.own[variable] = [0 if way == variable else 1 for way in ways]
            self.host[variable] = host
            self.members.pop(variable)
        self.members[host] = list(clique)

    def _implied(self, host: int, value: int) -> set[int]:
        """The SAT literals that follow from a host's value by unit propagation."""
        assumptions = [self.names[variable][self.own[variable][value]] for variable in self.members[host]]
        return set(self.solver.propagate(assumptions=assumptions)[1])

    def _rewritten(self, hosts: list[int]) -> set[Literals]:
        number = {host: place for place, host in enumerate(hosts)}
        clauses: set[Literals] = set()
        for clause in self.problem.clauses:
            masks: dict[int, int] = {}
            for variable, mask in clause.literals:
                if variable in self.host:
                    place = number[self.host[variable]]
                    allowed = sum(1 << way for way, value in enumerate(self.own[variable]) if mask >> value & 1)
                    masks[place] = masks.get(place, 0) | allowed
                elif mask >> self.own[variable][0] & 1:
                    break  # a fixed variable fulfils it
            else:
                full = any(mask.bit_count() == len(self.own[hosts[place]]) for place, mask in masks.items())
                if not full:
                    clauses.add(tuple(sorted((place, mask) for place, mask in masks.items() if mask)))
        return clauses


def _without_subsumed(clauses: set[Literals]) -> list[Literals]:
    """The clauses that no other one implies by itself, in an order that depends on the clauses alone."""
    kept: list[Literals] = []
    containing: dict[int, list[dict[int, int]]] = {}
    for clause in sorted(
        clauses, key=lambda clause: (len(clause), sum(mask.bit_count() for _, mask in clause), clause)
    ):
        masks = dict(clause)
        if any(_subsumes(other, masks) for variable in masks for other in containing.get(variable, ())):
            continue
        kept.append(clause)
        containing.setdefault(clause[0][0], []).append(masks)
    return kept


def _subsumes(clause: dict[int, int], other: dict[int, int]) -> bool:
    """Whether whatever fulfils the clause fulfils the other one."""
    return all(mask & ~other.get(variable, 0) == 0 for variable, mask in clause.items())
