"""The nightly count."""

from celery import shared_task

from apps.configurator.insight import counting


@shared_task(name="configurator.count_insight")
def count_insight() -> None:
    """Count the last days and forget what has been counted for good."""
    counting.count_days()
    counting.forget()
