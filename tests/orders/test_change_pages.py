"""Changing an order by the page, the API and the back office: who may, what is shown, what is refused."""

from typing import Any

import pytest
from django.test import Client
from django.utils.translation import override
from rest_framework.test import APIClient

from apps.messaging.sending import send_due
from apps.orders import services
from apps.orders.differences import between
from apps.orders.models import Order, OrderChange
from apps.orders.services.requoting import quote_change
from apps.orders.services.signing import contract_of
from tests.factories.accounts import make_staff, make_user
from tests.factories.bundles import make_accessory
from tests.factories.configurator import make_build
from tests.factories.orders import CAR_PRICE, delivered_order, make_order, reserved_order, sign, signed_order
from tests.orders.test_changing import build_of
from tests.orders.test_order_page import guest_of

pytestmark = pytest.mark.django_db
NEW = CAR_PRICE + 500_000


def confirm(order: Order, code: str, **more: Any) -> dict[str, Any]:
    return {"build": code, "quoted": NEW, "version": order.version, "key": "k", "month": ""} | more


def test_the_buyer_goes_into_the_configurator_and_comes_back_with_another_car() -> None:
    order = reserved_order()
    client, base = guest_of(order), f"/orders/{order.number}/"
    assert f"{base}change/" in client.get(base).content.decode()
    assert f"{base}change/configure/" in client.get(f"{base}change/").content.decode()
    there = client.get(f"{base}change/configure/")
    assert there.status_code == 303
    assert there["Location"].startswith("/configure/small-car/?choices=buy,blue,small")
    saved = client.post("/configure/small-car/save/", {"choices": "buy,red,large", "market": "CN"})
    page = client.get(saved["Location"])
    code = page.context["build"].code
    assert f"/orders/change/{code}/" in page.content.decode()
    kept = '<div class="cfg-into" hx-get'  # its place: what comes moves nothing, and is the one primary button
    assert kept in page.content.decode()
    assert kept not in Client().get(saved["Location"]).content.decode()
    part = client.get(f"/orders/change/{code}/", headers={"HX-Request": "true"}).content.decode()
    assert f"{base}change/?build={code}" in part
    shown = client.get(f"{base}change/?build={code}").content.decode()
    for text in ("Blue", "Red (¥2,000)", "16-inch", "18-inch (¥3,000)", "+\u2060¥5,000", "¥95,000", "¥950"):
        assert text in shown, text
    done = client.post(f"{base}change/", confirm(order, code))
    assert (done.status_code, done["Location"]) == (303, base)
    order.refresh_from_db()
    assert order.total == NEW
    assert client.post(f"{base}change/", confirm(order, code)).status_code == 303  # a second click
    assert OrderChange.objects.count() == 1
    assert "Changed" in client.get(base).content.decode()
    assert client.get(f"/orders/change/{code}/", headers={"HX-Request": "true"}).content.strip() == b""
    assert kept not in client.get(saved["Location"]).content.decode()


def test_the_offer_is_for_whoever_changes_an_order_of_this_model() -> None:
    order = reserved_order()
    code = build_of()
    assert b"not changing an order" in Client().get(f"/orders/change/{code}/").content
    client = guest_of(order)
    client.get(f"/orders/{order.number}/change/configure/")
    other = Client()
    session = other.session
    session["changing_order"] = order.number  # without the order's token
    session.save()
    assert b"Take it" not in other.get(f"/orders/change/{code}/").content
    assert Client().get("/orders/change/22222222/").status_code == 404


@pytest.mark.parametrize("path", ["change/", "change/configure/"])
def test_to_others_it_does_not_exist(path: str) -> None:
    order = reserved_order(user=make_user())
    for client in (Client(), Client(), Client()):
        assert client.get(f"/orders/{order.number}/{path}").status_code == 404
    stranger, clerk = Client(), Client()
    stranger.force_login(make_user())
    clerk.force_login(make_staff(permissions=("orders.view_order", "orders.advance_order")))
    for client in (stranger, clerk):
        assert client.get(f"/orders/{order.number}/{path}").status_code == 404
        assert client.post(f"/orders/{order.number}/change/", {"build": build_of()}).status_code == 404
    order.refresh_from_db()
    assert order.total == CAR_PRICE


def test_what_cannot_be_is_said_on_the_page_and_nothing_changes() -> None:
    order = reserved_order(("accessory", make_accessory(stock=5).sku))
    client, base = guest_of(order), f"/orders/{order.number}/change/"
    answer = client.get(f"{base}?build=nonsense")
    assert (answer.status_code, b"There is no build" in answer.content) == (422, True)
    answer = client.get(f"{base}?build=&quantity_2=1")
    assert (answer.status_code, b"what you have ordered already" in answer.content) == (200, True)
    code = build_of()
    answer = client.post(base, confirm(order, code, quoted=1))
    assert (answer.status_code, b"The price has changed" in answer.content) == (409, True)
    assert client.post(base, confirm(order, code, quoted="x")).status_code == 422
    answer = client.post(base, confirm(order, code, version=1, quoted=""))
    assert (answer.status_code, b"Somebody else was quicker" in answer.content) == (409, True)
    order.refresh_from_db()
    assert order.version == 2


