"""What a product costs with a car, and why one does not fit it."""

import json

import pytest
from django.utils import translation

from apps.bundles import services
from apps.bundles.errors import BadQuantity, DoesNotFit, OutOfStock, UnknownProduct
from apps.bundles.models import Accessory, Charger, Cover, MaintenancePlan
from apps.capacity.models import Hold
from tests.factories.bundles import make_accessory, make_charger, make_cover, make_plan
from tests.factories.catalog import make_brand, make_car_model

pytestmark = pytest.mark.django_db


def test_a_film_is_priced_by_the_size_of_the_body() -> None:
    cover, car = make_cover(sku="CV-CLEAR"), make_car_model(size_class="M")
    offer = services.offer(kind="cover", sku="CV-CLEAR", car_model=car)
    assert (offer.unit_price, offer.fitting_price, offer.total) == (698_000, 0, 698_000)
    assert (offer.needs_fitting, offer.service, offer.details["size_class"]) == (True, "film", "M")
    assert (cover.price, json.loads(json.dumps(offer.details))) == (598_000, offer.details)


def test_an_accessory_costs_its_labour_for_each_piece() -> None:
    sku = make_accessory(price=69_900, needs_fitting=True, fitting_price=8_000, fitting_minutes=30).sku
    offer = services.offer(kind="accessory", sku=sku, car_model=make_car_model(), quantity=2)
    assert (offer.unit_price, offer.fitting_price, offer.total) == (69_900, 8_000, 155_800)
    assert (offer.needs_fitting, offer.service, offer.details["fitting_minutes"]) == (True, "accessory_fitting", 30)


def test_a_plan_freezes_how_often_each_job_is_done() -> None:
    sku = make_plan(visits=6, items=(("Check", "检查", 1), ("Brake fluid", "制动液", 4))).sku
    offer = services.offer(kind="maintenance_plan", sku=sku, car_model=make_car_model())
    assert [item["times"] for item in offer.details["items"]] == [6, 1]
    assert (offer.needs_fitting, offer.service, offer.total) == (False, "maintenance", 128_000)


def test_a_charger_comes_with_its_installation() -> None:
    offer = services.offer(kind="charger", sku=make_charger().sku, car_model=None)
    assert (offer.total, offer.service, offer.details["price_per_extra_metre"]) == (268_000, "charger_install", 4_500)


def test_a_film_without_a_car_has_no_price() -> None:
    make_cover(sku="CV-CLEAR", name_en="Clear film", name_zh="隐形车衣")
    with pytest.raises(DoesNotFit) as refusal:
        services.offer(kind="cover", sku="CV-CLEAR", car_model=None)
    assert str(refusal.value) == "Choose a car first: what “Clear film” costs depends on its size."
    assert refusal.value.extra == {"sku": "CV-CLEAR", "reason": "car_needed"}


def test_the_reason_comes_in_the_reader_s_language_even_when_it_was_found_in_another() -> None:
    car = make_car_model(brand=make_brand("avatr", name_zh="阿维塔"), name_en="12", name_zh="12", size_class="XL")
    make_cover(sku="CV-CLEAR", name_en="Clear film", name_zh="隐形车衣", prices={"S": 1})
    with pytest.raises(DoesNotFit) as refusal:
        services.offer(kind="cover", sku="CV-CLEAR", car_model=car)
    assert str(refusal.value) == "“Clear film” is not made in size XL, which the Avatr 12 needs."
    with translation.override("zh-hans"):
        assert "隐形车衣" in str(refusal.value)
        assert "阿维塔 12" in str(refusal.value)


def test_a_part_for_another_model_and_a_plan_for_another_drive_are_refused() -> None:
    mine, other = make_car_model(energy="erev"), make_car_model()
    for kind, sku, reason in (
        ("accessory", make_accessory(cars=(other,)).sku, "model"),
        ("maintenance_plan", make_plan(energies=["bev"]).sku, "drive"),
        ("charger", make_charger(energies=["bev"]).sku, "drive"),
    ):
        with pytest.raises(DoesNotFit) as refusal:
            services.offer(kind=kind, sku=sku, car_model=mine)
        assert refusal.value.extra["reason"] == reason
        assert services.offer(kind=kind, sku=sku, car_model=other).sku == sku


def test_what_is_unknown_too_many_or_sold_out_is_refused() -> None:
    sku = make_accessory(stock=1, max_quantity=3).sku
    for kind, wanted in (("accessory", "AC-NONE"), ("cover", sku), ("yacht", sku)):
        with pytest.raises(UnknownProduct):
            services.offer(kind=kind, sku=wanted, car_model=None)
    for quantity in (0, 4):
        with pytest.raises(BadQuantity):
            services.offer(kind="accessory", sku=sku, car_model=None, quantity=quantity)
    with pytest.raises(OutOfStock):
        services.offer(kind="accessory", sku=sku, car_model=None, quantity=2)
    Accessory.objects.update(on_sale=False)
    with pytest.raises(UnknownProduct):
        services.offer(kind="accessory", sku=sku, car_model=None)


def test_an_offer_holds_nothing_back() -> None:
    services.offer(kind="accessory", sku=make_accessory(stock=1).sku, car_model=None)
    assert not Hold.objects.exists()


def test_the_queries_find_exactly_what_fits() -> None:
    mine, other = make_car_model(size_class="L", energy="erev"), make_car_model()
    film, _small = make_cover(), make_cover(prices={"S": 1})
    _electric, both = make_plan(), make_plan(energies=["bev", "erev"])
    universal, fitted, _foreign = make_accessory(), make_accessory(cars=(mine, other)), make_accessory(cars=(other,))
    pile, _electric_pile = make_charger(), make_charger(energies=["bev"])
    assert list(Cover.objects.on_sale().fitting(mine)) == [film]
    assert list(MaintenancePlan.objects.on_sale().fitting(mine)) == [both]
    assert list(Accessory.objects.on_sale().fitting(mine)) == [universal, fitted]
    assert list(Charger.objects.on_sale().fitting(mine)) == [pile]
    assert Accessory.objects.fitting(None).count() == 3
