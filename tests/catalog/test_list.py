import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from tests.factories.catalog import make_brand, make_car_model, make_trim

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true", "HX-Trigger": "filters"}
QUERIES = 5  # brands, count, rows, facets, total


@pytest.fixture
def three(db: None) -> None:
    aion, byd = make_brand("gac-aion", name_en="GAC Aion"), make_brand("byd", name_en="BYD", name_zh="比亚迪")
    for slug, brand, price in (("ut", aion, 8_990_000), ("dolphin", byd, 9_980_000), ("seal", byd, 17_580_000)):
        make_trim(make_car_model(slug, brand=brand), price=price)


def cards(html: str) -> list[str]:
    return re.findall(r'<h3><a href="[^"]*">([^<]*)</a></h3>', html)


@pytest.mark.usefixtures("three")
def test_the_list_shows_every_car_on_sale_with_its_price(client: Client) -> None:
    make_trim(make_car_model("withdrawn", on_sale=False))
    html = client.get("/cars/").content.decode()

    assert cards(html) == ["Ut", "Dolphin", "Seal"]
    assert "¥89,900" in html


@pytest.mark.usefixtures("three")
def test_facets_narrow_sort_orders_and_the_ticks_are_kept(client: Client) -> None:
    html = client.get("/cars/?brand=byd&sort=-price").content.decode()

    assert cards(html) == ["Seal", "Dolphin"]
    assert re.search(r'id="brand-byd"[^>]*checked', html)
    assert '<option value="-price" selected' in html


@pytest.mark.usefixtures("three")
def test_htmx_gets_the_fragment_and_a_tidy_address(client: Client) -> None:
    response = client.get("/cars/?brand=byd&price_min=&price_max=&q=&sort=", headers=HTMX)

    assert response["HX-Push-Url"] == "/cars/?brand=byd"
    assert "HX-Request" in response["Vary"]
    assert response.content.decode().startswith('<div id="browse"')
    assert 'id="q"' not in response.content.decode()


@pytest.mark.usefixtures("three")
def test_a_chip_also_resets_the_search_box(client: Client) -> None:
    html = client.get("/cars/?q=byd", headers={"HX-Request": "true"}).content.decode()

    assert re.search(r'<input[^>]*id="q"[^>]*value="byd"[^>]*hx-swap-oob="true"', html)


@pytest.mark.usefixtures("three")
def test_nothing_found_says_what_to_leave_open_with_counts(client: Client) -> None:
    html = client.get("/cars/?brand=byd&price_max=50000").content.decode()

    assert cards(html) == []
    assert re.search(r'href="/cars/\?brand=byd"[^>]*>Any: Highest price <span class="muted num">2</span>', html)


@pytest.mark.usefixtures("three")
def test_a_misspelt_name_is_answered_with_the_closest(client: Client) -> None:
    html = client.get("/cars/?q=dolfin").content.decode()

    assert "Did you mean:" in html
    assert "BYD Dolphin" in html


@pytest.mark.usefixtures("three")
@pytest.mark.parametrize("query", ["price_max=abc", "page=99", "page=x", "seats=0", "brand=%00", "q=%00", "sort=up"])
def test_senseless_parameters_do_no_harm(client: Client, query: str) -> None:
    response = client.get(f"/cars/?{query}")

    assert response.status_code == 200
    assert len(cards(response.content.decode())) == 3


@pytest.mark.usefixtures("three")
def test_the_page_is_in_chinese_under_its_prefix(client: Client) -> None:
    html = client.get("/zh-hans/cars/?brand=byd").content.decode()

    assert "全部清除" in html
    assert "比亚迪" in html


def test_queries_do_not_grow_with_the_cars(client: Client, django_assert_num_queries: Callable[..., Any]) -> None:
    make_trim(make_car_model())
    client.get("/cars/")
    with django_assert_num_queries(QUERIES):
        client.get("/cars/?brand=gac-aion&q=car")
    for number in range(27):
        car_model = make_car_model(brand=make_brand(f"brand-{number}"))
        make_trim(car_model)
        make_trim(car_model)
    with django_assert_num_queries(QUERIES):
        assert len(cards(client.get("/cars/?q=car").content.decode())) == 24
