import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from tests.factories.bundles import make_charger
from tests.factories.catalog import make_car_model, make_trim

pytestmark = pytest.mark.django_db


def test_a_charger_states_power_cable_and_installation(client: Client) -> None:
    make_charger(power_kw="11.0", phases=3, price_per_extra_metre=7_500)
    page = client.get("/bundles/chargers/").content.decode()
    for text in ("<b>11</b> kW", "Three-phase", "¥75", "included, about 3 h", "¥2,680"):
        assert text in page


def test_a_car_without_a_socket_gets_no_charger(client: Client) -> None:
    make_trim(make_car_model("petrol", energy="ice"))
    make_charger()
    assert "This car is not charged from a socket" in client.get("/bundles/chargers/?fits=petrol").content.decode()


@pytest.mark.parametrize("number", [1, 5])
def test_the_number_of_queries_does_not_grow(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries, number: int
) -> None:
    for _ in range(number):
        make_charger()
    with django_assert_num_queries(3):
        client.get("/bundles/chargers/")
