"""Deadlines."""

from datetime import timedelta

import pytest
from django.utils import timezone

from apps.orders import services
from apps.orders.models import BuildSlot, Order, Timer
from apps.orders.services import timers, transitions
from tests.factories.orders import make_order, reserved_order, sign

pytestmark = pytest.mark.django_db


def make_due(order: Order, kind: str) -> None:
    assert order.timers.filter(kind=kind, done_at=None).update(due_at=timezone.now() - timedelta(seconds=1)) == 1


def test_nothing_happens_before_its_time() -> None:
    order = make_order()
    hold = order.timers.get()
    assert (hold.kind, hold.due_at - order.placed_at) == ("hold", timedelta(minutes=15))
    assert timers.sweep() == 0
    order.refresh_from_db()
    assert order.status == "placed"


def test_a_hold_ends_once_however_often_it_is_swept() -> None:
    order = make_order()
    make_due(order, "hold")
    assert [timers.sweep(), timers.sweep()] == [1, 0]
    order.refresh_from_db()
    assert (order.status, order.version) == ("expired", 2)
    assert BuildSlot.objects.get().order is None
    assert set(order.legs.values_list("status", flat=True)) == {"expired"}


def test_a_stale_hold_of_a_paid_order_does_nothing() -> None:
    order = reserved_order()
    Timer.objects.create(order=order, kind="hold", due_at=timezone.now())
    timers.sweep()
    order.refresh_from_db()
    assert order.status == "reserved"
    assert not order.timers.filter(kind="hold", done_at=None).exists()


def test_whoever_has_not_signed_is_reminded_once() -> None:
    order = reserved_order()
    make_due(order, "remind_to_sign")
    timers.sweep()
    timers.sweep()
    assert order.notices.filter(kind="remind_to_sign").count() == 1
    order.refresh_from_db()
    assert order.status == "reserved"


def test_whoever_has_signed_is_not_reminded() -> None:
    order = reserved_order()
    sign(order)
    transitions.set_timer(order, "remind_to_sign", timezone.now())
    timers.sweep()
    assert not order.notices.filter(kind="remind_to_sign").exists()


def test_a_timer_that_fails_waits_and_lets_the_others_by() -> None:
    broken, order = make_order(), make_order()
    Timer.objects.create(order=broken, kind="unheard of", due_at=timezone.now() - timedelta(days=1))
    make_due(order, "hold")
    assert timers.sweep(limit=1) == 1
    assert timers.sweep(limit=1) == 1
    order.refresh_from_db()
    assert order.status == "expired"


def test_cancelling_stops_every_timer() -> None:
    order = reserved_order()
    services.cancel(order=order)
    assert not order.timers.filter(done_at=None).exists()
