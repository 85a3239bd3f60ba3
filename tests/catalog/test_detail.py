import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from tests.factories.catalog import make_brand, make_car_model, make_sheet, make_trim

pytestmark = pytest.mark.django_db
QUERIES = 5  # the car, its trims, their sheets, the values, related cars


def test_the_page_shows_versions_prices_and_specs(client: Client) -> None:
    car_model = make_car_model("ut", name_en="UT")
    trim = make_trim(car_model, price=8_990_000, range_km=None, name_en="Five Hundred")
    make_sheet(trim, range=(500, "CLTC"), battery=54.5, drive=("Front", "前驱"))

    html = client.get("/cars/gac-aion/ut/").content.decode()

    for text in ("Five Hundred", "¥89,900", "500 <small", "CLTC", "54.5 <small", "Front"):
        assert text in html


@pytest.mark.parametrize("prefix", ["", "/zh-hans"])
def test_the_price_without_battery_is_shown_nowhere(client: Client, prefix: str) -> None:
    car_model = make_car_model("ut", configurable=True, exclusive=True, highlighted=True)
    trim = make_trim(car_model, price=8_990_000, rent_price=4_990_000)

    for url in ("/", "/cars/", "/cars/gac-aion/ut/", f"/cars/compare/?trim={trim.code}"):
        assert "49,900" not in client.get(prefix + url).content.decode()
    assert "rent" not in client.get("/api/v1/models/ut/").content.decode()


def test_a_rented_battery_points_to_its_full_terms(client: Client) -> None:
    car_model = make_car_model("ut", configurable=True)
    make_trim(car_model, price=8_990_000, rent_price=4_990_000)
    html = client.get("/cars/gac-aion/ut/").content.decode()

    assert "Battery rental: see all terms in the configurator" in html
    assert 'href="/configure/ut/"' in html


def test_a_car_without_a_configurator_offers_none(client: Client) -> None:
    make_trim(make_car_model("ut"), rent_price=4_990_000)
    html = client.get("/cars/gac-aion/ut/").content.decode()

    assert 'href="/configure/ut/"' not in html
    assert "Ask at a store" in html


def test_a_car_no_longer_sold_keeps_its_page_and_offers_nothing(client: Client) -> None:
    make_trim(make_car_model("old", on_sale=False, configurable=True), on_sale=False)
    html = client.get("/cars/gac-aion/old/").content.decode()

    assert "no longer sold" in html
    assert "noindex" in html
    assert "/configure/old/" not in html


def test_a_version_withdrawn_is_not_shown(client: Client) -> None:
    car_model = make_car_model("ut")
    make_trim(car_model, name_en="Here")
    make_trim(car_model, name_en="Withdrawn", on_sale=False)

    assert "Withdrawn" not in client.get("/cars/gac-aion/ut/").content.decode()


def test_another_brand_in_the_address_leads_to_the_right_one(client: Client) -> None:
    make_car_model("ut")

    response = client.get("/cars/byd/ut/")

    assert (response.status_code, response["Location"]) == (301, "/cars/gac-aion/ut/")


def test_an_unknown_car_is_not_found(client: Client) -> None:
    assert client.get("/cars/gac-aion/none/").status_code == 404


def test_related_cars_share_the_body_and_are_closest_in_price(client: Client) -> None:
    make_trim(make_car_model("ut"), price=9_000_000)
    for slug, price, body in (("near", 9_500_000, "hatch"), ("far", 30_000_000, "hatch"), ("suv", 9_000_000, "suv")):
        make_trim(make_car_model(slug, body=body), price=price)
    html = client.get("/cars/gac-aion/ut/").content.decode()

    assert 0 < html.index("/cars/gac-aion/near/") < html.index("/cars/gac-aion/far/")
    assert "/cars/gac-aion/suv/" not in html


def test_queries_do_not_grow_with_versions(client: Client, django_assert_num_queries: Callable[..., Any]) -> None:
    car_model = make_car_model("ut")
    make_trim(car_model)
    client.get("/cars/gac-aion/ut/")
    with django_assert_num_queries(QUERIES):
        client.get("/cars/gac-aion/ut/")
    for number in range(6):
        make_trim(car_model)
        make_trim(make_car_model(brand=make_brand(f"brand-{number}")))
    with django_assert_num_queries(QUERIES):
        client.get("/cars/gac-aion/ut/")


def test_the_look_for_the_viewer(client: Client) -> None:
    make_car_model("aion-ut-super", length=4270, width=1850, height=1575, wheelbase=2750)
    make_car_model("never-drawn")
    answer = client.get("/cars/look/aion-ut-super.json")
    assert answer.json()["dims"] == {"length": 4270, "width": 1850, "height": 1575, "wheelbase": 2750}
    assert "max-age" in answer["Cache-Control"]
    assert client.get("/cars/look/never-drawn.json").status_code == 404
    assert client.get("/cars/look/nobody-knows.json").status_code == 404
    assert "data-car3d" in client.get("/cars/gac-aion/aion-ut-super/", follow=True).text
    assert "data-car3d" not in client.get("/cars/gac-aion/never-drawn/", follow=True).text


@pytest.mark.parametrize(
    ("prices", "shown"), [((8_990_000,), ["89900.00"]), ((9_980_000, 12_980_000), ["99800.00", "129800.00"])]
)
def test_programs_read_the_same_price_as_people(client: Client, prices: tuple[int, ...], shown: list[str]) -> None:
    car_model = make_car_model("ut")
    for price in prices:
        make_trim(car_model, price=price)
    html = client.get("/cars/gac-aion/ut/").content.decode()
    said = re.search(r'<script type="application/ld\+json"[^>]*>(.+?)</script>', html, re.DOTALL)
    assert said
    offer = next(one["offers"] for one in json.loads(said[1]) if "offers" in one)
    assert [offer[name] for name in ("price", "lowPrice", "highPrice") if name in offer] == shown
    buy = html[html.index('class="price big"') :].split("</p>", 1)[0]
    assert f"¥{min(prices) // 100:,}" in buy
