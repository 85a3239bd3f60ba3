"""A new release over the database of an old one: worker and beat bring every car out of fallback mode by themselves."""

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from apps.configurator.models import Artefact, ArtefactRequest
from apps.configurator.services import open_session
from tests.factories.configurator import forget_circuits, make_configurator

from .test_publishing_worker import environment

ROOT = Path(__file__).parents[2]
PATIENCE_S = 120.0


@contextmanager
def celery(folder: Path, *commands: tuple[str, ...]) -> Iterator[None]:
    """Processes of Celery on this test's database, with a queue of their own."""
    folder.chmod(0o755)
    own = environment() | {"KAICHE_VAR": str(folder), "CELERY_QUEUE": "upgrade"}
    running = [
        subprocess.Popen([sys.executable, "-m", "celery", "-A", "config", "--quiet", *command], cwd=ROOT, env=own)
        for command in commands
    ]
    try:
        yield
    finally:
        for process in running:
            process.terminate()
        for process in running:
            process.wait(timeout=60)


def compiled(keys: set[str]) -> bool:
    """Whether these are the circuits that are there, and nobody waits for one."""
    return set(Artefact.objects.values_list("key", flat=True)) == keys and not ArtefactRequest.objects.exists()


@pytest.mark.services
@pytest.mark.django_db(transaction=True)
def test_a_database_from_before_circuits_were_kept_is_compiled_before_anybody_visits(tmp_path: Path) -> None:
    make_configurator()
    expected = set(Artefact.objects.values_list("key", flat=True))
    forget_circuits()
    worker = ("worker", "--loglevel", "error", "--pool", "solo", "--without-gossip", "--without-mingle")
    with celery(tmp_path, worker, ("beat", "--loglevel", "error", "--pidfile", "")):
        deadline = time.monotonic() + PATIENCE_S
        while time.monotonic() < deadline and not compiled(expected):
            time.sleep(0.1)
    assert compiled(expected)
    assert open_session("small-car").exact
