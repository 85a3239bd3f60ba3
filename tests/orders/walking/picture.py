"""The database as it stands: compared table by table, and put back as it was. For tests in real transactions."""

import io
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache

from django.db import connection

from tests.orders.walking.crashing import tables

# What two runs of the same act may write differently: when, and under which number or random name.
_WHEN = re.compile(r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d(\.\d+)?([+-]\d\d(:\d\d)?|Z)?")
_NAME = re.compile(r"[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}")
_NUMBER = re.compile(r"(?<=:)\d+\b|(?<=PDZA)\d+")  # keys, and the insurer's policies
# How often something was tried, and that it was, is what a crash is for.
TRIES = {"attempts", "repeats"}


class Picture:
    """All tables at one time. ``put_back`` undoes what was committed since, triggers and foreign keys not asked."""

    def __init__(self) -> None:
        self.prints: dict[str, str] = {}
        self.rows: dict[str, bytes] = {}

    def take(self) -> None:
        """Look again; only what has changed since the last time is copied."""
        now = tables()
        for name in now:
            if name not in self.rows or now[name] != self.prints[name]:
                self.rows[name] = _copied(name)
        self.prints = now

    def changed(self) -> list[str]:
        """The tables that stand otherwise than in the picture."""
        now = tables()
        return sorted(name for name in now if now[name] != self.prints[name])

    def put_back(self) -> None:
        changed = self.changed()
        if not changed:
            return
        with connection.cursor() as cursor:
            cursor.execute("SET session_replication_role = replica")
            for name in changed:
                cursor.execute(f"DELETE FROM {connection.ops.quote_name(name)}")  # noqa: S608
                with cursor.copy(f"COPY {connection.ops.quote_name(name)} FROM STDIN") as copy:
                    copy.write(self.rows[name])
            cursor.execute("SET session_replication_role = origin")


def _copied(name: str, columns: str = "") -> bytes:
    found = io.BytesIO()
    with connection.cursor() as cursor, cursor.copy(f'COPY "{name}" {columns} TO STDOUT') as copy:
        for part in copy:
            found.write(part)
    return found.getvalue()


@cache
def _telling_columns() -> Mapping[str, list[str]]:
    """By table, the columns that say the same whenever and under whatever number it happened."""
    query = """
        SELECT c.relname, a.attname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
        WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND a.attnum > 0 AND NOT a.attisdropped
            AND a.attgenerated = '' AND a.atttypid NOT IN ('timestamptz'::regtype, 'uuid'::regtype)
            AND NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conrelid = c.oid AND k.contype IN ('p', 'f')
                AND a.attnum = ANY (k.conkey))
        ORDER BY 1, 2"""
    with connection.cursor() as cursor:
        cursor.execute(query)
        found: dict[str, list[str]] = {}
        for table, column in cursor.fetchall():
            if column not in TRIES:
                found.setdefault(table, []).append(column)
    return found


def essence(names: Iterable[str]) -> dict[str, list[str]]:
    """What stands in these tables, without when and under which number: the same whether an act was struck or not."""
    columns = _telling_columns()
    return {name: sorted(_lines(name, columns[name])) for name in names if name in columns}


def _lines(name: str, columns: list[str]) -> Iterator[str]:
    listed = "(" + ", ".join(map(connection.ops.quote_name, columns)) + ")"
    for line in _copied(name, listed).decode().splitlines():
        yield _NUMBER.sub("(number)", _NAME.sub("(name)", _WHEN.sub("(when)", line)))
