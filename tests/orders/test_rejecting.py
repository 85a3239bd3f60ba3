"""A car that the buyer does not take."""

import pytest

from apps.common.errors import NotAllowed
from apps.orders import services
from apps.orders.errors import NotInThisState, ReasonNeeded
from apps.orders.lifecycle import Actor, Status
from apps.orders.models import Order
from tests.factories.accounts import make_staff, make_user
from tests.factories.orders import CAR_PRICE, ready_order, run_until, signed_order
from tests.orders.test_cancelling import money, refunds_arrive

pytestmark = pytest.mark.django_db
CLERK = ("orders.inspect_car",)


def rejected_order() -> Order:
    order = ready_order()
    services.reject_delivery(order=order, reason="The charging flap does not close")
    order.refresh_from_db()
    return order


def test_a_refused_car_is_put_right_and_offered_again() -> None:
    order = rejected_order()
    assert (order.status, order.appointment) == ("rejected", None)
    assert order.inspections.get(kind="handover").text == "The charging flap does not close"
    assert order.work_items.get(closed_at=None).kind == "rejected"
    services.fix(order=order, found="New hinge", user=make_staff(permissions=CLERK))
    order = run_until(order, Status.READY)
    assert order.appointment is not None
    assert order.appointment.status == "confirmed"
    assert order.inspections.filter(kind="pdi", passed=True).count() == 2
    assert not order.work_items.filter(closed_at=None).exists()


def test_a_refused_car_can_be_cancelled_with_everything_back() -> None:
    order = rejected_order()
    terms = services.cancellation(Order.objects.get(pk=order.pk))
    assert (terms.possible, terms.fee, terms.refund) == (True, 0, CAR_PRICE)
    services.cancel(order=order)
    refunds_arrive(order)
    assert (order.status, money(order)) == ("cancelled", (CAR_PRICE, CAR_PRICE))
    assert not order.allocations.filter(ended_at=None).exists()


def test_refusing_needs_a_reason_and_a_car_that_is_ready() -> None:
    order = ready_order()
    with pytest.raises(ReasonNeeded):
        services.reject_delivery(order=order, reason=" ")
    with pytest.raises(NotInThisState):
        services.reject_delivery(order=signed_order(), reason="No")
    with pytest.raises(NotInThisState):
        services.fix(order=order, found="x", user=make_staff(permissions=CLERK))
    order.refresh_from_db()
    assert (order.status, order.inspections.filter(kind="handover").count()) == ("ready", 0)


def test_at_the_store_only_who_may_inspect_notes_a_refusal() -> None:
    order = ready_order()
    for user in (None, make_user(), make_staff(permissions=("orders.view_order",))):
        with pytest.raises(NotAllowed):
            services.reject_delivery(order=order, reason="No", actor=Actor.STAFF, user=user)
    services.reject_delivery(order=order, reason="No", actor=Actor.STAFF, user=make_staff(permissions=CLERK))
    assert order.transitions.get(target="rejected").actor == "staff"
