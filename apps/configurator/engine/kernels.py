"""The sweeps over a circuit's runs, in one source for two ways of running it.

Interpreted, on lists, numbers are Python integers (exact at any size) and blocked is ``inf``. Compiled by numba, on
arrays, they are float64, in which integers are exact up to 2^53; the caller (``sweep.py``) sees to that. Floats have
an infinity that adds up, which spares every test for "blocked" in the pass up.

Compiling takes a second or two, so it happens in a background thread the first time a large circuit wants it, and is
kept in numba's cache on disk; until it is done, and for small circuits, sweeps run interpreted.
"""

import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

INF = float("inf")
LANES = 8
"""Residues that are counted side by side: one vector register of doubles."""
_ROUND = 1.5 * 2.0**52


def sweep_up(runs: Any, children: Any, up: Any) -> None:
    """``up[n]``: the cheapest way to fulfil the node. The literals' costs are given in ``up[:slots]``."""
    for run in range(len(runs) - 1):
        arity = runs[run][1]
        at = runs[run][3]
        if runs[run][0] == 0:
            for node in range(runs[run][2], runs[run + 1][2]):
                total = up[children[at]]
                for place in range(at + 1, at + arity):
                    total += up[children[place]]
                up[node] = total
                at += arity
        else:
            for node in range(runs[run][2], runs[run + 1][2]):
                least = up[children[at]]
                for place in range(at + 1, at + arity):
                    value = up[children[place]]
                    least = value if value < least else least
                up[node] = least
                at += arity


def sweep_down(runs: Any, children: Any, up: Any, down: Any) -> None:  # noqa: C901 (one kernel)
    """``down[n]``: the cheapest rest of a car with the node; ``down[:]`` is given as infinite, but 0 at the root.

    A child that is blocked itself gets a value when all its siblings are free: that prices the switches.
    """
    for back in range(2, len(runs) + 1):
        kind, arity, first, end = runs[-back]
        for node in range(first, runs[1 - back][2]):
            at = end
            end += arity
            outside = down[node]
            if outside == INF:
                continue
            if kind == 1:
                for place in range(at, end):
                    down[children[place]] = min(outside, down[children[place]])
                continue
            total = up[node] + outside
            if total < INF:
                for place in range(at, end):
                    child = children[place]
                    down[child] = min(total - up[child], down[child])
                continue
            total = outside
            blocked = -1
            for place in range(at, end):
                if up[children[place]] < INF:
                    total += up[children[place]]
                elif blocked < 0:
                    blocked = children[place]
                else:
                    total = INF
            down[blocked] = min(total, down[blocked])


def trace(runs: Any, children: Any, up: Any, taken: Any) -> None:
    """Mark a cheapest car: ``taken`` is given as 0 but 1 at the root; after it, the literals in the car are 1."""
    for back in range(len(runs) - 1):
        run = len(runs) - 2 - back
        arity = runs[run][1]
        begin = runs[run][3]
        for node in range(runs[run][2], runs[run + 1][2]):
            at = begin
            begin += arity
            if taken[node] == 0:
                continue
            if runs[run][0] == 0:
                for place in range(at, at + arity):
                    taken[children[place]] = 1
            else:
                best = children[at]
                for place in range(at + 1, at + arity):
                    if up[children[place]] < up[best]:
                        best = children[place]
                taken[best] = 1


def count_exactly(runs: Any, children: Any, counts: Any) -> None:
    """``counts[n]``: in how many ways the node can be fulfilled, in Python integers; interpreted only."""
    for run in range(len(runs) - 1):
        kind, arity, first, at = runs[run]
        for node in range(first, runs[run + 1][2]):
            number = counts[children[at]]
            for place in range(at + 1, at + arity):
                number = number * counts[children[place]] if kind == 0 else number + counts[children[place]]
            counts[node] = number
            at += arity


