"""Maker, carrier and workshop as a process of their own, with books of their own (SQLite), behind a real socket.

    python -m apps.orders.partners.stand_in --books FILE [--port 0] [--speed 1000] [--secret S] [--faults TEXT]
        [--tell http://portal/partners/webhooks/]

Prints its port. For tests and demonstrations of what happens between two parties: it delays, errs, loses answers, says
nothing, repeats its webhooks, refuses, builds wrongly and damages as it is told, and its books show what was done twice.
"""

import argparse
import http.client
import json
import sqlite3
import time
from collections.abc import Callable
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Lock, Thread
from typing import Any
from urllib.parse import unquote, urlsplit

from apps.orders.partners import simulation
from apps.orders.partners.simulation import SAYS, Faults, Job
from apps.outbox import signing

# Whoever says nothing keeps the line open for so long.
SILENCE_S = 8.0
_TABLE = """
CREATE TABLE IF NOT EXISTS job (
  number INTEGER PRIMARY KEY, partner TEXT NOT NULL, key TEXT NOT NULL, facts TEXT NOT NULL,
  started_at TEXT NOT NULL, cancelled_at TEXT, repeats INTEGER NOT NULL DEFAULT 0, told TEXT NOT NULL DEFAULT '',
  UNIQUE (partner, key))
"""


class Books:
    """The partners' own memory."""

    def __init__(self, path: Path) -> None:
        self._lock = Lock()
        self._base = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self._base.execute("PRAGMA journal_mode=WAL")
        self._base.execute("PRAGMA synchronous=OFF")
        self._base.execute(_TABLE)

    def begin(self, partner: str, key: str, facts: dict[str, Any]) -> Job:
        """A new job, or the one that is there already."""
        with self._lock:
            row = (partner, key, json.dumps(facts), datetime.now(UTC).isoformat())
            made = self._base.execute(
                "INSERT INTO job (partner, key, facts, started_at) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING", row
            )
            if not made.rowcount:
                self._base.execute("UPDATE job SET repeats = repeats + 1 WHERE partner = ? AND key = ?", (partner, key))
            found = self._find(partner, key)
            assert found is not None
            return found

    def find(self, partner: str, key: str) -> Job | None:
        with self._lock:
            return self._find(partner, key)

    def _find(self, partner: str, key: str) -> Job | None:
        rows = self._base.execute(
            "SELECT number, key, facts, started_at, cancelled_at FROM job WHERE partner = ? AND key = ?", (partner, key)
        ).fetchall()
        return _job(rows[0]) if rows else None

    def end(self, partner: str, key: str) -> None:
        """Given up; also one that has never come."""
        now = datetime.now(UTC).isoformat()
        with self._lock:
            self._base.execute(
                "INSERT INTO job (partner, key, facts, started_at, cancelled_at) VALUES (?, ?, '{}', ?, ?)"
                " ON CONFLICT DO UPDATE SET cancelled_at = coalesce(cancelled_at, excluded.cancelled_at)",
                (partner, key, now, now),
            )

    def live(self) -> list[tuple[str, Job, str]]:
        """(partner, job, what was told of it) of every job that goes on."""
        with self._lock:
            rows = self._base.execute(
                "SELECT number, key, facts, started_at, cancelled_at, partner, told FROM job WHERE cancelled_at IS NULL"
            ).fetchall()
        return [(row[5], _job(row), row[6]) for row in rows]

    def note_told(self, number: int, what: str) -> None:
        with self._lock:
            self._base.execute("UPDATE job SET told = ? WHERE number = ?", (what, number))


def _job(row: tuple[Any, ...]) -> Job:
    ended = datetime.fromisoformat(row[4]) if row[4] else None
    return Job(row[0], row[1], json.loads(row[2]), datetime.fromisoformat(row[3]), ended)


