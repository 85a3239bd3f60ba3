"""SAT over the rules: what is possible at all, and minimal reasons for what is not.

Every rule has a selector, so a set of choices and rules is a set of assumptions. A contradiction is first cut down to
the solver's core, then to an inclusion-minimal one by QuickXplain (Junker 2004), choices being dropped before rules.
"""

import threading
from collections.abc import Iterator, Sequence

from pysat.solvers import Solver

from .answer import Conflict
from .encoding import STRUCTURE, Problem
from .model import Model
from .sat import all_clauses, clause_literals, name_values, structure


class RuleSolver:
    """The problem in one incremental SAT solver. Calls are serialised by a lock; close it when done."""

    def __init__(self, model: Model, problem: Problem) -> None:
        self.model = model
        self._lock = threading.Lock()
        self._names = name_values(problem)
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
        """The clauses with all rules in force, without selectors."""
        return list(all_clauses(problem, self._names))

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

    def _clauses(self, problem: Problem) -> Iterator[list[int]]:
        yield from structure(self._names)
        for clause in problem.clauses:
            literals = [] if clause.origin == STRUCTURE else [-self._selector[clause.origin]]
            for variable, mask in clause.literals:
                literals += clause_literals(self._names[variable], mask)
            yield literals

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
