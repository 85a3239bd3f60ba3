"""One webhook over the wire: to the address that was checked, no proxy, no redirect, no longer than a few seconds."""

import http.client
import socket
import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass
from threading import Timer

from apps.outbox import addresses
from apps.outbox.addresses import Target
from apps.outbox.errors import AddressRefused

# For each of connecting and reading, and for everything together: who answers a byte a second does not keep us.
TIMEOUT_S, DEADLINE_S = 5.0, 8.0


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: whether it was taken (a status of 200 to 299), in words, and after how many milliseconds."""

    taken: bool
    text: str
    took_ms: int


def post(
    url: str, body: bytes, headers: Mapping[str, str], *, loopback: bool, deadline_s: float = DEADLINE_S
) -> Answer:
    """Send a body; every way in which this can fail is an answer, too."""
    began = time.monotonic()
    try:
        target = addresses.read(url, loopback=loopback)
        status = _post(target, addresses.resolve(target, loopback=loopback), body, headers, deadline_s)
        taken, text = 200 <= status < 300, str(status)
    except AddressRefused as error:
        taken, text = False, f"address refused: {error.extra['reason']}"
    except (OSError, http.client.HTTPException) as error:
        taken, text = False, type(error).__name__
    return Answer(taken, text[:200], round((time.monotonic() - began) * 1000))


def _post(target: Target, address: str, body: bytes, headers: Mapping[str, str], deadline_s: float) -> int:
    connection = http.client.HTTPConnection(target.host, target.port, timeout=TIMEOUT_S)
    sock = socket.create_connection((address, target.port), timeout=TIMEOUT_S)
    watchdog = Timer(deadline_s, _hang_up, [sock])
    watchdog.daemon = True
    watchdog.start()
    try:
        if target.secure:
            sock = ssl.create_default_context().wrap_socket(sock, server_hostname=target.host)
        connection.sock = sock
        connection.request("POST", target.path, body, dict(headers))
        return connection.getresponse().status
    finally:
        watchdog.cancel()
        sock.close()


def _hang_up(sock: socket.socket) -> None:
    try:
        sock.shutdown(socket.SHUT_RDWR)
    except OSError:
        sock.close()
