"""Whether this process can serve. Other apps add checks of their own by registering a function."""

from collections.abc import Callable

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from kombu import Connection
from kombu.exceptions import OperationalError

Check = Callable[[], str | None]
_extra: list[Check] = []


def register(check: Check) -> Check:
    """Add a check: it returns what is wrong, or None. Used as a decorator in an app's ``checks.py``."""
    _extra.append(check)
    return check


def problems() -> list[str]:
    """What keeps this process from serving; empty when all is well."""
    found = [problem for check in (_database, _broker) if (problem := check())]
    if found:
        return found
    return [problem for check in (_migrations, *_extra) if (problem := check())]


def _database() -> str | None:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError as error:
        return f"database: {type(error).__name__}"
    return None


def _migrations() -> str | None:
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return f"migrations: {len(plan)} not applied" if plan else None


def _broker() -> str | None:
    url = settings.CELERY_BROKER_URL
    options = settings.CELERY_BROKER_TRANSPORT_OPTIONS
    try:
        with Connection(url, connect_timeout=1, transport_options=options) as broker:
            broker.ensure_connection(max_retries=1, timeout=1)
    except (OperationalError, OSError) as error:
        return f"broker: {type(error).__name__}"
    return None
