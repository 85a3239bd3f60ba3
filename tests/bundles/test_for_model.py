import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from tests.factories.bundles import make_accessory, make_charger, make_cover, make_plan
from tests.factories.catalog import make_car_model

pytestmark = pytest.mark.django_db
URL = "/bundles/for/mine/"


def test_it_offers_only_what_fits_and_is_there(client: Client) -> None:
    mine, other = make_car_model("mine", size_class="L"), make_car_model()
    good = [make_cover(), make_plan(), make_accessory(cars=(mine,)), make_charger()]
    bad = [make_cover(prices={"S": 1}), make_accessory(cars=(other,)), make_accessory(stock=0)]
    page = client.get(URL).content.decode()
    for thing in good:
        assert f'value="{thing.sku}"' in page
    for thing in bad:
        assert thing.sku not in page
    assert "¥7,980" in page


def test_a_page_gets_the_fragment_and_a_reader_a_page(client: Client) -> None:
    make_car_model("mine")
    fragment = client.get(URL, headers={"HX-Request": "true"}).content.decode()
    assert ("<html" in fragment, 'class="fit"' in fragment) == (False, True)
    assert "What fits the Gac Aion Mine" in client.get(URL).content.decode()


def test_an_unknown_model_is_not_found(client: Client) -> None:
    assert client.get("/bundles/for/horse/").status_code == 404


@pytest.mark.parametrize("number", [1, 5])
def test_the_number_of_queries_does_not_grow(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries, number: int
) -> None:
    mine = make_car_model("mine")
    for _ in range(number):
        make_cover(), make_plan(), make_accessory(cars=(mine,)), make_charger()
    with django_assert_num_queries(5):
        client.get(URL)
