from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from tests.factories.bundles import make_accessory, make_charger, make_cover, make_plan
from tests.factories.catalog import make_car_model, make_trim

pytestmark = pytest.mark.django_db


def _skus(response: Any) -> list[str]:
    return [row["sku"] for row in response.json()["results"]]


def test_covers_carry_all_prices_and_the_one_for_the_car(client: Client) -> None:
    make_car_model("mine", size_class="L")
    cover = make_cover(prices={"S": 598_000, "L": 798_000})
    row = client.get("/api/v1/covers/?fits=mine").json()["results"][0]
    assert (row["kind"], row["price"], row["currency"]) == ("cover", 798_000, "CNY")
    assert row["prices"] == {"S": 598_000, "M": None, "L": 798_000, "XL": None}
    assert client.get(f"/api/v1/covers/{cover.sku}/").json()["price"] == 598_000


def test_a_trim_with_a_drive_of_its_own_gets_the_plans_for_it(client: Client) -> None:
    make_trim(make_car_model("mine", energy="erev"), code="mine-electric", energy="bev")
    electric, extender = make_plan(energies=["bev"]), make_plan(energies=["erev"])
    assert _skus(client.get("/api/v1/maintenance-plans/?fits=mine-electric")) == [electric.sku]
    assert _skus(client.get("/api/v1/maintenance-plans/?fits=mine")) == [extender.sku]


def test_accessories_can_be_searched_and_say_what_is_left(client: Client) -> None:
    box, _mat = make_accessory(name_en="Roof box", category="load", stock=7), make_accessory(category="interior")
    response = client.get("/api/v1/accessories/?q=box&category=load")
    assert _skus(response) == [box.sku]
    assert response.json()["results"][0]["available"] == 7


def test_an_unknown_car_is_a_problem_with_the_field_s_name(client: Client) -> None:
    response = client.get("/api/v1/chargers/?fits=horse")
    assert (response.status_code, response.headers["Content-Type"]) == (422, "application/problem+json")
    assert response.json()["errors"] == [
        {"field": "fits", "code": "unknown_car", "detail": "There is no model or trim “horse”."}
    ]


def test_pages_follow_each_other_in_the_catalogue_s_order(client: Client) -> None:
    skus = [make_accessory(position=position).sku for position in (2, 0, 1)]
    first = client.get("/api/v1/accessories/?page_size=2")
    assert _skus(first) == [skus[1], skus[2]]
    assert _skus(client.get(first.json()["next"])) == [skus[0]]


def test_what_is_not_on_sale_is_not_there(client: Client) -> None:
    charger = make_charger(on_sale=False)
    assert _skus(client.get("/api/v1/chargers/")) == []
    assert client.get(f"/api/v1/chargers/{charger.sku}/").status_code == 404


@pytest.mark.parametrize("number", [1, 5])
@pytest.mark.parametrize(
    ("path", "queries"), [("covers", 3), ("maintenance-plans", 3), ("accessories", 2), ("chargers", 2)]
)
def test_the_number_of_queries_does_not_grow(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries, path: str, queries: int, number: int
) -> None:
    make_car_model("mine")
    for _ in range(number):
        make_cover(), make_plan(), make_accessory(), make_charger()
    with django_assert_num_queries(queries):
        assert len(_skus(client.get(f"/api/v1/{path}/?fits=mine"))) == number
