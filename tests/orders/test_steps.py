"""Claiming, doing and failing."""

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils import timezone

from apps.orders import services
from apps.orders.fulfilment import drain as draining
from apps.orders.fulfilment import statements
from apps.orders.fulfilment.asking import ASKS
from apps.orders.fulfilment.drain import LEASE, MAX_ATTEMPTS, drain, run_step
from apps.orders.fulfilment.handover import months_later
from apps.orders.fulfilment.queue import enqueue, wake
from apps.orders.lifecycle import Status
from apps.orders.models import FulfilmentStep, Order, PartnerJob, Vehicle
from tests.factories.orders import make_delivery_store, pay, run_until, signed_order
from tests.factories.stores import make_store

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        ("2026-01-31", 1, "2026-02-28"),
        ("2024-01-31", 1, "2024-02-29"),
        ("2026-11-27", 36, "2029-11-27"),
        ("2026-12-31", 2, "2027-02-28"),
        ("2026-10-31", 1, "2026-11-30"),
    ],
)
def test_months_end_where_the_calendar_says(day: str, months: int, expected: str) -> None:
    from datetime import date

    assert months_later(date.fromisoformat(day), months).isoformat() == expected


def test_a_step_that_takes_its_worker_with_it_is_parked() -> None:
    order = signed_order()
    for _ in range(MAX_ATTEMPTS):
        assert draining._claim(set()) is not None  # claimed, and then the process was gone
        FulfilmentStep.objects.update(next_at=timezone.now())  # the lease is over
    assert run_step()
    step = order.steps.get()
    assert (step.status, step.attempts) == ("parked", MAX_ATTEMPTS)
    assert order.work_items.get().text == (
        "“Order the build from the maker” has failed 8 times: the worker that did it was lost"
    )
    assert not PartnerJob.objects.exists()
    assert not run_step()


def test_waiting_is_no_failing(settings: pytest.FixtureRequest) -> None:
    settings.FULFILMENT_SPEED = 1.0  # type: ignore[attr-defined]
    order = signed_order()
    assert run_step()
    for _ in range(MAX_ATTEMPTS + 2):
        FulfilmentStep.objects.filter(status="ready").update(next_at=timezone.now())
        assert run_step()
    step = order.steps.get(kind="await_slot")
    assert (step.status, step.attempts) == ("ready", 0)
    assert step.next_at == PartnerJob.objects.get().started_at + timedelta(days=1)
    assert drain(slice_s=120) is False  # the mails leave, and nothing else is due


def test_failures_come_back_later_and_later() -> None:
    order = signed_order()
    order.lines.update(facts={})
    waits = []
    for _ in range(3):
        FulfilmentStep.objects.update(next_at=timezone.now())
        before = timezone.now()
        run_step()
        waits.append(round((order.steps.get().next_at - before).total_seconds()))
    assert waits == [2, 4, 8]
    assert order.steps.get().error == "KeyError: 'options'"


def test_a_question_that_the_database_refuses_counts_as_an_attempt_and_is_noted() -> None:
    order = signed_order()
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE orders_orderline RENAME TO gone")
        assert run_step()
        cursor.execute("ALTER TABLE gone RENAME TO orders_orderline")
    step = order.steps.get()
    assert (step.attempts, step.error.partition(":")[0], step.calling_until) == (1, "ProgrammingError", None)
    assert step.next_at > timezone.now()
    assert not PartnerJob.objects.exists()


def test_of_steps_that_are_due_the_longest_due_comes_first() -> None:
    make_store()
    first, second = signed_order(), signed_order()
    first.steps.update(next_at=timezone.now() - timedelta(seconds=1))
    second.steps.update(next_at=timezone.now() - timedelta(seconds=2))
    found = draining._claim(set())
    assert found is not None
    assert (found.step.order_id, found.step.attempts, found.step.result) == (second.pk, 1, {"asked": True})
    assert found.step.next_at == found.step.calling_until == found.lease
    assert found.step.order.delivery_store == second.delivery_store
    assert not first.steps.filter(attempts__gt=0).exists()


