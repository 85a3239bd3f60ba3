"""The one place that moves an order's header."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, connection
from django.utils import timezone

from apps.capacity import services as capacity
from apps.orders import lifecycle
from apps.orders.errors import NotInThisState, Stopped
from apps.orders.kept import refusal_of
from apps.orders.lifecycle import Actor, Status
from apps.orders.models import Order, Timer, Transition, WorkItem
from apps.outbox import services as outbox

if TYPE_CHECKING:
    from apps.accounts.models import User


# A buyer who has reserved and not signed hears from us after so many days; then the place goes to somebody else.
REMIND_AFTER = timedelta(days=3)
REMINDERS = (REMIND_AFTER, timedelta(days=7), timedelta(days=14))
SIGN_WITHIN = timedelta(days=30)
# The order's own timer ends a hold; the sweep of capacity comes later, in case the timer was lost.
HOLD_GRACE = timedelta(minutes=10)
# A buyer who has not said what shall become of a car that is not as promised is called by the case's owner.
CALL_AFTER = timedelta(days=7)


def lock(order: Order) -> Order:
    """The order as it is now, locked until the end of the transaction: every service begins with this."""
    return Order.objects.locked(order.pk)


def require(order: Order, target: Status, actor: Actor) -> None:
    """Refuse a transition that the table does not know for this actor, or that a flag stops.

    Raises:
        NotInThisState; Stopped: a payment is contested, or damage is being looked at.
    """
    if target not in lifecycle.allowed_transitions(order.status, actor):
        raise not_now(order)
    if target not in lifecycle.allowed_transitions(order.status, actor, order.flags):
        raise Stopped


def not_now(order: Order) -> NotInThisState:
    return NotInThisState(extra={"state": str(Status(order.status).label), "order_status": order.status})


def done_before(order: Order, key: str) -> bool:
    """Whether the step with this key was taken already."""
    return bool(key) and order.transitions.filter(key=key).exists()


def move(
    order: Order,
    target: Status,
    *,
    actor: Actor = Actor.SYSTEM,
    user: "User | None" = None,
    reason: str = "",
    key: str | None = None,
    now: datetime | None = None,
) -> Transition:
    """Move a locked order and write it into its history.

    Raises:
        NotInThisState, Stopped: the table does not know this step for this actor, or a flag stops it.
        Overtaken: the caller's order was not the one in the database.
    """
    require(order, target, actor)
    source, order.status, order.version = order.status, target, order.version + 1
    try:
        return _write(order, source, actor, user, reason, key, now)
    except IntegrityError as error:
        refusal = refusal_of(error)
        if refusal is None:
            raise
        raise refusal from error


def begin(order: Order, *, actor: Actor, user: "User | None", now: datetime) -> Transition:
    """The first entry of a new order's history."""
    order.version = 1
    return _write(order, "", actor, user, "", "placed", now)


# Header and history in one round trip: an entry is written if, and only if, there was a header to move.
_WRITE = """
WITH moved AS (
  UPDATE orders_order SET status = %(target)s, version = %(seq)s, changed_at = %(changed_at)s WHERE id = %(order_id)s RETURNING id
)
INSERT INTO orders_transition (order_id, seq, source, target, actor, user_id, reason, key, at)
SELECT id, %(seq)s, %(source)s, %(target)s, %(actor)s, %(user_id)s, %(reason)s, %(key)s, %(at)s FROM moved RETURNING id
"""


def _write(
    order: Order, source: str, actor: Actor, user: "User | None", reason: str, key: str | None, now: datetime | None
) -> Transition:
    """Give the order's header the state and version that it has in memory, and the history its entry."""
    order.changed_at = timezone.now()
    step = Transition(
        order=order,
        seq=order.version,
        source=source,
        target=order.status,
        actor=actor,
        user=user,
        reason=reason[:300],
        key=key,
        at=now or order.changed_at,
    )
    given = {field.attname: getattr(step, field.attname) for field in Transition._meta.fields}
    with connection.cursor() as cursor:
        cursor.execute(_WRITE, given | {"changed_at": order.changed_at})
        row = cursor.fetchone()
    if row is None:
        raise Order.DoesNotExist
    step.pk, step._state.adding = row[0], False
    _tell(order, step)
    return step


def _tell(order: Order, step: Transition) -> None:
    """Let API clients know; nothing personal goes out."""
    data = {
        "order": order.number,
        "status": str(step.target),
        "previous": str(step.source) or None,
        "version": step.seq,
        "at": step.at.isoformat(),
    }
    outbox.emit(topic="order", subject=order.number, kind=f"order.{step.target}", data=data, owner=order.user_id)


def set_timer(order: Order, kind: str, due_at: datetime) -> None:
    """Start a timer, or move the one of this kind that is running. What an order holds lives as long as its timer."""
    Timer.objects.update_or_create(order=order, kind=kind, done_at=None, defaults={"due_at": due_at})
    if kind == "hold":
        capacity.extend(owner=order.number, until=due_at + HOLD_GRACE)


def stop_timers(order: Order, *kinds: str, now: datetime | None = None) -> None:
    rows = Timer.objects.filter(order=order, done_at=None)
    (rows.filter(kind__in=kinds) if kinds else rows).update(done_at=now or timezone.now())


def notify(
    order: Order,
    kind: str,
    now: datetime | None = None,
    *,
    again: str = "",
    data: Mapping[str, Any] | None = None,
) -> None:
    """Owe the buyer a message of this kind (see ``letters``), by e-mail and where it matters by SMS.

    One a kind for each state the order passes; ``again`` tells several within one state apart. ``data`` are facts of the
    moment: ``amount`` in fen, ``appointment`` as an id, ``at`` as ISO 8601 with ``address``, ``day`` with ``reference``.
    """
    from apps.orders import notices

    notices.owe(order, kind, now=now, again=again, data=data)


def close_work_items(order: Order | None, *kinds: str, owner: "User | None" = None) -> None:
    """What a person was needed for is settled."""
    rows = WorkItem.objects.filter(order=order, kind__in=kinds, closed_at=None)
    rows.update(closed_at=timezone.now(), owner=owner)


def raise_work_item(order: Order | None, kind: str, text: str, /, **values: str | int | list[list[str]]) -> None:
    """Say that a person is needed; once, until it is closed. ``text`` is a msgid with ``values`` (see ``wording``)."""
    from apps.orders import wording

    made = wording.work_item(order, kind, text, **values)
    defaults = {"text": made.text, "said": made.said}
    WorkItem.objects.get_or_create(order=order, kind=kind, closed_at=None, defaults=defaults)
