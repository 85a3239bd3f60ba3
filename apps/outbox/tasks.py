"""Celery tasks. A message only says that there is work: what the work is stands in the database."""

from celery import shared_task

from apps.common.doorbell import ring
from apps.outbox import services
from apps.outbox.senders import Senders

_SENDERS = Senders()


@shared_task(name="outbox.relay")
def relay() -> None:
    """Pass on what has happened, and ring for the senders."""
    passed_on = False
    while services.relay():
        passed_on = True
    if passed_on:
        ring(deliver)


@shared_task(name="outbox.deliver")
def deliver() -> None:
    """Begin to send what is due; the threads of this process go on after the task has ended."""
    _SENDERS.start_due()


@shared_task(name="outbox.bury_old")
def bury_old() -> None:
    """Make dead letters of what nobody took for three days."""
    services.bury_old()
