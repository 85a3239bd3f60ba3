"""Housekeeping of the kernel's own rows."""

from celery import shared_task
from django.contrib.sessions.backends.db import SessionStore

from apps.common.api import idempotency


@shared_task(name="common.clear_expired")
def clear_expired() -> None:
    """Forget old idempotent answers and sessions that have ended."""
    idempotency.clear_old()
    SessionStore.clear_expired()
