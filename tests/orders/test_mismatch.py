"""A car that is not what was promised, and a build that is refused: the buyer decides."""

from collections.abc import Callable

import pytest
from django.test import Client, override_settings
from django.utils import timezone

from apps.common.errors import NotAllowed
from apps.configurator.models import Configurator
from apps.ledger.services import balance, prove
from apps.orders import services
from apps.orders.actions import actions
from apps.orders.errors import NotInThisState, ReasonNeeded, SoldOut
from apps.orders.lifecycle import Actor, Status
from apps.orders.models import Order, PartnerJob, Timer
from apps.orders.partners.simulation import Faults
from apps.orders.services import legs, owed, timers
from tests.factories.accounts import make_staff, make_user
from tests.factories.configurator import make_configurator
from tests.factories.orders import DEPOSIT, make_slots, pay, run_until, signed_order, slots_of
from tests.orders.test_backoffice import mismatched_order
from tests.orders.test_cancelling import money, refunds_arrive
from tests.orders.test_inspections import INSPECT

pytestmark = pytest.mark.django_db
CREDIT = 9_000_000 * 15 // 1_000


def guest_of(order: Order) -> Client:
    client = Client()
    client.get(f"/orders/{order.number}/?token={order.token}")
    return client


def credited(order: Order) -> list[tuple[str, int]]:
    return list(order.credits.values_list("kind", "amount"))


def refused_order() -> Order:
    with override_settings(PARTNER_FAULTS={"maker": Faults(refuse=100)}):
        return run_until(signed_order(), Status.ALLOC_FAILED)


def test_the_buyer_takes_it_with_a_credit_and_it_goes_on() -> None:
    order = mismatched_order()
    services.accept_mismatch(order=order)
    assert credited(order) == [("mismatch", CREDIT)]
    order = run_until(order, Status.AT_STORE)
    pay(order)
    assert run_until(order, Status.READY).status == "ready"
    assert not order.work_items.filter(kind="mismatch", closed_at=None).exists()
    assert not order.timers.filter(kind="mismatch_call", done_at=None).exists()
    with pytest.raises(NotInThisState):
        services.accept_mismatch(order=order)


def test_what_was_damaged_on_the_way_goes_on_from_there() -> None:
    order = run_until(signed_order(), Status.IN_TRANSIT)
    clerk = make_staff(permissions=(INSPECT,))
    services.report_damage(order=order, text="Hail", user=clerk)
    services.close_inspection(order=order, passed=False, found="Hail on the roof", user=clerk)
    services.accept_mismatch(order=order)
    order.refresh_from_db()
    assert order.status == "in_transit"
    assert run_until(order, Status.AT_STORE).status == "at_store"


def test_the_buyer_has_it_built_again_and_gets_another_car() -> None:
    order = mismatched_order()
    wrong = order.allocations.get(ended_at=None).vehicle
    with pytest.raises(SoldOut):
        services.rebuild(order=order)
    order.refresh_from_db()
    assert (order.status, order.allocations.get(ended_at=None).vehicle) == ("mismatch", wrong)
    configurator = make_configurator_of(order)
    make_slots(configurator)
    services.rebuild(order=order)
    order.refresh_from_db()
    assert order.status == "scheduled"
    order = run_until(order, Status.VIN_ASSIGNED)
    right = order.allocations.get(ended_at=None).vehicle
    assert right.vin != wrong.vin
    assert PartnerJob.objects.get(key=f"{order.pk}:submit_build:1").cancelled_at is not None
    assert sorted(slots_of(order)) == ["used", "used"]
    assert run_until(order, Status.AT_STORE).status == "at_store"


def make_configurator_of(order: Order) -> Configurator:
    return Configurator.objects.get(car_model=order.car_model)


def test_nobody_else_accepts_and_after_a_week_somebody_calls() -> None:
    order = mismatched_order()
    due = order.timers.get(kind="mismatch_call").due_at
    assert 6 <= (due - timezone.now()).days <= 7
    Timer.objects.filter(kind="mismatch_call").update(due_at=timezone.now())
    timers.sweep()
    order.refresh_from_db()
    assert (order.status, order.work_items.filter(kind="call", closed_at=None).count()) == ("mismatch", 1)


