"""A real portal for the end-to-end tests: ``manage.py up`` with its own database, web server, worker and beat."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest
from playwright.sync_api import Browser, Playwright, sync_playwright
from psycopg import sql

from tests.e2e.http import Http

ROOT = Path(__file__).resolve().parents[2]
CHROMIUM_FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
START_PATIENCE_S = 900
# A day of the simulated maker and carrier in about a tenth of a second.
SPEED = "800000"


@dataclass(frozen=True)
class Portal:
    """A running portal: where it answers, and where its files lie."""

    url: str
    var: Path
    process: "subprocess.Popen[bytes]"
    environment: dict[str, str]

    def manage(self, *arguments: str) -> str:
        """Run a management command against the running portal and return what it printed."""
        command = [sys.executable, "manage.py", *arguments]
        done = subprocess.run(command, cwd=ROOT, env=self.environment, capture_output=True, text=True, check=True)
        return done.stdout.strip()

    def http(self, **headers: str) -> Http:
        return Http(self.url, headers)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_until_up(url: str, process: "subprocess.Popen[bytes]", log: Path) -> None:
    deadline = time.monotonic() + START_PATIENCE_S
    while time.monotonic() < deadline:
        if process.poll() is not None:
            break
        try:
            with urllib.request.urlopen(f"{url}healthz/ready", timeout=5):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    pytest.fail(f"The portal did not come up:\n{log.read_text()[-4000:]}")


@pytest.fixture(scope="session")
def portal() -> Iterator[Portal]:
    """The whole portal, started once for all end-to-end tests."""
    var = Path(tempfile.mkdtemp(prefix="kaiche-portal-"))
    var.chmod(0o755)  # as root the embedded server runs under a user of its own
    dropped = ("EMBEDDED_DATABASE_URL", "KAICHE_TEST_VAR", "EMAIL_URL")
    environment = {name: value for name, value in os.environ.items() if name not in dropped}
    environment |= {"KAICHE_VAR": str(var), "FULFILMENT_SPEED": SPEED, "LOG_LEVEL": "WARNING"}
    if os.environ.get("DATABASE_URL"):
        environment["DATABASE_URL"] = _database_of_its_own(os.environ["DATABASE_URL"])
    port = free_port()
    log = var / "up.log"
    command = [sys.executable, "manage.py", "up", "--port", str(port), "--stores", "400"]
    with log.open("wb") as output:
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=output, stderr=output)
    url = f"http://127.0.0.1:{port}/"
    try:
        wait_until_up(url, process, log)
        yield Portal(url, var, process, environment)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=300)
        shutil.rmtree(var, ignore_errors=True)


def _database_of_its_own(url: str) -> str:
    """A fresh database beside the one that the other tests use."""
    base, _, name = url.rpartition("/")
    own = f"{name.partition('?')[0]}_e2e"
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(own)))
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(own)))
    return f"{base}/{own}"


def chromium() -> str | None:
    """Where Chromium is, or None. ``KAICHE_BROWSER=none`` leaves it out, ``required`` insists on it."""
    wish = os.environ.get("KAICHE_BROWSER", "")
    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if wish == "required" and path is None:
        pytest.fail("KAICHE_BROWSER=required, but there is no Chromium.")
    return None if wish == "none" else path


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    """What drives the machine's own Chromium; tests that need it are skipped where there is none."""
    if chromium() is None:
        pytest.skip("needs Chromium (Debian package chromium)")
    with sync_playwright() as playwright:
        yield playwright


@pytest.fixture(scope="session")
def chrome(playwright: Playwright) -> Iterator[Browser]:
    """The browser that all tests share."""
    browser = playwright.chromium.launch(executable_path=chromium(), args=CHROMIUM_FLAGS)
    yield browser
    browser.close()
