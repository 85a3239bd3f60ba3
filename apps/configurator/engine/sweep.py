"""Sweeping a circuit with costs: totals per literal, a cheapest car, the number of cars.

A sweep takes, per slot, the cost of a literal on the way (infinite: it may not be part of the car) and answers, per
slot, the least cost of a car with that literal, *its own cost on the way not counted, but its price*. So one sweep
prices what is allowed and also what the visitor's choice of the same group excludes.
"""

import threading
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property
from math import inf, prod
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from . import kernels
from .circuit import Circuit

type Cost = int | float
"""A whole number of fen, or ``inf``."""
type Mode = Literal["auto", "interpreted", "compiled"]

EXACT = 1 << 52
"""From this sum of absolute costs on doubles might round, and the sweep runs on Python integers."""
SMALL = 600
"""With fewer edges interpreting takes less than a third of a millisecond: nothing is compiled."""


@dataclass(frozen=True, slots=True)
class Swept:
    """The outcome of a sweep."""

    least: int | None
    """The cost of a cheapest car, ``None`` if there is none."""
    costs: list[int]
    """Per slot the least cost of a car with it, at its price: what it costs on the way plays no part."""
    blocked: list[int]
    """The slots that no car has; their costs mean nothing."""
    car: list[int] | None
    """The slots of a cheapest car, if there is one and it was asked for."""


@dataclass(slots=True)
class Costs:
    """The prices of all slots (fen), as integers and as doubles."""

    values: list[int]
    array: npt.NDArray[np.float64] = field(init=False)
    magnitude: int = field(init=False)

    def __post_init__(self) -> None:
        self.array = np.array(self.values, np.float64)
        self.magnitude = sum(map(abs, self.values))


