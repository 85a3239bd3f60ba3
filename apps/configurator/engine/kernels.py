"""The sweeps over a circuit's runs, in one source for two ways of running it.

Interpreted, on lists, numbers are Python integers (exact at any size) and blocked is ``inf``. Compiled by numba, on
arrays, they are float64, in which integers are exact up to 2^53; the callers (``sweep.py``, ``counting.py``) see to
that. Floats have an infinity that adds up, which spares every test for "blocked" in the pass up.

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
EXACT_COUNT = 2.0**53
"""Doubles hold all whole numbers up to this."""
LANES = 8
"""Residues that are counted side by side."""
_ROUND = 1.5 * 2.0**52


def sweep_up(runs: Any, children: Any, up: Any, counts: Any) -> None:
    """``up[n]``: the cheapest way to fulfil the node, ``counts[n]``: in how many ways; the literals' are given.

    Both in one pass: reading which children a node has takes longer than adding and multiplying.
    """
    for run in range(len(runs) - 1):
        arity = runs[run][1]
        at = runs[run][3]
        if runs[run][0] == 0:
            for node in range(runs[run][2], runs[run + 1][2]):
                total, ways = up[children[at]], counts[children[at]]
                for place in range(at + 1, at + arity):
                    total += up[children[place]]
                    ways *= counts[children[place]]
                up[node], counts[node] = total, ways
                at += arity
        else:
            for node in range(runs[run][2], runs[run + 1][2]):
                least, ways = up[children[at]], counts[children[at]]
                for place in range(at + 1, at + arity):
                    value = up[children[place]]
                    least = value if value < least else least
                    ways += counts[children[place]]
                up[node], counts[node] = least, ways
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


def trace(kinds: Any, begins: Any, children: Any, up: Any, stack: Any, taken: Any) -> None:
    """Mark a cheapest car: ``taken`` is given as 0; after it, the literals in the car are 1.

    ``kinds`` and ``begins`` tell of every inner node what it is and where its children begin; ``stack`` has room for
    all nodes. Only the car's own nodes are visited, each once: the parts of an AND share no variable.
    """
    slots = len(taken)
    stack[0] = slots + len(kinds) - 1
    height = 1
    while height:
        height -= 1
        node = stack[height]
        if node < slots:
            taken[node] = 1
            continue
        begin, end = begins[node - slots], begins[node - slots + 1]
        if kinds[node - slots] == 0:
            for place in range(begin, end):
                stack[height] = children[place]
                height += 1
        else:
            best = children[begin]
            for place in range(begin + 1, end):
                if up[children[place]] < up[best]:
                    best = children[place]
            stack[height] = best
            height += 1


def count_residues(large: Any, parts: Any, counts: Any, primes: Any, residues: Any) -> None:  # noqa: C901 (one kernel)
    """``residues[i, l]``: the number of ways of the large node ``i`` modulo ``primes[l]``; compiled only.

    ``large`` has a row (kind, first part, first large part, end) for each; its parts in ``parts`` are nodes, whose
    ``counts`` are exact, then large nodes by their own numbers. There are ``LANES`` primes below 2^27. Residues lie
    between minus and plus half a prime, so that a product is below 2^52 and a double holds it exactly. Adding and
    subtracting ``_ROUND`` rounds a quotient to the nearest whole number.
    """
    inverse = 1.0 / primes
    for row in range(len(large)):
        kind, at, middle, end = large[row]
        number = 0.0  # an OR's lanes begin empty, an AND's with as many of its parts as a double holds
        if kind == 0:
            number = counts[parts[at]] if at < middle else 1.0
            at += 1
            while at < middle and number * counts[parts[at]] < EXACT_COUNT:
                number *= counts[parts[at]]
                at += 1
        for lane in range(LANES):
            residues[row, lane] = number - ((number * inverse[lane] + _ROUND) - _ROUND) * primes[lane]
        if kind == 0 and number == 0.0:
            continue
        while at < middle:
            number = counts[parts[at]]
            at += 1
            while kind == 0 and at < middle and number * counts[parts[at]] < EXACT_COUNT:
                number *= counts[parts[at]]
                at += 1
            for lane in range(LANES):
                value = number - ((number * inverse[lane] + _ROUND) - _ROUND) * primes[lane]
                value = residues[row, lane] * value if kind == 0 else residues[row, lane] + value
                residues[row, lane] = value - ((value * inverse[lane] + _ROUND) - _ROUND) * primes[lane]
        for place in range(middle, end):
            other = parts[place]
            for lane in range(LANES):
                value = residues[other, lane]
                value = residues[row, lane] * value if kind == 0 else residues[row, lane] + value
                residues[row, lane] = value - ((value * inverse[lane] + _ROUND) - _ROUND) * primes[lane]


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
    # unsigned, for numba lets a signed index count from the end, which takes a quarter of a sweep's time
    rows = numba.types.Array(numba.uint32, 2, "C", readonly=True)
    numbers = numba.types.Array(numba.uint32, 1, "C", readonly=True)
    floats, table = numba.float64[::1], numba.float64[:, ::1]

    def build(function: Callable[..., None], *arguments: Any) -> Callable[..., None]:
        # products may be fused with sums: nothing is rounded either way, and counting takes half the time
        njit: Any = numba.njit([numba.void(*arguments)], cache=on_disk, nogil=True, fastmath={"contract"})
        compiled: Callable[..., None] = njit(function)
        return compiled

    return Kernels(
        sweep_up=build(sweep_up, rows, numbers, floats, floats),
        sweep_down=build(sweep_down, rows, numbers, floats, floats),
        trace=build(trace, numbers, numbers, numbers, floats, numba.uint32[::1], numba.boolean[::1]),
        count_residues=build(count_residues, rows, numbers, floats, floats, table),
    )
