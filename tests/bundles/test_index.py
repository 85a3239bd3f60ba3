import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from tests.factories.bundles import make_accessory, make_charger, make_cover, make_plan
from tests.factories.catalog import make_car_model, make_trim

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


def test_the_overview_shows_some_of_everything(client: Client) -> None:
    things = [make_cover(), make_plan(), make_accessory(), make_charger()]
    page = client.get("/bundles/").content.decode()
    for thing in things:
        assert thing.name_en in page
    assert "from ¥5,980" in page


def test_a_chosen_car_leaves_what_fits_it_and_goes_along_to_every_part(client: Client) -> None:
    car = make_trim(make_car_model("family-suv", size_class="L", energy="erev")).car_model
    fitting, foreign = make_plan(energies=["erev"]), make_plan(energies=["bev"])
    make_cover()
    page = client.get("/bundles/?fits=family-suv").content.decode()
    assert (fitting.name_en in page, foreign.name_en in page) == (True, False)
    assert "¥7,980" in page
    for part in ("covers", "maintenance", "accessories", "chargers"):
        assert f'href="/bundles/{part}/?fits=family-suv"' in page
    assert f'<option value="{car.slug}" selected>' in page


def test_an_unknown_car_is_said_to_be_unknown(client: Client) -> None:
    page = client.get("/bundles/?fits=horse").content.decode()
    assert "We do not know that car." in page


def test_htmx_gets_the_results_alone(client: Client) -> None:
    response = client.get("/bundles/", headers=HTMX)
    assert "<html" not in response.content.decode()
    assert "HX-Request" in response.headers["Vary"]


@pytest.mark.parametrize("number", [1, 5])
def test_the_number_of_queries_does_not_grow(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries, number: int
) -> None:
    for _ in range(number):
        make_trim()
        make_cover(), make_plan(), make_accessory(), make_charger()
    with django_assert_num_queries(6):
        client.get("/bundles/")


def test_chinese_readers_read_chinese(client: Client) -> None:
    make_cover(name_en="Clear film", name_zh="隐形车衣")
    page = client.get("/zh-hans/bundles/").content.decode()
    assert ("隐形车衣" in page, "Clear film" in page) == (True, False)
