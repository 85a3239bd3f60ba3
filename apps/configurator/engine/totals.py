"""Mappings over a sweep's lists: a click makes none of them, a page looks up what it shows."""

from collections.abc import Iterator, Mapping, Sequence
from math import inf


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
        cost = self._costs[self._places[name]]
        if cost == inf:
            raise KeyError(name)
        changes, price = divmod(int(cost) - self._low, self._penalty)
        return changes, price + self._base

    def get[D](self, name: str, default: D | None = None) -> tuple[int, int] | D | None:  # type: ignore[override]
        """As of every mapping; an exception for each of thousands of options that no car has would take half the time."""
        place = self._places.get(name)
        return default if place is None or self._costs[place] == inf else self[name]

    def __iter__(self) -> Iterator[str]:
        return (name for name, place in self._places.items() if self._costs[place] != inf)

    def __len__(self) -> int:
        return sum(1 for _ in self)
