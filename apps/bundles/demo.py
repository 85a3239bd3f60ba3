"""The catalogue beside the cars, from data/*.toml: made where it is missing, left alone where it stands."""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_noop

from apps.bundles import services
from apps.bundles.models import (
    Accessory,
    AccessoryFitment,
    Charger,
    Cover,
    CoverPrice,
    MaintenancePlan,
    PlanItem,
    Product,
    SizeClass,
)
from apps.catalog.models import CarModel
from apps.common.demo import DemoOptions, Report

DATA = Path(__file__).parent / "data"
FEN = 100
_CONDITIONS = {"bodies": "body__in", "energies": "energy__in", "sizes": "size_class__in", "models": "slug__in"}


@transaction.atomic
def load(options: DemoOptions, report: Report) -> None:
    """Covers, plans, accessories and chargers with their first stock."""
    steps = (_covers, _plans, _accessories, _chargers)
    for done, step in enumerate(steps):
        report("bundles", done, len(steps))
        step()
    report("bundles", len(steps), len(steps))


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads((DATA / f"{name}.toml").read_text(encoding="utf-8"))


def _missing(model: type[Product], rows: list[dict[str, Any]]) -> list[tuple[int, dict[str, Any]]]:
    known = set(model._default_manager.values_list("sku", flat=True))
    return [(position, row) for position, row in enumerate(rows) if row["sku"] not in known]


def _common(position: int, row: Mapping[str, Any]) -> dict[str, Any]:
    (name_en, name_zh), (summary_en, summary_zh) = row["name"], row["summary"]
    return {
        "sku": row["sku"],
        "position": position,
        "name_en": name_en,
        "name_zh": name_zh,
        "summary_en": summary_en,
        "summary_zh": summary_zh,
        "points_en": "\n".join(row.get("points_en", [])),
        "points_zh": "\n".join(row.get("points_zh", [])),
    }


def _covers() -> None:
    for position, row in _missing(Cover, _read("covers")["cover"]):
        colour_en, colour_zh = row.get("colour", ("", ""))
        cover = Cover.objects.create(
            **_common(position, row),
            material=row["material"],
            thickness_um=row["thickness_um"],
            finish=row["finish"],
            coverage=row["coverage"],
            colour_en=colour_en,
            colour_zh=colour_zh,
            colour_hex=row.get("colour_hex", ""),
            warranty_years=row["warranty_years"],
            fitting_minutes=row["hours"] * 60,
        )
        CoverPrice.objects.bulk_create(
            CoverPrice(cover=cover, size_class=size, price=yuan * FEN)
            for size, yuan in zip(SizeClass, row["prices"], strict=True)
        )


def _plans() -> None:
    for position, row in _missing(MaintenancePlan, _read("plans")["plan"]):
        plan = MaintenancePlan.objects.create(
            **_common(position, row),
            price=row["price"] * FEN,
            visits=row["visits"],
            months=row["months"],
            kilometres=row.get("kilometres"),
            energies=row["energies"],
        )
        PlanItem.objects.bulk_create(
            PlanItem(plan=plan, position=place, name_en=en, name_zh=zh, every=every)
            for place, (en, zh, every) in enumerate(row["items"])
        )


def _accessories() -> None:
    rows = [row | {"category": category} for category, part in _read("accessories").items() for row in part["items"]]
    for position, row in _missing(Accessory, rows):
        labour, minutes = row.get("fit", (0, 0))
        conditions = {lookup: row[name] for name, lookup in _CONDITIONS.items() if name in row}
        accessory = Accessory.objects.create(
            **_common(position, row),
            category=row["category"],
            price=row["price"] * FEN,
            needs_fitting="fit" in row,
            fitting_price=labour * FEN,
            fitting_minutes=minutes,
            fits_all=not conditions,
        )
        if conditions:
            cars = CarModel.objects.filter(Q(**conditions)).order_by("pk")
            AccessoryFitment.objects.bulk_create(AccessoryFitment(accessory=accessory, car_model=car) for car in cars)
        services.adjust(sku=accessory.sku, change=row["stock"], reason=gettext_noop("Opening stock"))


def _chargers() -> None:
    for position, row in _missing(Charger, _read("chargers")["charger"]):
        charger = Charger.objects.create(
            **_common(position, row),
            price=row["price"] * FEN,
            power_kw=row["power_kw"],
            phases=row["phases"],
            cable_m=row["cable_m"],
            price_per_extra_metre=row["extra_metre"] * FEN,
            installation_included=row["installation"],
            fitting_minutes=row["hours"] * 60,
            energies=["bev", "erev", "phev"],
        )
        services.adjust(sku=charger.sku, change=row["stock"], reason=gettext_noop("Opening stock"))
