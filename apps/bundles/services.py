"""Offers and stock: what orders call. An article's stock is a pool of ``apps.capacity``; orders hold it there themselves."""

from typing import Any

from django.db import transaction
from django.db.models import F, QuerySet
from django.db.models.functions import Abs

from apps.accounts.models import User
from apps.bundles import offers
from apps.bundles.errors import (
    BadQuantity,
    DoesNotFit,
    NoLongerSold,
    OutOfStock,
    ReasonMissing,
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
)
from apps.bundles.offers import Offer
from apps.capacity import kinds
from apps.capacity import services as capacity
from apps.capacity.errors import BelowPromised
from apps.catalog.models import CarModel

# Films are cut from the roll and plans are promises: neither runs out.
STOCKED = ("AC-", "CH-")


def product(*, kind: str, sku: str) -> Product:
    """The product on sale under this number, with all that ``offer`` reads of it.

    Raises:
        UnknownProduct: there is none of that kind and number. NoLongerSold.
    """
    rows: dict[str, QuerySet[Any]] = {
        Kind.COVER: Cover.objects.on_sale().with_prices(),
        Kind.PLAN: MaintenancePlan.objects.on_sale().with_items(),
        Kind.ACCESSORY: Accessory.objects.on_sale().prefetch_related("cars"),
        Kind.CHARGER: Charger.objects.on_sale(),
    }
    found = rows[kind].filter(sku=sku).first() if kind in rows else None
    if found is None:
        name = named(kind=kind, sku=sku)
        if name is not None:
            raise NoLongerSold(extra={"sku": sku, "name": name.name}, field="sku")
        raise UnknownProduct(extra={"sku": sku}, field="sku")
    one: Product = found
    return one


def named(*, kind: str, sku: str) -> Product | None:
    """The product under this number, whether or not it is on sale: what one that cannot be bought is called."""
    models = {Kind.COVER: Cover, Kind.PLAN: MaintenancePlan, Kind.ACCESSORY: Accessory, Kind.CHARGER: Charger}
    model: Any = models.get(Kind(kind)) if kind in Kind.values else None
    found: Product | None = model.objects.filter(sku=sku).first() if model else None
    return found


def offer(*, kind: str, sku: str, car_model: CarModel | None, quantity: int = 1) -> Offer:
    """Today's offer of a product for a car. It holds nothing back: ``capacity.services`` does.

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
            raise _out_of_stock(sku, left, car_model, wanted)
    return offers.priced(wanted, car_model, quantity)


def _available(sku: str) -> int:
    return StockItem.objects.free_units([kinds.stock(sku)])[kinds.stock(sku)]


def _out_of_stock(sku: str, left: int, car_model: CarModel | None, article: Product | None = None) -> OutOfStock:
    """The refusal, with the article's name: a stock number means nothing to a buyer."""
    rows: tuple[QuerySet[Any], ...] = (Accessory.objects.with_sku(sku), Charger.objects.with_sku(sku))
    article = article or next((found for found in (row.first() for row in rows) if found), None)
    extra: dict[str, Any] = {"sku": sku, "name": article.name if article else sku, "available": left}
    other = similar(article, car_model) if article else None
    if other is None:
        return OutOfStock(field="sku", extra=extra)
    extra["alternative"] = {"sku": other.sku, "name": other.name}
    return OutOfStock(OutOfStock.with_alternative, field="sku", extra=extra | {"other": other.name})


def similar(article: Product, car_model: CarModel | None) -> Product | None:
    """The article nearest in price that does the same, fits the car and is in stock; None when there is none."""
    rows: QuerySet[Any]
    if isinstance(article, Accessory):
        rows = Accessory.objects.in_category(article.category)
    elif isinstance(article, Charger):
        rows = Charger.objects.filter(phases=article.phases)
    else:
        return None
    near = rows.on_sale().fitting(car_model).in_stock().exclude(pk=article.pk)
    found: Product | None = near.order_by(Abs(F("price") - article.price), "pk").first()
    return found


@transaction.atomic
def adjust(*, sku: str, change: int, reason: str, actor: User | None = None) -> StockItem:
    """Deliveries, counts, losses: change what is on hand by so many. The first adjustment opens the article's stock.

    Raises:
        UnknownProduct: no such accessory or charger.
        ReasonMissing: ``reason`` is blank.
        StockBelowReserved: fewer would be left than customers were promised.
    """
    if not reason.strip():
        raise ReasonMissing(field="reason")
    if not (Accessory.objects.filter(sku=sku).exists() or Charger.objects.filter(sku=sku).exists()):
        raise UnknownProduct(extra={"sku": sku}, field="sku")
    try:
        pool = capacity.adjust(resource=kinds.stock(sku), change=change, reason=reason, user=actor)
    except BelowPromised as error:
        reserved = StockItem.objects.get(resource=kinds.stock(sku)).reserved
        raise StockBelowReserved(field="change", extra={"sku": sku, "reserved": reserved}) from error
    return StockItem.objects.get(pk=pool.pk)


def lacking(*, sku: str, left: int, car_model: CarModel | None = None) -> OutOfStock:
    """The refusal for an article that has run out: by its name, with the nearest one that is to be had."""
    return _out_of_stock(sku, left, car_model)
