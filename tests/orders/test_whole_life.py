"""An order from the basket to its end, by services and steps alone."""

import pytest
from django.core import mail
from django.utils import timezone

from apps.messaging.sending import send_due
from apps.orders import timeline
from apps.orders.fulfilment.drain import run_step
from apps.orders.lifecycle import Status
from apps.orders.models import FulfilmentStep, Order, Timer
from apps.orders.services import timers
from apps.stores.models import Appointment
from tests.factories.bundles import make_accessory, make_charger, make_cover, make_plan, stock_of
from tests.factories.configurator import make_configurator
from tests.factories.orders import (
    CAR_PRICE,
    DEPOSIT,
    delivered_order,
    make_order,
    pay,
    run_until,
    signed_order,
    slots_of,
)

pytestmark = pytest.mark.django_db


def statuses(order: Order) -> list[str]:
    return list(order.transitions.values_list("target", flat=True))


def test_a_car_goes_from_the_basket_to_its_buyer() -> None:
    make_configurator()
    cover, plan, part, charger = (
        make_cover(),
        make_plan(),
        make_accessory(needs_fitting=True, fitting_price=5_000, fitting_minutes=30),
        make_charger(),
    )
    order = delivered_order(
        ("cover", cover.sku), ("maintenance_plan", plan.sku), ("accessory", part.sku), ("charger", charger.sku)
    )
    assert stock_of(part.sku) == (10, 1)
    assert run_step()
    assert stock_of(part.sku) == (9, 0)
    lines = {line.kind: line.status for line in order.lines.all()}
    assert lines["maintenance_plan"] == "active"
    assert (lines["cover"], lines["accessory"], lines["charger"]) == ("fitted", "fitted", "allocated")
    assert statuses(order) == [
        "placed", "reserved", "signed", "scheduled", "vin_assigned", "in_transit", "at_store", "ready", "delivered",
    ]  # fmt: skip
    assert list(order.transitions.values_list("seq", flat=True)) == list(range(1, 10))
    appointment = Appointment.objects.get()
    assert (appointment.reference, appointment.service, appointment.status) == (order.number, "delivery", "closed")
    order.lines.filter(kind="charger").update(status="surveyed")
    order.lines.filter(kind="charger").update(status="booked")
    order.lines.filter(kind="charger").update(status="installed")
    order.lines.filter(kind="charger").update(status="accepted_by_buyer")
    Timer.objects.filter(kind="return_window").update(due_at=timezone.now())
    assert timers.sweep() == 1
    order.refresh_from_db()
    assert order.status == "completed"


def test_what_was_promised_is_frozen() -> None:
    configurator = make_configurator()
    order = make_order(configurator)
    configurator.car_model.name_en = "Renamed"
    configurator.car_model.save()
    line = order.lines.get()
    assert "Renamed" not in line.name_en
    assert (line.total, order.total, sum(step["amount"] for step in line.trace)) == (CAR_PRICE, CAR_PRICE, CAR_PRICE)
    assert [(leg.purpose, leg.amount) for leg in order.legs.all()] == [
        ("deposit", DEPOSIT),
        ("balance", CAR_PRICE - DEPOSIT),
    ]
    assert slots_of(order)


def test_the_car_is_ready_only_when_everything_is_paid() -> None:
    order = run_until(signed_order(), Status.AT_STORE)
    for _ in range(3):
        FulfilmentStep.objects.filter(order=order, status="ready").update(next_at=timezone.now())
        run_step()
    order.refresh_from_db()
    assert (order.status, order.steps.get(status="ready").kind) == ("at_store", "await_balance")
    pay(order)
    assert run_until(order, Status.READY).appointment is not None


def test_each_step_is_told_to_the_buyer_in_their_language() -> None:
    order = make_order(language="zh-hans")
    pay(order)
    send_due()
    assert [message.to for message in mail.outbox] == [["lilei@example.com"]] * 2
    assert f"/zh-hans/orders/{order.number}/?token={order.token}" in mail.outbox[0].body
    send_due()
    assert len(mail.outbox) == 2


def test_the_timeline_shows_what_is_behind_and_what_is_to_come() -> None:
    order = Order.objects.whole().get(pk=signed_order().pk)
    entries = [entry for entry in timeline.of(order) if entry.kind == "order"]
    assert [(entry.status, entry.when) for entry in entries[:4]] == [
        ("placed", "done"),
        ("reserved", "done"),
        ("signed", "now"),
        ("scheduled", "next"),
    ]
    assert entries[-1].status == "completed"
    assert timeline.expected_ready(order) is not None


def test_an_order_of_parts_alone_is_sent() -> None:
    from apps.orders import services
    from tests.factories.orders import place

    part = make_accessory()
    basket = services.create_basket()
    services.add_line(basket=basket, kind="accessory", sku=part.sku, quantity=2)
    order = place(basket, delivery_store=None)
    assert [leg.purpose for leg in order.legs.all()] == ["full"]
    pay(order)
    run_until(order, Status.COMPLETED)
    assert stock_of(part.sku) == (8, 0)
    assert order.lines.get().status == "received"
