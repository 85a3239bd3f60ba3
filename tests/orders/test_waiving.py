"""Four eyes before a fee is waived."""

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from apps.common.errors import NotAllowed
from apps.orders import services
from apps.orders.errors import FeeDue, NoWaiver, ReasonNeeded, SamePerson
from apps.orders.models import Order, Waiver
from tests.factories.accounts import make_staff, make_user
from tests.factories.orders import DEPOSIT, signed_order
from tests.orders.test_cancelling import money, refunds_arrive

pytestmark = pytest.mark.django_db
CLERK, CHIEF = "orders.cancel_any_order", "orders.approve_waiver"


def fresh(order: Order) -> Order:
    return Order.objects.get(pk=order.pk)


def test_what_one_asks_and_another_approves_costs_the_buyer_nothing() -> None:
    order, clerk, chief = signed_order(), make_staff(permissions=(CLERK, CHIEF)), make_staff(permissions=(CHIEF,))
    asked = services.ask_for_waiver(order=order, reason="We gave the wrong date", user=clerk)
    assert services.ask_for_waiver(order=order, reason="Again", user=clerk) == asked
    assert services.cancellation(fresh(order)).fee == 90_000
    with pytest.raises(SamePerson):
        services.decide_waiver(order=order, approved=True, user=clerk)
    services.decide_waiver(order=order, approved=True, user=chief)
    assert services.cancellation(fresh(order)).fee == 0
    assert not order.work_items.filter(closed_at=None).exists()
    services.cancel(order=order)
    refunds_arrive(order)
    assert (order.status, order.cancellation_fee, money(order)) == ("cancelled", 0, (DEPOSIT, DEPOSIT))


def test_a_waiver_that_is_refused_changes_nothing_and_may_be_asked_for_again() -> None:
    order, clerk, chief = signed_order(), make_staff(permissions=(CLERK,)), make_staff(permissions=(CHIEF,))
    services.ask_for_waiver(order=order, reason="Please", user=clerk)
    services.decide_waiver(order=order, approved=False, user=chief)
    with pytest.raises(FeeDue):
        services.cancel(order=fresh(order))
    with pytest.raises(NoWaiver):
        services.decide_waiver(order=order, approved=True, user=chief)
    services.ask_for_waiver(order=order, reason="A new reason", user=clerk)
    assert Waiver.objects.count() == 2


def test_asking_and_deciding_need_a_permission_each_and_a_reason() -> None:
    order, clerk = signed_order(), make_staff(permissions=(CLERK,))
    for user in (make_user(), make_staff(permissions=(CHIEF,))):
        with pytest.raises(NotAllowed):
            services.ask_for_waiver(order=order, reason="x", user=user)
    with pytest.raises(ReasonNeeded):
        services.ask_for_waiver(order=order, reason=" ", user=clerk)
    services.ask_for_waiver(order=order, reason="x", user=clerk)
    with pytest.raises(NotAllowed):
        services.decide_waiver(order=order, approved=True, user=make_staff(permissions=(CLERK,)))
    assert Waiver.objects.get().approved is None


def test_the_database_refuses_one_person_for_both() -> None:
    order, clerk, now = signed_order(), make_staff(permissions=(CLERK, CHIEF)), timezone.now()
    with pytest.raises(IntegrityError, match="waiver_four_eyes"), transaction.atomic():
        Waiver.objects.create(
            order=order, reason="x", asked_by=clerk, asked_at=now, decided_by=clerk, decided_at=now, approved=True
        )
    with pytest.raises(IntegrityError, match="waiver_decided_by_somebody"), transaction.atomic():
        Waiver.objects.create(order=order, reason="x", asked_by=clerk, asked_at=now, approved=True)
