"""The embedded broker: kombu's messages in files, each of which appears whole or not at all.

As kombu writes them, a reader can take a file between its making and its writing, and a worker that reads nothing ends. Here a file
is written beside its place and renamed into it, and whoever removes a message has it.
"""

import fcntl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from queue import Empty
from typing import Any
from uuid import uuid4

import structlog
from kombu.transport import filesystem
from kombu.utils.json import dumps, loads

from apps.common import files

log = structlog.get_logger(__name__)
Table = list[filesystem.exchange_queue_t]


class Channel(filesystem.Channel):
    """A queue is the files of a folder named after it, the oldest first; an exchange is a file that lists its queues."""

    def _put(self, queue: str, message: Any, **_: Any) -> None:  # type: ignore[override]
        file = Path(self.data_folder_out) / f"{time.time_ns():020}_{uuid4().hex}.{queue}.msg"
        files.put(file, dumps(message).encode())

    def _get(self, queue: str, timeout: float | None = None) -> Any:
        """The oldest message.

        Raises:
            Empty: there is none.
        """
        waiting = [
            file for file in Path(self.data_folder_in).iterdir() if file.name.partition(".")[2] == f"{queue}.msg"
        ]
        for file in sorted(waiting):
            try:
                content = file.read_text()
                file.unlink()
            except FileNotFoundError:  # another reader has it
                continue
            try:
                return loads(content)
            except ValueError:
                log.exception("message_unreadable", queue=queue, length=len(content))
        raise Empty

    def _queue_bind(self, exchange: str, routing_key: str | None, pattern: str | None, queue: str) -> None:
        with self._changing(exchange) as table:
            row = filesystem.exchange_queue_t(routing_key or "", pattern or "", queue or "")
            if row not in table:
                table.insert(0, row)

    def _delete(
        self, queue: str, exchange: str, routing_key: str | None, pattern: str | None, *args: Any, **kwargs: Any
    ) -> None:
        self._purge(queue)
        with self._changing(exchange) as table:
            row = filesystem.exchange_queue_t(routing_key or "", pattern or "", queue or "")
            if row in table:
                table.remove(row)

    @contextmanager
    def _changing(self, exchange: str) -> Iterator[Table]:
        """The queues of an exchange, kept if they have changed; one writer at a time, and a reader sees the old or the new ones."""
        file = self._exchange_file(exchange)  # type: ignore[attr-defined]
        file.parent.mkdir(exist_ok=True)
        with (file.parent / "lock").open("w") as guard:
            fcntl.flock(guard, fcntl.LOCK_EX)
            table: Table = self.get_table(exchange)
            before = list(table)
            yield table
            if table != before:
                files.put(file, dumps(table).encode())


class Transport(filesystem.Transport):
    """``CELERY_BROKER_TRANSPORT`` where the broker is a folder."""

    Channel = Channel
