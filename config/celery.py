"""The Celery application; the worker carries on the request id of whoever rang."""

import os
from typing import Any

import structlog
from celery import Celery
from celery.signals import beat_init, before_task_publish, setup_logging, task_postrun, task_prerun
from kombu.exceptions import OperationalError

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("kaiche")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@setup_logging.connect
def _keep_our_logging(**_: Any) -> None:
    """Celery would put up its own handlers; ours are in the settings."""


@beat_init.connect
def _ring_at_start(**_: Any) -> None:
    """A new release may have to make what an old one did not know: that does not wait for its turn in the schedule."""
    from config.schedule import AT_START

    for name in AT_START:
        try:
            app.send_task(name, retry=False, ignore_result=True)
        except (OperationalError, OSError) as error:
            structlog.get_logger(__name__).warning("doorbell_failed", task=name, error=str(error))


@before_task_publish.connect
def _send_request_id(headers: dict[str, Any], **_: Any) -> None:
    request_id = structlog.contextvars.get_contextvars().get("request_id")
    if request_id:
        headers["request_id"] = request_id


@task_prerun.connect
def _take_request_id(task_id: str, task: Any, **_: Any) -> None:
    structlog.contextvars.clear_contextvars()
    request_id = getattr(task.request, "request_id", None) or task_id
    structlog.contextvars.bind_contextvars(request_id=request_id, task=task.name)


@task_postrun.connect
def _forget_request_id(**_: Any) -> None:
    structlog.contextvars.clear_contextvars()
