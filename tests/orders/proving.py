"""What the long proofs are made of: real workers that can be killed, a wire to the broker that can be cut, and fates."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
import uuid
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from threading import Thread
from types import TracebackType
from urllib.parse import urlsplit

from apps.orders.models import FulfilmentStep, Order
from apps.orders.partners import simulation
from tests.orders.partnering import ROOT

CELERY = [sys.executable, "-m", "celery", "-A", "config", "--quiet"]


def reachable(url: str) -> bool:
    """Whether somebody listens there."""
    parts = urlsplit(url)
    try:
        socket.create_connection((parts.hostname or "", parts.port or 0), timeout=1).close()
    except OSError:
        return False
    return True


class Workers:
    """A Celery worker with its children, and beat, on one broker and a queue of their own."""

    def __init__(self, environment: Mapping[str, str], folder: Path, broker: str) -> None:
        own = {"KAICHE_VAR": str(folder), "CELERY_QUEUE": f"proof-{uuid.uuid4().hex[:8]}", "LOG_LEVEL": "CRITICAL"}
        self.environment = dict(environment) | own
        self.environment.pop("CELERY_BROKER_URL", None)
        if broker:
            self.environment["CELERY_BROKER_URL"] = broker
        self.worker: subprocess.Popen[bytes] | None = None
        self.beat: subprocess.Popen[bytes] | None = None
        self.killed = 0

    def _start(self, *arguments: str) -> "subprocess.Popen[bytes]":
        return subprocess.Popen(
            [*CELERY, *arguments, "--loglevel", "critical"],
            cwd=ROOT,
            env=self.environment,
            start_new_session=True,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def start_worker(self) -> None:
        plain = ("--without-gossip", "--without-mingle", "--without-heartbeat")
        self.worker = self._start("worker", "--concurrency", "2", *plain)

    def kill_worker(self) -> None:
        """As a machine that loses its power."""
        assert self.worker is not None
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.worker.pid, signal.SIGKILL)
        self.worker.wait()
        self.killed += 1

    def see_to_worker(self) -> None:
        """One that ended by itself is started again, as ``manage.py up`` does: the files' broker can hand out half a message."""
        if self.worker is not None and self.worker.poll() is not None:
            self.start_worker()

    def __enter__(self) -> "Workers":
        self.beat = self._start("beat", "--pidfile", "")
        self.start_worker()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for process in (self.worker, self.beat):
            if process is not None:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)
                process.wait()


class Wire:
    """A TCP proxy of our own in front of somebody else's server; while it is cut, nobody is there. It counts who knocks."""

    def __init__(self, host: str, port: int) -> None:
        self._target = (host, port)
        self._open: list[socket.socket] = []
        self.is_cut = False
        self.knocks = 0
        self._server = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._server.getsockname()[1])
        Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            try:
                near, _address = self._server.accept()
            except OSError:
                return
            self.knocks += 1
            if self.is_cut:
                near.close()
                continue
            try:
                far = socket.create_connection(self._target, timeout=5)
            except OSError:
                near.close()
                continue
            self._open += [near, far]
            for source, target in ((near, far), (far, near)):
                Thread(target=self._pump, args=(source, target), daemon=True).start()

    def _pump(self, source: socket.socket, target: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(65_536):
                target.sendall(data)
        for one in (source, target):
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)

    def cut(self) -> None:
        self.is_cut = True
        for one in self._open:
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()
        self._open = []

    def mend(self) -> None:
        self.is_cut = False

    def close(self) -> None:
        self.cut()
        self._server.close()


@contextlib.contextmanager
def wire(host: str, port: int) -> Iterator[Wire]:
    made = Wire(host, port)
    try:
        yield made
    finally:
        made.close()


def fate_of(order: Order, faults: Mapping[str, simulation.Faults]) -> str:
    """Where an unpaid order ends, from what its partners' books decide about it: worked out beforehand, not looked up."""

    def hit(partner: str, fault: str, kind: str) -> bool:
        mine = faults.get(partner, simulation.Faults())
        return simulation.befalls(getattr(mine, fault), mine, fault, f"{order.pk}:{kind}:1")

    if hit("maker", "refuse", "submit_build"):
        return "alloc_failed"
    if hit("maker", "wrong_vin", "submit_build"):
        return "scheduled, parked"
    if hit("maker", "wrong_build", "submit_build"):
        return "mismatch"
    if hit("carrier", "damage", "ship"):
        return "in_transit, frozen"
    return "at_store"


def state_of(order: Order) -> str:
    """The same of how it stands now; anything else than an end is said, too."""
    open_step = order.steps.filter(status__in=["ready", "parked"]).first()
    if open_step is not None and open_step.status == "parked":
        return f"{order.status}, parked"
    if order.frozen:
        return f"{order.status}, frozen"
    waits = open_step is None or open_step.kind == "await_balance"
    return str(order.status) if waits else f"{order.status}, {open_step.kind if open_step else ''}"


def at_rest() -> bool:
    """Whether nothing is due any more but what waits for money or for a person."""
    ready = FulfilmentStep.objects.filter(status="ready").exclude(kind="await_balance")
    return not ready.exclude(order__frozen=True).exists()


def done_steps() -> int:
    return FulfilmentStep.objects.filter(status="done").count()


def work_under_kills(workers: Workers, *, every_s: float, patience_s: float, most: int = 1_000) -> float:
    """Let the workers work, killing them every so many seconds, not before they did something
    and no more than ``most`` times; returns the seconds it took."""
    began = started = time.monotonic()
    before = done_steps()
    while not at_rest():
        now = time.monotonic()
        assert now - began < patience_s, Counter(state_of(order) for order in Order.objects.all())
        if workers.killed < most and now - started >= every_s and done_steps() > before:
            workers.kill_worker()
            workers.start_worker()
            started, before = time.monotonic(), done_steps()
        workers.see_to_worker()
        time.sleep(0.1)
    return time.monotonic() - began
