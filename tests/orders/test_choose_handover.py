"""Choosing the time of the hand-over from the order's page."""

from datetime import timedelta

import pytest
from django.test import Client

from apps.messaging.models import Message
from apps.orders import services
from apps.orders.errors import NotReadyYet
from apps.orders.models import Order
from apps.stores import services as stores
from apps.stores.errors import SlotTaken
from apps.stores.models import Appointment
from tests.factories.orders import delivered_order, ready_order, signed_order

pytestmark = pytest.mark.django_db


def later_slots(order: Order) -> list[stores.Slot]:
    assert order.appointment is not None
    store = order.appointment.store
    return stores.next_free(store=store, service="delivery", after=order.appointment.starts_at + timedelta(days=1))


def test_the_new_time_is_the_orders_and_the_old_one_is_free() -> None:
    order = ready_order()
    before, slot = order.appointment, later_slots(order)[0]
    assert before is not None
    booked = services.choose_handover(order=order, starts_at=slot.starts_at)
    order.refresh_from_db()
    before.refresh_from_db()
    assert (order.appointment, booked.starts_at, before.status) == (booked, slot.starts_at, "rescheduled")
    assert Message.objects.filter(reference=str(booked.pk), kind="moved", channel="email").exists()
    assert not Message.objects.filter(reference=str(before.pk), state="due").exists()


def test_a_time_that_somebody_else_has_leaves_the_old_one_standing() -> None:
    order = ready_order()
    before, slot = order.appointment, later_slots(order)[0]
    assert before is not None
    stores.hold_slot(store=before.store, service="delivery", starts_at=slot.starts_at)
    with pytest.raises(SlotTaken):
        services.choose_handover(order=order, starts_at=slot.starts_at)
    order.refresh_from_db()
    before.refresh_from_db()
    assert (order.appointment, before.status) == (before, "confirmed")


def test_choosing_the_same_time_again_changes_nothing() -> None:
    order = ready_order()
    assert order.appointment is not None
    assert services.choose_handover(order=order, starts_at=order.appointment.starts_at) == order.appointment
    assert Appointment.objects.count() == 1


def test_whoever_cancelled_the_hand_over_books_a_new_one() -> None:
    order = ready_order()
    assert order.appointment is not None
    slot = later_slots(order)[0]
    stores.cancel(order.appointment)
    order.refresh_from_db()
    booked = services.choose_handover(order=order, starts_at=slot.starts_at)
    assert (booked.status, booked.reference, booked.language) == ("confirmed", order.number, order.language)


@pytest.mark.parametrize("make", [signed_order, delivered_order])
def test_there_is_no_time_to_choose_before_the_car_is_ready_or_after_it_is_gone(make: type) -> None:
    order = make()
    slot_at = order.placed_at + timedelta(days=3)
    with pytest.raises(NotReadyYet):
        services.choose_handover(order=order, starts_at=slot_at)


def page_of(order: Order) -> tuple[Client, str]:
    client = Client()
    client.get(f"/orders/{order.number}/?token={order.token}")
    return client, f"/orders/{order.number}/handover/"


def test_the_page_offers_the_stores_times_and_takes_one() -> None:
    order = ready_order()
    client, address = page_of(order)
    assert 'name="starts_at"' in client.get(address).content.decode()
    fragment = client.get(address, headers={"HX-Request": "true"}).content.decode()
    assert ('id="picker"' in fragment, "<html" in fragment) == (True, False)
    assert client.post(address, {}).status_code == 422
    slot = later_slots(order)[0]
    answer = client.post(address, {"starts_at": slot.starts_at.isoformat()})
    assert (answer.status_code, answer["Location"]) == (303, f"/orders/{order.number}/")
    order.refresh_from_db()
    assert order.appointment is not None
    assert order.appointment.starts_at == slot.starts_at


def test_a_taken_time_answers_with_the_next_free_ones() -> None:
    order = ready_order()
    assert order.appointment is not None
    client, address = page_of(order)
    slot = later_slots(order)[0]
    stores.hold_slot(store=order.appointment.store, service="delivery", starts_at=slot.starts_at)
    answer = client.post(address, {"starts_at": slot.starts_at.isoformat()})
    assert (answer.status_code, "just been taken" in answer.content.decode()) == (409, True)


def test_it_is_the_buyers_page_alone() -> None:
    order = ready_order()
    assert Client().get(f"/orders/{order.number}/handover/").status_code == 404
    assert Client().post(f"/orders/{order.number}/handover/", {"starts_at": "x"}).status_code == 404
    client, address = page_of(signed_order())
    assert client.get(address).status_code == 409
