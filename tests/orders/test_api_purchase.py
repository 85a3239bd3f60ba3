"""A whole purchase through the API, call for call, the worker's work done in between; and who may call what."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from rest_framework.test import APIClient

from apps.orders.gateways.sandbox import SandboxGateway
from apps.orders.lifecycle import Status
from apps.orders.models import Basket, BasketLine, Order
from tests.factories.accounts import make_token, make_user
from tests.factories.bundles import make_accessory
from tests.factories.configurator import make_build, make_configurator
from tests.factories.orders import (
    CAR_PRICE,
    captured,
    make_basket,
    make_delivery_store,
    make_order,
    make_slots,
    reserved_order,
    run_until,
    signed_order,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def api() -> APIClient:
    return APIClient()


def details(basket: str, **changes: Any) -> dict[str, Any]:
    return {
        "basket": basket,
        "contact": {"name": "Li Lei", "phone": "13800138000", "email": "lilei@example.com"},
        "city": "Shanghai",
        "delivery_store": make_delivery_store().code,
        "invoice": {"kind": "personal", "title": "Li Lei", "tax_number": ""},
        "payment_plan": "deposit",
        "accept_terms": True,
    } | changes


def come(order: Order) -> None:
    """The gateway reports the payment that was asked for."""
    from apps.orders import services

    services.apply_event(captured(order.legs.get(status="requested")))


@pytest.mark.django_db(transaction=True)
def test_the_gateway_is_asked_between_transactions_with_a_key_too(
    api: APIClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    order, inside = make_order(), []
    ask = SandboxGateway.create

    def asked(*args: Any, **kwargs: Any) -> Any:
        inside.append(connection.in_atomic_block)
        return ask(*args, **kwargs)

    monkeypatch.setattr(SandboxGateway, "create", asked)
    calls = [
        api.post(
            f"/api/v1/orders/{order.number}/payments/",
            {},
            headers={"X-Order-Token": order.token, "Idempotency-Key": "k"},
        )
        for _ in range(2)
    ]
    assert [call.status_code for call in calls] == [201, 201]
    assert calls[0].json() == calls[1].json()
    assert inside == [False]


def test_a_guest_buys_and_takes_delivery(api: APIClient) -> None:
    make_slots(make_configurator())
    build = make_build(make_configurator_again())
    basket = api.post("/api/v1/baskets/", {}).json()
    assert (basket["lines"], basket["total"], basket["currency"]) == ([], 0, "CNY")
    lines = f"/api/v1/baskets/{basket['id']}/lines/"
    assert api.post(lines, {"kind": "car", "build": build.code}).status_code == 201
    answer = api.post("/api/v1/orders/", details(basket["id"]))
    placed = answer.json()
    assert (answer.status_code, placed["status"], placed["total"]) == (201, "placed", CAR_PRICE)
    address = f"/api/v1/orders/{placed['number']}/"
    assert api.get(address).status_code == 404
    api.credentials(HTTP_X_ORDER_TOKEN=placed["token"])
    order = Order.objects.get()
    leg = api.post(f"{address}payments/", {}).json()
    assert (leg["amount"], leg["pay_url"][:36]) == (200_000, "http://testserver/payments/sandbox/" + leg["pay_url"][35])
    come(order)
    assert api.get(address).json()["status"] == "reserved"
    assert api.post(f"{address}payments/", {}).status_code == 409
    signed = api.post(f"{address}sign/", {"signature": "Li Lei", "accept_fees": True, "id_consent": True})
    assert (signed.status_code, signed.json()["status"]) == (200, "signed")
    run_until(order, Status.AT_STORE)
    api.post(f"{address}payments/", {})
    come(order)
    run_until(order, Status.READY)
    ready = api.get(address).json()
    checklist = dict.fromkeys(ready["checklist"], True)
    done = api.post(f"{address}accept-delivery/", {"vin": ready["vin"], "signature": "Li Lei", "checklist": checklist})
    assert (done.status_code, done.json()["status"]) == (200, "delivered")
    happened = [entry["status"] for entry in done.json()["timeline"] if entry["kind"] == "order" and entry["at"]]
    assert happened[:3] == ["placed", "reserved", "signed"]
    assert api.post(f"{address}cancel/", {}).status_code == 409


def make_configurator_again() -> Any:
    from apps.configurator.models import Configurator

    return Configurator.objects.get()


def test_the_same_key_gives_the_same_order(api: APIClient) -> None:
    make_slots(make_configurator(), 2)
    body = details(str(make_basket(make_configurator_again()).pk))
    answers = [api.post("/api/v1/orders/", body, headers={"Idempotency-Key": "k-1"}) for _ in range(2)]
    assert answers[0].content == answers[1].content
    assert (answers[1]["Idempotency-Replayed"], Order.objects.count()) == ("true", 1)


def test_what_does_not_fit_is_409_with_the_reason(api: APIClient) -> None:
    from tests.factories.catalog import make_car_model

    part = make_accessory(cars=(make_car_model(),))
    basket = make_basket()
    answer = api.post(f"/api/v1/baskets/{basket.pk}/lines/", {"kind": "accessory", "sku": part.sku})
    assert (answer.status_code, answer["Content-Type"]) == (409, "application/problem+json")
    assert answer.json()["detail"]
    assert BasketLine.objects.count() == 1


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({}, 400),
        ({"kind": "car"}, 400),
        ({"kind": "boat", "sku": "x"}, 400),
        ({"kind": "car", "build": "NOPE"}, 422),
        ({"kind": "accessory", "sku": "nope"}, 404),
        ({"kind": "accessory", "sku": "x", "quantity": 0}, 400),
    ],
)
def test_a_wrong_line_is_a_problem(api: APIClient, body: dict[str, Any], status: int) -> None:
    basket = api.post("/api/v1/baskets/", {}).json()
    answer = api.post(f"/api/v1/baskets/{basket['id']}/lines/", body)
    assert answer.status_code // 100 == 4
    assert answer["Content-Type"] == "application/problem+json"
    assert not BasketLine.objects.exists()


def test_lines_are_changed_and_removed(api: APIClient) -> None:
    part = make_accessory(max_quantity=3)
    basket = api.post("/api/v1/baskets/", {}).json()
    lines = f"/api/v1/baskets/{basket['id']}/lines/"
    line = api.post(lines, {"kind": "accessory", "sku": part.sku}).json()
    assert api.patch(f"{lines}{line['id']}/", {"quantity": 2}).json()["total"] == 2 * part.price
    assert api.get(f"/api/v1/baskets/{basket['id']}/").json()["total"] == 2 * part.price
    assert api.delete(f"{lines}{line['id']}/").status_code == 204
    assert api.delete(f"{lines}{line['id']}/").status_code == 404


def test_a_persons_basket_is_theirs_alone(api: APIClient) -> None:
    basket = Basket.objects.create(user=make_user())
    assert api.get(f"/api/v1/baskets/{basket.pk}/").status_code == 404
    _, token = make_token(make_user(), "write")
    api.credentials(HTTP_AUTHORIZATION=f"Bearer {token}")
    assert api.get(f"/api/v1/baskets/{basket.pk}/").status_code == 404


@pytest.mark.parametrize("path", ["", "payments/", "sign/", "cancel/", "accept-delivery/"])
def test_another_users_order_does_not_exist(api: APIClient, path: str) -> None:
    order = reserved_order(user=make_user())
    _, token = make_token(make_user(), "write")
    api.credentials(HTTP_AUTHORIZATION=f"Bearer {token}", HTTP_X_ORDER_TOKEN=order.token)
    call = api.post if path else api.get
    assert call(f"/api/v1/orders/{order.number}/{path}", {}).status_code == 404
    order.refresh_from_db()
    assert order.status == "reserved"


def test_a_read_token_looks_and_does_not_cancel(api: APIClient) -> None:
    user = make_user()
    order = reserved_order(user=user)
    _, token = make_token(user, "read")
    api.credentials(HTTP_AUTHORIZATION=f"Bearer {token}")
    assert api.get(f"/api/v1/orders/{order.number}/").status_code == 200
    assert [row["number"] for row in api.get("/api/v1/orders/").json()["results"]] == [order.number]
    assert api.post(f"/api/v1/orders/{order.number}/cancel/", {}).status_code == 403
    order.refresh_from_db()
    assert order.status == "reserved"


def test_a_guest_has_no_list_of_orders(client: Client) -> None:
    answer = client.get("/api/v1/orders/")
    assert (answer.status_code, answer["WWW-Authenticate"]) == (401, 'Bearer realm="api"')


def test_cancelling_after_signing_names_the_fee(api: APIClient) -> None:
    order = signed_order()
    api.credentials(HTTP_X_ORDER_TOKEN=order.token)
    refused = api.post(f"/api/v1/orders/{order.number}/cancel/", {})
    assert (refused.status_code, refused.json()["code"], refused.json()["fee"]) == (409, "fee_due", 90_000)
    accepted = api.post(f"/api/v1/orders/{order.number}/cancel/", {"accept_fee": True})
    assert (accepted.status_code, accepted.json()["status"]) == (200, "cancelling")


def test_bad_input_is_422_with_the_field(api: APIClient) -> None:
    make_slots(make_configurator())
    body = details(str(make_basket(make_configurator_again()).pk), accept_terms=False)
    answer = api.post("/api/v1/orders/", body)
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "accept_terms")
    unknown = api.post("/api/v1/orders/", body | {"accept_terms": True, "delivery_store": "XX-0000"})
    assert (unknown.status_code, unknown.json()["errors"][0]["field"]) == (422, "delivery_store")
    assert not Order.objects.exists()


def test_the_answer_needs_as_many_queries_for_many_lines(api: APIClient, django_assert_num_queries: Any) -> None:
    small = make_order()
    large = make_order(None, *(("accessory", make_accessory().sku) for _ in range(3)))
    for order in (small, large):
        api.credentials(HTTP_X_ORDER_TOKEN=order.token)
        with django_assert_num_queries(14):
            api.get(f"/api/v1/orders/{order.number}/")
