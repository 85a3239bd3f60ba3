"""Every write of capacity: open, hold, extend, take, release, use. Keyword-only, atomic, idempotent by owner.

An owner is whoever the caller says: an order's number, an offer, a change of an order. All or nothing: several resources are
held in one statement, which locks them in one order, so that two owners never wait for each other in a circle.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, connection, transaction
from django.db.models import F
from django.utils import timezone
from psycopg import Error

from apps.capacity import sql
from apps.capacity.errors import BadNumber, BelowPromised, Lack, NotEnough, OtherQuantity, ReasonWanted
from apps.capacity.models import Movement, Pool

if TYPE_CHECKING:
    from apps.accounts.models import User

MOST = 1_000_000
SWEEP_AT_ONCE = 500
LIVE = ["held", "taken"]


def hold(*, resource: str, quantity: int, owner: str, until: datetime | None, instead_of: Sequence[str] = ()) -> None:
    """``hold_all`` of one resource."""
    hold_all(wanted={resource: quantity}, owner=owner, until=until, instead_of=instead_of)


def hold_all(*, wanted: Mapping[str, int], owner: str, until: datetime | None, instead_of: Sequence[str] = ()) -> None:
    """Hold so many units of each resource for the owner until then (None: without end), or nothing at all.

    Holding again what is held already changes nothing. Units of these resources that other names of the same buyer hold
    (``instead_of``) are passed on: nobody stands in their own way.

    Raises:
        NotEnough: of something there is less; nothing was held, and the transaction may go on.
        OtherQuantity: the owner holds another number of units. BadNumber: less than one.
    """
    if not wanted:
        return
    if min(wanted.values()) < 1:
        raise BadNumber
    resources = sorted(wanted)
    values = [owner, resources, [wanted[one] for one in resources], until, list(instead_of), timezone.now()]
    call = "SELECT * FROM capacity_hold_all(%s, %s::text[], %s::int[], %s::timestamptz, %s::text[], %s)"
    try:
        lacks = _rows(call, values)
    except IntegrityError as error:
        if _violated(error) != "hold_other_quantity":
            raise
        raise OtherQuantity(extra={"owner": owner}) from error
    if lacks:
        raise NotEnough([Lack(*row) for row in lacks])


def extend(*, owner: str, until: datetime | None) -> int:
    """Let what the owner holds live at least until then (None: without end); returns how many holds that were."""
    # A sum with nothing is nothing: what has no end keeps having none.
    later = """
        UPDATE capacity_hold SET changed_at = %s, until = GREATEST(until, %s::timestamptz) + 0 * (until - %s::timestamptz)
        WHERE owner = %s AND state = 'held'
    """
    with connection.cursor() as cursor:
        cursor.execute(later, [timezone.now(), until, until, owner])
        return int(cursor.rowcount)


def take(*, owner: str) -> dict[str, int]:
    """What is held becomes the owner's, without end; returns what that was. Nothing is left when the holds have expired."""
    return _move(owner, ["held"], "taken", "take")


def release(
    *, owner: str, only: str = "", resource: str = "", reason: str = "", user: "User | None" = None
) -> dict[str, int]:
    """Give back what the owner holds or has taken (of one kind ``only``, or one resource); what was used stays used."""
    return _move(owner, LIVE, "released", "release", only=only, resource=resource, reason=reason, user=user)


def use(*, owner: str, only: str = "", resource: str = "") -> dict[str, int]:
    """What the owner has (of one kind ``only``) is gone for good: built, handed over, fitted."""
    return _move(owner, LIVE, "used", "use", only=only, resource=resource)


def pass_on(*, owner: str, to: str) -> int:
    """What one owner holds is another's now; returns how many holds that were.

    Raises:
        OtherQuantity: the other holds some of it already.
    """
    rename = "UPDATE capacity_hold SET owner = %s, changed_at = %s WHERE owner = %s AND state IN ('held', 'taken')"
    try:
        with connection.cursor() as cursor:
            cursor.execute(rename, [to, timezone.now(), owner])
            return int(cursor.rowcount)
    except IntegrityError as error:
        if _violated(error) != "hold_once_an_owner":
            raise
        raise OtherQuantity(extra={"owner": to}) from error


def expire(*, limit: int = SWEEP_AT_ONCE) -> dict[str, int]:
    """End up to so many holds that are over, passing over those that somebody is just taking; returns what came free."""
    return _sums(_rows("SELECT * FROM capacity_expire(%s, %s)", [limit, timezone.now()]))


