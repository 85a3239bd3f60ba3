"""The doorbell while nobody is there to hear it."""

import os
import socket
import subprocess
import sys
from pathlib import Path
from threading import Thread

import pytest

RINGS = """
import django
django.setup()
from apps.common.doorbell import ring
from apps.orders.tasks import drain
for _ in range(3):
    ring(drain)
    print("rang", flush=True)
"""


class Deaf:
    """A server that takes every connection and closes it at once."""

    def __init__(self) -> None:
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
            near.close()

    def close(self) -> None:
        self._server.close()


@pytest.mark.parametrize("scheme", ["redis", "amqp"])
def test_a_broker_that_is_gone_is_tried_once_and_then_left_alone(scheme: str) -> None:
    broker = Deaf()
    url = f"{scheme}://127.0.0.1:{broker.port}/1"
    process = subprocess.Popen(
        [sys.executable, "-c", RINGS],
        env=os.environ | {"CELERY_BROKER_URL": url, "LOG_LEVEL": "CRITICAL"},
        cwd=Path(__file__).parents[2],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "rang\n"
    knocks = broker.knocks
    assert knocks >= 1
    assert process.stdout.read() == "rang\nrang\n"
    assert process.wait(timeout=60) == 0
    assert broker.knocks == knocks
    broker.close()
