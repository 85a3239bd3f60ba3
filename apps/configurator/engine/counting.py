"""The number of cars, exactly at any size, from doubles and from residues.

The sweep up counts in doubles, which is exact for every node that has at most 2^53 cars of its own whatever is chosen.
In real models those are nearly all: what is above them, a few hundred nodes near the root, is counted modulo as many
primes as the rough number of cars asks for, and put together by the Chinese remainder theorem.
"""

from collections.abc import Sequence
from functools import cache
from math import isfinite, prod

import numpy as np
import numpy.typing as npt

from . import kernels
from .circuit import Circuit

type Doubles = npt.NDArray[np.float64]
type Places = npt.NDArray[np.uint32]

MARGIN = 1.001
"""More than a rough number of cars can be wrong by, whose relative error is below the circuit's edges times 2^-53."""


class Counter:
    """Turns the counts of a sweep up into the exact number of cars; threads may share it."""

    def __init__(self, circuit: Circuit, compiled: kernels.Kernels, counts: Doubles) -> None:
        """``counts``: those of a sweep without any choice."""
        self._total = circuit.total
        self._kernels = compiled
        self._large, self._parts = _large_nodes(circuit, counts >= kernels.EXACT_COUNT)
        for blocks in range(1, len(residue_system(circuit.total).blocks) if len(self._large) else 0):
            _system(blocks)  # found now, and not in a click

    def number(self, counts: Doubles) -> int:
        """The number of cars, given the counts of all nodes."""
        roughly = float(counts[-1])
        if len(self._large) == 0 or roughly == 0.0:
            return int(roughly)
        system = residue_system(int(roughly * MARGIN) if isfinite(roughly) else self._total)
        residues = np.empty((len(self._large), kernels.LANES))
        found: list[int] = []
        for primes in system.blocks:
            self._kernels.count_residues(self._large, self._parts, counts, primes, residues)
            found += map(int, residues[-1].tolist())
        return system.number(found)


def _large_nodes(circuit: Circuit, is_large: npt.NDArray[np.bool]) -> tuple[Places, Places]:
    """Their rows and parts, as ``count_residues`` wants them."""
    nodes = np.flatnonzero(is_large)
    kinds, begins = circuit.kinds[nodes - circuit.slots], circuit.begins
    of_large = np.repeat(is_large[circuit.slots :], np.diff(begins))
    arities = np.diff(begins)[nodes - circuit.slots]
    owners, parts = np.repeat(np.arange(len(nodes)), arities), circuit.children[of_large]
    large = is_large[parts]
    small = np.bincount(owners[~large], minlength=len(nodes))
    parts = np.where(large, np.cumsum(is_large)[parts] - 1, parts)[np.lexsort((large, owners))]
    ends = np.cumsum(arities)
    rows = np.column_stack((kinds, ends - arities, ends - arities + small, ends))
    return np.ascontiguousarray(rows, np.uint32), parts.astype(np.uint32)


class ResidueSystem:
    """So many ``blocks`` of ``LANES`` primes below 2^27, to tell numbers below their ``product`` apart."""

    def __init__(self, blocks: int) -> None:
        primes = _primes(blocks * kernels.LANES)
        self.blocks: list[Doubles] = list(np.array(primes, np.float64).reshape(-1, kernels.LANES))
        self.product = prod(primes)
        self._coefficients = [self.product // p * pow(self.product // p, -1, p) for p in primes]

    def number(self, residues: Sequence[int]) -> int:
        """The number with these residues (Chinese remainder theorem)."""
        terms = (residue * factor for residue, factor in zip(residues, self._coefficients, strict=True))
        return sum(terms) % self.product


def residue_system(largest: int) -> ResidueSystem:
    """The smallest system for numbers up to ``largest``."""
    blocks = 1 + largest.bit_length() // (26 * kernels.LANES)  # a prime below 2^27 is worth more than 26 bits
    while blocks > 1 and _system(blocks - 1).product > largest:
        blocks -= 1
    return _system(blocks)


@cache
def _system(blocks: int) -> ResidueSystem:
    return ResidueSystem(blocks)


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
