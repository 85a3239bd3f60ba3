"""Price protection: whoever ordered a car that costs less before it is delivered gets the difference."""

import structlog
from django.db import transaction
from django.db.models import Sum
from django.utils import timezone

from apps.configurator import services as configurator
from apps.configurator.models import Build
from apps.orders.lifecycle import Status
from apps.orders.models import LineKind, Order, OrderLine, PriceFall
from apps.orders.services import credits as crediting
from apps.orders.services import transitions
from apps.orders.services.placing import city_named
from apps.orders.services.prices import MARKET, again, with_campaigns
from apps.promotions.engine import Buyer

log = structlog.get_logger(__name__)
# From the paid deposit to the keys.
PROTECTED = (
    Status.RESERVED,
    Status.SIGNED,
    Status.SCHEDULED,
    Status.VIN_ASSIGNED,
    Status.MISMATCH,
    Status.IN_TRANSIT,
    Status.AT_STORE,
    Status.READY,
)


def protect_daily() -> int:
    """Grant every fall of the price since yesterday; returns how many that were. Run twice, it grants nothing twice."""
    granted = 0
    numbers = Order.objects.filter(status__in=PROTECTED, car_model__isnull=False).order_by("pk")
    for pk in numbers.values_list("pk", flat=True).iterator(chunk_size=500):
        try:
            granted += bool(protect(Order(pk=pk)))
        except Exception:
            log.exception("protection_failed", order=pk)
    return granted


@transaction.atomic
def protect(order: Order) -> PriceFall | None:
    """Credit the buyer with what the same car costs less today than what they owe for it, or do nothing.

    Falls that were granted before count: the price may fall again, and only the rest is new. One that rises takes nothing back.
    """
    mine = transitions.lock(order)
    if mine.status not in PROTECTED:
        return None
    car = mine.lines.filter(kind=LineKind.CAR).first()
    price = price_today(mine, car) if car else None
    if car is None or price is None:
        return None
    before = mine.price_falls.aggregate(sum=Sum("amount"))["sum"] or 0
    fall = car.total - before - price
    if fall <= 0:
        return None
    row = PriceFall.objects.create(order=mine, price=price, amount=fall, at=timezone.now())
    key = f"price_protection:{mine.number}:{price}"
    crediting.grant(order=mine, amount=fall, kind="price_protection", key=key)
    return row


def price_today(order: Order, car: OrderLine) -> int | None:
    """What the same build costs this buyer today, with today's campaigns that need no code; None if it is built no more."""
    build = Build.objects.select_related("car_model__brand", "version").filter(code=car.code).first()
    quote = configurator.quote_build(build) if build else None
    if build is None or quote is None or not quote.valid:
        return None
    city = city_named(order.city)
    lines = [again(line, quote.total) for line in order.lines.all()]
    buyer = Buyer(
        day=timezone.localdate(),
        market=build.market or MARKET,
        city=city.slug if city else "",
        car_model=build.car_model.slug,
    )
    return quote.total - with_campaigns(lines, buyer, user=order.user, email=order.email).saved_on(car.code)
