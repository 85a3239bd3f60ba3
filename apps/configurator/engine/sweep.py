"""Sweeping a circuit with costs: totals per literal, a cheapest car, the number of cars.

A sweep takes, per slot, the cost of a literal on the way (infinite: it may not be part of the car) and answers, per
slot, the least cost of a car with that literal, *its own cost on the way not counted, but its price*. So one sweep
prices what is allowed and also what the visitor's choice of the same group excludes.
"""

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from math import inf
from typing import Literal

import numpy as np
import numpy.typing as npt

from . import kernels
from .answering import Flags
from .circuit import Circuit
from .counting import Counter

type Places = npt.NDArray[np.uint32]
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
    costs: Sequence[Cost]
    """Per slot the least cost of a car with it, at its price: what it costs on the way plays no part."""
    blocked: Flags
    """The slots that no car has: those whose cost is infinite."""
    car: Flags | None = None
    """The slots of a cheapest car, if there is one and it was asked for."""
    count: int | None = None
    """How many cars have no slot whose cost on the way is infinite, exactly, if it was asked for."""


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
        self._runs = circuit.runs.view(np.uint32)
        self._children = circuit.children.view(np.uint32)
        if mode == "compiled":
            kernels.load_kernels()
        if circuit.total and circuit.slots and self._kernels(0) is not None:
            self._kinds, self._begins, self._counter  # noqa: B018 (made now, and not in a click)

    def sweep(self, changes: Mapping[int, Cost], magnitude: int = 0, *, whole: bool = False) -> Swept:
        """One pass up and one pass down; ``whole``: the number of cars and a cheapest one as well."""
        circuit = self.circuit
        if circuit.total == 0:
            return Swept(None, [inf] * circuit.slots, np.ones(circuit.slots, np.bool), count=0)
        if circuit.slots == 0:  # nothing to choose: the one car without anything
            none = np.zeros(0, np.bool)
            return Swept(0, [], none, none, count=1)
        compiled = self._kernels(magnitude)
        if compiled is None:
            return self._interpreted(changes, whole=whole)
        work = self._up(compiled, changes)
        least = None if work.up[-1] == inf else int(work.up[-1])
        car = self._traced(compiled, work) if whole and least is not None else None
        work.down.fill(inf)
        work.down[-1] = 0.0
        compiled.sweep_down(self._runs, self._children, work.up, work.down)
        costs = work.down[: circuit.slots] + self.costs.array
        count = self._counter.number(work.counts) if whole and changes else circuit.total
        return Swept(least, memoryview(costs), costs == inf, car, count)

    def cheapest(self, changes: Mapping[int, Cost], magnitude: int = 0) -> Flags | None:
        """The slots of a cheapest car, ``None`` if there is none."""
        if self.circuit.total == 0:
            return None
        if self.circuit.slots == 0:
            return np.zeros(0, np.bool)
        compiled = self._kernels(magnitude)
        if compiled is None:
            return self._traced_lists(self._up_lists(changes)[0])
        work = self._up(compiled, changes)
        return None if work.up[-1] == inf else self._traced(compiled, work)

    def _up(self, compiled: kernels.Kernels, changes: Mapping[int, Cost]) -> "_Work":
        """This thread's arrays after a pass up."""
        work: _Work | None = getattr(self._own, "work", None)
        if work is None:
            work = self._own.work = _Work(self.circuit.nodes)
        work.up[: self.circuit.slots] = self.costs.array
        work.counts[: self.circuit.slots] = 1.0
        for slot, cost in changes.items():
            work.up[slot] = cost
            work.counts[slot] = cost != inf
        compiled.sweep_up(self._runs, self._children, work.up, work.counts)
        return work

    def _traced(self, compiled: kernels.Kernels, work: "_Work") -> Flags:
        taken = np.zeros(self.circuit.slots, np.bool)
        compiled.trace(self._kinds, self._begins, self._children, work.up, work.stack, taken)
        return taken

    def _interpreted(self, changes: Mapping[int, Cost], *, whole: bool) -> Swept:
        up, counts = self._up_lists(changes)
        down: list[Cost] = [inf] * self.circuit.nodes
        down[-1] = 0
        runs, children, _, _ = self._lists
        kernels.sweep_down(runs, children, up, down)
        costs = [rest + price for rest, price in zip(down, self.costs.values, strict=False)]
        blocked = np.array([cost == inf for cost in costs], np.bool)
        car = self._traced_lists(up) if whole else None
        return Swept(None if up[-1] == inf else int(up[-1]), costs, blocked, car, counts[-1])

    def _up_lists(self, changes: Mapping[int, Cost]) -> tuple[list[Cost], list[int]]:
        """Costs and counts of all nodes after a pass up in Python integers."""
        runs, children, _, _ = self._lists
        up: list[Cost] = [*self.costs.values, *([inf] * (self.circuit.nodes - self.circuit.slots))]
        counts = [1] * self.circuit.nodes
        for slot, cost in changes.items():
            up[slot] = cost
            counts[slot] = int(cost != inf)
        kernels.sweep_up(runs, children, up, counts)
        return up, counts

    def _traced_lists(self, up: list[Cost]) -> Flags | None:
        if up[-1] == inf:
            return None
        taken = [False] * self.circuit.slots
        _, children, kinds, begins = self._lists
        kernels.trace(kinds, begins, children, up, [0] * self.circuit.nodes, taken)
        return np.array(taken, np.bool)

    @property
    def _wants_kernels(self) -> bool:
        return self.mode == "compiled" or (self.mode == "auto" and self.circuit.edges > SMALL)

    def _kernels(self, magnitude: int) -> kernels.Kernels | None:
        """The compiled kernels if they are wanted, ready, and exact for these costs."""
        if not self._wants_kernels or self.costs.magnitude + magnitude >= EXACT:
            return None
        return kernels.ready_kernels()

    @cached_property
    def _counter(self) -> Counter:
        """Made with the sweeper, from a sweep without any choice; where kernels come later, by the first click."""
        compiled, up, counts = kernels.load_kernels(), np.zeros(self.circuit.nodes), np.ones(self.circuit.nodes)
        compiled.sweep_up(self._runs, self._children, up, counts)
        return Counter(self.circuit, compiled, counts)

    @cached_property
    def _kinds(self) -> Places:
        return self.circuit.kinds.view(np.uint32)

    @cached_property
    def _begins(self) -> Places:
        return self.circuit.begins.view(np.uint32)

    @cached_property
    def _lists(self) -> tuple[list[list[int]], list[int], list[int], list[int]]:
        return self.circuit.runs.tolist(), self._children.tolist(), self._kinds.tolist(), self._begins.tolist()


class _Work:
    """The working arrays of one thread."""

    def __init__(self, nodes: int) -> None:
        self.up = np.empty(nodes)
        self.counts = np.empty(nodes)
        self.down = np.empty(nodes)
        self.stack = np.empty(nodes, np.uint32)
