"""Undoing an order."""

from datetime import timedelta

import pytest
from django.utils import timezone

from apps.common.errors import NotAllowed
from apps.orders import services
from apps.orders.errors import AlreadySent, FeeDue, NotInThisState
from apps.orders.fulfilment.drain import drain, run_step
from apps.orders.gateways import GatewayEvent
from apps.orders.lifecycle import Actor, Status
from apps.orders.models import Allocation, FulfilmentStep, Order, PartnerJob, Refund
from tests.factories.accounts import make_staff, make_user
from tests.factories.bundles import make_accessory, stock_of
from tests.factories.configurator import make_configurator
from tests.factories.orders import (
    BASE_URL,
    CAR_PRICE,
    DEPOSIT,
    captured,
    make_order,
    pay,
    place,
    ready_order,
    reserved_order,
    run_until,
    signed_order,
    slots_held,
    slots_of,
)
from tests.orders.test_events import refund_done

pytestmark = pytest.mark.django_db


def refunds_arrive(order: Order) -> Order:
    """Undo everything, and let the gateway confirm each refund."""
    while run_step():
        pass
    for refund in Refund.objects.filter(leg__order=order).exclude(status="done"):
        services.apply_event(refund_done(refund))
    order.refresh_from_db()
    return order


def money(order: Order) -> tuple[int, int]:
    """(captured, refunded) of all payments."""
    legs = list(order.legs.all())
    return sum(leg.captured for leg in legs), sum(leg.refunded for leg in legs)


def test_before_paying_everything_is_let_go_at_once() -> None:
    part = make_accessory()
    make_configurator()
    order = make_order(None, ("accessory", part.sku))
    services.cancel(order=order)
    order.refresh_from_db()
    assert (order.status, stock_of(part.sku)) == ("cancelled", (10, 0))
    assert slots_held() == 0
    assert set(order.legs.values_list("status", flat=True)) == {"expired"}
    assert not order.timers.filter(done_at=None).exists()


def test_before_signing_all_the_money_comes_back() -> None:
    part = make_accessory()
    make_configurator()
    order = reserved_order(("accessory", part.sku))
    assert services.cancellation(order) == services.Cancellation(True, 0, DEPOSIT)
    services.cancel(order=order, reason="Changed my mind")
    order.refresh_from_db()
    # Others may have the car at once: they need not wait for the gateway.
    assert (order.status, stock_of(part.sku)) == ("cancelling", (10, 0))
    assert slots_held() == 0
    refunds_arrive(order)
    assert (order.status, money(order)) == ("cancelled", (DEPOSIT, DEPOSIT))
    assert set(order.lines.values_list("status", flat=True)) == {"refunded"}


def test_after_signing_the_fee_is_told_first_and_then_kept() -> None:
    order = signed_order()
    with pytest.raises(FeeDue) as caught:
        services.cancel(order=order)
    assert caught.value.extra == {"fee": 90_000, "refund": DEPOSIT - 90_000}
    order.refresh_from_db()
    assert (order.status, order.steps.get().status, Refund.objects.count()) == ("signed", "ready", 0)
    services.cancel(order=order, accept_fee=True)
    refunds_arrive(order)
    assert (order.status, order.cancellation_fee) == ("cancelled", 90_000)
    assert money(order) == (DEPOSIT, DEPOSIT - 90_000)
    assert slots_held() == 0


def test_a_fee_that_has_grown_since_it_was_seen_is_not_accepted_with_it() -> None:
    order = signed_order()
    seen = services.cancellation(order).fee
    run_until(order, Status.SCHEDULED)
    with pytest.raises(FeeDue) as caught:
        services.cancel(order=order, accept_fee=True, quoted_fee=seen)
    assert caught.value.extra["fee"] == 2 * seen
    services.cancel(order=order, accept_fee=True, quoted_fee=2 * seen)
    order.refresh_from_db()
    assert order.cancellation_fee == 2 * seen


def test_a_fee_is_never_more_than_what_was_paid() -> None:
    order = run_until(signed_order(), Status.AT_STORE)
    assert services.cancellation(order) == services.Cancellation(True, DEPOSIT, 0)
    pay(order)
    fee = CAR_PRICE * 5 // 100
    assert services.cancellation(order) == services.Cancellation(True, fee, CAR_PRICE - fee)
    services.cancel(order=order, accept_fee=True)
    refunds_arrive(order)
    assert money(order) == (CAR_PRICE, CAR_PRICE - fee)
    assert [leg.refunded for leg in order.legs.all()] == [0, CAR_PRICE - fee]


def test_what_was_done_is_undone_in_reverse_order() -> None:
    order = run_until(signed_order(), Status.AT_STORE)
    vin = order.allocations.get().vehicle.vin
    services.cancel(order=order, accept_fee=True)
    seen = []
    while step := order.steps.filter(status="ready").first():
        seen.append((step.kind, step.direction))
        assert run_step()
    assert seen == [("ship", -1), ("await_build", -1), ("submit_build", -1)]
    assert {job.cancelled_at is not None for job in PartnerJob.objects.all()} == {True}
    assert PartnerJob.objects.count() == 2
    allocation = Allocation.objects.get()
    assert (allocation.vehicle.vin, allocation.ended_at is not None) == (vin, True)
    assert slots_of(order) == ["used"]  # that car was built, and its slot is gone
    order.refresh_from_db()
    assert order.status == "cancelled"


