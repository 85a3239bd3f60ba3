"""Two people before the hand-over, damage on the way, the insurance."""

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from apps.common.errors import NotAllowed
from apps.orders import services
from apps.orders.errors import NotInspected, NotInThisState, ReasonNeeded, SamePerson
from apps.orders.fulfilment import preparing
from apps.orders.fulfilment.drain import run_step
from apps.orders.lifecycle import Status
from apps.orders.models import FulfilmentStep, Inspection, Order, PartnerJob
from apps.orders.partners import StoreReport
from tests.factories.accounts import make_staff, make_user
from tests.factories.orders import make_order, pay, run_until, signed_order
from tests.orders.test_order_page import guest_of

pytestmark = pytest.mark.django_db
INSPECT = "orders.inspect_car"


def due(order: Order, times: int = 1) -> Order:
    for _ in range(times):
        FulfilmentStep.objects.filter(order=order, status="ready").update(next_at=timezone.now())
        run_step()
    order.refresh_from_db()
    return order


@pytest.fixture
def by_people(settings: pytest.FixtureRequest) -> None:
    settings.STORES_REPORT = False  # type: ignore[attr-defined]


def paid_at_store() -> Order:
    order = run_until(signed_order(), Status.AT_STORE)
    pay(order)
    return order


def test_a_store_that_reports_by_itself_has_two_people_sign() -> None:
    order = run_until(paid_at_store(), Status.READY)
    inspection = order.inspections.get()
    assert (inspection.passed, inspection.first_name, inspection.second_name) == (True, "Chen Jie", "Zhou Ming")
    assert order.insurance is not None
    assert order.insurance["policy"].startswith("PDZA")


def test_a_store_that_reports_one_name_twice_has_nobody_sign() -> None:
    order = paid_at_store()
    twice = StoreReport(passed=True, found="", repair_days=0, people=("Chen Jie", "Chen Jie"), policy="PDZA1")
    with pytest.raises(SamePerson):
        preparing.inspected(order, twice)
    assert not order.inspections.exists()


def test_what_a_store_notes_of_a_car_that_passes_is_kept() -> None:
    order = paid_at_store()
    report = StoreReport(
        passed=True, found=" 2.4 bar ", repair_days=0, people=("Chen Jie", "Zhou Ming"), policy="PDZA1"
    )
    assert preparing.inspected(order, report) is True
    assert preparing.inspected(order, report) is True  # again changes nothing
    assert order.inspections.get().found == "2.4 bar"


def test_without_two_different_signatures_and_the_insurance_no_car_is_ready(by_people: None) -> None:
    order = due(paid_at_store(), 3)
    assert order.steps.get(status="ready").kind == "inspect"
    assert order.work_items.get(closed_at=None).kind == "pdi"
    first, second = make_staff(permissions=(INSPECT,)), make_staff(permissions=(INSPECT,))
    services.sign_pdi(order=order, passed=True, found="", user=first)
    with pytest.raises(SamePerson):
        services.sign_pdi(order=order, passed=True, found="", user=first)
    assert due(order).steps.get(status="ready").kind == "inspect"
    services.sign_pdi(order=order, passed=True, found="Tyres at 2.4 bar", user=second)
    order = due(order, 3)
    assert (order.status, order.steps.get(status="ready").kind) == ("at_store", "book_handover")
    assert set(order.work_items.filter(closed_at=None).values_list("kind", flat=True)) == {"insurance"}
    services.see_insurance(order=order, policy="PDZA20261127", user=first)
    order = due(order)
    assert order.status == "ready"
    assert not order.work_items.filter(closed_at=None).exists()


def test_what_is_found_is_repaired_and_looked_at_again(by_people: None) -> None:
    order = due(paid_at_store(), 2)
    clerk, other = make_staff(permissions=(INSPECT,)), make_staff(permissions=(INSPECT,))
    services.sign_pdi(order=order, passed=True, found="", user=clerk)
    with pytest.raises(ReasonNeeded):
        services.sign_pdi(order=order, passed=False, found=" ", user=other)
    services.sign_pdi(order=order, passed=False, found="Scratch on the left door", repair_days=3, user=other)
    order.refresh_from_db()
    step = order.steps.get(status="ready")
    assert (order.status, step.kind, step.round) == ("at_store", "inspect", 1)
    assert order.work_items.get(kind="repair", closed_at=None).text.endswith("Scratch on the left door")
    for user in (clerk, other):
        services.sign_pdi(order=order, passed=True, found="", user=user)
    services.see_insurance(order=order, policy="P1", user=clerk)
    assert due(order, 3).status == "ready"
    assert [one.passed for one in order.inspections.order_by("pk")] == [False, True]
    assert not order.work_items.filter(kind="repair", closed_at=None).exists()


