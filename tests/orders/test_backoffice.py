"""What clerks do."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone

from apps.accounts.models import User
from apps.common.errors import NotAllowed
from apps.orders import services
from apps.orders.errors import NothingDue, NothingToRefund, NotInThisState, NotParked, ReasonNeeded
from apps.orders.fulfilment.drain import MAX_ATTEMPTS, run_step
from apps.orders.lifecycle import Status
from apps.orders.models import FulfilmentStep, Order, PartnerJob, Refund
from apps.orders.services import transitions
from tests.factories.accounts import make_staff, make_user
from tests.factories.bundles import make_accessory, make_charger
from tests.factories.configurator import make_configurator
from tests.factories.orders import DEPOSIT, delivered_order, reserved_order, run_until, signed_order

pytestmark = pytest.mark.django_db


def clerk() -> User:
    return make_staff(permissions=("orders.advance_order", "orders.refund_order"))


def test_nobody_without_the_permission_does_anything() -> None:
    order = signed_order()
    leg, line, step = order.legs.get(position=1), order.lines.get(), order.steps.get()
    transitions.raise_work_item(order, "payment", "Look at this.")
    item = order.work_items.get()
    acts: list[Callable[..., object]] = [
        lambda user: services.advance(order=order, user=user, reason="x"),
        lambda user: services.retry_step(step=step, user=user),
        lambda user: services.refund(leg=leg, amount=1, reason="x", user=user),
        lambda user: services.take_work_item(item=item, user=user),
        lambda user: services.advance_line(line=line, user=user),
        lambda user: services.close_work_item(item=item, user=user),
    ]
    customer = make_user()
    viewer = make_staff(permissions=("orders.view_order",))
    for act in acts:
        for user in (customer, viewer):
            with pytest.raises(NotAllowed):
                act(user)
    item.refresh_from_db()
    assert (item.closed_at, Refund.objects.count(), FulfilmentStep.objects.get().status) == (None, 0, "ready")


def break_maker(order: Order) -> FulfilmentStep:
    """Let the step fail until it is parked: the order's car has no options, which no maker builds."""
    line = order.lines.get()
    order.lines.update(facts={})
    step = order.steps.get(status="ready")
    for _ in range(MAX_ATTEMPTS):
        FulfilmentStep.objects.update(next_at=timezone.now())
        assert run_step()
    order.lines.update(facts=line.facts)
    step.refresh_from_db()
    return step


def test_a_step_that_fails_too_often_is_parked_and_goes_on_after_a_retry() -> None:
    order, user = signed_order(), clerk()
    step = break_maker(order)
    assert (step.status, step.attempts, step.error) == ("parked", MAX_ATTEMPTS, "KeyError: 'options'")
    assert not run_step()
    assert order.work_items.get().kind == "step"
    services.retry_step(step=step, user=user)
    item = order.work_items.get()
    assert (item.owner, item.closed_at is not None) == (user, True)
    assert run_until(order, Status.AT_STORE).status == "at_store"
    with pytest.raises(NotParked):
        services.retry_step(step=step, user=user)


def test_a_parked_order_can_still_be_cancelled() -> None:
    order = signed_order()
    break_maker(order)
    services.cancel(order=order, accept_fee=True)
    assert order.steps.get(direction=1).status == "stopped"
    assert run_step()
    assert order.steps.get(direction=-1).status == "done"


def test_moving_an_order_on_makes_its_step_due_and_keeps_the_reason() -> None:
    order, user = signed_order(), clerk()
    assert run_step()
    order.steps.filter(status="ready").update(next_at=timezone.now() + timedelta(days=9))
    assert not run_step()
    with pytest.raises(ReasonNeeded):
        services.advance(order=order, user=user, reason=" ")
    services.advance(order=order, user=user, reason="They called")
    assert run_step()
    result = order.steps.get(kind="await_slot").result
    assert (result["reason"], result["advanced_by"]) == ("They called", user.pk)
    with pytest.raises(NothingDue):
        services.advance(order=reserved_order(), user=user, reason="x")


def test_some_of_a_payment_goes_back_and_never_more_than_is_left() -> None:
    order, user = reserved_order(), clerk()
    leg = order.legs.get(position=1)
    for amount in (DEPOSIT + 1, 0, -5):
        with pytest.raises(NothingToRefund):
            services.refund(leg=leg, amount=amount, reason="Sorry", user=user)
    with pytest.raises(ReasonNeeded):
        services.refund(leg=leg, amount=1, reason="", user=user)
    made = services.refund(leg=leg, amount=DEPOSIT - 1, reason="Sorry", user=user)
    assert (made.status, made.user) == ("due", user)
    with pytest.raises(NothingToRefund):  # what is on its way is gone
        services.refund(leg=leg, amount=2, reason="Sorry", user=user)
    with pytest.raises(NothingToRefund):
        services.refund(leg=order.legs.get(position=2), amount=1, reason="Sorry", user=user)
    assert services.cancellation(order).refund == 1


def mismatched_order() -> Order:
    order = signed_order()
    assert run_step()
    job = PartnerJob.objects.get()
    job.facts["as_built"] = [*job.facts["options"][:-1], "red"]
    job.save()
    return run_until(order, Status.MISMATCH)


def test_a_car_that_is_not_as_ordered_stops_the_order() -> None:
    order = mismatched_order()
    item = order.work_items.get(closed_at=None)
    assert (item.kind, "red" in item.text) == ("mismatch", True)
    assert order.notices.filter(kind="mismatch").exists()
    assert not order.notices.filter(kind="vin_assigned").exists()
    assert not run_step()  # never decided by time


def test_or_cancel_free_of_charge() -> None:
    order = mismatched_order()
    assert services.cancellation(order) == services.Cancellation(True, 0, DEPOSIT)
    services.cancel(order=order)
    while run_step():
        pass
    assert not order.allocations.filter(ended_at=None).exists()
    assert Refund.objects.get().amount == DEPOSIT


def test_lines_move_by_hand_only_where_people_work_on_them() -> None:
    charger, part = make_charger(), make_accessory()
    make_configurator()
    order, user = delivered_order(("charger", charger.sku), ("accessory", part.sku)), clerk()
    assert run_step()
    for kind in ("charger", "accessory", "car"):
        with pytest.raises(NotInThisState):
            services.advance_line(line=order.lines.get(kind=kind), user=user)


def test_a_car_and_what_needs_no_fitting_are_never_fitted() -> None:
    part = make_accessory()
    make_configurator()
    order, user = reserved_order(("accessory", part.sku)), clerk()
    for line in order.lines.all():
        with pytest.raises(NotInThisState):
            services.advance_line(line=line, user=user)


def test_a_work_item_is_closed_once_and_keeps_its_owner() -> None:
    order, first, second = reserved_order(), clerk(), clerk()
    transitions.raise_work_item(order, "payment", "Look at this.")
    transitions.raise_work_item(order, "payment", "Look again.")
    item = order.work_items.get()
    for user in (first, second):
        services.close_work_item(item=item, user=user)
    item.refresh_from_db()
    assert (item.owner, item.text) == (first, "Look at this.")
