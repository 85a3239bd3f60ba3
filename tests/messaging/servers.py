"""The other side of the wire: an SMS gateway and a mail server over real sockets, and a broken one."""

import json
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from django.core.mail.backends.base import BaseEmailBackend
from django.test import override_settings
from django.utils import timezone

from apps.messaging.models import Message


class Broken(BaseEmailBackend):
    """A mail server that is not there, or a fault of our own."""

    fault: type[Exception] = ConnectionRefusedError

    def send_messages(self, email_messages: Any) -> int:
        raise self.fault


@contextmanager
def broken_mail(fault: type[Exception]) -> Iterator[None]:
    Broken.fault = fault
    with override_settings(MAILERS={"default": {"BACKEND": "tests.messaging.servers.Broken"}}):
        yield


def zone_of_day() -> str:
    """A time zone in which it is about noon, so that tests run at any hour."""
    return f"Etc/GMT{datetime.now(UTC).hour - 12:+d}"


def make_due() -> None:
    """Whatever waits for its next attempt is due, and it is day where somebody would be woken."""
    Message.objects.filter(state="due").update(next_at=timezone.now())
    Message.objects.filter(state="due", channel="sms").update(zone=zone_of_day())


class Carrier(BaseHTTPRequestHandler):
    """An SMS gateway that delivers each Idempotency-Key once and answers what it is told to."""

    def do_POST(self) -> None:
        server: Any = self.server
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        key = self.headers["Idempotency-Key"]
        server.calls.append((self.path, self.headers["Authorization"], key, body))
        status = server.answers.pop(0) if server.answers else 200
        if status == 200:
            server.delivered.setdefault(key, body)
        answer = json.dumps({"id": f"sms-{len(server.delivered)}"} if status == 200 else {"error": "no"}).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  the base class's name
        """Nothing."""


@contextmanager
def carrier(*answers: int) -> Iterator[Any]:
    """A carrier on a socket of its own; ``SMS_URL`` points at it."""
    server: Any = ThreadingHTTPServer(("127.0.0.1", 0), Carrier)
    server.calls, server.delivered, server.answers = [], {}, list(answers)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        with override_settings(SMS_URL=f"http://secret@127.0.0.1:{server.server_address[1]}/messages"):
            yield server
    finally:
        server.shutdown()
        server.server_close()


class Mailbox(socketserver.StreamRequestHandler):
    """As much of SMTP as a mail needs (RFC 5321)."""

    def handle(self) -> None:
        self._say("220 mailbox")
        while line := self.rfile.readline():
            command = line.decode(errors="replace").strip().upper()
            if command.startswith("DATA"):
                self._say("354 go on")
                self._take()
            elif command.startswith("QUIT"):
                self._say("221 bye")
                return
            else:
                self._say("250 fine")

    def _take(self) -> None:
        lines: list[bytes] = []
        while (line := self.rfile.readline()) not in (b".\r\n", b""):
            lines.append(line)
        server: Any = self.server
        server.mails.append(b"".join(lines))
        self._say("250 taken")

    def _say(self, text: str) -> None:
        self.wfile.write(f"{text}\r\n".encode())


class _Mailboxes(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True


@contextmanager
def mailbox() -> Iterator[Any]:
    """A mail server on a socket of its own: ``mails`` holds what it took."""
    server: Any = _Mailboxes(("127.0.0.1", 0), Mailbox)
    server.mails = []
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