def test_a_repair_that_takes_too_long_is_the_buyers_to_decide(by_people: None) -> None:
    order = due(paid_at_store(), 2)
    services.sign_pdi(
        order=order, passed=False, found="Bent frame", repair_days=15, user=make_staff(permissions=(INSPECT,))
    )
    order.refresh_from_db()
    assert order.status == "mismatch"
    assert order.timers.filter(kind="mismatch_call", done_at=None).exists()
    assert not order.steps.filter(status="ready").exists()


def test_a_simulated_store_finds_what_its_books_say() -> None:
    order = due(paid_at_store())
    step = order.steps.get(kind="inspect", direction=1)
    PartnerJob.objects.create(partner="store", key=step.key, facts={"found": "Dent"}, started_at=timezone.now())
    order = run_until(order, Status.READY)
    assert [(one.passed, one.found) for one in order.inspections.order_by("pk")] == [(False, "Dent"), (True, "")]
    assert order.steps.filter(kind="inspect", status="done").count() == 2


def test_damage_stops_the_car_until_it_was_inspected() -> None:
    order = run_until(signed_order(), Status.IN_TRANSIT)
    clerk = make_staff(permissions=(INSPECT,))
    with pytest.raises(NotInspected):
        services.close_inspection(order=order, passed=True, found="Fine", user=clerk)
    services.report_damage(order=order, text="Crate fell on it", user=clerk)
    order = due(order, 3)
    assert (order.status, order.frozen) == ("in_transit", True)
    step = order.steps.get(status="ready")
    assert (step.kind, step.attempts, step.error) == ("await_arrival", 0, "")
    services.close_inspection(order=order, passed=True, found="Only the packing", user=clerk)
    order = due(order)
    assert (order.status, order.frozen) == ("at_store", False)


def test_damage_that_is_real_is_the_buyers_to_decide() -> None:
    order = run_until(signed_order(), Status.IN_TRANSIT)
    clerk = make_staff(permissions=(INSPECT,))
    services.report_damage(order=order, text="Crate fell on it", user=clerk)
    services.close_inspection(order=order, passed=False, found="The roof is dented", user=clerk)
    order.refresh_from_db()
    assert (order.status, order.frozen) == ("mismatch", False)
    assert services.cancellation(Order.objects.get(pk=order.pk)).fee == 0
    assert order.work_items.get(closed_at=None).text == "Damaged: The roof is dented"


def test_only_who_may_inspect_does_and_only_where_there_is_a_car() -> None:
    order = make_order()
    for user in (make_user(), make_staff(permissions=("orders.advance_order",))):
        with pytest.raises(NotAllowed):
            services.sign_pdi(order=order, passed=True, found="", user=user)
        with pytest.raises(NotAllowed):
            services.report_damage(order=order, text="x", user=user)
        with pytest.raises(NotAllowed):
            services.see_insurance(order=order, policy="x", user=user)
    clerk = make_staff(permissions=(INSPECT,))
    with pytest.raises(NotInThisState):
        services.sign_pdi(order=order, passed=True, found="", user=clerk)
    with pytest.raises(NotInThisState):
        services.report_damage(order=order, text="x", user=clerk)
    with pytest.raises(NotInThisState):
        services.see_insurance(order=order, policy="x", user=clerk)
    assert not Inspection.objects.exists()


def test_the_database_wants_two_people_too() -> None:
    order = make_order()
    clerk = make_staff(permissions=(INSPECT,))
    now = timezone.now()
    pdi = {"order": order, "kind": "pdi", "passed": True, "opened_at": now, "closed_at": now}
    for fields in (
        {"first_name": "Chen"},
        {"first_name": "Chen", "second_name": "Chen"},
        {"first_name": "Chen", "second_name": "Zhou", "first_by": clerk, "second_by": clerk},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            Inspection.objects.create(**pdi, **fields)


def test_while_a_car_is_looked_at_nobody_is_asked_to_pay_it() -> None:
    order = run_until(signed_order(), Status.AT_STORE)
    client, pages = guest_of(order), (f"/orders/{order.number}/", f"/orders/{order.number}/payments/")
    asking = f'action="/orders/{order.number}/pay/"'
    assert all(asking in client.get(page).content.decode() for page in pages)
    services.report_damage(order=order, text="Scratched", user=make_staff(permissions=(INSPECT,)))
    assert not any(asking in client.get(page).content.decode() for page in pages)
