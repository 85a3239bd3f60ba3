"""SAT over the rules: what is possible at all, and minimal reasons for what is not.

Every rule has a selector, so a set of choices and rules is a set of assumptions. Rules are first switched on in
blocks, so that a contradiction in ten thousand rules is found with a hundred assumptions, then one by one within the
blocks at fault. What remains is put into a solver of its own with a handful of clauses, and cut down to an
inclusion-minimal set by QuickXplain (Junker 2004), choices being dropped before rules.
"""

import threading
import weakref
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import chain
from math import isqrt

from pysat.solvers import Solver

from .answer import Conflict
from .deadline import TookTooLong, seconds_left
from .encoding import STRUCTURE, Problem
from .model import Model
from .sat import all_clauses, clause_literals, name_values, satisfiable, structure

BLOCKS_ABOVE = 200
"""With more rules than this they are switched on in blocks first."""


class RuleSolver:
    """The problem in one incremental SAT solver. Calls are serialised by a lock, and take until their ``deadline`` at most; ``close()`` frees it early."""

    def __init__(self, model: Model, problem: Problem) -> None:
        self.model = model
        self._lock = threading.Lock()
        self._problem = problem
        self._names = name_values(problem)
        self._literal_of = {
            literal: self._names[variable][slot - problem.layout.first[variable]]
            for literal, slot in problem.layout.slot_of.items()
            for variable in (problem.layout.variable_of[literal],)
        }
        self._variable_of = {abs(name): variable for variable, names in enumerate(self._names) for name in names}
        self._top = max(self._variable_of, default=0)
        self._selectors = list(range(self._top + 1, self._top + 1 + len(model.rules)))
        self._rule_at = {selector: index for index, selector in enumerate(self._selectors)}
        self._blocks = self._blocks_from(self._top + 1 + len(model.rules))
        self._met: dict[int, frozenset[int]] = {}
        self._clauses_of: dict[int, list[list[int]]] = {}
        for clause in problem.clauses:
            names = [n for variable, mask in clause.literals for n in clause_literals(self._names[variable], mask)]
            self._clauses_of.setdefault(clause.origin, []).append(names)
        self._solver = Solver(name="glucose4", bootstrap_with=list(self._selected_clauses()))
        # freed with this object, and at the latest before the interpreter takes its modules apart
        self.close = weakref.finalize(self, self._solver.delete)

    def clauses(self) -> list[list[int]]:
        """The clauses with all rules in force, without selectors."""
        return list(all_clauses(self._problem, self._names))

    def assumptions(self, choices: Sequence[str]) -> list[int]:
        """The choices as SAT literals, for a solver of ``clauses``; here ``!x`` may refuse any option."""
        of = self._literal_of
        return [of[choice] if choice[0] != "!" else -of[choice[1:]] for choice in choices]

    def car(self, choices: Sequence[str], deadline: float | None = None) -> frozenset[str] | None:
        """The picked options of some car with these literals. Raises ``TookTooLong``."""
        with self._turn(deadline):
            if not satisfiable(self._solver, [*self.assumptions(choices), *self._blocks], deadline):
                return None
            true = set(self._solver.get_model() or ())
        return frozenset(name for name, literal in self._literal_of.items() if literal in true and name[0] != "!")

    def conflict(
        self, choices: Sequence[str], fixed: Sequence[str] = (), deadline: float | None = None
    ) -> Conflict | None:
        """A minimal contradiction of choices and rules, with the ``fixed`` literals taken as given.

        Raises ``TookTooLong``.
        """
        hard, ours = self.assumptions(fixed), self.assumptions(choices)
        soft = self._contradiction(hard, [], deadline)
        if soft is None:
            soft = self._contradiction(hard, ours, deadline)
        if soft is None:
            return None
        minimal = set(self._minimal(hard, soft, deadline))
        return Conflict(
            choices=tuple(choice for choice, literal in zip(choices, ours, strict=True) if literal in minimal),
            rules=tuple(self.model.rules[self._rule_at[name]].id for name in self._selectors if name in minimal),
        )

    def implied_by(self, rule: int) -> tuple[str, ...] | None:
        """The other rules that say together all that the rule (by index) says; ``None``: it says something new."""
        others = [name for name in self._selectors if name != self._selectors[rule]]
        blamed: set[int] = set()
        for clause in self._clauses_of.get(rule, ()):
            core = self._core([*(-literal for literal in clause), *others])
            if core is None:
                return None
            blamed |= core
            others.sort(key=lambda name: name not in blamed)
        return tuple(self.model.rules[self._rule_at[name]].id for name in self._selectors if name in blamed)

    @contextmanager
    def _turn(self, deadline: float | None) -> Iterator[None]:
        """The solver for oneself."""
        left = seconds_left(deadline)
        if not self._lock.acquire(timeout=-1 if left is None else left):
            raise TookTooLong
        try:
            yield
        finally:
            self._lock.release()

    def _blocks_from(self, top: int) -> dict[int, list[int]]:
        """Block selectors with the selectors that they switch on."""
        count = len(self._selectors)
        if count <= BLOCKS_ABOVE:
            return {selector: [selector] for selector in self._selectors}
        size = isqrt(count)
        starts = range(0, count, size)
        return {top + place: self._selectors[start : start + size] for place, start in enumerate(starts)}

    def _selected_clauses(self) -> Iterator[list[int]]:
        yield from structure(self._names)
        for origin, clauses in self._clauses_of.items():
            off = [] if origin == STRUCTURE else [-self._selectors[origin]]
            yield from ([*off, *clause] for clause in clauses)
        for block, selectors in self._blocks.items():
            yield from ([-block, selector] for selector in selectors if selector != block)

    def _contradiction(self, hard: list[int], ours: list[int], deadline: float | None) -> list[int] | None:
        """Selectors, in the order of the rules, and then choices that contradict what is hard; ``None``: they do not."""
        core = self._core([*hard, *self._blocks, *ours], deadline)
        if core is None:
            return None
        selectors = [name for block, names in self._blocks.items() if block in core for name in names]
        if len(self._blocks) < len(self._selectors):
            blamed = [literal for literal in ours if literal in core]
            core = self._core([*hard, *selectors, *blamed], deadline) or set()
        return [literal for literal in (*selectors, *ours) if literal in core]

    def _core(self, assumptions: Sequence[int], deadline: float | None = None) -> set[int] | None:
        """The assumptions of some contradiction (empty: the structure alone contradicts itself), else ``None``."""
        with self._turn(deadline):
            if satisfiable(self._solver, assumptions, deadline):
                return None
            return set(self._solver.get_core() or ())

    def _minimal(self, hard: list[int], soft: list[int], deadline: float | None) -> list[int]:
        """A minimal part of ``soft``; what comes first is kept rather than what comes last."""
        # A solver decides every number below its highest: selectors are numbered anew, right behind the variables.
        number = {selector: self._top + place for place, selector in enumerate(soft, 1) if selector in self._rule_at}
        near = {self._variable_of[abs(literal)] for literal in (*hard, *soft) if literal not in number}
        clauses = self._relevant(number, near)
        renamed = _renaming(clauses) if len(clauses) < self._top else list
        with Solver(name="minisat22", bootstrap_with=map(renamed, clauses)) as solver:
            return quickxplain(
                lambda literals: satisfiable(
                    solver, renamed([number.get(literal, literal) for literal in literals]), deadline
                ),
                hard,
                soft,
            )

    def _relevant(self, number: Mapping[int, int], near: set[int]) -> list[list[int]]:
        """The clauses of rules, by selector, with their new selectors, and all that says how variables hang together."""
        clauses: list[list[int]] = []
        for selector, new in number.items():
            rule = self._rule_at[selector]
            near |= self._variables(rule)
            clauses += [[-new, *clause] for clause in self._clauses_of.get(rule, ())]
        if self._problem.auxiliaries:
            near |= self._variables(STRUCTURE)
            clauses += self._clauses_of.get(STRUCTURE, ())
        for variable in near:
            clauses += structure([self._names[variable]])
        return clauses

    def _variables(self, origin: int) -> frozenset[int]:
        """The variables that the clauses of a rule are about."""
        met = self._met.get(origin)
        if met is None:
            literals = chain.from_iterable(self._clauses_of.get(origin, ()))
            met = self._met[origin] = frozenset(self._variable_of[abs(literal)] for literal in literals)
        return met


def _renaming(clauses: Iterable[list[int]]) -> Callable[[list[int]], list[int]]:
    """Numbers the variables of the clauses through from 1: worth its time where there are few clauses and many variables."""
    number: dict[int, int] = {}
    for literal in chain.from_iterable(clauses):
        number.setdefault(abs(literal), len(number) + 1)

    def renamed(literals: list[int]) -> list[int]:
        return [number[literal] if literal > 0 else -number[-literal] for literal in literals]

    return renamed


def quickxplain(consistent: Callable[[list[int]], bool], background: list[int], soft: list[int]) -> list[int]:
    """A minimal part of ``soft`` that is not consistent with the background, given that all of it is not."""

    def search(background: list[int], soft: list[int], *, changed: bool) -> list[int]:
        if changed and not consistent(background):
            return []
        if len(soft) == 1:
            return soft
        half = len(soft) // 2
        first, second = soft[:half], soft[half:]
        from_second = search(background + first, second, changed=bool(first))
        from_first = search(background + from_second, first, changed=bool(from_second))
        return from_first + from_second

    return search(background, soft, changed=True) if soft else []
