"""The checkout's page: one form, nothing lost, and one order however often it is sent."""

from typing import Any

import pytest
from django.test import Client

from apps.orders.models import Basket, Order
from tests.factories.accounts import make_user
from tests.factories.configurator import make_configurator
from tests.factories.orders import CAR_PRICE, make_basket, make_delivery_store, make_slots

pytestmark = pytest.mark.django_db


@pytest.fixture
def basket() -> Basket:
    configurator = make_configurator()
    make_slots(configurator, 2)
    return make_basket(configurator)


@pytest.fixture
def guest(client: Client, basket: Basket) -> Client:
    session = client.session
    session["basket"] = str(basket.pk)
    session.save()
    return client


def form(**changes: Any) -> dict[str, Any]:
    store = make_delivery_store()
    return {
        "name": "Li Lei",
        "phone": "13800138000",
        "email": "Lilei@example.com",
        "city": store.city.slug,
        "delivery_store": store.code,
        "invoice_kind": "personal",
        "payment_plan": "deposit",
        "accept_terms": "on",
        "key": "one-click",
        "quoted": str(CAR_PRICE),
    } | changes


def test_the_page_shows_price_deposit_and_terms(guest: Client) -> None:
    text = guest.get("/checkout/").content.decode()
    assert "¥90,000" in text
    assert "¥2,000" in text
    assert "15 minutes to pay" in text


def test_an_empty_basket_has_no_checkout(client: Client) -> None:
    assert client.get("/checkout/")["Location"] == "/basket/"
    assert client.post("/checkout/", {}).status_code == 303


def test_placing_makes_an_order_and_lets_this_browser_follow_it(guest: Client, basket: Basket) -> None:
    answer = guest.post("/checkout/", form())
    order = Order.objects.get()
    assert (answer.status_code, answer["Location"]) == (303, f"/orders/{order.number}/")
    assert (order.total, order.email, order.invoice_title, order.user) == (
        CAR_PRICE,
        "lilei@example.com",
        "Li Lei",
        None,
    )
    assert guest.get(answer["Location"]).status_code == 200
    assert Client().get(answer["Location"]).status_code == 404
    assert guest.session.get("basket") is None


def test_a_double_click_makes_one_order(guest: Client) -> None:
    data = form()
    first, second = guest.post("/checkout/", data), guest.post("/checkout/", data)
    assert first["Location"] == second["Location"]
    assert Order.objects.count() == 1


def test_errors_stand_beside_their_fields_and_nothing_is_lost(guest: Client) -> None:
    answer = guest.post("/checkout/", form(phone="12", accept_terms="", city=""))
    text = answer.content.decode()
    assert answer.status_code == 422
    for name in ("id_phone_error", "id_city_error", "id_accept_terms_error", 'class="error-summary"', 'value="Li Lei"'):
        assert name in text
    assert not Order.objects.exists()


@pytest.mark.parametrize(
    ("tax_number", "field"), [("", "tax_number"), ("123", "tax_number"), ("91310000MA1FL0000X", "tax_number")]
)
def test_a_company_needs_its_name_and_a_real_code(guest: Client, tax_number: str, field: str) -> None:
    answer = guest.post("/checkout/", form(invoice_kind="company", tax_number=tax_number))
    assert answer.status_code == 422
    assert {field, "invoice_title"} <= set(answer.context["form"].errors)
    assert not Order.objects.exists()


def test_a_number_left_in_the_hidden_field_does_not_stop_a_person(guest: Client) -> None:
    assert guest.post("/checkout/", form(tax_number="123")).status_code == 303
    assert Order.objects.get().tax_number == ""


def test_a_price_that_changed_is_shown_before_anything_is_bought(guest: Client) -> None:
    answer = guest.post("/checkout/", form(quoted="1"))
    text = answer.content.decode()
    assert (answer.status_code, "The price has changed" in text) == (409, True)
    assert f'name="quoted" value="{CAR_PRICE}"' in text
    assert not Order.objects.exists()


def test_a_store_that_hands_over_no_cars_is_refused(guest: Client) -> None:
    store = make_delivery_store()
    store.services = ["maintenance"]
    store.save()
    answer = guest.post("/checkout/", form(delivery_store=store.code))
    assert (answer.status_code, Order.objects.count()) == (422, 0)


def test_without_a_script_the_citys_stores_come_with_the_page(guest: Client) -> None:
    store = make_delivery_store()
    answer = guest.post("/checkout/", {"city": store.city.slug, "show_stores": "1", "name": "Li Lei"})
    text = answer.content.decode()
    assert (answer.status_code, f'value="{store.code}"' in text, 'value="Li Lei"' in text) == (200, True, True)
    assert "error-summary" not in text


@pytest.mark.parametrize("query", ["city={city}", "near=31.23,121.47"])
def test_stores_come_nearest_first(client: Client, query: str) -> None:
    store = make_delivery_store()
    answer = client.get(f"/checkout/stores/?{query.format(city=store.city.slug)}", headers={"HX-Request": "true"})
    assert f'value="{store.code}" checked' in answer.content.decode()


@pytest.mark.parametrize("near", ["", "x,y", "1", "999,999", "nan,nan"])
def test_a_place_that_is_none_shows_no_store(client: Client, near: str) -> None:
    make_delivery_store()
    answer = client.get(f"/checkout/stores/?near={near}", headers={"HX-Request": "true"})
    assert (answer.status_code, "delivery_store" in answer.content.decode().replace("id_delivery_store", "")) == (
        200,
        False,
    )


def test_the_last_car_sold_meanwhile_is_said_and_nothing_is_written(client: Client) -> None:
    configurator = make_configurator()
    session = client.session
    session["basket"] = str(make_basket(configurator).pk)
    session.save()
    answer = client.post("/checkout/", form())
    assert (answer.status_code, "has just been sold" in answer.content.decode()) == (409, True)
    assert not Order.objects.exists()


def test_a_signed_in_buyer_finds_the_form_filled_and_owns_the_order(client: Client) -> None:
    user = make_user("li@example.com", name="Li Lei", phone="13800138000")
    configurator = make_configurator()
    make_slots(configurator)
    make_basket(configurator, user=user)
    client.force_login(user)
    assert 'value="li@example.com"' in client.get("/checkout/").content.decode()
    assert client.post("/checkout/", form()).status_code == 303
    assert Order.objects.get().user == user
