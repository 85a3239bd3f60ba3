"""The page that finds stores, and a store's own page."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests.factories.stores import make_city, make_store

pytestmark = pytest.mark.django_db


def test_without_a_question_it_counts_the_cities_and_draws_them(client: Client) -> None:
    make_store()
    make_store(city=make_city("guangzhou"))
    page = client.get("/stores/").content.decode()
    assert "2 stores in 2 cities" in page
    assert page.count("<circle") == 2


def test_a_city_lists_what_is_near_it_the_nearest_first(client: Client) -> None:
    far = make_store(latitude=31.5)
    near = make_store()
    page = client.get("/stores/", {"q": "上海"}).content.decode()
    assert page.index(near.code) < page.index(far.code)
    assert "2 stores near Shanghai" in page
    assert "31 km" in page


def test_where_nothing_is_near_the_nearest_is_shown_all_the_same(client: Client) -> None:
    only = make_store(kind="swap")
    page = client.get("/stores/", {"q": make_city("guangzhou").name_en, "kind": "swap"}).content.decode()
    assert "Nothing within 120 km. The nearest:" in page
    assert only.code in page


def test_a_position_that_is_none_is_said_and_the_page_still_works(client: Client) -> None:
    response = client.get("/stores/", {"near": "somewhere"})
    assert response.status_code == 200
    assert "A place is latitude and longitude" in response.content.decode()


def test_htmx_gets_the_results_alone(client: Client) -> None:
    make_store()
    response = client.get("/stores/", {"q": "shanghai"}, headers={"HX-Request": "true"})
    assert response.content.decode().lstrip().startswith('<div id="results"')
    assert "HX-Request" in response["Vary"]


@pytest.mark.parametrize("count", [1, 15])
def test_the_list_costs_the_same_for_one_store_and_for_many(
    client: Client, count: int, django_assert_num_queries: Any
) -> None:
    for _ in range(count):
        make_store()
    # The cities, the city asked for, the count, the page with its closures, the counts for the map.
    with django_assert_num_queries(6):
        client.get("/stores/", {"q": "shanghai"})


@pytest.mark.parametrize("count", [1, 15])
def test_a_stores_page_costs_the_same_with_many_neighbours(
    client: Client, count: int, django_assert_num_queries: Any
) -> None:
    store = make_store(bays=3)
    for _ in range(count):
        make_store()
    with django_assert_num_queries(8):
        client.get(reverse("stores:detail", args=[store.code]))


def test_a_stores_page_shows_hours_and_free_times_in_chinese_as_well(client: Client) -> None:
    store = make_store()
    page = client.get(f"/zh-hans/stores/{store.code}/").content.decode()
    assert store.name_zh in page
    assert "最近可约时间：试驾" in page
    assert page.count("09:00–18:00") == 5


def test_a_store_that_is_not_active_is_not_there(client: Client) -> None:
    store = make_store(is_active=False)
    assert client.get(f"/stores/{store.code}/").status_code == 404
    assert client.get(f"/stores/{store.code}/book/").status_code == 404