def test_the_hand_over_is_given_back() -> None:
    """No state allows cancelling once the hand-over is booked; the step exists for the day it does."""
    order = ready_order()
    FulfilmentStep.objects.create(order=order, kind="book_handover", direction=-1, next_at=timezone.now())
    assert run_step()
    order.refresh_from_db()
    assert order.appointment is not None
    assert order.appointment.status == "cancelled_store"


def test_what_a_lost_worker_may_have_asked_for_is_taken_back() -> None:
    order = signed_order()
    PartnerJob.objects.create(partner="maker", key=order.steps.get().key, started_at=timezone.now())
    order.steps.update(attempts=1)  # it called, and died before it could note it
    services.cancel(order=order, accept_fee=True)
    refunds_arrive(order)
    assert PartnerJob.objects.get().cancelled_at is not None
    assert [(step.kind, step.direction, step.status) for step in order.steps.order_by("pk")] == [
        ("submit_build", 1, "stopped"),
        ("submit_build", -1, "done"),
    ]


def test_cancelling_twice_cancels_once() -> None:
    order = reserved_order()
    for _ in range(2):
        services.cancel(order=order)
    refunds_arrive(order)
    services.cancel(order=order)
    order.refresh_from_db()
    assert (order.status, Refund.objects.count(), order.version) == ("cancelled", 1, 4)


def test_a_payment_that_comes_while_cancelling_goes_back_and_is_waited_for() -> None:
    order = signed_order()
    leg = services.request_payment(order=order, base_url=BASE_URL)
    services.cancel(order=order, accept_fee=True)
    assert services.apply_event(captured(leg)) == "refunding"
    refunds_arrive(order)
    assert (order.status, money(order)) == ("cancelled", (CAR_PRICE, CAR_PRICE - 90_000))


def test_a_payment_that_comes_after_cancelling_goes_back() -> None:
    order = make_order()
    leg = services.request_payment(order=order, base_url=BASE_URL)
    services.cancel(order=order)
    assert services.apply_event(captured(leg)) == "refunding"
    refunds_arrive(order)
    assert (order.status, money(order)) == ("cancelled", (DEPOSIT, DEPOSIT))


def test_money_of_the_wrong_amount_comes_back_too() -> None:
    order = make_order()
    leg = services.request_payment(order=order, base_url=BASE_URL)
    services.apply_event(captured(leg, 7))
    assert services.cancellation(order) == services.Cancellation(True, 0, 7)
    services.cancel(order=order)
    refunds_arrive(order)
    leg.refresh_from_db()
    assert (order.status, money(order), leg.status) == ("cancelled", (7, 7), "refunded")


def test_a_parcel_that_has_left_is_not_cancelled() -> None:
    part = make_accessory()
    basket = services.create_basket()
    services.add_line(basket=basket, kind="accessory", sku=part.sku)
    order = place(basket, delivery_store=None)
    pay(order)
    assert services.cancellation(order).possible
    assert run_step()
    assert not services.cancellation(Order.objects.get(pk=order.pk)).possible
    with pytest.raises(AlreadySent):
        services.cancel(order=order)
    assert (stock_of(part.sku), Refund.objects.count()) == ((9, 0), 0)


def test_a_car_that_is_ready_is_not_cancelled() -> None:
    order = ready_order()
    with pytest.raises(NotInThisState):
        services.cancel(order=order, accept_fee=True)
    assert not Refund.objects.exists()


def test_only_a_clerk_with_the_permission_cancels_for_a_buyer() -> None:
    order = reserved_order()
    for user in (None, make_user(), make_staff(permissions=("orders.view_order",))):
        with pytest.raises(NotAllowed):
            services.cancel(order=order, actor=Actor.STAFF, user=user, reason="They called")
    clerk = make_staff(permissions=("orders.cancel_any_order",))
    services.cancel(order=order, actor=Actor.STAFF, user=clerk, reason="They called")
    entry = order.transitions.get(target="cancelling")
    assert (entry.actor, entry.user, entry.reason) == ("staff", clerk, "They called")


def test_a_refund_that_fails_is_tried_again() -> None:
    order = reserved_order()
    services.cancel(order=order)
    drain(slice_s=5)  # the gateway does not know of any payment: the factory alone said that it came
    refund = Refund.objects.get()
    assert (refund.status, refund.attempts, refund.next_at > timezone.now()) == ("due", 1, True)
    assert "more than was paid" in refund.error
    assert not order.work_items.exists()  # the gateway has three days
    Refund.objects.update(next_at=timezone.now(), created_at=timezone.now() - timedelta(days=3, seconds=1))
    drain(slice_s=5)
    assert order.work_items.get().kind == "refund"
    order.refresh_from_db()
    assert order.status == "cancelling"
    told = GatewayEvent("sandbox", "late", "refund.done", str(refund.leg_id), refund.amount, str(refund.pk))
    assert services.apply_event(told) == "refunded"
    order.refresh_from_db()
    assert order.status == "cancelled"
    assert not order.work_items.filter(closed_at=None).exists()
