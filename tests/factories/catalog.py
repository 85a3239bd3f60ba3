"""Brands, models and trims for tests."""

from itertools import count
from typing import Any

from apps.catalog.models import Brand, CarModel, SpecSheet, Trim
from apps.catalog.services import SpecEntry, index_car_models, publish_sheet

_numbers = count(1)


def make_brand(slug: str = "gac-aion", **fields: Any) -> Brand:
    """The brand with this slug, made when there is none."""
    defaults = {"name_en": slug.replace("-", " ").title(), "name_zh": "埃安" if slug == "gac-aion" else "品牌"}
    return Brand.objects.get_or_create(slug=slug, defaults=defaults | fields)[0]


def make_car_model(slug: str = "", *, brand: Brand | None = None, **fields: Any) -> CarModel:
    """A five-seat electric hatchback on sale, indexed for the search; it has no trim yet."""
    slug = slug or f"car-{next(_numbers)}"
    name = slug.replace("-", " ").title()
    values: dict[str, Any] = {
        "name_en": name,
        "name_zh": name,
        "body": CarModel.Body.HATCH,
        "energy": CarModel.Energy.ELECTRIC,
        "size_class": CarModel.Size.S,
        "length": 4270,
        "width": 1850,
        "height": 1575,
        "wheelbase": 2750,
    }
    car_model = CarModel.objects.create(brand=brand or make_brand(), slug=slug, **values | fields)
    index_car_models(CarModel.objects.filter(pk=car_model.pk))
    car_model.refresh_from_db()
    return car_model


def make_trim(
    car_model: CarModel | None = None, *, price: int = 8_990_000, range_km: int | None = 500, **fields: Any
) -> Trim:
    """A trim on sale for ¥89,900 with a sheet that holds its CLTC range; ``range_km=None`` makes no sheet."""
    car_model = car_model or make_car_model()
    code = fields.pop("code", f"{car_model.slug}-{next(_numbers)}")
    values: dict[str, Any] = {"name_en": code.title(), "name_zh": code.title(), "energy": car_model.energy}
    trim = Trim.objects.create(car_model=car_model, code=code, price=price, **values | fields)
    if range_km is not None:
        make_sheet(trim, range=(range_km, "CLTC"))
    return trim


def make_sheet(trim: Trim, **values: Any) -> SpecSheet:
    """Publish ``key=number``, ``key=(number, cycle)`` or ``key=(text_en, text_zh)``."""
    entries = []
    for key, value in values.items():
        if not isinstance(value, tuple):
            entries.append(SpecEntry(key=key, number=value))
        elif isinstance(value[0], str):
            entries.append(SpecEntry(key=key, text_en=value[0], text_zh=value[1]))
        else:
            entries.append(SpecEntry(key=key, number=value[0], cycle=value[1]))
    return publish_sheet(trim=trim, entries=entries)
