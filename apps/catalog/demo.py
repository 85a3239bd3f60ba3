"""Loads the real cars in data/brands/*.toml: idempotent, in bulk, the same on every machine."""

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.db import transaction

from apps.catalog.looks import image_of
from apps.catalog.models import Brand, CarModel, SpecSheet, SpecValue, Trim
from apps.catalog.services import SpecEntry, check_entries, check_picture, headline_range, index_car_models, spec_values
from apps.catalog.specs import BY_KEY, Cycle, Kind
from apps.common.demo import DemoOptions, Report

DATA = Path(__file__).parent / "data"
_BRAND_FIELDS = (
    "name_en",
    "name_zh",
    "maker_en",
    "maker_zh",
    "about_en",
    "about_zh",
    "aliases",
    "relation",
    "position",
)
_MODEL_FIELDS = ("name_en", "name_zh", "tagline_en", "tagline_zh", "aliases", "body", "energy", "seats")  # fmt: skip
_MODEL_OPTIONS = {"image": "", "on_sale": True, "exclusive": False, "highlighted": False, "position": 100}
_DIMENSIONS = ("length", "width", "height", "wheelbase")
FEN = 100


@transaction.atomic
def load(options: DemoOptions, report: Report) -> None:
    """Insert what is missing and bring what is there up to date; cars that others added stay as they are."""
    sources = [_read(path) for path in sorted((DATA / "brands").glob("*.toml"))]
    models = [(source["brand"]["slug"], model) for source in sources for model in source.get("model", [])]
    report("Cars", 0, len(models))
    brands = _store_brands([source["brand"] for source in sources])
    car_models = _store_models(models, brands)
    trims = _store_trims([(car_models[model["slug"]], model, trim) for _, model in models for trim in model["trim"]])
    _store_sheets([(trims[trim["code"]], model, trim) for _, model in models for trim in model["trim"]])
    index_car_models(CarModel.objects.filter(slug__in=car_models))
    report("Cars", len(models), len(models))


def _read(path: Path) -> dict[str, Any]:
    return tomllib.loads(path.read_text(encoding="utf-8"))


def _store_brands(rows: list[dict[str, Any]]) -> dict[str, Brand]:
    brands = [Brand(slug=row["slug"], **{name: row.get(name, "") for name in _BRAND_FIELDS}) for row in rows]
    Brand.objects.bulk_create(brands, update_conflicts=True, unique_fields=["slug"], update_fields=_BRAND_FIELDS)
    return {brand.slug: brand for brand in Brand.objects.filter(slug__in=[row["slug"] for row in rows])}


def _store_models(rows: list[tuple[str, dict[str, Any]]], brands: dict[str, Brand]) -> dict[str, CarModel]:
    car_models = [
        CarModel(
            brand=brands[brand],
            slug=row["slug"],
            size_class=row["size"],
            **{name: row.get(name, "") for name in _MODEL_FIELDS},
            **{name: row.get(name, default) for name, default in _MODEL_OPTIONS.items()}
            | {"image": image_of(row["slug"])},
            **dict(zip(_DIMENSIONS, row.get("dimensions", ()), strict=False)),
        )
        for brand, row in rows
    ]
    update = ["brand", "size_class", *_MODEL_FIELDS, *_MODEL_OPTIONS, *_DIMENSIONS]
    CarModel.objects.bulk_create(car_models, update_conflicts=True, unique_fields=["slug"], update_fields=update)
    return {one.slug: one for one in CarModel.objects.filter(slug__in=[row["slug"] for _, row in rows])}


def _store_trims(rows: list[tuple[CarModel, dict[str, Any], dict[str, Any]]]) -> dict[str, Trim]:
    trims = []
    for car_model, model, row in rows:
        entries = list(_entries(model, row))
        range_km, cycle = headline_range(entries)
        trims.append(
            Trim(
                car_model=car_model,
                code=row["code"],
                name_en=row["name_en"],
                name_zh=row["name_zh"],
                energy=row.get("energy", model["energy"]),
                price=row["price"] * FEN,
                rent_price=row["rent"] * FEN if "rent" in row else None,
                position=model["trim"].index(row),
                on_sale=model.get("on_sale", True),
                range_km=range_km,
                range_cycle=cycle,
            )
        )
    update = ["car_model", "name_en", "name_zh", "energy", "price", "rent_price", "position", "on_sale"]
    update += ["range_km", "range_cycle"]
    Trim.objects.bulk_create(trims, update_conflicts=True, unique_fields=["code"], update_fields=update)
    return {
        trim.code: trim
        for trim in Trim.objects.select_related("car_model").filter(code__in=[row["code"] for _, _, row in rows])
    }


def _store_sheets(rows: list[tuple[Trim, dict[str, Any], dict[str, Any]]]) -> None:
    """First versions in bulk. A trim that has a sheet keeps it: what the back office published since is the truth."""
    measured = set(SpecSheet.objects.filter(trim__in=[trim for trim, _, _ in rows]).values_list("trim", flat=True))
    fresh = [(trim, list(_entries(model, row))) for trim, model, row in rows if trim.pk not in measured]
    for trim, entries in fresh:
        check_entries(entries)
        check_picture(image=trim.car_model.image, trim=trim.code, entries=entries)
    sheets = SpecSheet.objects.bulk_create([SpecSheet(trim=trim, version=1) for trim, _ in fresh])
    values = [value for sheet, (_, entries) in zip(sheets, fresh, strict=True) for value in spec_values(sheet, entries)]
    SpecValue.objects.bulk_create(values, batch_size=2000)


def _entries(model: dict[str, Any], trim: dict[str, Any]) -> Iterator[SpecEntry]:
    """A trim's specs over its model's; the size and the seats are the model's own."""
    specs: dict[str, Any] = dict(zip(_DIMENSIONS, model.get("dimensions", ()), strict=False))
    specs |= {"seats": model["seats"]} | model.get("specs", {}) | trim.get("specs", {})
    for name, value in specs.items():
        key, _, cycle = name.rpartition("_")
        if cycle.upper() not in Cycle.values:
            key, cycle = name, Cycle.CLTC if BY_KEY[name].by_cycle else ""
        if choices := BY_KEY[key].choices:
            text_en, text_zh = choices[value]
            yield SpecEntry(key=key, text_en=text_en, text_zh=text_zh)
        elif BY_KEY[key].kind is Kind.TEXT:
            text_en, text_zh = _TEXTS[key][value]
            yield SpecEntry(key=key, text_en=text_en, text_zh=text_zh)
        else:
            yield SpecEntry(key=key, number=value, cycle=cycle.upper())


_TEXTS: dict[str, dict[str, list[str]]] = _read(DATA / "texts.toml")
