"""The basket's page: filling it without a script, its prices, and the way out of every refusal."""

import pytest
from django.test import Client

from apps.accounts.models import User
from apps.orders.models import Basket, BasketLine
from tests.factories.accounts import PASSWORD, make_user
from tests.factories.bundles import make_accessory, make_plan
from tests.factories.configurator import make_build, make_configurator
from tests.factories.orders import make_basket

pytestmark = pytest.mark.django_db


def add(client: Client, **fields: object) -> int:
    return client.post("/basket/add/", fields).status_code


def test_an_empty_basket_shows_a_way_out(client: Client) -> None:
    text = client.get("/basket/").content.decode()
    assert "Your basket is empty" in text
    assert 'href="/configure/"' in text
    assert not Basket.objects.exists()


def test_a_guest_adds_a_car_and_sees_its_price(client: Client) -> None:
    build = make_build()
    answer = client.post("/basket/add/", {"kind": "car", "build": build.code})
    assert (answer.status_code, answer["Location"]) == (303, "/basket/")
    text = client.get("/basket/").content.decode()
    assert "¥90,000" in text
    assert 'href="/checkout/"' in text
    assert f"/bundles/for/{build.car_model.slug}/" in text


def test_a_second_car_is_offered_instead_of_the_first(client: Client) -> None:
    first = make_build()
    second = make_build(first.car_model.configurator)
    add(client, kind="car", build=first.code)
    refused = client.post("/basket/add/", {"kind": "car", "build": second.code})
    assert refused.status_code == 409
    assert f'name="build" value="{second.code}"' in refused.content.decode()
    assert BasketLine.objects.get().build == first
    assert add(client, kind="car", build=second.code, replace="1") == 303
    assert BasketLine.objects.get().build == second


@pytest.mark.parametrize(
    ("fields", "status"),
    [({}, 422), ({"kind": "boat", "sku": "x"}, 422), ({"kind": "car", "build": "NOPE"}, 422), ({"kind": "cover"}, 404)],
)
def test_what_cannot_be_added_is_said_on_the_page(client: Client, fields: dict[str, str], status: int) -> None:
    answer = client.post("/basket/add/", fields)
    assert (answer.status_code // 100, 'role="alert"' in answer.content.decode()) == (4, True)
    assert status // 100 == 4
    assert not BasketLine.objects.exists()


def test_quantity_and_removal_work_without_a_script(client: Client) -> None:
    part = make_accessory(max_quantity=3)
    add(client, kind="accessory", sku=part.sku)
    line = BasketLine.objects.get()
    assert client.post(f"/basket/lines/{line.pk}/", {"quantity": "2"})["Location"] == "/basket/"
    line.refresh_from_db()
    assert line.quantity == 2
    assert client.post(f"/basket/lines/{line.pk}/", {"quantity": "99"}).status_code in (409, 422)
    line.refresh_from_db()
    assert line.quantity == 2
    assert client.post(f"/basket/lines/{line.pk}/remove/").status_code == 303
    assert not BasketLine.objects.exists()


def test_htmx_gets_the_new_basket_in_place(client: Client) -> None:
    part = make_accessory()
    add(client, kind="accessory", sku=part.sku)
    answer = client.post(f"/basket/lines/{BasketLine.objects.get().pk}/remove/", headers={"HX-Request": "true"})
    text = answer.content.decode()
    assert (answer.status_code, "Your basket is empty" in text, "<html" in text) == (200, True, False)
    assert "HX-Request" in answer["Vary"]


def test_nobody_changes_another_guests_line(client: Client) -> None:
    part = make_accessory()
    add(client, kind="accessory", sku=part.sku)
    line = BasketLine.objects.get()
    stranger = Client()
    stranger.post("/basket/add/", {"kind": "accessory", "sku": part.sku})
    assert stranger.post(f"/basket/lines/{line.pk}/", {"quantity": "2"}).status_code == 404
    assert stranger.post(f"/basket/lines/{line.pk}/remove/").status_code == 404
    line.refresh_from_db()
    assert line.quantity == 1


def test_a_guests_basket_joins_the_persons_on_signing_in(client: Client) -> None:
    user = make_user("li@example.com")
    plan, part = make_plan(), make_accessory()
    make_basket_with(user, plan.sku)
    add(client, kind="accessory", sku=part.sku)
    client.post("/account/login/", {"login": "li@example.com", "password": PASSWORD})
    client.get("/basket/")
    assert Basket.objects.get().user == user
    assert set(BasketLine.objects.values_list("sku", flat=True)) == {plan.sku, part.sku}


def make_basket_with(user: User, sku: str) -> None:
    basket = Basket.objects.create(user=user)
    BasketLine.objects.create(basket=basket, kind="maintenance_plan", sku=sku)


def test_what_no_longer_can_be_bought_says_why_and_stops_the_checkout(client: Client) -> None:
    part = make_accessory()
    add(client, kind="accessory", sku=part.sku)
    part.on_sale = False
    part.save()
    text = client.get("/basket/").content.decode()
    assert f"“{part.name_en}” is no longer sold. Remove it to go on." in text
    assert part.sku not in text  # a stock number means nothing to a buyer
    assert "¥0</" not in text.split("basket-lines")[1].split("</ul>")[0]
    assert 'href="/checkout/"' not in text
    assert client.get("/checkout/")["Location"] == "/basket/"


def test_the_page_reads_in_chinese(client: Client) -> None:
    configurator = make_configurator()
    basket = make_basket(configurator)
    session = client.session
    session["basket"] = str(basket.pk)
    session.save()
    assert "购物车" in client.get("/zh-hans/basket/").content.decode()
