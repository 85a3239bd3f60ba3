from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from apps.catalog.errors import UnknownSpec, WrongSpecValue
from apps.catalog.models import SpecSheet, SpecValue, Trim
from apps.catalog.services import SpecEntry, publish_sheet
from apps.catalog.specs import DEFINITIONS, GROUPS
from tests.factories.catalog import make_sheet, make_trim

pytestmark = pytest.mark.django_db


def test_a_changed_spec_is_a_new_version_and_the_old_one_stays() -> None:
    trim = make_trim(range_km=None)
    first = make_sheet(trim, range=(500, "CLTC"), battery=54)
    second = make_sheet(trim, range=(520, "CLTC"), battery=54)

    first.refresh_from_db()
    assert (first.version, first.current, second.version, second.current) == (1, False, 2, True)
    assert first.values.get(key="range").number == Decimal(500)
    trim.refresh_from_db()
    assert (trim.range_km, trim.range_cycle) == (520, "CLTC")


def test_the_same_values_again_make_no_version() -> None:
    trim = make_trim(range_km=None)
    first = make_sheet(trim, range=(500, "CLTC"), battery=54.0)

    assert make_sheet(trim, battery=54, range=(500, "CLTC")) == first
    assert SpecSheet.objects.count() == 1


def test_the_headline_range_prefers_the_chinese_cycle() -> None:
    trim = make_trim(range_km=None)
    publish_sheet(trim=trim, entries=[SpecEntry("range", 60, cycle="WLTC"), SpecEntry("range", 80, cycle="CLTC")])

    assert (trim.range_km, trim.range_cycle) == (80, "CLTC")


def test_a_sheet_without_a_range_clears_the_headline() -> None:
    trim = make_trim(range_km=500)
    make_sheet(trim, battery=54)

    assert Trim.objects.get().range_km is None


@pytest.mark.parametrize(
    ("entry", "error"),
    [
        (SpecEntry("warp_speed", 9), UnknownSpec),
        (SpecEntry("range", 500), WrongSpecValue),
        (SpecEntry("battery", 54, cycle="CLTC"), WrongSpecValue),
        (SpecEntry("battery", text_en="big", text_zh="大"), WrongSpecValue),
        (SpecEntry("battery", 0), WrongSpecValue),
        (SpecEntry("drive", text_en="Front"), WrongSpecValue),
        (SpecEntry("drive", 4), WrongSpecValue),
    ],
)
def test_a_value_against_its_definition_is_refused(entry: SpecEntry, error: type[Exception]) -> None:
    trim = make_trim(range_km=500)

    with pytest.raises(error):
        publish_sheet(trim=trim, entries=[SpecEntry("battery", 60), entry])

    assert [sheet.version for sheet in SpecSheet.objects.all()] == [1]
    assert SpecValue.objects.count() == 1


def test_a_published_value_cannot_change() -> None:
    make_trim(range_km=500)

    with pytest.raises(IntegrityError, match="catalog_specvalue_frozen"), transaction.atomic():
        SpecValue.objects.update(number=900)

    assert SpecValue.objects.get().number == 500


def test_only_one_sheet_is_in_force() -> None:
    trim = make_trim(range_km=500)

    with pytest.raises(IntegrityError, match="catalog_specsheet_one_current"), transaction.atomic():
        SpecSheet.objects.create(trim=trim, version=2)


@pytest.mark.parametrize("rent_price", [0, 8_990_000, 9_000_000])
def test_a_car_without_its_battery_costs_less_than_with_it(rent_price: int) -> None:
    with pytest.raises(IntegrityError, match="catalog_trim_rent_below_price"), transaction.atomic():
        make_trim(rent_price=rent_price)


def test_every_definition_has_a_group_and_a_key_of_its_own() -> None:
    groups = {group.key for group in GROUPS}

    assert {one.group for one in DEFINITIONS} <= groups
    assert len({one.key for one in DEFINITIONS}) == len(DEFINITIONS)
