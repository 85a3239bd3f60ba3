"""Workers that are killed in the middle of their work, as a crashed machine kills them."""

import os
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import pytest
from django.db import connection

from apps.orders.fulfilment.drain import drain
from apps.orders.models import FulfilmentStep
from tests.factories.configurator import make_configurator
from tests.factories.orders import make_delivery_store, signed_order
from tests.orders.test_races import assert_done_once

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.services]
ORDERS = 30


def environment() -> dict[str, str]:
    """What a process needs to work on this test's database: the session's address with the test database's name."""
    variable = "DATABASE_URL" if os.environ.get("DATABASE_URL") else "EMBEDDED_DATABASE_URL"
    address = urlsplit(os.environ[variable])
    return os.environ | {
        variable: urlunsplit(address._replace(path=f"/{connection.settings_dict['NAME']}")),
        "FULFILMENT_SPEED": "1e9",
        "LOG_LEVEL": "CRITICAL",
    }


def test_workers_killed_at_any_moment_lose_nothing_and_double_nothing() -> None:
    make_configurator()
    store = make_delivery_store()
    orders = [signed_order(delivery_store=store) for _ in range(ORDERS)]
    process = subprocess.run(
        [sys.executable, "-m", "tests.orders.killing", "7"],
        env=environment(),
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert process.returncode == 0, process.stderr
    assert int(process.stdout) >= 4
    while FulfilmentStep.objects.filter(status="ready").exclude(kind="await_balance").exists():
        drain(slice_s=5)
    assert_done_once(orders)
