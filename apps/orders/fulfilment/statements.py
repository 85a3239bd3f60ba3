"""The statements of a step. Each is one round trip, because round trips are what a step costs.

Tables and columns are the models' own. A row is read by the statement that locks it, after the lock: the step as it is now, with
its order and the order's store.
"""

import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from itertools import islice
from typing import Any

from django.db import connection
from django.db.models import Field, Model

from apps.orders.models import FulfilmentStep, Order
from apps.stores.models import Store

Step = FulfilmentStep


@dataclass(frozen=True, slots=True)
class Claim:
    """A step that was due, locked with its order. ``spent``: it has been tried too often, and this is no attempt."""

    step: Step
    spent: bool


def claim(
    *, busy: Collection[int], now: datetime, lease: datetime, most: int, asking: Collection[tuple[str, int]]
) -> Claim | None:
    """Lock the step that has been due for longest, of an order that nobody works on and that is not in ``busy``, and count the
    attempt.

    One whose kind and direction are in ``asking`` is being asked about until ``lease``, and keeps ``asked`` in its result even when
    the attempt is given back: from now on there may be something to undo at the partner's. One that has had ``most`` attempts is
    only locked.
    """
    given = claim_values(busy=busy, now=now, lease=lease, most=most, asking=asking)
    row = _first(claim_statement(), given)
    if row is None:
        return None
    values = iter(row)
    step = _instance(Step, values)
    _id, spent, _asks = islice(values, 3)
    return Claim(_with_order(step, values), spent)


def claim_values(
    *, busy: Collection[int], now: datetime, lease: datetime, most: int, asking: Collection[tuple[str, int]]
) -> dict[str, Any]:
    """What ``claim_statement`` takes."""
    keys = [f"{kind}:{direction}" for kind, direction in asking]
    return {"busy": list(busy), "now": now, "lease": lease, "most": most, "asking": keys}


@cache
def claim_statement() -> str:
    """What is joined to an update is read as it was before the lock: so ``due`` reads all, and only the step is updated. It is
    sorted by ``next_at`` alone, which the index does."""
    return f"""
        WITH due AS MATERIALIZED (
            SELECT step.id AS due_id, step.attempts >= %(most)s AS spent,
                step.attempts < %(most)s AND step.kind || ':' || step.direction = ANY(%(asking)s::text[]) AS asks,
                {_columns(Order, "its")}, {_columns(Store, "store")}
            FROM {_joined()}
            WHERE step.status = 'ready' AND step.next_at <= %(now)s AND step.order_id <> ALL(%(busy)s::bigint[])
            ORDER BY step.next_at LIMIT 1 FOR UPDATE OF step, its SKIP LOCKED
        )
        UPDATE {_table(Step)} step SET
            attempts = CASE WHEN spent THEN step.attempts ELSE step.attempts + 1 END,
            next_at = CASE WHEN asks THEN %(lease)s ELSE step.next_at END,
            calling_until = CASE WHEN asks THEN %(lease)s ELSE step.calling_until END,
            result = CASE WHEN asks THEN step.result || '{{"asked": true}}' ELSE step.result END
        FROM due WHERE step.id = due_id
        RETURNING {_columns(Step, "step")}, due.*
    """  # noqa: S608  names of models


def lock_again(pk: int) -> Step | None:
    """The step as it is now, locked with its order; None while somebody else has either."""
    row = _first(_lock_statement(), {"step": pk})
    if row is None:
        return None
    values = iter(row)
    return _with_order(_instance(Step, values), values)


@cache
def _lock_statement() -> str:
    return f"""
        SELECT {_columns(Step, "step")}, {_columns(Order, "its")}, {_columns(Store, "store")}
        FROM {_joined()} WHERE step.id = %(step)s FOR UPDATE OF step, its SKIP LOCKED
    """  # noqa: S608  names of models


def finish(step: Step, then: str, now: datetime) -> None:
    """Write down that a locked step is done, with its ``result``, and queue the order's next one."""
    given: dict[str, Any] = {"step": step.pk, "result": json.dumps(step.result), "then": then, "now": now}
    with connection.cursor() as cursor:
        cursor.execute(_finish_statement(), given)


@cache
def _finish_statement() -> str:
    return f"""
        WITH done AS (
            UPDATE {_table(Step)} SET
                status = 'done', done_at = %(now)s, result = %(result)s::jsonb, error = '', calling_until = NULL
            WHERE id = %(step)s RETURNING order_id, round
        )
        INSERT INTO {_table(Step)} (order_id, kind, direction, round, status, attempts, next_at, error, result, created_at)
        SELECT order_id, %(then)s, 1, round, 'ready', 0, %(now)s, '', '{{}}', %(now)s FROM done
    """  # noqa: S608  names of models


def _first(statement: str, given: Mapping[str, Any]) -> tuple[Any, ...] | None:
    with connection.cursor() as cursor:
        cursor.execute(statement, given)
        row: tuple[Any, ...] | None = cursor.fetchone()
        return row


def _table(model: type[Model]) -> str:
    return f'"{model._meta.db_table}"'


def _joined() -> str:
    """Steps with what a lock of theirs brings along."""
    return f"""
        {_table(Step)} step JOIN {_table(Order)} its ON its.id = step.order_id
        LEFT JOIN {_table(Store)} store ON store.id = its.delivery_store_id
    """


@cache
def _fields(model: type[Model]) -> tuple["Field[Any, Any]", ...]:
    """The model's columns as far as they are read; what the database works out only for searching is not."""
    return tuple(field for field in model._meta.concrete_fields if not field.generated)


def _columns(model: type[Model], alias: str) -> str:
    return ", ".join(f'{alias}."{field.column}"' for field in _fields(model))


@cache
def _names(model: type[Model]) -> list[str]:
    return [field.attname for field in _fields(model)]


@cache
def _converters(model: type[Model]) -> list[tuple[int, Any, Any]]:
    """Position, converter and column of the fields that the driver alone cannot read."""
    return [
        (position, converter, field.get_col(model._meta.db_table))
        for position, field in enumerate(_fields(model))
        for converter in field.get_db_converters(connection)
    ]


def _instance[M: Model](model: type[M], values: Iterator[Any]) -> M:
    """The model's next instance out of a row, as a queryset would make it."""
    own = list(islice(values, len(_fields(model))))
    for position, converter, column in _converters(model):
        own[position] = converter(own[position], column, connection)
    return model.from_db(connection.alias, _names(model), own)


def _with_order(step: Step, values: Iterator[Any]) -> Step:
    """The step with its order, and that with its store, if it has one."""
    step.order = _instance(Order, values)
    step.order.delivery_store = _instance(Store, values) if step.order.delivery_store_id is not None else None
    return step
