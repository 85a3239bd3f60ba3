from typing import Any

import pytest

from apps.catalog.demo import load
from apps.catalog.models import Brand, CarModel, SpecSheet, SpecValue, Trim
from apps.catalog.services import publish_sheet, spec_values
from apps.catalog.sideview.bodies import BODIES
from apps.common.demo import DemoOptions

pytestmark = pytest.mark.django_db


def quiet(label: str, done: int, total: int) -> None:
    """Report nothing."""


def everything() -> list[list[Any]]:
    models: list[Any] = [Brand, CarModel, Trim, SpecSheet, SpecValue]
    return [list(model.objects.order_by("pk").values()) for model in models]


def test_the_cars_are_real_many_and_the_second_load_changes_nothing() -> None:
    load(DemoOptions(), quiet)
    before = everything()
    load(DemoOptions(), quiet)

    assert everything() == before
    assert Brand.objects.filter(car_models__on_sale=True).distinct().count() >= 12
    assert CarModel.objects.on_sale().count() >= 30
    assert Trim.objects.on_sale().count() >= 60


def test_the_opening_car_is_as_published() -> None:
    load(DemoOptions(), quiet)
    car_model = CarModel.objects.get(slug="aion-ut-super")
    trim = car_model.trims.get()

    assert (car_model.length, car_model.width, car_model.height, car_model.wheelbase) == (4270, 1850, 1575, 2750)
    assert (car_model.exclusive, car_model.seats, car_model.brand.slug) == (True, 5, "gac-aion")
    assert (trim.price, trim.rent_price, trim.range_km, trim.range_cycle) == (8_990_000, 4_990_000, 500, "CLTC")


def test_a_sheet_published_since_is_kept() -> None:
    load(DemoOptions(), quiet)
    trim = Trim.objects.get(code="aion-ut-super-500")
    sheet = publish_sheet(trim=trim, entries=[], note="Recalled")
    load(DemoOptions(), quiet)

    assert SpecSheet.objects.get(trim=trim, current=True) == sheet
    assert spec_values(sheet, []) == []


def test_every_body_can_be_drawn_and_no_two_cars_share_a_picture() -> None:
    load(DemoOptions(), quiet)

    assert {car_model.body for car_model in CarModel.objects.all()} <= set(BODIES)
    images = list(CarModel.objects.exclude(image="").values_list("image", flat=True))
    assert len(images) == len(set(images)), "a picture is of one car"
