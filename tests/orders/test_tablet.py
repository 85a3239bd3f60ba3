"""The hand-over on a store's tablet: who may, once and only once, whole or not at all."""

import base64
import hashlib
import io
import json
import threading
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone
from PIL import Image

from apps.common.errors import NotAllowed
from apps.orders.errors import BadPhoto, NonceUsed, PointsMissing, RemarkMissing
from apps.orders.models import HandoverEntry, Order
from apps.orders.services.tablet import Sent, take_entry
from apps.orders.terms import CHECKLIST
from apps.stores.models import StoreStaff
from tests.factories.accounts import make_staff, make_user
from tests.factories.orders import make_delivery_store, ready_order

pytestmark = pytest.mark.django_db


@pytest.fixture
def order() -> Order:
    return ready_order()


def clerk_of(order: Order) -> Any:
    clerk = make_staff()
    assert order.delivery_store is not None
    StoreStaff.objects.create(store=order.delivery_store, user=clerk)
    return clerk


def end_of(order: Order, *, refuse: str = "", **changes: Any) -> dict[str, Any]:
    items = {name: {"ok": name != refuse, "remark": "A scratch" if name == refuse else ""} for name in CHECKLIST}
    vin = order.allocations.get(ended_at=None).vehicle.vin
    return {"vin": vin, "signature": "Li Lei", "path": "M1 2 L3 4", "items": items} | changes


def sent(data: dict[str, Any], kind: str = "finish", nonce: Any = None) -> Sent:
    return Sent(nonce or uuid4(), kind, data, timezone.now())


def jpeg() -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (8, 8), "teal").save(file, "JPEG")
    return file.getvalue()


def photo(raw: bytes, *, claimed: bytes | None = None) -> dict[str, Any]:
    digest = hashlib.sha256(raw if claimed is None else claimed).hexdigest()
    return {"item": "paint", "jpeg": base64.b64encode(raw).decode(), "sha256": digest}


def test_an_end_that_is_sent_again_is_answered_and_does_nothing_more(order: Order) -> None:
    clerk, one = clerk_of(order), sent(end_of(order))
    first = take_entry(order=order, sent=one, user=clerk)
    assert first.result == {"status": "accepted", "order": "delivered"}
    for _ in range(3):
        assert take_entry(order=order, sent=one, user=clerk).pk == first.pk
    assert order.transitions.filter(target="delivered").count() == 1
    assert HandoverEntry.objects.count() == 1


def test_a_second_tablets_end_is_told_that_it_was_done_already(order: Order) -> None:
    clerk = clerk_of(order)
    take_entry(order=order, sent=sent(end_of(order)), user=clerk)
    late = take_entry(order=order, sent=sent(end_of(order, refuse="paint")), user=clerk)
    assert late.result["status"] == "already"
    order.refresh_from_db()
    assert order.status == "delivered"


def test_a_nonce_is_for_one_content_and_one_order(order: Order) -> None:
    clerk, one = clerk_of(order), sent(end_of(order))
    take_entry(order=order, sent=one, user=clerk)
    other = Sent(one.nonce, one.kind, {**one.data, "signature": "Mallory"}, one.recorded_at)
    with pytest.raises(NonceUsed):
        take_entry(order=order, sent=other, user=clerk)
    assert HandoverEntry.objects.get().data["signature"] == "Li Lei"


def test_what_the_buyer_does_not_accept_refuses_the_car(order: Order) -> None:
    appointment = order.appointment
    assert appointment is not None
    entry = take_entry(order=order, sent=sent(end_of(order, refuse="paint")), user=clerk_of(order))
    assert entry.result == {"status": "rejected", "order": "rejected"}
    order.refresh_from_db()
    appointment.refresh_from_db()
    assert (order.status, order.handover, order.appointment) == ("rejected", None, None)
    assert appointment.status == "cancelled_store"
    assert order.transitions.get(target="rejected").reason == "paint: A scratch"
    assert order.notices.filter(kind="rejected", channel="email").exists()


def test_another_cars_vin_is_a_result_and_hands_nothing_over(order: Order) -> None:
    entry = take_entry(order=order, sent=sent(end_of(order, vin="1M8GDM9AXKP042788")), user=clerk_of(order))
    assert (entry.result["status"], entry.result["code"]) == ("refused", "wrong_vin")
    order.refresh_from_db()
    assert (order.status, order.handover) == ("ready", None)


def test_an_end_with_points_or_remarks_missing_is_not_kept(order: Order) -> None:
    clerk, data = clerk_of(order), end_of(order)
    del data["items"]["keys"]
    with pytest.raises(PointsMissing) as caught:
        take_entry(order=order, sent=sent(data), user=clerk)
    assert caught.value.extra == {"missing": ["keys"]}
    silent = end_of(order, refuse="glass")
    silent["items"]["glass"]["remark"] = " "
    with pytest.raises(RemarkMissing):
        take_entry(order=order, sent=sent(silent), user=clerk)
    assert not HandoverEntry.objects.exists()


