"""Offers and stock: what orders call.

The stock of an article is one row (``StockItem``) and its ledger (``StockMovement``). Each service writes the
reservation and the movement first and the hot row last, by a conditional UPDATE, so that the row's lock is held for one
statement and the last unit goes to exactly one caller. Articles are always touched in the order of their numbers, so
two orders never wait for each other.
"""

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.db.models import F, QuerySet

from apps.accounts.models import User
from apps.bundles import offers
from apps.bundles.errors import (
    BadQuantity,
    DoesNotFit,
    OutOfStock,
    ReasonMissing,
    ReferenceInUse,
    StockBelowReserved,
    UnknownProduct,
)
from apps.bundles.models import (
    Accessory,
    Charger,
    Cover,
    Kind,
    MaintenancePlan,
    Product,
    StockItem,
    StockMovement,
    StockReservation,
)
from apps.bundles.offers import Offer
from apps.catalog.models import CarModel

State = StockReservation.State
Move = StockMovement.Kind
# Films are cut from the roll and plans are promises: neither runs out.
STOCKED = ("AC-", "CH-")


def product(*, kind: str, sku: str) -> Product:
    """The product on sale under this number, with all that ``offer`` reads of it.

    Raises:
        UnknownProduct: there is none of that kind and number, or it is no longer sold.
    """
    rows: dict[str, QuerySet[Any]] = {
        Kind.COVER: Cover.objects.on_sale().with_prices(),
        Kind.PLAN: MaintenancePlan.objects.on_sale().with_items(),
        Kind.ACCESSORY: Accessory.objects.on_sale().prefetch_related("cars"),
        Kind.CHARGER: Charger.objects.on_sale(),
    }
    found = rows[kind].filter(sku=sku).first() if kind in rows else None
    if found is None:
        raise UnknownProduct(extra={"sku": sku}, field="sku")
    one: Product = found
    return one


def offer(*, kind: str, sku: str, car_model: CarModel | None, quantity: int = 1) -> Offer:
    """Today's offer of a product for a car. It holds nothing back: ``reserve`` does.

    Raises:
        UnknownProduct, BadQuantity, DoesNotFit (its message is the reason), OutOfStock.
    """
    wanted = product(kind=kind, sku=sku)
    most = offers.most(wanted)
    if not 1 <= quantity <= most:
        raise BadQuantity(extra={"sku": sku, "most": most}, field="quantity")
    reason = offers.fits(wanted, car_model)
    if reason is not None:
        raise DoesNotFit(reason.text, field="sku", extra={"sku": sku, "reason": reason.code})
    if sku.startswith(STOCKED):
        left = _available(sku)
        if left < quantity:
            raise _out_of_stock(sku, left)
    return offers.priced(wanted, car_model, quantity)


def _available(sku: str) -> int:
    item = StockItem.objects.filter(sku=sku).first()
    return item.available if item else 0


def _out_of_stock(sku: str, left: int) -> OutOfStock:
    """The refusal, with the article's name: a stock number means nothing to a buyer."""
    rows: tuple[QuerySet[Any], ...] = (Accessory.objects.with_sku(sku), Charger.objects.with_sku(sku))
    article: Product | None = next((found for found in (row.first() for row in rows) if found), None)
    return OutOfStock(field="sku", extra={"sku": sku, "name": article.name if article else sku, "available": left})


@transaction.atomic
def reserve(*, sku: str, quantity: int, reference: str) -> StockReservation | None:
    """Set units aside for a reference. Again with the same reference and quantity: nothing more happens.

    A reservation that was released is taken up again, if there are still units. Returns None for what keeps no stock.

    Raises:
        OutOfStock: there are fewer; nothing was reserved.
        ReferenceInUse: the reference holds another quantity of this article.
    """
    if quantity < 1:
        raise BadQuantity(extra={"sku": sku, "most": 1}, field="quantity")
    if not sku.startswith(STOCKED):
        return None
    item = StockItem.objects.filter(sku=sku).first()
    if item is None:
        raise _out_of_stock(sku, 0)
    reservation, created = StockReservation.objects.get_or_create(
        item=item, reference=reference, defaults={"quantity": quantity}
    )
    if not created:
        reservation = StockReservation.objects.select_for_update().get(pk=reservation.pk)
        if reservation.state != State.RELEASED:
            if reservation.quantity != quantity:
                raise ReferenceInUse(extra={"sku": sku, "reference": reference})
            return reservation
        reservation.state, reservation.quantity = State.RESERVED, quantity
        reservation.save(update_fields=["state", "quantity", "changed_at"])
    _move(item, Move.RESERVATION, reserved=quantity, reference=reference)
    enough = StockItem.objects.filter(pk=item.pk, on_hand__gte=F("reserved") + quantity)
    if not enough.update(reserved=F("reserved") + quantity):
        raise _out_of_stock(sku, _available(sku))
    return reservation


