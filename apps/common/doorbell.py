"""The broker is a doorbell: a message says only that there is work; what the work is stands in the database.

A lost message delays until beat rings again, a doubled one finds nothing to do. So publishing happens after commit,
never waits long, never raises: a dead broker must not turn a checkout into an error.
"""

import time
from functools import partial
from typing import Any

import structlog
from celery import Task
from django.db import transaction
from kombu.exceptions import OperationalError

log = structlog.get_logger(__name__)
# A message nobody took up in this time is worthless: beat has rung again since.
EXPIRES_S = 15
# After a ring that failed nobody of this process tries for so long; beat rings all the same.
SILENCE_S = 5.0
_silent_until = 0.0


def ring(task: "Task[Any, Any]") -> None:
    """Tell a worker, once the current transaction is committed, that ``task`` has work."""
    transaction.on_commit(partial(_publish, task), robust=True)


def _publish(task: "Task[Any, Any]") -> None:
    global _silent_until
    if time.monotonic() < _silent_until:
        return
    try:
        task.apply_async(expires=EXPIRES_S, retry=False, ignore_result=True)
    except (OperationalError, OSError) as error:
        _silent_until = time.monotonic() + SILENCE_S
        log.warning("doorbell_failed", task=task.name, error=str(error))
