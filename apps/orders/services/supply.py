"""Taking and giving back what an order holds: the build slot and the parts."""

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import connection, transaction

from apps.bundles import services as bundles
from apps.catalog.models import CarModel
from apps.orders.errors import NoSupply, SoldOut
from apps.orders.models import BuildSlot, LineKind, Order
from apps.orders.services.permissions import SUPPLY, require_permission

if TYPE_CHECKING:
    from apps.accounts.models import User

MOST_AT_ONCE = 10_000

# The first try passes over slots that somebody is just taking; the second waits for each of them in turn. Both are
# repeated while there is a slot that came free meanwhile: nobody hears "sold out" while one is to be had.
_TAKE = """
UPDATE orders_buildslot SET order_id = %s, taken_at = %s
WHERE id = (SELECT id FROM orders_buildslot WHERE car_model_id = %s AND order_id IS NULL
            ORDER BY id LIMIT 1 FOR UPDATE {wait})
  AND order_id IS NULL
RETURNING id
"""


def hold_all(order: Order, *, now: datetime) -> None:
    """Hold a build slot and the parts for the order, or raise and hold nothing.

    Raises:
        SoldOut: no slot of this model is free.
        OutOfStock: an article lacks.
    """
    articles: dict[str, int] = {}
    for line in order.lines.exclude(kind=LineKind.CAR):
        articles[line.code] = articles.get(line.code, 0) + line.quantity
    bundles.reserve_all(quantities=articles, reference=order.number)
    if order.car_model is not None and not _take_slot(order, now):
        raise SoldOut(extra={"name": order.car_model.full_name, "model": order.car_model.slug})


def _take_slot(order: Order, now: datetime) -> bool:
    free = BuildSlot.objects.filter(car_model=order.car_model_id, order=None)
    with connection.cursor() as cursor:
        while True:
            for wait in ("SKIP LOCKED", ""):
                cursor.execute(_TAKE.format(wait=wait), [order.pk, now, order.car_model_id])
                if cursor.fetchone():
                    return True
            if not free.exists():
                return False


@transaction.atomic
def open_supply(*, car_model: CarModel, number: int, user: "User") -> list[BuildSlot]:
    """The maker will build so many more of a model for us.

    Raises:
        NotAllowed; NoSupply: too few or too many at once.
    """
    require_permission(user, SUPPLY)
    if not 1 <= number <= MOST_AT_ONCE:
        raise NoSupply(field="number", extra={"most": MOST_AT_ONCE})
    return BuildSlot.objects.bulk_create(BuildSlot(car_model=car_model) for _number in range(number))


def release_all(order: Order) -> None:
    """Give back what the order holds; a slot whose car is built stays used."""
    bundles.release(reference=order.number)
    BuildSlot.objects.filter(order=order, used=False).update(order=None, taken_at=None)


def use_slot(order: Order) -> None:
    """The car is built: the slot is gone for good."""
    BuildSlot.objects.filter(order=order).update(used=True)