class Sweeper:
    """The sweeps over one circuit with one price vector. Threads may share it; each has its own working arrays.

    ``changes`` are the slots whose cost on the way is not their price; ``magnitude`` is what they add at most to the
    sum of absolute costs.
    """

    def __init__(self, circuit: Circuit, prices: list[int], mode: Mode = "auto") -> None:
        self.circuit = circuit
        self.costs = Costs(prices + [0] * (circuit.slots - len(prices)))
        self.mode = mode
        self._own = threading.local()
        self._system = ResidueSystem(circuit.total if self._wants_kernels else 0)
        if mode == "compiled":
            kernels.load_kernels()
        elif self._wants_kernels:
            kernels.ready_kernels()

    def sweep(self, changes: Mapping[int, Cost], magnitude: int = 0, *, trace: bool = False) -> Swept:
        """One pass up, one pass down, and one to ``trace`` a cheapest car."""
        circuit = self.circuit
        if circuit.total == 0:
            return Swept(None, [0] * circuit.slots, list(range(circuit.slots)), None)
        if circuit.slots == 0:  # nothing to choose: the one car without anything
            return Swept(0, [], [], [])
        compiled = self._kernels(magnitude)
        if compiled is None:
            return self._interpreted(changes, trace=trace)
        work = self._work(changes)
        compiled.sweep_up(circuit.runs, circuit.children, work.up)
        least = work.up[-1]
        car = self._traced(compiled, work) if trace and least != inf else None
        work.down.fill(inf)
        work.down[-1] = 0.0
        compiled.sweep_down(circuit.runs, circuit.children, work.up, work.down)
        costs = work.down[: circuit.slots] + self.costs.array
        blocked = np.flatnonzero(costs == inf)
        costs[blocked] = 0.0
        return Swept(None if least == inf else int(least), costs.astype(np.int64).tolist(), blocked.tolist(), car)

    def cheapest(self, changes: Mapping[int, Cost], magnitude: int = 0) -> list[int] | None:
        """The slots of a cheapest car, ``None`` if there is none."""
        circuit = self.circuit
        if circuit.total == 0:
            return None
        if circuit.slots == 0:
            return []
        compiled = self._kernels(magnitude)
        if compiled is None:
            return self._traced_lists(self._up(changes))
        work = self._work(changes)
        compiled.sweep_up(circuit.runs, circuit.children, work.up)
        return None if work.up[-1] == inf else self._traced(compiled, work)

    def _traced(self, compiled: kernels.Kernels, work: "_Work") -> list[int]:
        work.marks.fill(0)
        work.marks[-1] = 1
        compiled.trace(self.circuit.runs, self.circuit.children, work.up, work.marks)
        found: list[int] = np.flatnonzero(work.marks[: self.circuit.slots]).tolist()
        return found

    def _traced_lists(self, up: list[Cost]) -> list[int] | None:
        if up[-1] == inf:
            return None
        taken = [0] * self.circuit.nodes
        taken[-1] = 1
        kernels.trace(*self._lists, up, taken)
        return [slot for slot in range(self.circuit.slots) if taken[slot]]

    def _interpreted(self, changes: Mapping[int, Cost], *, trace: bool) -> Swept:
        up = self._up(changes)
        down: list[Cost] = [inf] * self.circuit.nodes
        down[-1] = 0
        kernels.sweep_down(*self._lists, up, down)
        slots = range(self.circuit.slots)
        costs = [0 if down[slot] == inf else int(down[slot]) + self.costs.values[slot] for slot in slots]
        blocked = [slot for slot in slots if down[slot] == inf]
        car = self._traced_lists(up) if trace else None
        return Swept(None if up[-1] == inf else int(up[-1]), costs, blocked, car)

    def count(self, blocked: Iterable[int]) -> int:
        """How many cars have none of the blocked slots, exactly."""
        circuit = self.circuit
        slots = list(blocked)
        if circuit.total == 0 or not slots:
            return circuit.total
        compiled = self._kernels(0)
        if compiled is None:
            runs, children = self._lists
            counts = [1] * circuit.nodes
            for slot in slots:
                counts[slot] = 0
            kernels.count_exactly(runs, children, counts)
            return counts[-1]
        work = self._work({})
        residues: list[int] = []
        for primes in self._system.blocks:
            work.counts[: circuit.slots] = 1.0
            work.counts[slots] = 0.0
            compiled.count_residues(circuit.runs, circuit.children, primes, work.counts)
            residues += map(int, work.counts[-1].tolist())
        return self._system.number(residues)

    @property
    def _wants_kernels(self) -> bool:
        return self.mode == "compiled" or (self.mode == "auto" and self.circuit.edges > SMALL)

    def _kernels(self, magnitude: int) -> kernels.Kernels | None:
        """The compiled kernels if they are wanted, ready, and exact for these costs."""
        if not self._wants_kernels or self.costs.magnitude + magnitude >= EXACT:
            return None
        return kernels.ready_kernels()

    def _up(self, changes: Mapping[int, Cost]) -> list[Cost]:
        runs, children = self._lists
        up: list[Cost] = [*self.costs.values, *([inf] * (self.circuit.nodes - self.circuit.slots))]
        for slot, cost in changes.items():
            up[slot] = cost
        kernels.sweep_up(runs, children, up)
        return up

    @cached_property
    def _lists(self) -> tuple[list[list[int]], list[int]]:
        return self.circuit.runs.tolist(), self.circuit.children.tolist()

    def _work(self, changes: Mapping[int, Cost]) -> "_Work":
        """This thread's arrays, with the costs of the literals set."""
        work: _Work | None = getattr(self._own, "work", None)
        if work is None:
            work = self._own.work = _Work(self.circuit.nodes)
        work.up[: self.circuit.slots] = self.costs.array
        for slot, cost in changes.items():
            work.up[slot] = cost
        return work


class _Work:
    """The working arrays of one thread."""

    def __init__(self, nodes: int) -> None:
        self.up = np.empty(nodes)
        self.down = np.empty(nodes)
        self.marks = np.empty(nodes, np.uint8)
        self.counts = np.empty((nodes, kernels.LANES))


class ResidueSystem:
    """Enough primes below 2^27 to tell all numbers up to ``largest`` apart, in blocks of ``LANES``."""

    def __init__(self, largest: int) -> None:
        count = kernels.LANES
        while prod(_primes(count)) <= largest:
            count += kernels.LANES
        primes = _primes(count)
        self.blocks: list[Any] = list(np.array(primes, np.float64).reshape(-1, kernels.LANES))
        self.product = prod(primes)
        self._coefficients = [self.product // p * pow(self.product // p, -1, p) for p in primes]

    def number(self, residues: Sequence[int]) -> int:
        """The number with these residues (Chinese remainder theorem)."""
        terms = (residue * factor for residue, factor in zip(residues, self._coefficients, strict=True))
        return sum(terms) % self.product


@cache
def _primes(count: int) -> tuple[int, ...]:
    """The largest primes below 2^27."""
    found = list(_primes(count - kernels.LANES)) if count > kernels.LANES else []
    candidate = found[-1] - 2 if found else (1 << 27) - 1
    while len(found) < count:
        if all(candidate % divisor for divisor in range(3, 11_600, 2)):
            found.append(candidate)
        candidate -= 2
    return tuple(found)
