"""A whole purchase with HTTP alone, call for call as a partner's script does it."""

import uuid
from typing import Any

import pytest

from tests.e2e.conftest import Portal
from tests.e2e.http import Http

pytestmark = [pytest.mark.services]
CAR = "aion-ut-super"


def decide(api: Http, model: str) -> list[str]:
    """Pick an available option of every undecided group until the car is complete."""
    groups = {group["code"]: group["options"] for group in api.get(f"api/v1/models/{model}/configurator/")["groups"]}
    choices: list[str] = []
    for _ in range(len(groups) + 1):
        answer = api.post(f"api/v1/models/{model}/configure/", {"choices": choices}, expect=200)
        if not answer["undecided"]:
            assert answer["valid"]
            return choices
        codes = [option["code"] for option in groups[answer["undecided"][0]]]
        choices.append(next(code for code in codes if answer["options"][code]["state"] in ("available", "forced")))
    raise AssertionError(f"never complete: {choices}")


def pay(api: Http, number: str) -> dict[str, Any]:
    leg: dict[str, Any] = api.post(f"api/v1/orders/{number}/payments/")
    assert api.submit(leg["pay_url"], outcome="success") < 400
    return leg


def test_a_script_buys_the_opening_car_and_takes_delivery(portal: Portal) -> None:
    api = portal.http()
    choices = decide(api, CAR)
    build = api.post("api/v1/builds/", {"model": CAR, "choices": choices})
    basket = api.post("api/v1/baskets/")
    assert (basket["lines"], basket["total"], basket["currency"]) == ([], 0, "CNY")
    lines = f"api/v1/baskets/{basket['id']}/lines/"
    api.post(lines, {"kind": "car", "build": build["code"]})
    for kind, resource in (
        ("cover", "covers"),
        ("maintenance_plan", "maintenance-plans"),
        ("accessory", "accessories"),
    ):
        offer = api.get(f"api/v1/{resource}/?fits={CAR}")["results"][0]
        api.post(lines, {"kind": kind, "sku": offer["sku"], "quantity": 1})
    priced = api.get(f"api/v1/baskets/{basket['id']}/")
    store = api.get("api/v1/stores/?near=31.23,121.47&service=delivery")["results"][0]
    assert store["distance_m"] >= 0

    key = str(uuid.uuid4())
    details = {
        "basket": basket["id"],
        "contact": {"name": "Li Lei", "phone": "13800138000", "email": "lilei@example.com"},
        "city": "Shanghai",
        "delivery_store": store["code"],
        "invoice": {"kind": "personal", "title": "Li Lei", "tax_number": ""},
        "payment_plan": "deposit",
        "accept_terms": True,
    }
    order = api.post("api/v1/orders/", details, key=key)
    again = api.post("api/v1/orders/", details, key=key)
    assert again == order
    assert (order["status"], order["total"]) == ("placed", priced["total"])

    guest = portal.http(**{"X-Order-Token": order["token"]})
    number, address = order["number"], f"api/v1/orders/{order['number']}/"
    assert api.call("GET", address)[0] in (401, 403, 404)
    deposit = pay(guest, number)
    guest.until(address, lambda one: one["status"] == "reserved")
    signed = guest.post(f"{address}sign/", {"signature": "Li Lei", "accept_fees": True, "id_consent": True}, expect=200)
    assert signed["status"] in ("signed", "scheduled", "vin_assigned", "in_transit", "at_store")
    guest.until(address, lambda one: one["status"] == "at_store")
    balance = pay(guest, number)
    assert deposit["amount"] + balance["amount"] == order["total"]
    ready = guest.until(address, lambda one: one["status"] == "ready")
    checklist = dict.fromkeys(ready["checklist"], True)
    vin = ready["vin"]
    guest.post(f"{address}accept-delivery/", {"vin": vin, "signature": "Li Lei", "checklist": checklist}, expect=200)
    delivered = guest.until(address, lambda one: one["status"] in ("delivered", "completed"))
    happened = [entry["status"] for entry in delivered["timeline"] if entry["kind"] == "order"]
    assert happened[:2] == ["placed", "reserved"]
    assert guest.call("POST", f"{address}cancel/", {})[0] == 409


def test_a_script_cancels_before_signing_and_gets_everything_back(portal: Portal) -> None:
    api = portal.http()
    build = api.post("api/v1/builds/", {"model": CAR, "choices": decide(api, CAR)})
    basket = api.post("api/v1/baskets/")
    api.post(f"api/v1/baskets/{basket['id']}/lines/", {"kind": "car", "build": build["code"]})
    store = api.get("api/v1/stores/?near=39.9,116.4&service=delivery")["results"][0]
    order = api.post(
        "api/v1/orders/",
        {
            "basket": basket["id"],
            "contact": {"name": "Han Meimei", "phone": "13900139000", "email": "hmm@example.com"},
            "city": "Beijing",
            "delivery_store": store["code"],
            "invoice": {"kind": "personal", "title": "Han Meimei", "tax_number": ""},
            "payment_plan": "full",
            "accept_terms": True,
        },
    )
    guest = portal.http(**{"X-Order-Token": order["token"]})
    address = f"api/v1/orders/{order['number']}/"
    pay(guest, order["number"])
    guest.until(address, lambda one: one["status"] == "reserved")
    guest.post(f"{address}cancel/", expect=200)
    cancelled = guest.until(address, lambda one: one["status"] == "cancelled")
    assert [leg["status"] for leg in cancelled["payments"]] == ["refunded"]
