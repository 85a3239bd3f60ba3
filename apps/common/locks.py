"""Locks across processes that end with the process: whoever is killed holds none.

They are PostgreSQL's advisory locks of a session, not of a transaction: what they protect takes longer than a
transaction may. A pooler between us and the server must give each connection a session of its own.
"""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from django.db import Error, connection


@contextmanager
def try_lock(name: str) -> Iterator[bool]:
    """Whether this process has the lock of that name; it never waits. Not to be nested under the same name."""
    number = int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], signed=True)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [number])
        mine = bool(cursor.fetchone()[0])
    try:
        yield mine
    finally:
        if mine:
            with suppress(Error), connection.cursor() as cursor:  # a lost connection has lost its locks
                cursor.execute("SELECT pg_advisory_unlock(%s)", [number])
