"""From clauses to a circuit: top-down, with components, a cache, and branching on classes of values.

A state of the search is a set of residual clauses and what is left of the variables' domains. It is propagated, split
into components that share no variable, each looked up in the cache, and where it is new, branched on one variable:
values that occur in the same residual clauses are one branch. The trace of the search is the circuit (Huang and
Darwiche 2007): a component split is an AND, a branching an OR of mutually exclusive ANDs, a cache hit a shared node.
It is smooth by construction, for a variable that no clause speaks of any more is an OR of what is left of its domain.

Everything is one Python integer each: of a clause the low bits say which variables it is about, numbered in branching
order, the high bits which values it allows; a domain has only high bits. Propagating, testing for satisfaction and
splitting are a few operations on long integers. The result depends on the problem and the settings alone.
"""

import sys
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from .factoring import factored
from .nodes import Nodes
from .simplify import Reduced

CONTRADICTION = -1
"""In place of a node: no car."""
_CHECK_EVERY = 256
_RECURSION = 1_000_000
_PACK = 6
"""Values of more literals than this are halved into shared packs."""


@dataclass(frozen=True, slots=True)
class Budget:
    """What a compile may use: CPU seconds, and edges of the circuit under construction."""

    seconds: float = 60.0
    edges: int = 2_000_000


class BudgetExceeded(Exception):
    """The compile was given up; ``seconds`` and ``edges`` say how far it came."""

    def __init__(self, seconds: float, edges: int) -> None:
        super().__init__(f"given up after {seconds:.1f} s with {edges} edges")
        self.seconds = seconds
        self.edges = edges


type Progress = Callable[[float, int], None]
"""Called now and then with CPU seconds and edges so far; may raise to cancel."""


@dataclass(slots=True)
class Compiled:
    """The nodes and the root, or ``CONTRADICTION``."""

    nodes: Nodes
    root: int


def compile_problem(
    problem: Reduced,
    order: Sequence[int],
    *,
    drivers_above: int | None = None,
    budget: Budget | None = None,
    progress: Progress | None = None,
) -> Compiled:
    """Compile along a branching order.

    Components of more than ``drivers_above`` clauses branch on their most constrained variable instead (``None``:
    none do). Raises ``BudgetExceeded``.
    """
    with _DEEP:
        search = _Search(problem, order, drivers_above, budget or Budget(), progress)
        root = search.root()
        search.check()
        return Compiled(search.nodes, root)