def test_a_refused_build_takes_another_slot_with_a_credit() -> None:
    order = refused_order()
    assert order.work_items.get(closed_at=None).kind == "allocation"
    assert not order.steps.filter(status="ready").exists()
    services.other_slot(order=order)
    order.refresh_from_db()
    assert (order.status, order.steps.get(status="ready").round) == ("signed", 1)
    assert credited(order) == [("delay", 100_000)]
    assert run_until(order, Status.VIN_ASSIGNED).status == "vin_assigned"
    assert PartnerJob.objects.filter(partner="maker", cancelled_at=None).count() == 1


def test_a_refused_build_is_cancelled_free_of_charge() -> None:
    order = refused_order()
    assert services.cancellation(Order.objects.get(pk=order.pk)) == services.Cancellation(True, 0, DEPOSIT)
    services.cancel(order=order)
    refunds_arrive(order)
    assert (order.status, money(order)) == ("cancelled", (DEPOSIT, DEPOSIT))


def test_a_slot_can_be_taken_back_by_the_maker_and_only_by_who_may_say_so() -> None:
    order = run_until(signed_order(), Status.SCHEDULED)
    for user in (None, make_user(), make_staff(permissions=("orders.view_order",))):
        with pytest.raises(NotAllowed):
            services.refuse_build(order=order, reason="x", actor=Actor.STAFF, user=user)
    clerk = make_staff(permissions=("orders.advance_order",))
    with pytest.raises(ReasonNeeded):
        services.refuse_build(order=order, reason=" ", actor=Actor.STAFF, user=clerk)
    services.refuse_build(order=order, reason="Withdrawn", actor=Actor.STAFF, user=clerk)
    order.refresh_from_db()
    assert order.status == "alloc_failed"
    with pytest.raises(NotInThisState):
        services.other_slot(order=signed_order())


@pytest.mark.parametrize("act", ["accept-mismatch", "rebuild"])
def test_the_page_lets_the_buyer_decide(act: str) -> None:
    order = mismatched_order()
    client = guest_of(order)
    page = client.get(f"/orders/{order.number}/").content.decode()
    assert f"/orders/{order.number}/acts/{act}/" in page
    assert "¥1,350" in page
    assert Client().post(f"/orders/{order.number}/acts/{act}/").status_code == 404
    assert client.post(f"/orders/{order.number}/acts/nonsense/").status_code == 404
    make_slots(make_configurator_of(order))
    assert client.post(f"/orders/{order.number}/acts/{act}/").status_code == 303
    assert client.post(f"/orders/{order.number}/acts/{act}/").status_code == 409
    order.refresh_from_db()
    assert order.status == {"accept-mismatch": "vin_assigned", "rebuild": "scheduled"}[act]


def test_the_page_and_the_api_offer_another_slot() -> None:
    order = refused_order()
    page = guest_of(order).get(f"/orders/{order.number}/").content.decode()
    assert "No place on the line for this build" in page
    client = Client(headers={"X-Order-Token": order.token})
    body = client.get(f"/api/v1/orders/{order.number}/").json()
    assert {one["act"]: one["to"] for one in body["actions"]} == {
        "other_slot": ["signed"], "change": ["signed"], "cancel": ["cancelling"],
    }  # fmt: skip
    answer = client.post(f"/api/v1/orders/{order.number}/other-slot/", {}, content_type="application/json")
    assert (answer.status_code, answer.json()["status"]) == (200, "signed")
    assert Client().post(f"/api/v1/orders/{order.number}/other-slot/").status_code == 404


def test_a_second_car_of_the_model_is_not_needed_to_wait_for_a_slot() -> None:
    make_configurator()
    order = refused_order()
    services.other_slot(order=order)
    assert slots_of(order) == ["taken"]


def test_each_credit_that_is_owed_lowers_the_next_payment_once() -> None:
    order = refused_order()
    for amount, kind in ((100_000, "delay"), (135_000, "mismatch"), (135_000, "mismatch"), (0, "delay")):
        owed.owe_credit(order, amount, kind=kind, key=kind)
    assert credited(order) == [("delay", 100_000), ("mismatch", 135_000)]
    assert legs.outstanding(order) == order.total - DEPOSIT - 235_000
    assert (balance("expense:credits"), balance("credits"), prove()) == (235_000, 0, [])
    assert not order.work_items.filter(kind="credit").exists()


@pytest.mark.parametrize(("make", "act"), [(refused_order, "other_slot"), (mismatched_order, "accept_mismatch")])
def test_deciding_comes_before_paying(make: Callable[[], Order], act: str) -> None:
    offered = actions(Order.objects.whole().get(pk=make().pk))
    assert [one.act for one in offered][:2] == [act, "pay"]
    assert [one.act for one in offered if one.is_primary] == [act]
