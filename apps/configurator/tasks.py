"""Celery tasks. A message only says that there is work: what the work is stands in the database."""

from celery import shared_task

from apps.catalog.composing import shelf
from apps.common.doorbell import ring
from apps.configurator import solving
from apps.configurator.services import artefacts, checking


@shared_task(name="configurator.publications")
def work_on_publications() -> None:
    """Compile and check what somebody wants to publish."""
    checking.work()


@shared_task(name="configurator.compile_missing")
def compile_missing() -> None:
    """Compile what a process found missing."""
    artefacts.work_on_requests()


@shared_task(name="configurator.ensure_for_sale")
def ensure_for_sale() -> None:
    """Look whether everything on sale is compiled by this compiler; it is not after a new release."""
    artefacts.ensure_for_sale()


@shared_task(name="configurator.prune")
def prune() -> None:
    """Forget what nothing on sale or under way has needed for a week, old solved answers and old composed pictures."""
    artefacts.prune_artefacts()
    solving.prune()
    shelf.prune()


@shared_task(name="configurator.solve")
def solve() -> None:
    """Calculate totals where nothing is compiled; ring again when the slice was too short."""
    if solving.work():
        ring(solve)