class _Deep:
    """Lets the search recurse through all variables: raises the interpreter's limit while any thread compiles."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._users = 0
        self._usual = 0

    def __enter__(self) -> None:
        with self._lock:
            if self._users == 0:
                self._usual = sys.getrecursionlimit()
                sys.setrecursionlimit(max(self._usual, _RECURSION))
            self._users += 1

    def __exit__(self, *_: object) -> None:
        with self._lock:
            self._users -= 1
            if self._users == 0:
                sys.setrecursionlimit(self._usual)


_DEEP = _Deep()


class _Search:
    """The state of one compile. A *variable bit* is ``1 << place in the order``, a *value bit* lies above them."""

    def __init__(
        self,
        problem: Reduced,
        order: Sequence[int],
        drivers_above: int | None,
        budget: Budget,
        progress: Progress | None,
    ) -> None:
        self.drivers_above = drivers_above
        self.budget = budget
        self.progress = progress
        self.started = time.process_time()
        self.misses = 0
        self.problem = problem
        self.nodes = Nodes(problem.slot_count)
        self.variables = (1 << len(order)) - 1
        self.values: dict[int, int] = {}
        """Variable bit to the mask of all its value bits."""
        self.value_node: dict[int, int] = {}
        """Value bit to the node of all literals that the value stands for."""
        offsets = _offsets(order, problem.sizes)
        bit_of: dict[int, int] = {}
        for place, variable in enumerate(order):
            bit_of[variable] = 1 << place
            self.values[1 << place] = ((1 << len(problem.slots[variable])) - 1) << offsets[variable]
            for value, node in enumerate(_packed(self.nodes, problem.slots[variable])):
                self.value_node[1 << (offsets[variable] + value)] = node
        self.outside = {bit: ~(mask | bit) for bit, mask in self.values.items()}
        self.clauses = [
            sum(bit_of[variable] | mask << offsets[variable] for variable, mask in clause) for clause in problem.clauses
        ]
        self._cache: dict[tuple[int, frozenset[int]], int] = {}
        self._free: dict[int, int] = {}
        self._scope: dict[int, int] = {}

    def root(self) -> int:
        """Compile everything."""
        if self.problem.contradiction:
            return CONTRADICTION
        domains = 0
        for mask in self.values.values():
            domains |= mask
        rest = self.conjunction(self.variables, self.clauses, domains)
        return rest if rest == CONTRADICTION else self.nodes.conjunction([*self.problem.fixed, rest])

    def propagated(  # noqa: C901 (the hot loop: a call per clause would double its time)
        self, clauses: Iterable[int], domains: int, pending: dict[int, int]
    ) -> tuple[list[int], int] | None:
        """The residual clauses and domains after the ``pending`` new domains (by variable bit); ``None``: no car."""
        variables, values, outside = self.variables, self.values, self.outside
        residual = list(clauses)
        while pending:
            current, pending, wave = pending, {}, 0
            for bit, domain in current.items():
                wave |= bit
                domains = domains & ~values[bit] | domain
            kept: list[int] = []
            for clause in residual:
                touched = clause & wave
                if not touched:
                    kept.append(clause)
                    continue
                while touched:
                    bit = touched & -touched
                    allowed = clause & current[bit]
                    if allowed == current[bit]:
                        break  # satisfied
                    clause &= outside[bit]
                    if allowed:
                        clause |= allowed | bit
                    touched ^= bit
                else:
                    scope = clause & variables
                    if scope & (scope - 1):
                        kept.append(clause)
                        continue
                    if not scope:
                        return None
                    domain = pending.get(scope, domains & values[scope]) & clause
                    if not domain:
                        return None
                    pending[scope] = domain
            residual = kept
        return residual, domains

    def conjunction(self, scope: int, clauses: list[int], domains: int) -> int:
        """The node of propagated clauses over the variables of the scope, those without clauses included."""
        parts: list[int] = []
        rest = scope
        for component, members in self.components(clauses):
            node = self.component(component, members, domains)
            if node == CONTRADICTION:
                return CONTRADICTION
            parts.append(node)
            rest &= ~component
        while rest:
            bit = rest & -rest
            parts.append(self.free(domains & self.values[bit]))
            rest ^= bit
        return self.nodes.conjunction(parts)

    def components(self, clauses: list[int]) -> Iterable[tuple[int, list[int]]]:
        """The clauses by connected component, each with the mask of its variables."""
        by_scope: dict[int, list[int]] = {}
        variables = self.variables
        for clause in clauses:
            by_scope.setdefault(clause & variables, []).append(clause)
        scopes: list[int] = []
        for scope in by_scope:
            joined = scope
            apart: list[int] = []
            for other in scopes:
                if other & joined:
                    joined |= other
                else:
                    apart.append(other)
            apart.append(joined)
            scopes = apart
        if len(scopes) <= 1:
            return [(scope, clauses) for scope in scopes]
        members: dict[int, list[int]] = {scope: [] for scope in scopes}
        for scope, some in by_scope.items():
            for joined in scopes:
                if scope & joined:
                    members[joined] += some
                    break
        return members.items()

    def component(self, scope: int, clauses: list[int], domains: int) -> int:
        """The node of one connected component, from the cache if it was met before."""
        distinct = frozenset(clauses)
        domains &= self.scope_values(scope)
        key = (domains, distinct)
        node = self._cache.get(key)
        if node is not None:
            return node
        self.misses += 1
        if self.misses % _CHECK_EVERY == 0:
            self.check()
        variable = self.branching_variable(scope, distinct)
        classes = self.value_classes(variable, distinct, domains)
        by_rest: dict[int, int] = {}
        for values in classes:
            state = self.propagated(distinct, domains, {variable: values})
            if state is None:
                continue
            rest = self.conjunction(scope ^ variable, *state)
            if rest != CONTRADICTION:
                by_rest[rest] = by_rest.get(rest, 0) | values
        rows = [{self.free(values), *self.nodes.factors(rest)} for rest, values in by_rest.items()]
        node = self._cache[key] = factored(self.nodes, rows) if rows else CONTRADICTION
        return node

    def branching_variable(self, scope: int, clauses: frozenset[int]) -> int:
        """In a large component the one in the most and shortest clauses, which finds drivers; else the first one."""
        if self.drivers_above is None or len(clauses) <= self.drivers_above:
            return scope & -scope
        weight: dict[int, float] = {}
        for clause in clauses:
            touched = clause & self.variables
            share = 2.0 ** -touched.bit_count()
            while touched:
                bit = touched & -touched
                weight[bit] = weight.get(bit, 0.0) + share
                touched ^= bit
        most = max(weight.values())
        return min(bit for bit, total in weight.items() if total >= most - 1e-9)

    def value_classes(self, variable: int, clauses: Iterable[int], domains: int) -> list[int]:
        """The domain of the variable, split into values that occur in the same clauses."""
        classes = [domains & self.values[variable]]
        for clause in clauses:
            if clause & variable:
                classes = [part for values in classes for part in (values & clause, values & ~clause) if part]
        return classes

    def free(self, domain: int) -> int:
        """The node of "any value of this domain" of one variable."""
        node = self._free.get(domain)
        if node is None:
            parts: list[int] = []
            rest = domain
            while rest:
                bit = rest & -rest
                parts.append(self.value_node[bit])
                rest ^= bit
            node = self._free[domain] = self.nodes.disjunction(parts)
        return node

    def scope_values(self, scope: int) -> int:
        """All value bits of the variables of a scope."""
        mask = self._scope.get(scope)
        if mask is None:
            mask, rest = 0, scope
            while rest:
                bit = rest & -rest
                mask |= self.values[bit]
                rest ^= bit
            self._scope[scope] = mask
        return mask

    def check(self) -> None:
        """Tell how far it came; give up past the budget."""
        seconds = time.process_time() - self.started
        if self.progress is not None:
            self.progress(seconds, self.nodes.edges)
        if seconds > self.budget.seconds or self.nodes.edges > self.budget.edges:
            raise BudgetExceeded(seconds, self.nodes.edges)


def _packed(nodes: Nodes, rows: Sequence[tuple[int, ...]]) -> list[int]:
    """The nodes of values that stand for several literals each, halved again and again so that halves are shared."""
    width = len(rows[0])
    if width <= _PACK:
        return [nodes.pack(row) for row in rows]
    half = width // 2
    left, right = _packed(nodes, [row[:half] for row in rows]), _packed(nodes, [row[half:] for row in rows])
    return [nodes.pack(pair) for pair in zip(left, right, strict=True)]


def _offsets(order: Sequence[int], sizes: Sequence[int]) -> dict[int, int]:
    """Where the value bits of every variable begin."""
    offsets: dict[int, int] = {}
    place = len(order)
    for variable in order:
        offsets[variable] = place
        place += sizes[variable]
    return offsets
