"""Keeps a few processes running and stops them all together.

A part that dies is started again; one that dies five times within a minute takes everything down with a clear message.
Each part leads a process group of its own, so that a Ctrl-C on the terminal reaches us alone and we stop them in order.
"""

import contextlib
import os
import signal
import subprocess
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

RESTARTS_ALLOWED = 5
RESTART_WINDOW_S = 60.0
STOP_PATIENCE_S = 20.0
Say = Callable[[str], None]


class PartFailed(Exception):
    """A part died too often to go on."""


@dataclass(slots=True)
class Part:
    """A process to keep running: its name, its command, and what to send it first when it is to stop."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str] = field(default_factory=dict)
    stop_signal: int = signal.SIGTERM
    process: "subprocess.Popen[bytes] | None" = None
    deaths: deque[float] = field(default_factory=deque)

    def start(self) -> None:
        self.process = subprocess.Popen(
            self.command, env={**os.environ, **self.environment}, stdin=subprocess.DEVNULL, start_new_session=True
        )

    def has_died(self) -> bool:
        return self.process is not None and self.process.poll() is not None

    def ask_to_stop(self) -> None:
        """Ask the process itself, which ends its own workers in good order."""
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(self.stop_signal)

    def kill(self) -> None:
        """End what is left of the whole group: a server's own workers must not outlive it."""
        if self.process is not None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.process.pid, signal.SIGKILL)


class Supervisor:
    """Runs parts until it is told to stop."""

    def __init__(self, parts: Sequence[Part], *, say: Say) -> None:
        self.parts = list(parts)
        self.say = say
        self.stopping = False

    def stop_on_signals(self) -> None:
        """Ctrl-C and SIGTERM end ``run`` instead of the process."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._asked_to_stop)

    def _asked_to_stop(self, number: int, frame: object) -> None:
        self.stopping = True

    def start(self) -> None:
        """Start every part that does not run yet."""
        for part in self.parts:
            if part.process is None:
                part.start()

    def run(self, *, period_s: float = 0.2) -> None:
        """Watch the parts until somebody asks to stop.

        Raises:
            PartFailed: one of them died too often.
        """
        while not self.stopping:
            for part in self.parts:
                if part.has_died():
                    self._revive(part)
            time.sleep(period_s)

    def _revive(self, part: Part) -> None:
        now = time.monotonic()
        part.deaths.append(now)
        while part.deaths and now - part.deaths[0] > RESTART_WINDOW_S:
            part.deaths.popleft()
        code = part.process.returncode if part.process else None
        part.kill()  # what it left behind
        if len(part.deaths) >= RESTARTS_ALLOWED:
            raise PartFailed(f"The {part.name} ended {len(part.deaths)} times within a minute (last exit code {code}).")
        self.say(f"The {part.name} ended with exit code {code}; starting it again.")
        part.start()

    def stop(self) -> None:
        """Ask every part to stop, wait, and kill what does not; returns when nothing is left running."""
        for part in reversed(self.parts):
            part.ask_to_stop()
        deadline = time.monotonic() + STOP_PATIENCE_S
        for part in self.parts:
            if part.process is not None:
                with contextlib.suppress(subprocess.TimeoutExpired):
                    part.process.wait(max(0.1, deadline - time.monotonic()))
                part.kill()
                part.process.wait()
