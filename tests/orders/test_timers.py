"""Deadlines."""

from datetime import timedelta

import pytest
from django.utils import timezone

from apps.orders import services, timeline
from apps.orders.models import Order, Refund, Timer
from apps.orders.services import timers, transitions
from tests.factories.orders import DEPOSIT, make_order, reserved_order, sign, slots_held

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
    assert slots_held() == 0
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
    assert order.notices.filter(kind="remind_to_sign", channel="email").count() == 1
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


def test_reminders_come_on_three_days_and_after_a_month_the_place_is_given_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    order, start = reserved_order(), timezone.now()
    seen = []
    for day in (3.1, 7.1, 14.1, 30.1):
        monkeypatch.setattr(timezone, "now", lambda day=day: start + timedelta(days=day))
        timers.sweep()
        seen.append(order.notices.filter(kind="remind_to_sign", channel="email", state="due").count())
        order.notices.filter(kind="remind_to_sign").update(sent_at=timezone.now(), state="sent")
    assert seen == [1, 1, 1, 0]
    order.refresh_from_db()
    entry = order.transitions.get(target="cancelling")
    assert (order.status, entry.actor, entry.reason) == ("cancelling", "system", "Not signed within 30 days")
    assert Refund.objects.get().amount == DEPOSIT
    assert slots_held() == 0


def test_what_is_late_is_expected_now_and_not_on_a_day_that_is_over(settings: pytest.FixtureRequest) -> None:
    settings.FULFILMENT_SPEED = 1.0  # type: ignore[attr-defined]
    order = sign(reserved_order())
    expected = timeline.expected_ready(order)
    assert expected is not None
    assert timedelta(days=15.9) < expected - timezone.now() < timedelta(days=16.1)
    order.refresh_from_db()
    late = Order.objects.get(pk=order.pk)
    settings.FULFILMENT_SPEED = 1e9  # type: ignore[attr-defined]
    before = timezone.now()
    due = timeline.expected_ready(late)
    assert due is not None
    assert due >= before