class StandIn(BaseHTTPRequestHandler):
    """``/<partner>/jobs/<key>``."""

    protocol_version = "HTTP/1.1"
    books: Books
    faults: dict[str, Faults]
    speed: float
    secret: str

    def do_PUT(self) -> None:
        self._answer(lambda partner, key, facts: self._say(partner, self.books.begin(partner, key, facts)))

    def do_GET(self) -> None:
        def look(partner: str, key: str, _facts: dict[str, Any]) -> dict[str, Any] | None:
            job = self.books.find(partner, key)
            return self._say(partner, job) if job else None

        self._answer(look)

    def do_DELETE(self) -> None:
        def end(partner: str, key: str, _facts: dict[str, Any]) -> dict[str, Any]:
            self.books.end(partner, key)
            return {}

        self._answer(end)

    def _say(self, partner: str, job: Job) -> dict[str, Any]:
        faults = self.faults.get(partner, Faults())
        return SAYS[partner](job, datetime.now(UTC), self.speed, faults)

    def _answer(self, act: Callable[[str, str, dict[str, Any]], dict[str, Any] | None]) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        facts = json.loads(self.rfile.read(length)) if length else {}
        _empty, partner, _jobs, key = urlsplit(self.path).path.split("/", 3)
        if self.headers.get("Authorization") != f"Bearer {self.secret}" or partner not in SAYS:
            self._send(403, {})
            return
        faults = self.faults.get(partner, Faults())
        if faults.delay_ms:
            time.sleep(faults.delay_ms / 1000)
        if simulation.happens(faults.error):
            self._send(503, {})
            return
        found = act(partner, unquote(key), facts)
        silent = simulation.happens(faults.silent)
        if silent:
            time.sleep(SILENCE_S)
        if silent or simulation.happens(faults.lost):
            self.close_connection = True
            return
        self._send(404 if found is None else 200, found or {})

    def _send(self, status: int, body: dict[str, Any]) -> None:
        text = json.dumps(body, default=lambda value: value.isoformat()).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, *args: object) -> None:
        pass


class Herald(Thread):
    """Tells the portal that something has changed: signed, twice where ``repeat`` says so, and no more than that."""

    def __init__(self, handler: type[StandIn], url: str) -> None:
        super().__init__(daemon=True)
        self.handler, self.url = handler, url

    def run(self) -> None:
        while True:
            for partner, job, told in self.handler.books.live():
                if partner == "store":
                    continue
                state = SAYS[partner](
                    job, datetime.now(UTC), self.handler.speed, self.handler.faults.get(partner, Faults())
                )
                gist = json.dumps({name: value for name, value in state.items() if name != "next_at"})
                if gist != told and (told or any(state[name] for name in state if name != "next_at")):
                    self.handler.books.note_told(job.number, gist)
                    for _twice in range(2):
                        self._tell(partner, job.key)
            time.sleep(0.05)

    def _tell(self, partner: str, key: str) -> None:
        target = urlsplit(self.url)
        body = json.dumps({"key": key}).encode()
        headers = signing.sign(self.handler.secret, f"{partner}:{key}:{time.time_ns()}", int(time.time()), body)
        connection = http.client.HTTPConnection(target.hostname or "", target.port, timeout=2)
        try:
            path = f"{target.path.rstrip('/')}/{partner}/"
            connection.request("POST", path, body, headers | {"Content-Type": "application/json"})
            connection.getresponse().read()
        except OSError:
            return  # whoever was not told will ask
        finally:
            connection.close()


def serve(*, port: int, books: Path, speed: float, secret: str, faults: str, tell: str = "") -> ThreadingHTTPServer:
    """The server, not yet running; its port is ``server_address[1]``."""
    facts = {"books": Books(books), "faults": simulation.parse(faults), "speed": speed, "secret": secret}
    handler = type("OneStandIn", (StandIn,), facts)
    server = ThreadingHTTPServer(("127.0.0.1", port), handler)
    server.daemon_threads = True
    if tell:
        Herald(handler, tell).start()
    return server


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--books", type=Path, required=True)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--speed", type=float, default=1000)
    parser.add_argument("--secret", default="")
    parser.add_argument("--faults", default="")
    parser.add_argument("--tell", default="")
    server = serve(**vars(parser.parse_args()))
    print(server.server_address[1], flush=True)  # noqa: T201  whoever started it reads this
    server.serve_forever()


if __name__ == "__main__":
    main()
