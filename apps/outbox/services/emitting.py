"""Saying that something has happened."""

import json
from collections.abc import Mapping
from typing import Any

from django.db import connection

# One round trip: the trigger of the events numbers this one under the lock of its stream.
_EMIT = """
WITH stream AS (
  INSERT INTO outbox_stream AS s (topic, subject, last, relayed) VALUES (%s, %s, 1, 0)
  ON CONFLICT (topic, subject) DO UPDATE SET last = s.last + 1 RETURNING id, last
)
INSERT INTO outbox_event (uid, stream_id, seq, kind, data, owner_id)
SELECT gen_random_uuid(), id, last, %s, %s::jsonb, %s FROM stream RETURNING seq
"""


def emit(*, topic: str, subject: str, kind: str, data: Mapping[str, Any], owner: int | None = None) -> int:
    """Write an event into the current transaction: it exists if, and only if, what happened is committed.

    ``owner`` is the id of the user whose event it is. Returns the event's number within its subject. Until the transaction
    ends nobody else can write an event of the same subject: numbers follow each other as commits do, without gaps.
    """
    with connection.cursor() as cursor:
        cursor.execute(_EMIT, [topic, subject, kind, json.dumps(dict(data)), owner])
        return int(cursor.fetchone()[0])
