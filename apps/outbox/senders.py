"""The threads of a worker that send webhooks: a slow subscriber holds one of them up, never the worker or the others."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Lock
from uuid import UUID

from django.db import connection

from apps.outbox.models import Delivery
from apps.outbox.sending import Answer
from apps.outbox.services import delivering

THREADS = 32
# Of one subscription at the same time, in different subjects.
EACH = 4


class Senders:
    """So many threads, so many of them for one subscription at most."""

    def __init__(self, *, threads: int = THREADS, each: int = EACH) -> None:
        self._threads, self._each = threads, each
        self._lock, self._running = Lock(), Counter[UUID]()
        self._pool: ThreadPoolExecutor | None = None

    def start_due(self) -> list["Future[None]"]:
        """Begin with everything that is due, as far as threads are free; does not wait for any of it."""
        started: list[Future[None]] = []
        while True:
            with self._lock:
                full = sum(self._running.values()) >= self._threads
                busy = [key for key, count in self._running.items() if count >= self._each]
            delivery = None if full else delivering.claim(busy)
            if delivery is None:
                return started
            with self._lock:
                self._running[delivery.subscription_id] += 1
            # The pool is made by the process that uses it: threads do not survive a fork.
            self._pool = self._pool or ThreadPoolExecutor(self._threads, thread_name_prefix="webhook")
            started.append(self._pool.submit(self._send, delivery, delivering.send))

    def _send(self, delivery: Delivery, send: Callable[[Delivery], Answer]) -> None:
        try:
            delivering.note(delivery, send(delivery))
        finally:
            connection.close()
            with self._lock:
                self._running[delivery.subscription_id] -= 1
