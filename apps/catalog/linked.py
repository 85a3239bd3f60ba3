"""A car as schema.org ``Car`` with its offers: what the page shows, and no more."""

from collections.abc import Sequence
from typing import Any

from apps.catalog.models import CarModel, Trim
from apps.catalog.stills import Still
from apps.common.linked import absolute
from apps.common.money import CURRENCY

FEN = 100
_FUEL = {"bev": ["Electric"], "erev": ["Electric", "Gasoline"], "phev": ["Electric", "Gasoline"], "ice": ["Gasoline"]}


def car(car_model: CarModel, trims: Sequence[Trim], pictures: Sequence[Still]) -> dict[str, Any]:
    """Lengths in millimetres (UN/CEFACT MMT), ranges in kilometres (KMT), prices in yuan. A car not on sale has no offer."""
    url = absolute(car_model.get_absolute_url())
    return {
        "@type": "Car",
        "name": car_model.full_name,
        "url": url,
        "brand": {"@type": "Brand", "name": car_model.brand.name},
        "model": car_model.name,
        "description": car_model.tagline or None,
        "image": [absolute(picture.webp) for picture in pictures] or None,
        "bodyType": str(car_model.get_body_display()),
        "fuelType": _FUEL[car_model.energy],
        "vehicleSeatingCapacity": car_model.seats,
        "itemCondition": "https://schema.org/NewCondition",
        "additionalProperty": _properties(car_model, trims) or None,
        "offers": _offers(car_model, trims, url),
    }


def _properties(car_model: CarModel, trims: Sequence[Trim]) -> list[dict[str, Any]]:
    longest = max((trim.range_km for trim in trims if trim.range_km), default=None)
    facts = (("length", car_model.length, "MMT"), ("electric range", longest, "KMT"))
    return [
        {"@type": "PropertyValue", "name": name, "value": value, "unitCode": unit}
        for name, value, unit in facts
        if value
    ]


def _offers(car_model: CarModel, trims: Sequence[Trim], url: str) -> dict[str, Any] | None:
    prices = [trim.price for trim in trims]
    if not car_model.on_sale or not prices:
        return None
    # A car of the configurator is built when it is ordered; of the others a store says what it has.
    availability = "MadeToOrder" if car_model.configurable else "InStoreOnly"
    offer = {"priceCurrency": CURRENCY, "availability": f"https://schema.org/{availability}", "url": url}
    if min(prices) == max(prices):
        return {"@type": "Offer", "price": _yuan(prices[0])} | offer
    rows = {"lowPrice": _yuan(min(prices)), "highPrice": _yuan(max(prices)), "offerCount": len(prices)}
    return {"@type": "AggregateOffer"} | rows | offer


def _yuan(fen: int) -> str:
    return f"{fen // FEN}.{fen % FEN:02d}"
