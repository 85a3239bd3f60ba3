"""A bounded buffer in the process, written in bulk by a thread: a click only appends to a list.

What does not fit is counted and dropped; what cannot be written stays for the next time, as far as there is room. No
failure here reaches a visitor.
"""

import atexit
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from threading import Condition, Thread

import structlog
from django.conf import settings
from django.db import connection
from django.utils import timezone

from apps.configurator.insight.events import Context, Event

log = structlog.get_logger(__name__)
MOST = 20_000
BATCH = 500
FLUSH_S = 5.0


@dataclass(frozen=True, slots=True)
class Entry:
    context: Context
    day: date
    event: Event


type Write = Callable[[Sequence[Entry]], None]


class Recorder:
    """``write`` is called by one thread at a time. With ``background`` off only ``flush`` writes."""

    def __init__(self, write: Write, *, background: bool = True, most: int = MOST, every_s: float = FLUSH_S) -> None:
        self._write, self._background, self._most, self._every_s = write, background, most, every_s
        self.dropped = 0
        self._reset()

    def _reset(self) -> None:
        """After a fork the child has neither the thread nor, sensibly, the parent's entries."""
        self._entries: list[Entry] = []
        self._wake = Condition()
        self._writing = Condition()
        self._thread: Thread | None = None

    def __len__(self) -> int:
        return len(self._entries)

    def record(self, context: Context, events: Sequence[Event], day: date | None = None) -> None:
        """Take note of some events. Costs microseconds, never waits for the database, never raises."""
        if not events:
            return
        day = day or timezone.localdate()
        with self._wake:
            room = self._most - len(self._entries)
            self.dropped += max(0, len(events) - room)
            self._entries.extend(Entry(context, day, event) for event in events[: max(0, room)])
            if self._background and self._thread is None:
                self._thread = Thread(target=self._run, name="insight", daemon=True)
                self._thread.start()
            if len(self._entries) >= BATCH:
                self._wake.notify()

    def flush(self) -> int:
        """Write what has been noted so far; returns how many entries were written."""
        written = 0
        with self._writing:
            while batch := self._take():
                try:
                    self._write(batch)
                except Exception as error:
                    log.warning("insight_not_written", entries=len(batch), error=str(error))
                    self._put_back(batch)
                    break
                written += len(batch)
        return written

    def _take(self) -> list[Entry]:
        with self._wake:
            batch, self._entries = self._entries[:BATCH], self._entries[BATCH:]
        return batch

    def _put_back(self, batch: list[Entry]) -> None:
        with self._wake:
            room = max(0, self._most - len(self._entries))
            self.dropped += max(0, len(batch) - room)
            self._entries = [*batch[:room], *self._entries]

    def _run(self) -> None:
        while True:
            with self._wake:
                self._wake.wait(self._every_s)
            self.flush()
            if self.dropped:
                log.warning("insight_dropped", entries=self.dropped)
                self.dropped = 0


def write_rows(entries: Sequence[Entry]) -> None:
    """One bulk insert; entries of cars that are gone meanwhile are left out. Gives the connection back at once."""
    from apps.configurator.insight.models import InsightEvent
    from apps.configurator.models import Configurator

    try:
        known = set(Configurator.objects.values_list("pk", flat=True))
        InsightEvent.objects.bulk_create(
            InsightEvent(
                configurator_id=entry.context.configurator_id,
                version_number=entry.context.version_number,
                day=entry.day,
                visit=entry.context.visit,
                kind=entry.event.kind,
                code=entry.event.code,
                codes=list(entry.event.codes),
                amount=entry.event.amount,
            )
            for entry in entries
            if entry.context.configurator_id in known
        )
    finally:
        if not connection.in_atomic_block:  # a thread that writes every few seconds needs no connection in between
            connection.close()


recorder = Recorder(write_rows, background=not settings.TESTING)
os.register_at_fork(after_in_child=recorder._reset)
if not settings.TESTING:
    atexit.register(recorder.flush)