def claim_slowly() -> dict[str, Any] | None:
    """What a claim reads that takes a second between looking for a step and locking it; nothing is kept of it."""
    now = timezone.now()
    given = statements.claim_values(busy=(), now=now, lease=now + LEASE, most=MAX_ATTEMPTS, asking=ASKS)
    slow = statements.claim_statement().replace(
        "WHERE step.status", "WHERE (SELECT pg_sleep(1)) IS NOT NULL AND step.status"
    )
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(slow, given)
            row = cursor.fetchone()
            transaction.set_rollback(True)
            assert cursor.description is not None
            return row and dict(zip([column.name for column in cursor.description], row, strict=True))
    finally:
        connection.close()


@pytest.mark.django_db(transaction=True)
@pytest.mark.services
def test_a_claim_reads_and_counts_what_was_changed_before_it_had_the_lock() -> None:
    order = signed_order()
    with ThreadPoolExecutor(1) as pool:
        claim = pool.submit(claim_slowly)
        time.sleep(0.5)
        FulfilmentStep.objects.update(attempts=5, error="in between")
        Order.objects.update(frozen=True)
        found = claim.result()
        assert found is not None
        assert (found["attempts"], found["error"], found["frozen"]) == (6, "in between", True)
        claim = pool.submit(claim_slowly)
        time.sleep(0.5)
        order.steps.update(status="stopped")
        assert claim.result() is None


def test_an_effect_that_fails_leaves_nothing_behind() -> None:
    order = signed_order()
    assert run_step()
    assert run_step()
    PartnerJob.objects.update(facts={"brand": "x", "model": "y", "options": 7})
    assert run_step()
    order.refresh_from_db()
    assert (order.status, Vehicle.objects.count(), order.allocations.count()) == ("scheduled", 0, 0)
    assert order.steps.get(kind="await_build").error.startswith("TypeError")


def test_queueing_and_waking_are_harmless_when_repeated() -> None:
    order = signed_order()
    assert enqueue(order, "submit_build") == order.steps.get()
    order.steps.update(next_at=timezone.now() + timedelta(days=1))
    wake(order, "await_balance")
    assert not run_step()
    wake(order, "submit_build")
    assert run_step()


def test_a_store_without_time_is_asked_again_and_somebody_is_told() -> None:
    order = run_until(signed_order(delivery_store=make_delivery_store()), Status.AT_STORE)
    pay(order)
    store = order.delivery_store
    assert store is not None
    store.bays.update(is_active=False)
    for _ in range(4):
        FulfilmentStep.objects.filter(status="ready").update(next_at=timezone.now())
        assert run_step()
    step = order.steps.get(status="ready")
    assert (step.kind, step.attempts, step.next_at > timezone.now()) == ("book_handover", 0, True)
    assert order.work_items.get(closed_at=None).kind == "handover"
    store.bays.update(is_active=True)
    run_until(order, Status.READY)
    assert not order.work_items.filter(closed_at=None).exists()


def test_an_order_that_somebody_else_works_on_is_passed_over() -> None:
    make_store()
    first, second = signed_order(), signed_order()
    busy = {first.pk}
    assert run_step(busy)
    assert not first.steps.filter(status="done").exists()
    assert second.steps.filter(status="done").exists()
    assert Order.objects.filter(steps__attempts__gt=0).count() == 1


def test_a_step_that_is_given_back_is_free_at_once() -> None:
    order = signed_order()
    claimed = draining._claim(set())
    assert claimed is not None
    assert claimed.lease is not None
    draining._give_back(claimed)
    step = order.steps.get()
    assert (step.attempts, step.calling_until, step.next_at <= timezone.now()) == (0, None, True)


def test_undoing_does_not_wait_for_a_request_that_has_been_answered_while_the_order_was_locked() -> None:
    order = signed_order()
    claimed = draining._claim(set())
    assert claimed is not None
    services.cancel(order=order, accept_fee=True)
    assert order.steps.get(direction=-1).next_at == claimed.lease
    claimed.ask()
    draining._give_back(claimed)
    assert draining.run_step()
    assert order.steps.get(direction=-1).status == "done"
    assert not PartnerJob.objects.filter(cancelled_at=None).exists()
