from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from tests.factories.catalog import make_brand, make_car_model, make_trim

pytestmark = pytest.mark.django_db
QUERIES = 3  # highlighted cars, a car of each body, brands


def test_the_opening_car_is_the_hero_and_each_body_is_a_way_in(client: Client) -> None:
    hero = make_car_model("ut", name_en="UT Super", exclusive=True, highlighted=True, position=9)
    make_trim(hero, price=8_990_000)
    seal = make_car_model("seal", brand=make_brand("byd"), body="sedan", highlighted=True, position=1)
    make_trim(make_car_model("dolphin", position=3), price=9_980_000)
    make_trim(seal, price=17_580_000)
    make_trim(seal, price=23_980_000)
    make_trim(make_car_model("gone", on_sale=False), price=100)
    response = client.get("/")

    ways = [(way.query, way.count, way.price, way.car_model.slug) for way in response.context["entries"]]
    assert ways == [("?body=hatch", 2, 8_990_000, "dolphin"), ("?body=sedan", 1, 17_580_000, "seal")]
    assert response.context["total"] == 3
    assert response.context["hero"] == hero
    assert response.context["cars"] == [seal]
    assert "UT Super</h1>" in response.content.decode()


def test_the_ranges_of_prices_leave_no_gap(client: Client) -> None:
    make_trim(make_car_model("ut"), price=8_990_000)
    queries = [band.query for band in client.get("/").context["bands"]]
    assert queries == [
        "?price_max=100000",
        "?price_min=100000&price_max=150000",
        "?price_min=150000&price_max=250000",
        "?price_min=250000",
    ]


def test_an_empty_showroom_has_a_home_page_too(client: Client) -> None:
    assert client.get("/").status_code == 200


def test_queries_do_not_grow_with_the_cars(client: Client, django_assert_num_queries: Callable[..., Any]) -> None:
    make_trim(make_car_model(highlighted=True))
    client.get("/")
    with django_assert_num_queries(QUERIES):
        client.get("/")
    for number in range(9):
        make_trim(make_car_model(brand=make_brand(f"brand-{number}"), highlighted=True))
    with django_assert_num_queries(QUERIES):
        client.get("/")
