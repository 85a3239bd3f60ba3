"""Every write of the catalogue."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from apps.catalog import equipment, search
from apps.catalog.errors import PictureShowsMore, UnknownSpec, WrongSpecValue
from apps.catalog.models import CarModel, SpecSheet, SpecValue, Trim
from apps.catalog.specs import BY_KEY, Cycle, Kind
from apps.common.translated import content_language

# A range by the Chinese cycle is what customers compare; another cycle stands in only where there is none.
_CYCLE_PREFERENCE = (Cycle.CLTC, Cycle.WLTC, Cycle.NEDC)
_INDEX_BATCH = 500


@dataclass(frozen=True, slots=True)
class SpecEntry:
    """One value to publish: ``number`` in the unit of the key's definition, or a text in both languages."""

    key: str
    number: Decimal | int | float | None = None
    text_en: str = ""
    text_zh: str = ""
    cycle: str = ""

    @property
    def decimal(self) -> Decimal | None:
        return None if self.number is None else Decimal(str(self.number)).quantize(Decimal("0.001"))

    @property
    def fingerprint(self) -> tuple[str, str, Decimal | None, str, str]:
        return (self.key, self.cycle, self.decimal, self.text_en, self.text_zh)


def check_entries(entries: Sequence[SpecEntry]) -> None:
    """Hold every entry against the registry.

    Raises:
        UnknownSpec: a key that specs.py does not know.
        WrongSpecValue: a text for a number or the reverse, a missing or needless cycle, a key given twice.
    """
    seen: set[tuple[str, str]] = set()
    for entry in entries:
        if entry.key not in BY_KEY:
            raise UnknownSpec(extra={"key": entry.key}, field=entry.key)
        problem = _problem(entry)
        if not problem and (entry.key, entry.cycle) in seen:
            problem = _("it is given twice.")
        if problem:
            raise WrongSpecValue(extra={"key": entry.key, "problem": problem}, field=entry.key)
        seen.add((entry.key, entry.cycle))


def _problem(entry: SpecEntry) -> str:
    definition = BY_KEY[entry.key]
    if definition.kind is Kind.TEXT:
        if entry.number is not None or not (entry.text_en and entry.text_zh):
            return _("it needs a text in both languages.")
        if definition.choices and (entry.text_en, entry.text_zh) not in definition.choices.values():
            return _("it has to be one of the choices.")
    elif entry.decimal is None or entry.text_en or entry.text_zh or entry.decimal <= 0:
        return _("it needs a number above zero.")
    if definition.by_cycle != (entry.cycle in Cycle.values):
        return _("it needs a test cycle.") if definition.by_cycle else _("it has no test cycle.")
    return ""


def check_picture(*, image: str, trim: str, entries: Iterable[SpecEntry]) -> None:
    """Hold what a car's picture shows against the sheet of a trim with this code: it may show less, never more.

    Raises:
        PictureShowsMore: with the first spec's key as ``field``.
    """
    stated = {entry.key: entry for entry in entries}
    choices = {key: BY_KEY[key].code_of(stated[key].text_en) for key in equipment.RANKS if key in stated}
    size = stated[equipment.WHEEL_SIZE].decimal if equipment.WHEEL_SIZE in stated else None
    shown = equipment.shown(image)
    sheet = equipment.Sheet({key: code for key, code in choices.items() if code}, size)
    for key in equipment.excess(shown, sheet):
        definition, value = BY_KEY[key], getattr(shown, key)
        names = definition.choices.get(value)
        text = names[content_language() == "zh"] if names else f"{value}{definition.unit}"
        raise PictureShowsMore(extra={"trim": trim, "shown": text, "label": str(definition.label)}, field=key)


def check_pictures(*, image: str, trims: QuerySet[Trim]) -> None:
    """Hold a picture against the sheets in force of these trims; a trim without a sheet has nothing that shows.

    Raises:
        PictureShowsMore: for the first that does not have what the picture shows.
    """
    for trim in trims.order_by("position", "pk"):
        values = SpecValue.objects.filter(sheet__trim=trim, sheet__current=True)
        check_picture(image=image, trim=trim.code, entries=map(_entry, values))


@transaction.atomic
def publish_sheet(*, trim: Trim, entries: Sequence[SpecEntry], note: str = "") -> SpecSheet:
    """Put a new version of a trim's spec sheet in force; the older ones stay. The same values again change nothing.

    Raises:
        UnknownSpec, WrongSpecValue: an entry contradicts the registry; nothing is written.
        PictureShowsMore: the car's picture shows what these entries do not have; nothing is written.
    """
    check_entries(entries)
    check_picture(image=trim.car_model.image, trim=trim.code, entries=entries)
    Trim.objects.select_for_update().get(pk=trim.pk)  # two editors at once: one version after the other
    newest = SpecSheet.objects.filter(trim=trim).order_by("-version").first()
    in_force = SpecSheet.objects.filter(trim=trim).current().prefetch_related("values").first()
    if in_force and {_entry(value).fingerprint for value in in_force.values.all()} == {e.fingerprint for e in entries}:
        return in_force
    SpecSheet.objects.filter(trim=trim, current=True).update(current=False)
    sheet = SpecSheet.objects.create(trim=trim, version=newest.version + 1 if newest else 1, note=note)
    SpecValue.objects.bulk_create(spec_values(sheet, entries))
    trim.range_km, trim.range_cycle = headline_range(entries)
    trim.save(update_fields=["range_km", "range_cycle"])
    return sheet


def spec_values(sheet: SpecSheet, entries: Iterable[SpecEntry]) -> list[SpecValue]:
    """Rows of a sheet, not saved yet."""
    return [
        SpecValue(
            sheet=sheet,
            key=entry.key,
            number=entry.decimal,
            text_en=entry.text_en,
            text_zh=entry.text_zh,
            unit=BY_KEY[entry.key].unit,
            cycle=entry.cycle,
        )
        for entry in entries
    ]


def headline_range(entries: Iterable[SpecEntry]) -> tuple[int | None, str]:
    """The electric range that lists show and filter by, in km, and its cycle."""
    ranges = {entry.cycle: entry.decimal for entry in entries if entry.key == "range"}
    for cycle in _CYCLE_PREFERENCE:
        if kilometres := ranges.get(cycle):
            return int(kilometres), cycle
    return None, ""


def _entry(value: SpecValue) -> SpecEntry:
    return SpecEntry(value.key, value.number, value.text_en, value.text_zh, value.cycle)


@transaction.atomic
def index_car_models(car_models: QuerySet[CarModel]) -> int:
    """Write the search documents of these models, after a name of theirs or of their brand changed. How many changed."""
    changed = []
    for car_model in car_models.select_related("brand").order_by("pk").iterator(_INDEX_BATCH):
        brand = car_model.brand
        names = (
            brand.name_en, brand.name_zh, brand.aliases,
            car_model.name_en, car_model.name_zh, car_model.aliases,
        )  # fmt: skip
        grams, text = search.document_grams(names), search.document_text(names)
        if (car_model.search_grams, car_model.search_text) != (grams, text):
            car_model.search_grams, car_model.search_text = grams, text
            changed.append(car_model)
    CarModel.objects.bulk_update(changed, ["search_grams", "search_text"], batch_size=_INDEX_BATCH)
    return len(changed)
