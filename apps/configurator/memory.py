"""Values that a process keeps, the most recently used ones, whose key says everything about them."""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock


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
        try:
            with making:
                found = self._find(key)
                if found is None:
                    found = make()
                    self.keep(key, found)
        finally:
            with self._lock:
                self._making.pop(key, None)
        return found

    def peek(self, key: K) -> V | None:
        """The value if it is there; it does not become more recent by that."""
        return self._values.get(key)

    def drop(self, key: K) -> None:
        with self._lock:
            self._values.pop(key, None)

    def clear(self) -> None:
        with self._lock:
            self._values.clear()

    def __contains__(self, key: K) -> bool:
        return key in self._values

    def _find(self, key: K) -> V | None:
        with self._lock:
            if key in self._values:
                self._values.move_to_end(key)
            return self._values.get(key)

    def keep(self, key: K, value: V) -> None:
        with self._lock:
            self._values[key] = value
            while len(self._values) > self._size:
                self._values.popitem(last=False)
