"""SAT over the rules: what is possible at all, and minimal reasons for what is not.

Every rule has a selector, so a set of choices and rules is a set of assumptions. A contradiction is first cut down to
the solver's core, then to an inclusion-minimal one by QuickXplain (Junker 2004), choices being dropped before rules.
"""

import threading
from collections.abc import Iterable, Sequence

from pysat.solvers import Solver

from .answer import Conflict
from .encoding import STRUCTURE, Problem
from .model import Model


class RuleSolver:
    """The problem in one incremental SAT solver. Calls are serialised by a lock; close it when done."""

    def __init__(self, model: Model, problem: Problem) -> None:
        self.model = model
        self._lock = threading.Lock()
        self._names = _number(problem)
        self._literal_of = {
            literal: self._names[layout_variable][slot - problem.layout.first[layout_variable]]
            for literal, slot in problem.layout.slot_of.items()
            for layout_variable in (problem.layout.variable_of[literal],)
        }
        top = max((abs(name) for names in self._names for name in names), default=0)
        self._selector = {origin: top + 1 + origin for origin in range(len(model.rules))}
        self._rule_of = {selector: origin for origin, selector in self._selector.items()}
        self._solver = Solver(name="glucose4", bootstrap_with=self._clauses(problem))

    def clauses(self, problem: Problem) -> list[list[int]]:
        """The clauses with all rules in force."""
        off = {-selector for selector in self._rule_of}
        return [[literal for literal in clause if literal not in off] for clause in self._clauses(problem)]

    def possible(self, choices: Sequence[str]) -> bool:
        """Whether a car with these literals exists."""
        return self._consistent([self._literal_of[choice] for choice in choices] + list(self._selector.values()))

    def assumptions(self, choices: Sequence[str]) -> list[int]:
        """The choices as SAT literals, for a solver of ``clauses``."""
        return [self._literal_of[choice] for choice in choices]

    def car(self, choices: Sequence[str]) -> frozenset[str] | None:
        """The picked options of some car with these literals."""
        with self._lock:
            assumptions = [self._literal_of[choice] for choice in choices] + list(self._selector.values())
            if not self._solver.solve(assumptions=assumptions):
                return None
            true = set(self._solver.get_model() or ())
        return frozenset(name for name, literal in self._literal_of.items() if literal in true and name[0] != "!")

    def conflict(self, choices: Sequence[str], fixed: Sequence[str] = ()) -> Conflict | None:
        """A minimal contradiction of choices and rules, with the ``fixed`` literals taken as given."""
        hard = [self._literal_of[literal] for literal in fixed]
        ours = [self._literal_of[choice] for choice in choices]
        back = dict(zip(ours, choices, strict=True))
        core = self._core([*hard, *self._selector.values()])
        if core is None:
            core = self._core([*hard, *self._selector.values(), *ours])
        if core is None:
            return None
        # QuickXplain keeps what comes first: rules first, so that as few choices as possible are blamed
        soft = [literal for literal in (*self._selector.values(), *ours) if literal in core]
        minimal = set(self._quickxplain(hard, soft, tested=True)) if soft else set()
        return Conflict(
            choices=tuple(back[literal] for literal in ours if literal in minimal),
            rules=tuple(
                self.model.rules[origin].id for selector, origin in self._rule_of.items() if selector in minimal
            ),
        )

    def close(self) -> None:
        """Free the solver."""
        self._solver.delete()

    def _clauses(self, problem: Problem) -> Iterable[list[int]]:
        for variable, names in enumerate(self._names):
            yield list(names)  # of two values this says nothing, but makes the variable known
            if problem.sizes[variable] != 2:
                for place, name in enumerate(names):
                    yield from ([-name, -other] for other in names[:place])
        for clause in problem.clauses:
            literals = [] if clause.origin == STRUCTURE else [-self._selector[clause.origin]]
            for variable, mask in clause.literals:
                literals.extend(self._literals(problem, variable, mask))
            yield literals

    def _literals(self, problem: Problem, variable: int, mask: int) -> list[int]:
        """A clause literal as SAT literals: values, or the negation of the only value that is not allowed."""
        names = self._names[variable]
        rest = problem.full(variable) & ~mask
        if len(names) > 2 and rest.bit_count() == 1:
            return [-names[rest.bit_length() - 1]]
        return [name for value, name in enumerate(names) if mask >> value & 1]

    def _consistent(self, assumptions: Sequence[int]) -> bool:
        with self._lock:
            return bool(self._solver.solve(assumptions=assumptions))

    def _core(self, assumptions: Sequence[int]) -> set[int] | None:
        """The assumptions of some contradiction (empty: the structure alone contradicts itself), else ``None``."""
        with self._lock:
            if self._solver.solve(assumptions=assumptions):
                return None
            return set(self._solver.get_core() or ())

    def _quickxplain(self, background: list[int], soft: list[int], *, tested: bool) -> list[int]:
        """A minimal subset of ``soft`` that contradicts the background; ``tested``: the background may do so alone."""
        if tested and not self._consistent(background):
            return []
        if len(soft) == 1:
            return soft
        half = len(soft) // 2
        first, second = soft[:half], soft[half:]
        from_second = self._quickxplain(background + first, second, tested=bool(first))
        from_first = self._quickxplain(background + from_second, first, tested=bool(from_second))
        return from_first + from_second


def _number(problem: Problem) -> list[list[int]]:
    """A SAT literal per value of each variable; two values are one SAT variable and its negation."""
    names: list[list[int]] = []
    top = 0
    for size in problem.sizes:
        if size == 2:
            top += 1
            names.append([top, -top])
        else:
            names.append(list(range(top + 1, top + size + 1)))
            top += size
    return names
