"""PostgreSQL stopped in the middle of everything, as by a power cut, and started again."""

import http.client
import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import uuid
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Event, Thread
from typing import Any

import pytest

from apps.common import embedded
from tests.e2e.conftest import ROOT, free_port, wait_until_up
from tests.e2e.http import Http
from tests.orders.proving import Workers

pytestmark = [pytest.mark.long, pytest.mark.services]
ORDERS, BUYERS = 40, 3
HEALTHY_S = 20.0
PATIENCE_S = 600.0


class Buyer(Thread):
    """Buys plans through the API until told to stop; what fails is sent again under the same key, as a program should."""

    def __init__(self, base: str, sku: str, enough: Event) -> None:
        super().__init__(daemon=True)
        self.api, self.line, self.enough = Http(base), {"kind": "maintenance_plan", "sku": sku}, enough
        self.numbers: list[str] = []
        self.refused = 0
        self.strange: list[Any] = []

    def run(self) -> None:
        while not self.enough.is_set() and not self.strange:
            basket = self._insist("api/v1/baskets/", {})
            if not basket or not self._insist(f"api/v1/baskets/{basket['id']}/lines/", self.line):
                return
            wanted = {
                "basket": basket["id"],
                "contact": {"name": "Li Lei", "phone": "13800138000", "email": "lilei@example.com"},
                "city": "Shanghai",
                "invoice": {"kind": "personal", "title": "Li Lei"},
                "payment_plan": "full",
                "accept_terms": True,
            }
            if order := self._insist("api/v1/orders/", wanted):
                self.numbers.append(order["number"])

    def _insist(self, path: str, body: dict[str, Any]) -> Any:
        key, deadline = str(uuid.uuid4()), time.monotonic() + PATIENCE_S
        while time.monotonic() < deadline:
            try:
                status, answer = self.api.call("POST", path, body, {"Idempotency-Key": key})
            except (http.client.HTTPException, urllib.error.URLError, OSError):
                status, answer = 0, None
            if status == 201:
                return answer
            self.refused += 1
            if status not in (0, 409, 500, 503):
                self.strange.append((path, status, answer))
                return None
            # Three buyers who ask five times a second while nobody answers would use up the 600 calls a minute of their
            # common address; a program waits, too.
            time.sleep(1)
        self.strange.append((path, status, "never answered"))
        return None


class Shop:
    """A database of its own, a web server and workers on it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_port()
        self.base = f"http://127.0.0.1:{self.port}/"
        gone = ("DATABASE_URL", "CELERY_BROKER_URL", "CACHE_URL", "KAICHE_TEST_VAR", "DATABASE_TIMEOUT")
        self.environment = {name: value for name, value in os.environ.items() if name not in gone} | {
            "KAICHE_VAR": str(folder),
            "FULFILMENT_SPEED": "1e9",
            "LOG_LEVEL": "CRITICAL",
        }

    def run(self, *command: str) -> str:
        done = subprocess.run(
            [sys.executable, *command], cwd=ROOT, env=self.environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def state(self) -> dict[str, Any]:
        return dict(json.loads(self.run("-m", "tests.orders.losing", "check")))

    def ready(self) -> int:
        try:
            return Http(self.base).call("GET", "healthz/ready")[0]
        except (urllib.error.URLError, OSError):
            return 0

    def cut_the_power(self) -> None:
        """An immediate shutdown: nothing is finished, nothing flushed but the log."""
        pid = int((self.folder / "postgres" / "postmaster.pid").read_text().splitlines()[0])
        os.kill(pid, signal.SIGQUIT)
        deadline = time.monotonic() + PATIENCE_S
        while (self.folder / "postgres" / "postmaster.pid").exists() and time.monotonic() < deadline:
            time.sleep(0.02)
        embedded._package().postgres_server.PostgresServer._instances.clear()  # it believes the server running


@contextmanager
def shop() -> Iterator[tuple[Shop, dict[str, Any], ExitStack]]:
    with TemporaryDirectory(prefix="kaiche-lost-", ignore_cleanup_errors=True) as place, ExitStack() as stack:
        folder = Path(place)
        folder.chmod(0o755)  # as root the server runs under a user of its own
        mine = Shop(folder)
        mine.environment["EMBEDDED_DATABASE_URL"] = stack.enter_context(embedded.cluster(folder / "postgres"))
        mine.run("manage.py", "migrate", "-v0")
        filled = json.loads(mine.run("-m", "tests.orders.losing", "prepare", str(ORDERS)))
        command = [sys.executable, "-m", "granian", "--interface", "wsgi", "config.wsgi:application"]
        command += ["--port", str(mine.port), "--blocking-threads", "4", "--no-ws", "--log-level", "critical"]
        log = folder / "web.log"
        with log.open("wb") as output:
            web = subprocess.Popen(command, cwd=ROOT, env=mine.environment, stdout=output, stderr=output)
        stack.callback(web.wait, 60)
        stack.callback(web.terminate)
        wait_until_up(mine.base, web, log)
        yield mine, filled, stack


def test_postgresql_stopped_at_once_and_started_again_is_healthy_soon_and_nothing_is_lost() -> None:
    enough = Event()
    with shop() as (mine, filled, stack), Workers(mine.environment, mine.folder, ""):
        buyers = [Buyer(mine.base, filled["sku"], enough) for _ in range(BUYERS)]
        for buyer in buyers:
            buyer.start()
        moves = mine.state()["moves"]
        while mine.state()["moves"] < moves + ORDERS // 2 or not all(buyer.numbers for buyer in buyers):
            time.sleep(0.1)
        mine.cut_the_power()
        assert mine.ready() == 503
        time.sleep(3)
        began = time.monotonic()
        stack.enter_context(embedded.cluster(mine.folder / "postgres"))
        while mine.ready() != 200:
            assert time.monotonic() - began < PATIENCE_S
            time.sleep(0.1)
        took = time.monotonic() - began
        before = sum(len(buyer.numbers) for buyer in buyers)
        while sum(len(buyer.numbers) for buyer in buyers) < before + BUYERS:
            assert not any(buyer.strange for buyer in buyers), [buyer.strange for buyer in buyers]
            assert time.monotonic() - began < PATIENCE_S
            time.sleep(0.1)
        enough.set()
        for buyer in buyers:
            buyer.join(PATIENCE_S)
        while not (found := mine.state())["at rest"]:
            assert time.monotonic() - began < PATIENCE_S, found
            time.sleep(1)
    bought = sorted(number for buyer in buyers for number in buyer.numbers)
    print(
        f"\nhealthy {took:.1f} s after the start; {len(bought)} plans bought, {sum(b.refused for b in buyers)} calls sent again"
    )
    assert [buyer.strange for buyer in buyers] == [[]] * BUYERS
    assert found["numbers"] == bought
    assert found["states"] == {"at_store": ORDERS}
    assert (found["gaps"], found["doubled"], found["jobs"]) == ([], [], ORDERS)
    assert took < HEALTHY_S
