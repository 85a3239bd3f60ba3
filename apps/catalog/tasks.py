"""Celery tasks. A message only says that there is work: what the work is stands in the database."""

from celery import shared_task

from apps.catalog import rendering
from apps.common.doorbell import ring


@shared_task(name="catalog.render")
def render() -> None:
    """Take the stills that somebody has asked for; ring again when the slice was too short."""
    if rendering.work():
        ring(render)
