"""A subscriber on a real socket, which answers as it is told."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread
from typing import Any


class Receiver(BaseHTTPRequestHandler):
    """Notes what it gets and answers ``answers`` in turn, the last one from then on; waits ``delay`` seconds before."""

    got: list[tuple[dict[str, str], bytes]]
    answers: list[int]
    delay: float
    drip: bool
    lock: Any

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        with self.lock:
            self.got.append(({name.lower(): value for name, value in self.headers.items()}, body))
            status = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        time.sleep(self.delay)
        if self.drip:
            self._drip()
            return
        self.send_response(status)
        if 300 <= status < 400:
            self.send_header("Location", f"http://{self.headers['Host']}/elsewhere")
        self.end_headers()

    def _drip(self) -> None:
        """A byte now and then, so that no read ever times out."""
        try:
            for letter in "HTTP/1.1 200 OK\r\n" + "X: " + "y" * 200:
                self.wfile.write(letter.encode())
                self.wfile.flush()
                time.sleep(0.2)
        except OSError:
            return

    def log_message(self, *args: object) -> None:
        pass


@contextmanager
def receiver(*answers: int, delay: float = 0, drip: bool = False) -> Iterator[tuple[type[Receiver], str]]:
    facts = {"got": [], "answers": list(answers or (200,)), "delay": delay, "drip": drip, "lock": Lock()}
    kind = type("OneReceiver", (Receiver,), facts)
    server = ThreadingHTTPServer(("127.0.0.1", 0), kind)
    server.daemon_threads = True
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield kind, f"http://127.0.0.1:{server.server_port}/hook?x=1"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
