"""``manage.py up`` as an operator meets it."""

import os
import re
import signal
import socket
import subprocess
import sys
import time

import psycopg
import pytest

from tests.e2e.conftest import ROOT, Portal
from tests.e2e.http import PATIENCE_S

pytestmark = [pytest.mark.services]


def children(portal: Portal, part: str) -> list[int]:
    """Process ids of a part of this portal, oldest first."""
    listing = subprocess.run(["ps", "-eww", "-o", "pid,ppid,args"], capture_output=True, text=True, check=True)  # noqa: S607
    rows = [line.split(None, 2) for line in listing.stdout.splitlines()[1:]]
    return [int(pid) for pid, parent, args in rows if int(parent) == portal.process.pid and part in args]


def test_health_is_good_while_everything_runs(portal: Portal) -> None:
    assert portal.http().get("healthz/ready") == {"status": "ok", "problems": []}


def test_a_worker_that_is_killed_is_started_again(portal: Portal) -> None:
    (before,) = children(portal, "celery -A config --quiet worker")
    os.kill(before, signal.SIGKILL)
    deadline = time.monotonic() + PATIENCE_S
    after: list[int] = []
    while time.monotonic() < deadline and (not after or after == [before]):
        time.sleep(0.05)
        after = children(portal, "celery -A config --quiet worker")
    assert len(after) == 1
    assert after != [before]


def test_a_taken_port_is_named_with_the_way_out(portal: Portal) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        command = [sys.executable, "manage.py", "up", "--port", str(port)]
        done = subprocess.run(command, cwd=ROOT, env=portal.environment, capture_output=True, text=True, check=False)
    assert done.returncode != 0
    assert f"Port {port} on 127.0.0.1 cannot be used" in done.stderr
    assert f"--port {port + 1}" in done.stderr


def test_a_second_portal_in_the_same_place_is_refused(portal: Portal) -> None:
    command = [sys.executable, "manage.py", "up", "--port", "0"]
    done = subprocess.run(command, cwd=ROOT, env=portal.environment, capture_output=True, text=True, check=False)
    assert "already running" in done.stderr


def test_a_token_printed_once_opens_the_api(portal: Portal) -> None:
    printed = portal.manage("api_token", "wang@kaiche.example", "--scope", "read")
    token = re.findall(r"\S{20,}", printed)[-1]
    assert portal.http(Authorization=f"Bearer {token}").call("GET", "api/v1/orders/")[0] == 200
    assert portal.http().call("GET", "api/v1/orders/")[0] == 401


def test_demo_data_again_changes_nothing(portal: Portal) -> None:
    url = portal.environment.get("DATABASE_URL")
    if url is None:
        pytest.skip("reads the outside database directly")
    count = "SELECT (SELECT count(*) FROM stores_store), (SELECT count(*) FROM catalog_trim)"
    with psycopg.connect(url) as connection:
        before = connection.execute(count).fetchone()
    portal.manage("demo_data", "--stores", "400")
    with psycopg.connect(url) as connection:
        assert connection.execute(count).fetchone() == before
