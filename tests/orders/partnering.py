"""Partners as a process of their own for tests: behind a socket, with books that no crash of ours touches."""

import json
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

ROOT = Path(__file__).parents[2]
SECRET = "d2hhdCBtYWtlciBhbmQgcG9ydGFsIHNoYXJl"


@dataclass(frozen=True)
class StandIn:
    """Where the partners listen, and their books."""

    port: int
    books: Path

    @property
    def settings(self) -> dict[str, str]:
        """What the portal is told of them: names of settings, and of variables of the environment."""
        url = f"http://127.0.0.1:{self.port}"
        urls = {f"{name.upper()}_URL": f"{url}/{name}" for name in ("maker", "carrier", "workshop", "store")}
        return urls | {"PARTNER_SECRET": SECRET}

    def jobs(self, partner: str) -> list[tuple[str, bool, int]]:
        """(key, whether it goes on, how often it was asked for again) of every job on a partner's books."""
        with closing(sqlite3.connect(self.books)) as base:
            rows = base.execute(
                "SELECT key, cancelled_at IS NULL, repeats FROM job WHERE partner = ? ORDER BY number", (partner,)
            ).fetchall()
        return [(key, bool(goes_on), repeats) for key, goes_on, repeats in rows]


@contextmanager
def stand_in(folder: Path, *, speed: float = 1e9, faults: str = "", tell: str = "") -> Iterator[StandIn]:
    books = folder / "partners.sqlite3"
    command = [sys.executable, "-m", "apps.orders.partners.stand_in", "--books", str(books), "--speed", str(speed)]
    command += ["--secret", SECRET, "--faults", faults, "--tell", tell]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        yield StandIn(int(process.stdout.readline()), books)
    finally:
        process.terminate()
        process.wait(10)
        assert process.stdout is not None
        process.stdout.close()


@contextmanager
def maker_meanwhile(look: Callable[[], None]) -> Iterator[str]:
    """The address of a maker that takes every build and, before it answers, does this in a thread of its own."""

    class Maker(BaseHTTPRequestHandler):
        def do_PUT(self) -> None:
            look()
            state: dict[str, Any] = {"accepted": True, "vin": None, "as_built": []}
            state["next_at"] = datetime.now(UTC).isoformat()
            self.send_response(200)
            self.end_headers()
            self.wfile.write(json.dumps(state).encode())

        def log_message(self, *_arguments: object) -> None:
            """Nobody reads it."""

    with HTTPServer(("127.0.0.1", 0), Maker) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/maker"
        finally:
            server.shutdown()
            thread.join()