@transaction.atomic
def open(  # noqa: A001  the trade's word, always called through the module
    *, resource: str, quantity: int, reason: str = "", user: "User | None" = None
) -> Pool:
    """Open so many more units of a resource, which begins to exist with its first ones.

    Raises:
        BadNumber: less than one, or too many.
    """
    if not 1 <= quantity <= MOST:
        raise BadNumber(field="quantity")
    pool, _created = Pool.objects.get_or_create(resource=resource)
    _write(pool, "open", quantity, reason, user)
    Pool.objects.filter(pk=pool.pk).update(total=F("total") + quantity)
    pool.refresh_from_db()
    return pool


@transaction.atomic
def adjust(*, resource: str, change: int, reason: str, user: "User | None" = None) -> Pool:
    """Correct how many there are: a delivery, a count, a withdrawn allotment.

    Raises:
        ReasonWanted; BadNumber; BelowPromised: fewer would be left than are promised or used.
    """
    reason = reason.strip()[:200]
    if not reason:
        raise ReasonWanted(field="reason")
    if abs(change) > MOST:
        raise BadNumber(field="change")
    pool, _created = Pool.objects.get_or_create(resource=resource)
    if change:
        enough = Pool.objects.filter(pk=pool.pk, total__gte=F("held") + F("taken") + F("used") - change)
        if not enough.update(total=F("total") + change):
            pool.refresh_from_db()
            raise BelowPromised(field="change", extra={"promised": pool.reserved + pool.used})
        _write(pool, "adjust", change, reason, user)
        pool.refresh_from_db()
    return pool


def close(*, resource: str, closed: bool = True) -> None:
    """Give nothing more out of a pool, or open it again. What is promised stays promised."""
    Pool.objects.filter(resource=resource).update(closed=closed)


def ensure(*, totals: Mapping[str, int]) -> None:
    """Open pools that do not exist yet, with so many units each; one statement, and those that exist stay as they are."""
    if not totals:
        return
    resources = sorted(totals)
    fresh = """
        WITH fresh AS (
            INSERT INTO capacity_pool (resource, total, held, taken, used, closed)
            SELECT resource, total, 0, 0, 0, false FROM unnest(%s::text[], %s::int[]) AS w (resource, total)
            ON CONFLICT (resource) DO NOTHING RETURNING id, total
        )
        INSERT INTO capacity_movement
            (pool_id, kind, owner, total_change, held_change, taken_change, used_change, reason, at)
        SELECT id, 'open', '', total, 0, 0, 0, '', %s FROM fresh WHERE total > 0
    """
    with connection.cursor() as cursor:
        cursor.execute(fresh, [resources, [totals[one] for one in resources], timezone.now()])


def prove() -> list[dict[str, Any]]:
    """The pools whose balance is not what their movements, or their holds, add up to. Always empty, or something is wrong."""
    names = ("total", "held", "taken", "used")
    return [
        {
            "resource": row[0],
            "balance": dict(zip(names, row[1:5], strict=True)),
            "movements": dict(zip(names, row[5:9], strict=True)),
            "holds": dict(zip(names[1:], row[9:12], strict=True)),
        }
        for row in _rows(sql.PROVE, [])
    ]


def _move(
    owner: str,
    source: Sequence[str],
    target: str,
    kind: str,
    *,
    only: str = "",
    resource: str = "",
    reason: str = "",
    user: "User | None" = None,
) -> dict[str, int]:
    call = "SELECT * FROM capacity_move(%s, %s, %s, %s::text[], %s, %s, %s, %s::bigint, %s)"
    actor = user.pk if user else None
    return _sums(_rows(call, [owner, only, resource, list(source), target, kind, reason[:200], actor, timezone.now()]))


def _write(pool: Pool, kind: str, change: int, reason: str, user: "User | None") -> None:
    Movement.objects.create(
        pool=pool, kind=kind, total_change=change, reason=reason[:200], user=user, at=timezone.now()
    )


def _sums(rows: Iterable[tuple[Any, ...]]) -> dict[str, int]:
    found: dict[str, int] = {}
    for resource, quantity in rows:
        found[resource] = found.get(resource, 0) + quantity
    return found


def _rows(statement: str, values: Sequence[Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return list(cursor.fetchall())


def _violated(error: IntegrityError) -> str:
    cause = error.__cause__
    return (cause.diag.constraint_name or "") if isinstance(cause, Error) else ""
