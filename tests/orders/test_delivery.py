"""The hand-over."""

from datetime import timedelta

import pytest
from django.utils import timezone

from apps.orders import services
from apps.orders.errors import ChecklistIncomplete, NotInThisState, SignatureMissing, WrongVin
from apps.orders.models import Order
from apps.orders.services import timers
from apps.orders.terms import CHECKLIST
from apps.stores import services as stores
from apps.stores.models import Appointment
from tests.factories.orders import ready_order, signed_order

pytestmark = pytest.mark.django_db
EVERYTHING = dict.fromkeys(CHECKLIST, True)


@pytest.fixture
def order() -> Order:
    return ready_order()


def vin_of(order: Order) -> str:
    return order.allocations.get(ended_at=None).vehicle.vin


def accept(order: Order, **changes: object) -> Order:
    details = {"vin": vin_of(order), "signature": "Li Lei", "checklist": EVERYTHING} | changes
    return services.accept_delivery(order=order, **details)  # type: ignore[arg-type]


def test_whatever_is_not_right_the_car_stays(order: Order) -> None:
    with pytest.raises(WrongVin):
        accept(order, vin="1M8GDM9AXKP042788")
    with pytest.raises(SignatureMissing):
        accept(order, signature=" ")
    with pytest.raises(ChecklistIncomplete) as caught:
        accept(order, checklist=EVERYTHING | {"glass": False, "keys": False})
    assert caught.value.extra == {"missing": ["glass", "keys"]}
    order.refresh_from_db()
    assert (order.status, order.handover) == ("ready", None)


def test_accepting_hands_over_once(order: Order) -> None:
    accept(order, vin=f" {vin_of(order).lower()} ")
    accept(order)
    order.refresh_from_db()
    assert order.status == "delivered"
    assert order.handover is not None
    assert (order.handover["vin"], order.handover["checklist"]) == (vin_of(order), list(CHECKLIST))
    assert order.transitions.filter(target="delivered").count() == 1
    assert order.steps.filter(kind="activate").count() == 1
    assert Appointment.objects.get().status == "closed"


def test_a_car_that_is_not_ready_is_not_handed_over() -> None:
    order = signed_order()
    with pytest.raises(NotInThisState):
        services.accept_delivery(order=order, vin="x", signature="Li Lei", checklist=EVERYTHING)


def test_a_hand_over_that_was_moved_is_the_one_that_counts(order: Order) -> None:
    first = order.appointment
    assert first is not None
    slots = stores.next_free(store=first.store, service="delivery", after=first.starts_at + timedelta(days=1))
    second = stores.reschedule(first, slots[0].starts_at)
    timers.sweep()
    order.refresh_from_db()
    assert order.appointment == second
    third = stores.reschedule(second, slots[1].starts_at)
    accept(order)
    order.refresh_from_db()
    assert order.appointment == third
    assert set(Appointment.objects.values_list("status", flat=True)) == {"rescheduled", "closed"}


def test_who_comes_late_gets_the_car_all_the_same(order: Order) -> None:
    appointment = order.appointment
    assert appointment is not None
    stores.mark_no_show(appointment, now=appointment.starts_at + timedelta(hours=1))
    assert accept(order).status == "delivered"


def test_a_store_that_answers_each_wish_hands_over_too() -> None:
    from tests.factories.orders import make_delivery_store

    order = ready_order(delivery_store=make_delivery_store(confirms_at_once=False))
    assert order.appointment is not None
    assert order.appointment.status == "requested"
    accept(order)
    order.appointment.refresh_from_db()
    assert order.appointment.status == "closed"


def test_the_order_is_not_complete_before_its_plans_have_begun(order: Order) -> None:
    accept(order)
    order.timers.filter(kind="return_window").update(due_at=timezone.now())
    timers.sweep()
    order.refresh_from_db()
    assert order.status == "delivered"
    assert order.timers.get(kind="return_window").done_at is None
