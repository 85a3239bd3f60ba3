"""Celery tasks."""

from celery import shared_task

from apps.ledger import services


@shared_task(name="ledger.roll_up")
def roll_up() -> None:
    """Take snapshots, so that a balance is a short sum."""
    services.roll_up()
