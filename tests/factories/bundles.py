"""Products and stock for tests. Money in fen."""

from collections.abc import Mapping
from itertools import count
from typing import Any

from apps.bundles.models import (
    Accessory,
    Charger,
    Cover,
    CoverPrice,
    MaintenancePlan,
    PlanItem,
    StockItem,
)
from apps.bundles.services import adjust
from apps.capacity import kinds
from apps.catalog.models import CarModel

_numbers = count(1)
PRICES = {"S": 598_000, "M": 698_000, "L": 798_000, "XL": 898_000}


def _named(prefix: str, fields: dict[str, Any]) -> dict[str, Any]:
    number = next(_numbers)
    return {"sku": f"{prefix}-TEST-{number}", "name_en": f"Thing {number}", "name_zh": f"东西{number}"} | fields


def make_cover(*, prices: Mapping[str, int] = PRICES, **fields: Any) -> Cover:
    """A clear film for the whole car, with a price for each size in ``prices``."""
    facts = {
        "material": "tpu",
        "thickness_um": 190,
        "finish": "gloss",
        "coverage": "full",
        "warranty_years": 8,
        "fitting_minutes": 960,
    }
    cover = Cover.objects.create(**_named("CV", facts | fields))
    CoverPrice.objects.bulk_create(
        CoverPrice(cover=cover, size_class=size, price=price) for size, price in prices.items()
    )
    return cover


def make_plan(*, items: tuple[tuple[str, str, int], ...] = (("Check", "检查", 1),), **fields: Any) -> MaintenancePlan:
    """A plan of 6 visits in 36 months; ``items`` are (English, Chinese, every so many visits)."""
    facts = {"price": 128_000, "visits": 6, "months": 36, "kilometres": 60_000, "energies": ["bev"]}
    plan = MaintenancePlan.objects.create(**_named("MP", facts | fields))
    PlanItem.objects.bulk_create(
        PlanItem(plan=plan, position=position, name_en=en, name_zh=zh, every=every)
        for position, (en, zh, every) in enumerate(items)
    )
    return plan


def make_accessory(*, stock: int = 10, cars: tuple[CarModel, ...] = (), **fields: Any) -> Accessory:
    """An accessory for ``cars``, or for every car when none is named, with units on the shelf."""
    facts = {"category": "interior", "price": 29_900, "fits_all": not cars}
    accessory = Accessory.objects.create(**_named("AC", facts | fields))
    accessory.cars.set(cars)
    if stock:
        adjust(sku=accessory.sku, change=stock, reason="First delivery")
    return accessory


def make_charger(*, stock: int = 10, **fields: Any) -> Charger:
    facts = {
        "price": 268_000,
        "power_kw": "7.0",
        "phases": 1,
        "cable_m": 30,
        "price_per_extra_metre": 4_500,
        "fitting_minutes": 180,
        "energies": ["bev", "erev", "phev"],
    }
    charger = Charger.objects.create(**_named("CH", facts | fields))
    if stock:
        adjust(sku=charger.sku, change=stock, reason="First delivery")
    return charger


def stock_of(sku: str) -> tuple[int, int]:
    """(on hand, reserved)."""
    item = StockItem.objects.get(resource=kinds.stock(sku))
    return item.on_hand, item.reserved