@transaction.atomic
def reserve_all(*, quantities: Mapping[str, int], reference: str) -> list[StockReservation]:
    """Reserve several articles under one reference: all of them or, by the error of the first that lacks, none."""
    made = (reserve(sku=sku, quantity=quantities[sku], reference=reference) for sku in sorted(quantities))
    return [reservation for reservation in made if reservation is not None]


@transaction.atomic
def release(*, reference: str, sku: str | None = None) -> int:
    """Give back what a reference holds (of one article, or everything); returns how many reservations that were.

    What was released or consumed before stays as it is.
    """
    held = _lock_held(reference, sku)
    for reservation in held:
        _end(reservation, State.RELEASED)
        _move(reservation.item, Move.RELEASE, reserved=-reservation.quantity, reference=reference)
        StockItem.objects.filter(pk=reservation.item_id).update(reserved=F("reserved") - reservation.quantity)
    return len(held)


@transaction.atomic
def consume(*, reference: str, sku: str | None = None) -> int:
    """Take what a reference holds off the shelf for good; returns how many reservations that were."""
    held = _lock_held(reference, sku)
    for reservation in held:
        number = reservation.quantity
        _end(reservation, State.CONSUMED)
        _move(reservation.item, Move.CONSUMPTION, on_hand=-number, reserved=-number, reference=reference)
        StockItem.objects.filter(pk=reservation.item_id).update(
            on_hand=F("on_hand") - number, reserved=F("reserved") - number
        )
    return len(held)


@transaction.atomic
def adjust(*, sku: str, change: int, reason: str, actor: User | None = None) -> StockItem:
    """Deliveries, counts, losses: change what is on hand by so many. The first adjustment opens the article's stock.

    Raises:
        UnknownProduct: no such accessory or charger.
        ReasonMissing: ``reason`` is blank.
        StockBelowReserved: fewer would be left than customers were promised.
    """
    reason = reason.strip()[:200]
    if not reason:
        raise ReasonMissing(field="reason")
    if not (Accessory.objects.filter(sku=sku).exists() or Charger.objects.filter(sku=sku).exists()):
        raise UnknownProduct(extra={"sku": sku}, field="sku")
    item, _created = StockItem.objects.get_or_create(sku=sku)
    if change:
        _move(item, Move.ADJUSTMENT, on_hand=change, reason=reason, actor=actor)
        possible = StockItem.objects.filter(pk=item.pk, on_hand__gte=F("reserved") - change)
        if not possible.update(on_hand=F("on_hand") + change):
            item.refresh_from_db()
            raise StockBelowReserved(field="change", extra={"sku": sku, "reserved": item.reserved})
        item.refresh_from_db()
    return item


def _lock_held(reference: str, sku: str | None) -> list[StockReservation]:
    rows = StockReservation.objects.filter(reference=reference, state=State.RESERVED)
    if sku is not None:
        rows = rows.filter(item__sku=sku)
    return list(rows.select_related("item").select_for_update(of=("self",)).order_by("item__sku"))


def _end(reservation: StockReservation, state: StockReservation.State) -> None:
    reservation.state = state
    reservation.save(update_fields=["state", "changed_at"])


def _move(
    item: StockItem,
    kind: StockMovement.Kind,
    *,
    on_hand: int = 0,
    reserved: int = 0,
    reference: str = "",
    reason: str = "",
    actor: User | None = None,
) -> None:
    StockMovement.objects.create(
        item=item,
        kind=kind,
        on_hand_change=on_hand,
        reserved_change=reserved,
        reference=reference,
        reason=reason,
        actor=actor,
    )
