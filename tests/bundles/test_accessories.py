import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from apps.bundles.models import Accessory, AccessoryFitment
from apps.capacity import kinds
from apps.capacity import services as capacity
from tests.factories.bundles import make_accessory
from tests.factories.catalog import make_car_model, make_trim

pytestmark = pytest.mark.django_db
URL = "/bundles/accessories/"


def test_the_search_finds_words_of_either_language(client: Client) -> None:
    make_accessory(name_en="Roof box", name_zh="车顶箱")
    make_accessory(name_en="Dash camera", name_zh="行车记录仪")
    for words in ("roof", "BOX roof", "车顶"):
        page = client.get(URL, {"q": words}).content.decode()
        assert ("Roof box" in page, "Dash camera" in page) == (True, False)
    assert "Nothing matches" in client.get(URL, {"q": "roof camera"}).content.decode()


def test_categories_say_how_many_they_hold_for_the_chosen_car(client: Client) -> None:
    mine, other = make_trim(make_car_model("mine")).car_model, make_car_model()
    make_accessory(category="care"), make_accessory(category="care", cars=(mine,))
    make_accessory(category="care", cars=(other,)), make_accessory(category="wheels")
    page = client.get(f"{URL}?fits=mine&category=wheels").content.decode()
    assert 'Care <span class="num">2</span>' in page
    assert "1 accessory" in page


def test_what_is_sold_out_says_so_and_cannot_be_added(client: Client) -> None:
    accessory = make_accessory(stock=1)
    capacity.hold(resource=kinds.stock(accessory.sku), quantity=1, owner="order-1", until=None)
    page = client.get(URL).content.decode()
    assert "Sold out" in page
    assert 'name="sku"' not in page


def test_results_come_sorted_and_in_pages(client: Client) -> None:
    Accessory.objects.bulk_create(
        Accessory(sku=f"AC-{n}", name_en=f"Thing {n:02}", name_zh="东西", category="care", price=(30 - n) * 100)
        for n in range(30)
    )
    first = client.get(URL, {"sort": "price"}).content.decode()
    assert "Page 1 of 2" in first
    assert first.index("Thing 29") < first.index("Thing 06")
    assert "Thing 05" not in first
    assert 'href="?sort=price&amp;page=2"' in first
    assert "Thing 05" in client.get(URL, {"sort": "price", "page": "2"}).content.decode()


@pytest.mark.parametrize("query", ["?page=x&sort=colour", "?category=ships", "?q=%00", "?q=" + "a" * 500])
def test_nonsense_in_the_address_is_ignored(client: Client, query: str) -> None:
    assert client.get(URL + query).status_code == 200


@pytest.mark.parametrize("number", [2, 8])
def test_the_number_of_queries_does_not_grow(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries, number: int
) -> None:
    car = make_trim(make_car_model("mine")).car_model
    for _ in range(number):
        make_accessory(), make_accessory(cars=(car,))
    assert AccessoryFitment.objects.count() == number
    with django_assert_num_queries(4):
        client.get(f"{URL}?fits=mine")