def test_under_contract_the_page_wants_a_signature_and_shows_the_new_fees() -> None:
    order = signed_order()
    client, base, code = guest_of(order), f"/orders/{order.number}/change/", build_of()
    page = client.get(f"{base}?build={code}").content.decode()
    assert "Sign the new contract" in page
    assert "Fee for cancelling while “Signed”" in page
    answer = client.post(base, confirm(order, code))
    assert (answer.status_code, b"Please accept the table of fees." in answer.content) == (422, True)
    signed = {"signature": "Li Lei", "accept_fees": "on", "id_consent": "on"}
    assert client.post(base, confirm(order, code) | signed).status_code == 303
    order.refresh_from_db()
    assert (order.total, order.contracts.count()) == (NEW, 2)


def test_too_late_is_a_page_of_its_own() -> None:
    order = delivered_order()
    client, base = guest_of(order), f"/orders/{order.number}/"
    answer = client.get(f"{base}change/")
    assert (answer.status_code, b"can no longer be changed" in answer.content) == (200, True)
    assert client.post(f"{base}change/", confirm(order, build_of())).status_code == 409
    assert f"{base}change/" not in client.get(base).content.decode()
    assert client.get(f"{base}change/configure/")["Location"] == f"{base}change/"


def test_programs_ask_first_and_change_then() -> None:
    order = reserved_order()
    client, code = APIClient(headers={"X-Order-Token": order.token}), build_of()
    base = f"/api/v1/orders/{order.number}/"
    assert "change" in [row["act"] for row in client.get(base).json()["actions"]]
    quote = client.post(f"{base}quote-change/", {"build": code}, format="json").json()
    assert (quote["total"], quote["difference"], quote["needs_signature"]) == (NEW, 500_000, False)
    assert {"what": "Paint", "before": "Blue", "after": "Red (¥2,000)"} in quote["differences"]
    asked = {"build": code, "quoted": quote["total"], "version": quote["version"], "month": quote["month"]}
    done = client.post(f"{base}change/", asked, format="json", headers={"Idempotency-Key": "k-1"})
    assert (done.status_code, done.json()["total"]) == (200, NEW)
    again = client.post(f"{base}change/", asked, format="json", headers={"Idempotency-Key": "k-1"})
    assert again.json()["version"] == done.json()["version"] == 3
    refused = client.post(f"{base}change/", asked, format="json")
    assert (refused.status_code, refused.json()["code"]) == (409, "overtaken")
    for body in ({"quantities": {"x": 1}}, {"quantities": {"2": -1}}, {"quantities": [1]}, {"build": "x" * 30}):
        assert client.post(f"{base}change/", body, format="json").status_code == 400
    missing = client.post(f"{base}change/", {"quantities": {"9": 0}}, format="json")
    assert (missing.status_code, missing.json()["code"]) == (404, "line_not_found")


def test_the_api_is_for_the_buyer_alone() -> None:
    order, code = reserved_order(user=make_user()), build_of()
    for path in ("change/", "quote-change/"):
        address = f"/api/v1/orders/{order.number}/{path}"
        assert APIClient().post(address, {"build": code}, format="json").status_code == 404
        other = APIClient()
        other.force_authenticate(make_user())
        assert other.post(address, {"build": code}, format="json").status_code == 404
    order.refresh_from_db()
    assert order.total == CAR_PRICE


def test_the_back_office_sees_what_was_changed_and_changes_nothing() -> None:
    order = reserved_order()
    services.change(order=order, build=build_of())
    sign(order)
    client = Client()
    client.force_login(make_staff(permissions=("orders.view_order", "orders.view_orderchange", "orders.view_contract")))
    page = client.get(f"/admin/orders/order/{order.pk}/change/").content.decode()
    assert "Paint: Blue → Red (¥2,000)" in page
    assert order.contract_hash in page or order.contracts.get().sha256 in page


def test_the_buyer_hears_of_it(mailoutbox: Any) -> None:
    order = reserved_order()
    send_due()
    mailoutbox.clear()
    services.change(order=order, build=build_of())
    send_due()
    [mail] = mailoutbox
    assert "Your order was changed" in mail.subject
    assert "You pay ¥5,000 more before the hand-over." in mail.body


def test_the_differences_are_told_in_the_readers_language() -> None:
    order = make_order()
    quote = quote_change(order, make_build(order_build(order), "rent", "red", "large").code)
    before, after = contract_of(order, order.lines.all()), contract_of(quote.changed(), quote.lines)
    with override("zh-hans"):
        rows = {row.what: (row.before, row.after) for row in between(before, after)}
    assert rows["车漆"] == ("蓝色", "红色 (¥2,000)")
    assert rows["电池月租金"] == ("", "¥400")
    assert between(after, after) == []


def order_build(order: Order) -> Any:
    from apps.configurator.models import Configurator

    return Configurator.objects.get(car_model=order.car_model)
