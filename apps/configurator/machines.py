"""What a process keeps in memory: documents, compiled machines and recent answers.

Everything here is keyed by the SHA-256 of an immutable document (and, for machines, by market and by the interval
between two rule changes), so nothing ever goes stale and publishing needs no invalidation: a new version is another
key. Which version is current is the one thing that a request asks the database.
"""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from datetime import date
from threading import Lock

from apps.configurator.documents import Document, read
from apps.configurator.engine.answer import Answer
from apps.configurator.engine.machine import Machine, machine_for
from apps.configurator.engine.model import Context


class Memory[K: Hashable, V]:
    """The most recently used values. A missing one is made once, however many threads ask for it at a time."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._lock = Lock()
        self._values: OrderedDict[K, V] = OrderedDict()
        self._making: dict[K, Lock] = {}

    def get(self, key: K, make: Callable[[], V]) -> V:
        found = self._find(key)
        if found is not None:
            return found
        with self._lock:
            making = self._making.setdefault(key, Lock())
        with making:
            found = self._find(key)
            if found is None:
                found = make()
                self._keep(key, found)
        with self._lock:
            self._making.pop(key, None)
        return found

    def __contains__(self, key: K) -> bool:
        return key in self._values

    def _find(self, key: K) -> V | None:
        with self._lock:
            if key in self._values:
                self._values.move_to_end(key)
            return self._values.get(key)

    def _keep(self, key: K, value: V) -> None:
        with self._lock:
            self._values[key] = value
            while len(self._values) > self._size:
                self._values.popitem(last=False)


_DOCUMENTS: Memory[str, Document] = Memory(64)
_MACHINES: Memory[tuple[str, str, int], Machine] = Memory(64)
_ANSWERS: Memory[tuple[str, str, int, tuple[str, ...]], Answer] = Memory(2048)


@dataclass(frozen=True)
class Session:
    """One document in one context: what a request works with."""

    document: Document
    market: str
    day: date

    @property
    def _key(self) -> tuple[str, str, int]:
        return self.document.sha256, self.market, self.document.interval(self.day)

    @property
    def machine(self) -> Machine:
        def make() -> Machine:
            return machine_for(self.document.model_on(self.day), Context(self.market, self.day))

        return _MACHINES.get(self._key, make)

    def answer(self, choices: tuple[str, ...]) -> Answer:
        """The engine's answer; many visitors stand at the same few places, so recent ones are kept.

        Raises:
            ModelError: a choice does not exist.
        """
        key = (*self._key, tuple(sorted(set(choices))))
        return _ANSWERS.get(key, lambda: self.machine.answer(choices))


def document_for(sha256: str, load: Callable[[], str]) -> Document:
    """The document with this hash, read from ``load()`` (its canonical text) if this process has not seen it."""
    return _DOCUMENTS.get(sha256, lambda: read(load()))
