"""``up``: the whole portal from nothing, on this machine: database, demo data, web server, worker and beat."""

import hashlib
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser

from apps.common import messages
from apps.common.apps import StaticFiles
from apps.common.supervisor import Part, PartFailed, Supervisor

READY_PATIENCE_S = 120.0
CAST = (
    "admin@kaiche.example",
    "clerk@kaiche.example",
    "store@kaiche.example",
    "product@kaiche.example",
    "release@kaiche.example",
    "wang@kaiche.example",
)


class Command(BaseCommand):
    # A second start is to be quick; CI and every other command run the checks.
    requires_system_checks = []
    help = "Start everything: database, demo data, web server, Celery worker and beat. Ctrl-C stops it all."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--port", type=int, default=8000)
        parser.add_argument("--no-demo", action="store_true", help="leave an empty database empty")
        parser.add_argument("--stores", type=int, default=43_000, help="stores in the demo data")
        parser.add_argument("--workers", type=int, default=1, help="processes of the web server and of the worker")

    def handle(self, *args: Any, **options: Any) -> None:
        host, port = options["host"], options["port"]
        _require_free(host, port)
        with _only_one():
            self._prepare(options)
            os.environ.setdefault("PUBLIC_URL", f"http://{host}:{port}")
            supervisor = Supervisor(_parts(host, port, options["workers"]), say=self._warn)
            supervisor.stop_on_signals()
            try:
                # The web server first and alone: the worker's start would only make people wait for the first page.
                supervisor.parts[0].start()
                self._announce(host, port, supervisor)
                supervisor.start()
                supervisor.run()
            except PartFailed as error:
                raise CommandError(f"{error} Everything was stopped.") from error
            finally:
                self.stdout.write("Stopping …")
                supervisor.stop()
        self.stdout.write("Stopped. Your data is kept in var/.")

    def _prepare(self, options: dict[str, Any]) -> None:
        """Static files are packed in a process of their own while the database is filled."""
        messages.compile_catalogues()
        packing = None if _static_is_fresh() else _pack_static()
        self.stdout.write("Preparing the database …")
        call_command("migrate", verbosity=0)
        if not options["no_demo"] and _is_empty():
            self.stdout.write("Loading the demo data …")
            call_command("demo_data", stores=options["stores"])
        if packing is not None:
            self._finish(packing)

    def _finish(self, packing: "subprocess.Popen[bytes]") -> None:
        if packing.wait() != 0:
            raise CommandError("The static files could not be packed; the reason stands above.")
        (settings.STATIC_ROOT / ".stamp").write_text(_static_stamp())

    def _announce(self, host: str, port: int, supervisor: Supervisor) -> None:
        address = f"http://{'localhost' if host in ('127.0.0.1', '0.0.0.0') else host}:{port}/"  # noqa: S104
        deadline = time.monotonic() + READY_PATIENCE_S
        while not supervisor.stopping and not _answers(f"http://{host}:{port}/healthz/live"):
            if any(part.has_died() for part in supervisor.parts[:1]) or time.monotonic() > deadline:
                raise CommandError("The web server did not come up; its reason stands above.")
            time.sleep(0.05)
        if supervisor.stopping:
            return
        self.stdout.write(self.style.SUCCESS(f"\nKaiche is running at {address}"))
        self.stdout.write(f"  Back office  {address}admin/\n  API          {address}api/v1/docs/")
        if not settings.DEBUG and settings.EMBEDDED:
            self.stdout.write("  Accounts     " + ", ".join(CAST) + "  (password kaiche-demo)")
        self.stdout.write("Ctrl-C stops everything.")
        self.stdout.flush()

    def _warn(self, text: str) -> None:
        self.stderr.write(self.style.WARNING(text))


def _parts(host: str, port: int, workers: int) -> list[Part]:
    python = [sys.executable, "-m"]
    web = [*python, "granian", "--interface", "wsgi", "config.wsgi:application", "--host", host, "--port", str(port)]
    web += ["--workers", str(workers), "--blocking-threads", "4", "--no-ws", "--log-level", "warning"]
    celery = [*python, "celery", "-A", "config", "--quiet"]
    # Two more than asked for: compiling rules and solving for prices are long, one of each at a time, and neither may
    # keep an order waiting. A fork that has nothing to do costs next to nothing.
    processes = str(workers + 2)
    worker = [*celery, "worker", "--loglevel", "warning", "--concurrency", processes, "--pool", "prefork"]
    worker += ["--without-gossip", "--without-mingle", "--without-heartbeat"]
    # The schedule is kept in the database's time: what beat remembers of an earlier run is of no use.
    beat = [*celery, "beat", "--loglevel", "warning", "--pidfile", ""]
    return [Part("web server", web), Part("worker", worker), Part("beat", beat)]


def _require_free(host: str, port: int) -> None:
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise CommandError(
                f"Port {port} on {host} cannot be used ({error.strerror}). Choose another one: manage.py up --port {port + 1}"
            ) from error


@contextmanager
def _only_one() -> Iterator[None]:
    """Two portals in one checkout would share a database and a broker folder."""
    import fcntl

    path = settings.VAR / "up.lock"
    with path.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise CommandError("This checkout's portal is already running; stop it first with Ctrl-C.") from error
        yield


def _is_empty() -> bool:
    from django.contrib.auth import get_user_model

    return not get_user_model().objects.exists()


def _static_stamp() -> str:
    """Changes whenever a static file does."""
    digest = hashlib.sha256()
    ignored = StaticFiles.ignore_patterns
    for finder in get_finders():
        for name, storage in finder.list(ignored):
            state = Path(storage.path(name)).stat()
            digest.update(f"{name} {state.st_size} {state.st_mtime_ns}\n".encode())
    return digest.hexdigest()


def _static_is_fresh() -> bool:
    stamp = settings.STATIC_ROOT / ".stamp"
    return stamp.exists() and stamp.read_text() == _static_stamp()


def _pack_static() -> "subprocess.Popen[bytes]":
    shutil.rmtree(settings.STATIC_ROOT, ignore_errors=True)
    command = [sys.executable, "manage.py", "collectstatic", "--noinput", "--verbosity", "0"]
    return subprocess.Popen(command, cwd=settings.BASE_DIR, env=dict(os.environ))


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=2) as answer:  # noqa: S310  our own address
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False
