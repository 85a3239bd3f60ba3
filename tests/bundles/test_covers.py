import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from tests.factories.bundles import make_cover
from tests.factories.catalog import make_car_model, make_trim

pytestmark = pytest.mark.django_db


def test_without_a_car_films_cannot_be_added_but_have_a_lowest_price(client: Client) -> None:
    make_cover()
    page = client.get("/bundles/covers/").content.decode()
    assert "from</small> ¥5,980" in page
    assert 'name="sku"' not in page


def test_a_size_prices_the_films_and_leaves_out_what_is_not_made_in_it(client: Client) -> None:
    made, small = make_cover(), make_cover(prices={"S": 100})
    page = client.get("/bundles/covers/?size=XL").content.decode()
    assert "¥8,980" in page
    assert (made.name_en in page, small.name_en in page) == (True, False)


def test_a_car_makes_every_film_one_click_away_from_the_basket(client: Client) -> None:
    make_trim(make_car_model("city-hatch", size_class="M"))
    cover = make_cover()
    page = client.get("/bundles/covers/?fits=city-hatch&size=S").content.decode()
    assert "Prices for the Gac Aion City Hatch: size M (Medium)" in page
    assert f'<input type="hidden" name="sku" value="{cover.sku}">' in page
    assert '<input type="hidden" name="kind" value="cover">' in page
    assert '<form method="post" action="/basket/add/"' in page


def test_films_can_be_chosen_by_material_and_coverage(client: Client) -> None:
    clear, roof = make_cover(), make_cover(material="colour", colour_hex="#15181b", coverage="roof")
    page = client.get("/bundles/covers/?material=colour&coverage=roof").content.decode()
    assert (clear.name_en in page, roof.name_en in page) == (False, True)
    assert "No film matches" in client.get("/bundles/covers/?material=colour&coverage=full").content.decode()


@pytest.mark.parametrize("query", ["?size=XXL", "?material=gold&coverage=%00", "?fits=%00"])
def test_nonsense_in_the_address_is_ignored(client: Client, query: str) -> None:
    make_cover()
    assert client.get(f"/bundles/covers/{query}").status_code == 200


@pytest.mark.parametrize("number", [1, 5])
def test_the_number_of_queries_does_not_grow(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries, number: int
) -> None:
    for _ in range(number):
        make_cover()
    with django_assert_num_queries(4):
        client.get("/bundles/covers/")