def count_residues(runs: Any, children: Any, primes: Any, counts: Any) -> None:  # noqa: C901 (one kernel)
    """``counts[n, l]``: the number of ways modulo ``primes[l]``, for ``LANES`` primes below 2^27; compiled only.

    Residues lie between minus and plus half a prime, so that a product is below 2^52 and a double holds it exactly.
    Adding and subtracting ``_ROUND`` rounds a quotient to the nearest whole number; the lanes are vectorised. Children
    that come before the first OR, literals and ANDs of literals, are 0 or 1 and need no multiplication.
    """
    inverse = 1.0 / primes
    first_or = 0
    while runs[first_or][0] == 0:
        first_or += 1
    for run in range(len(runs) - 1):
        kind, arity, first, end = runs[run]
        for node in range(first, runs[run + 1][2]):
            at = end
            end += arity
            start = 1.0 - kind
            while kind == 0 and at < end and children[at] < runs[first_or][2]:
                start *= counts[children[at], 0]
                at += 1
            for lane in range(LANES):
                counts[node, lane] = start
            if kind == 1:
                for place in range(at, end):
                    for lane in range(LANES):
                        counts[node, lane] += counts[children[place], lane]
                for lane in range(LANES):
                    value = counts[node, lane]
                    counts[node, lane] = value - ((value * inverse[lane] + _ROUND) - _ROUND) * primes[lane]
            elif start != 0.0:
                for place in range(at, end):
                    child = children[place]
                    for lane in range(LANES):
                        value = counts[node, lane] * counts[child, lane]
                        counts[node, lane] = value - ((value * inverse[lane] + _ROUND) - _ROUND) * primes[lane]


@dataclass(frozen=True, slots=True)
class Kernels:
    """The compiled functions, with the same arguments as their sources above."""

    sweep_up: Callable[..., None]
    sweep_down: Callable[..., None]
    trace: Callable[..., None]
    count_residues: Callable[..., None]


class _Loader:
    """Compiles once per process."""

    def __init__(self) -> None:
        self.kernels: Kernels | None = None
        self.held_back = 0
        self.reset()

    def reset(self) -> None:
        """Forget a compile that is under way."""
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    def load(self) -> Kernels:
        """Compile, or take from the cache on disk; waits until it is done."""
        with self._lock:
            if self.kernels is None:
                self.kernels = _compiled()
            return self.kernels

    def begin(self) -> None:
        """Let a thread do it, if none does."""
        if self._thread is None and self.kernels is None and not self.held_back:
            # Not a daemon: one that is stopped in the middle of an import keeps the import lock, and the process that
            # wants to end waits for it for ever.
            self._thread = threading.Thread(target=self.load, name="configurator-kernels")
            self._thread.start()


_loader = _Loader()
if hasattr(os, "register_at_fork"):  # a fork has no threads but its own: what one had begun begins anew
    os.register_at_fork(after_in_child=_loader.reset)


@contextmanager
def held_back() -> Iterator[None]:
    """Inside, nobody begins to compile: for the few answers of a process that fills a database, sweeps in Python do."""
    _loader.held_back += 1
    try:
        yield
    finally:
        _loader.held_back -= 1


def ready_kernels() -> Kernels | None:
    """The compiled kernels if they are ready; otherwise they are being compiled from now on."""
    if _loader.kernels is None:
        _loader.begin()
    return _loader.kernels


def load_kernels() -> Kernels:
    """The compiled kernels; waits for them."""
    return _loader.load()


def _compiled() -> Kernels:
    """Compile with explicit signatures, so that no call ever compiles; cached on disk where that can be written."""
    try:
        return _build(on_disk=True)
    except RuntimeError:
        return _build(on_disk=False)


def _build(*, on_disk: bool) -> Kernels:
    import numba

    # read-only arrays have a type of their own, and artefacts are read-only
    runs = numba.types.Array(numba.int32, 2, "C", readonly=True)
    children = numba.types.Array(numba.int32, 1, "C", readonly=True)
    floats, table = numba.float64[::1], numba.float64[:, ::1]

    def build(function: Callable[..., None], *arguments: Any) -> Callable[..., None]:
        njit: Any = numba.njit
        signature = numba.void(runs, children, *arguments)
        compiled: Callable[..., None] = njit([signature], cache=on_disk, nogil=True)(function)
        return compiled

    return Kernels(
        sweep_up=build(sweep_up, floats),
        sweep_down=build(sweep_down, floats, floats),
        trace=build(trace, floats, numba.uint8[::1]),
        count_residues=build(count_residues, floats, table),
    )
