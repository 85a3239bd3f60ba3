"""Mappings over a sweep's lists: a click makes none of them, a page looks up what it shows."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import compress
from math import inf

import numpy as np


class View[V](Mapping[str, V]):
    """Names to the values at their places; equal to a dict with the same items."""

    __slots__ = ("_places",)

    def __init__(self, places: Mapping[str, int]) -> None:
        self._places = places

    def __iter__(self) -> Iterator[str]:
        return iter(self._places)

    def __len__(self) -> int:
        return len(self._places)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Mapping) and dict(self.items()) == dict(other.items())

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return repr(dict(self.items()))


class Totals(View[int | None]):
    """Options to totals (fen), ``None`` is impossible.

    A total is a cost and ``base``; costs of ``limit`` and above, infinite ones among them, are impossible.
    """

    __slots__ = ("_base", "_costs", "_limit")

    def __init__(
        self, places: Mapping[str, int], costs: Sequence[int | float], *, base: int = 0, limit: int | float = inf
    ) -> None:
        super().__init__(places)
        self._costs = costs
        self._base = base
        self._limit = limit

    def __getitem__(self, name: str) -> int | None:
        cost = self._costs[self._places[name]]
        return int(cost) + self._base if cost < self._limit else None


class NearestCars(View[tuple[int, int]]):
    """Literals to the choices that their nearest repair gives up (how many) and its total (fen).

    A finite cost is ``low + changes * penalty + price`` with ``0 <= price < penalty``; ``base`` is added to the price.
    """

    __slots__ = ("_base", "_costs", "_low", "_penalty")

    def __init__(
        self,
        places: Mapping[str, int],
        costs: Sequence[int | float],
        penalty: int,
        low: int,
        base: int,
    ) -> None:
        super().__init__(places)
        self._costs = costs
        self._penalty = penalty
        self._low = low
        self._base = base

    def __getitem__(self, name: str) -> tuple[int, int]:
        found = self.get(name)
        if found is None:
            raise KeyError(name)
        return found

    def get[D](self, name: str, default: D | None = None) -> tuple[int, int] | D | None:  # type: ignore[override]
        """As of every mapping, without an exception for each of thousands of options that no car has."""
        place = self._places.get(name)
        if place is None or (cost := self._costs[place]) == inf:
            return default
        changes, price = divmod(int(cost) - self._low, self._penalty)
        return changes, price + self._base

    def among(self, names: Iterable[str]) -> dict[str, tuple[int, int]]:
        """Those of the names that some car has, all at once: one by one looking them up takes longer than the sweep."""
        names = list(names)
        if not isinstance(self._costs, memoryview):  # integers of any size
            return {name: found for name in names if (found := self.get(name)) is not None}
        places = np.array([self._places.get(name, -1) for name in names], np.intp)
        costs = np.append(self._costs, inf)[places]
        had = costs != inf
        changes, prices = np.divmod(costs[had] - self._low, self._penalty)
        pairs = zip(changes.astype(np.int64).tolist(), (prices.astype(np.int64) + self._base).tolist(), strict=True)
        return dict(zip(compress(names, had.tolist()), pairs, strict=True))

    def __iter__(self) -> Iterator[str]:
        return (name for name, place in self._places.items() if self._costs[place] != inf)

    def __len__(self) -> int:
        return sum(1 for _ in self)
