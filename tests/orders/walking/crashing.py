"""An act that is struck by a crash after a statement, again and again, until it happens; what was struck is written down."""

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from random import Random
from typing import Any, Protocol

import psycopg
from django.apps import apps
from django.db import DatabaseError, InterfaceError, connection
from django.db.utils import OperationalError

CONTROL = ("SAVEPOINT", "RELEASE", "ROLLBACK")
_MANY = re.compile(r"\(?%s\)?(, ?\(?%s\)?)+|(\(%s…\))(, ?\(%s…\))+")


class Crash(BaseException):
    """The process is gone: no ``except Exception`` sees it."""


def tables() -> dict[str, str]:
    """Everything of ours in the database: how many rows each table has, and a sum over what stands in them.

    The query is prepared once a connection: planning it takes twenty times as long as its answer.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT FROM pg_prepared_statements WHERE name = 'fingerprints'")
        if not cursor.fetchall():
            cursor.execute(f"PREPARE fingerprints AS {_fingerprints()}")
        cursor.execute("EXECUTE fingerprints")
        return dict(cursor.fetchall())


def _fingerprints() -> str:
    ours = [one for one in apps.get_app_configs() if one.name.startswith("apps.")]
    names = sorted(model._meta.db_table for one in ours for model in one.get_models(include_auto_created=True))
    one = "SELECT {0!r}, (SELECT count(*) || ' ' || sum(hashtextextended(t::text, 0)::numeric) FROM {1} t)"
    return " UNION ALL ".join(one.format(name, connection.ops.quote_name(name)) for name in names)


def kind_of(sql: str) -> str:
    """A statement without how many values it had."""
    return _MANY.sub("%s…", " ".join(str(sql).split()))


class Record:
    """Which statements each act has made, and after which of them it was struck."""

    def __init__(self) -> None:
        self.made: dict[str, set[str]] = defaultdict(set)
        self.struck: dict[str, set[str]] = defaultdict(set)
        self.crashes: Counter[str] = Counter()
        self.done: Counter[str] = Counter()
        self.refused: Counter[str] = Counter()
        self.ways: Counter[tuple[str, str]] = Counter()
        self.tried: Counter[tuple[str, str]] = Counter()

    def missing(self) -> dict[str, set[str]]:
        """Statements by act that were made and never struck."""
        return {act: left for act in self.made if (left := self.made[act] - self.struck[act])}

    def told(self) -> str:
        """The whole in a table."""
        rows = [f"{'act':24} {'done':>5} {'refused':>7} {'crashes':>7} {'statements struck':>18}"]
        for act in sorted(self.made.keys() | self.done.keys() | self.refused.keys()):
            share = f"{len(self.struck[act])} of {len(self.made[act])}"
            rows.append(f"{act:24} {self.done[act]:5} {self.refused[act]:7} {self.crashes[act]:7} {share:>18}")
        ways = ", ".join(f"{source or '-'}→{target} {count}" for (source, target), count in sorted(self.ways.items()))
        return "\n".join([*rows, f"ways walked: {ways}"])


def backend_is_killed() -> None:
    """Somebody ends our connection's process in the server: the next statement finds nobody."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        pid = cursor.fetchone()[0]
    with psycopg.connect(**connection.get_connection_params() | {"cursor_factory": psycopg.Cursor}) as other:
        ended = other.execute("SELECT pg_terminate_backend(%s, 5000)", [pid]).fetchone()
        assert ended == (True,)


@contextmanager
def watched(act: str, record: Record, strikes: Callable[[str, int], str]) -> Iterator[None]:
    """Write down each statement of the act, and strike as ``strikes(statement, number)`` says: ``crash``, ``kill`` or not."""
    number = 0
    killed = False

    def watch(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        nonlocal number, killed
        answer = execute(sql, params, many, context)
        if killed or str(sql).lstrip().upper().startswith(CONTROL):
            return answer
        number += 1
        kind = kind_of(sql)
        record.made[act].add(kind)
        how = strikes(kind, number)
        if how:
            record.struck[act].add(kind)
            record.crashes[act] += 1
        if how == "crash":
            raise Crash
        if how == "kill":
            killed = True
            backend_is_killed()
        return answer

    with connection.execute_wrapper(watch):
        yield


class Striker(Protocol):
    """Says where to strike: called with each statement and its number in the run."""

    how: str
    struck: bool

    def again(self) -> None: ...

    def __call__(self, kind: str, number: int) -> str: ...


class Strikes:
    """Once a run, after a statement drawn by lot."""

    def __init__(self, chance: Random) -> None:
        self.chance = chance
        self.again()

    def again(self) -> None:
        self.skip = self.chance.randrange(10)
        self.how = "kill" if self.chance.random() < 0.15 else "crash"
        self.struck = False

    def __call__(self, kind: str, number: int) -> str:
        if self.struck or number <= self.skip:
            return ""
        self.struck = True
        return self.how


def survives(do: Callable[[], object], act: str, record: Record, strikes: Striker) -> bool:
    """Do it; returns whether nothing struck. Whatever else goes wrong is an error of ours."""
    strikes.again()
    try:
        with watched(act, record, strikes):
            do()
    except Crash:
        return False
    except (OperationalError, InterfaceError, DatabaseError):
        if not strikes.struck or strikes.how != "kill":
            raise
        connection.close()
        return False
    if strikes.struck:  # a worker that went on by itself, over a connection of its own
        connection.close()
        return False
    return True
