"""The doorbell while nobody is there to hear it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.orders.proving import Wire, wire

RINGS = """
import django
django.setup()
from apps.common.doorbell import ring
from apps.orders.tasks import drain
for _ in range(3):
    ring(drain)
    print("rang", flush=True)
"""


@pytest.mark.parametrize("scheme", ["redis", "amqp"])
def test_a_broker_that_is_gone_is_tried_once_and_then_left_alone(scheme: str) -> None:
    with wire("127.0.0.1", 1) as broker:
        broker.cut()
        assert_left_alone(broker, scheme)


def assert_left_alone(broker: Wire, scheme: str) -> None:
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
