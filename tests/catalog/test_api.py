from collections.abc import Callable
from typing import Any

import pytest
from rest_framework.test import APIClient

from tests.factories.catalog import make_brand, make_car_model, make_sheet, make_trim

pytestmark = pytest.mark.django_db


@pytest.fixture
def api() -> APIClient:
    return APIClient()


def slugs(response: Any) -> list[str]:
    return [row["slug"] for row in response.json()["results"]]


def test_models_are_listed_with_price_in_fen_and_currency(api: APIClient) -> None:
    make_trim(make_car_model("ut", exclusive=True), price=8_990_000, range_km=500)
    row = api.get("/api/v1/models/").json()["results"][0]

    assert (row["slug"], row["from_price"], row["currency"]) == ("ut", 8_990_000, "CNY")
    assert (row["range_km"], row["range_cycle"], row["energies"]) == (500, "CLTC", ["bev"])
    assert row["brand"] == {"slug": "gac-aion", "name_en": "Gac Aion", "name_zh": "埃安"}
    assert row["url"] == "/cars/gac-aion/ut/"


def test_the_filters_are_those_of_the_page(api: APIClient) -> None:
    byd = make_brand("byd", name_zh="比亚迪")
    make_trim(make_car_model("dolphin", brand=byd), price=9_980_000)
    make_trim(make_car_model("seal", brand=byd, body="sedan"), price=17_580_000)
    make_trim(make_car_model("ut"), price=8_990_000)

    assert slugs(api.get("/api/v1/models/?brand=byd&sort=-price")) == ["seal", "dolphin"]
    assert slugs(api.get("/api/v1/models/?price_max=100000&sort=price")) == ["ut", "dolphin"]
    assert slugs(api.get("/api/v1/models/?q=biyadi&body=sedan")) == ["seal"]


@pytest.mark.parametrize("sort", ["", "price", "-price", "-range"])
def test_a_cursor_walks_through_all_models_once(api: APIClient, sort: str) -> None:
    for number in range(7):
        make_trim(make_car_model(f"c{number}"), price=5_000_000 + number // 2, range_km=None if number == 3 else 300)
    url, seen = f"/api/v1/models/?page_size=3&sort={sort}", []
    while url:
        answer = api.get(url)
        seen += slugs(answer)
        url = answer.json()["next"]

    assert sorted(seen) == [f"c{number}" for number in range(7)]


def test_a_wrong_parameter_is_a_problem_that_names_it(api: APIClient) -> None:
    answer = api.get("/api/v1/models/?price_max=cheap&body=boat")

    assert answer.status_code == 422
    assert answer["Content-Type"] == "application/problem+json"
    assert {error["field"] for error in answer.json()["errors"]} == {"price_max", "body"}


def test_one_model_carries_its_versions_and_specs(api: APIClient) -> None:
    trim = make_trim(make_car_model("ut"), code="ut-500", price=8_990_000, range_km=None)
    make_sheet(trim, battery=54, range=(500, "CLTC"), drive=("Front", "前驱"))
    body = api.get("/api/v1/models/ut/").json()

    assert [(one["code"], one["price"], one["spec_version"]) for one in body["trims"]] == [("ut-500", 8_990_000, 1)]
    specs = body["trims"][0]["specs"]
    assert [(spec["key"], spec["number"], spec["unit"], spec["cycle"]) for spec in specs] == [
        ("range", "500.000", "km", "CLTC"),
        ("battery", "54.000", "kWh", ""),
        ("drive", None, "", ""),
    ]
    assert specs[2]["text_zh"] == "前驱"


def test_brands_count_their_cars_and_an_unknown_one_is_not_found(api: APIClient) -> None:
    make_brand("tesla", relation="after_sales")
    make_car_model("ut")

    assert {row["slug"]: row["cars"] for row in api.get("/api/v1/brands/").json()["results"]} == {
        "tesla": 0,
        "gac-aion": 1,
    }
    assert api.get("/api/v1/brands/tesla/").json()["relation"] == "after_sales"
    assert api.get("/api/v1/brands/acme/").status_code == 404


@pytest.mark.parametrize(
    ("url", "queries"), [("/api/v1/models/", 2), ("/api/v1/models/c0/", 4), ("/api/v1/brands/", 1)]
)
def test_queries_do_not_grow(
    api: APIClient, django_assert_num_queries: Callable[..., Any], url: str, queries: int
) -> None:
    for number in range(2):
        make_trim(make_car_model(f"c{number}"))
    with django_assert_num_queries(queries):
        assert api.get(url).status_code == 200
    for number in range(2, 9):
        car_model = make_car_model(f"c{number}", brand=make_brand(f"brand-{number}"))
        make_trim(car_model)
        make_trim(car_model)
    with django_assert_num_queries(queries):
        api.get(url)