def test_a_picture_that_was_cut_off_is_refused_and_taken_when_it_is_whole(order: Order) -> None:
    clerk, raw, nonce = clerk_of(order), jpeg(), uuid4()
    for wrong in (photo(raw[:-40], claimed=raw), photo(b"not a picture"), photo(raw[:-40]), {"item": "paint"}):
        with pytest.raises(BadPhoto):
            take_entry(order=order, sent=sent(wrong, "photo", nonce), user=clerk)
    entry = take_entry(order=order, sent=sent(photo(raw), "photo", nonce), user=clerk)
    assert (bytes(entry.photo or b""), entry.item) == (raw, "paint")


@pytest.mark.parametrize("who", ["nobody", "customer", "clerk", "other store", "left", "everywhere"])
def test_only_people_of_the_store_see_and_do_it(order: Order, who: str) -> None:
    client = Client()
    if who == "customer":
        client.force_login(make_user())
    elif who == "clerk":
        client.force_login(make_staff(permissions=("orders.view_order", "orders.advance_order")))
    elif who == "other store":
        person = make_staff()
        StoreStaff.objects.create(store=make_delivery_store(), user=person)
        client.force_login(person)
    elif who == "left":
        person = clerk_of(order)
        person.is_staff = False
        person.save()
        client.force_login(person)
    elif who == "everywhere":
        client.force_login(make_staff(permissions=("stores.run_store",)))
    page = client.get(f"/handover/{order.number}/").status_code
    body = json.dumps(body_of(sent(end_of(order))))
    answer = client.post(f"/handover/{order.number}/entries/", body, content_type="application/json").status_code
    order.refresh_from_db()
    expected = {"nobody": (302, 401, "ready"), "everywhere": (200, 201, "delivered")}
    assert (page, answer, order.status) == expected.get(who, (404, 404, "ready"))


def test_the_service_refuses_whoever_is_not_of_the_store(order: Order) -> None:
    with pytest.raises(NotAllowed):
        take_entry(order=order, sent=sent(end_of(order)), user=make_staff())


def body_of(one: Sent) -> dict[str, Any]:
    return {
        "nonce": str(one.nonce), "kind": one.kind, "data": dict(one.data), "recorded_at": one.recorded_at.isoformat(),
    }  # fmt: skip


def test_entries_by_json_are_201_and_again_200_and_half_ones_400(order: Order) -> None:
    client = Client()
    client.force_login(clerk_of(order))
    body, address = json.dumps(body_of(sent(end_of(order)))), f"/handover/{order.number}/entries/"
    assert client.post(address, body[: len(body) // 2], content_type="application/json").status_code == 400
    assert not HandoverEntry.objects.exists()
    answers = [client.post(address, body, content_type="application/json") for _ in range(2)]
    assert [(one.status_code, one.json()["status"]) for one in answers] == [(201, "accepted"), (200, "accepted")]
    assert client.get(f"/handover/{order.number}/").status_code == 200


def test_without_javascript_a_plain_form_does_the_same_once(order: Order) -> None:
    client = Client()
    client.force_login(clerk_of(order))
    address = f"/handover/{order.number}/"
    nonce = client.get(address).context["nonce"]
    data = {"nonce": nonce, "vin": end_of(order)["vin"], "signature": "Li Lei"}
    data |= {f"ok_{name}": "yes" for name in CHECKLIST}
    missing = {name: value for name, value in data.items() if name != "ok_keys"}
    answer = client.post(address, missing)
    assert (answer.status_code, 'value="Li Lei"' in answer.content.decode()) == (422, True)
    for _ in range(2):
        assert client.post(address, data)["Location"] == f"{address}?done=accepted"
    assert order.transitions.filter(target="delivered").count() == 1


def test_the_list_shows_the_hand_overs_of_ones_own_store_alone(order: Order) -> None:
    client, stranger = Client(), Client()
    client.force_login(clerk_of(order))
    assert order.number in client.get("/handover/").content.decode()
    stranger.force_login(make_staff())
    assert stranger.get("/handover/").status_code == 404


def test_the_worker_is_a_script_of_ours_for_the_hand_over_pages() -> None:
    answer = Client().get("/handover/worker.js")
    assert (answer.status_code, answer["Content-Type"]) == (200, "text/javascript; charset=utf-8")
    assert "{%" not in answer.content.decode()


@pytest.mark.django_db(transaction=True)
def test_two_tablets_at_the_same_moment_hand_the_car_over_once() -> None:
    order = ready_order()
    clerk = clerk_of(order)
    same, results = sent(end_of(order)), []
    ends = [same, same, same, sent(end_of(order)), sent(end_of(order))]

    def post(one: Sent) -> None:
        try:
            results.append(take_entry(order=Order.objects.get(pk=order.pk), sent=one, user=clerk).result["status"])
        finally:
            connection.close()

    threads = [threading.Thread(target=post, args=(one,)) for one in ends]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(results) == 5
    assert order.transitions.filter(target="delivered").count() == 1
    assert HandoverEntry.objects.count() == 3
    kept = list(HandoverEntry.objects.values_list("result__status", flat=True))
    assert sorted(kept) == ["accepted", "already", "already"]
