"""What every app's ``demo.py`` gets: how much, which seed, and where to report progress.

An app that has demo data has a module ``demo`` with ``load(options: DemoOptions, report: Report) -> None``:
deterministic for a seed, idempotent (a second run changes nothing), in bulk.
"""

import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class DemoOptions:
    """How much demo data to make. ``stores`` is the size of the network, ``orders`` the number of past orders."""

    stores: int = 43_000
    orders: int = 40
    seed: int = 1

    def random_for(self, name: str) -> random.Random:
        """A generator of its own for each purpose, so that one app's data does not depend on another's."""
        return random.Random(f"{self.seed}:{name}")  # noqa: S311  demo data, not a secret


class Report(Protocol):
    """Where progress goes."""

    def __call__(self, label: str, done: int, total: int) -> None: ...


def batches[T](items: Iterable[T], size: int) -> Iterator[list[T]]:
    """The items in lists of at most ``size``."""
    batch: list[T] = []
    for item in items:
        batch.append(item)
        if len(batch) == size:
            yield batch
            batch = []
    if batch:
        yield batch
