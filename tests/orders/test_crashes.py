"""A process that dies after any statement of a service: nothing of it is left, and doing it again succeeds."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.apps import apps
from django.db import connection
from django.test import override_settings

from apps.orders import services
from apps.orders.fulfilment.drain import run_step
from apps.orders.lifecycle import Actor, Status
from apps.orders.models import Order
from apps.orders.partners.simulation import Faults
from apps.orders.terms import CHECKLIST
from tests.factories.accounts import make_staff
from tests.factories.orders import (
    BASE_URL,
    captured,
    delivered_order,
    make_order,
    make_slots,
    ready_order,
    reserved_order,
    run_until,
    signed_order,
)
from tests.orders.test_backoffice import mismatched_order
from tests.orders.test_mismatch import make_configurator_of
from tests.orders.test_rejecting import rejected_order

pytestmark = pytest.mark.django_db
Act = Callable[[], object]
APPS = ("orders", "capacity", "outbox", "ledger", "bundles", "stores", "messaging")
CONTROL = ("SAVEPOINT", "RELEASE", "ROLLBACK")


class Crash(Exception):
    """The process is gone."""


def tables() -> dict[str, str]:
    """Everything in the database that a service may touch, a fingerprint a table."""
    found = {}
    with connection.cursor() as cursor:
        for label in APPS:
            for model in apps.get_app_config(label).get_models():
                name = connection.ops.quote_name(model._meta.db_table)
                cursor.execute(f"SELECT md5(string_agg(t::text, '|' ORDER BY t::text)) FROM {name} t")  # noqa: S608
                found[model._meta.db_table] = cursor.fetchone()[0]
    return found


@contextmanager
def crash_after(number: int) -> Iterator[list[int]]:
    """Raise after so many statements, savepoints not counted; yields how many there were."""
    seen = [0]

    def watch(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        answer = execute(sql, params, many, context)
        if not sql.lstrip().upper().startswith(CONTROL):
            seen[0] += 1
            if seen[0] == number:
                raise Crash
        return answer

    with connection.execute_wrapper(watch):
        yield seen


def signing() -> Act:
    order = reserved_order()
    return lambda: services.sign(order=order, signature="Li Lei", accept_fees=True, id_consent=True)


def paying() -> Act:
    order = make_order()
    event = captured(services.request_payment(order=order, base_url=BASE_URL))
    return lambda: services.apply_event(event)


def cancelling() -> Act:
    order = run_until(signed_order(), Status.AT_STORE)
    return lambda: services.cancel(order=order, accept_fee=True)


def accepting() -> Act:
    order = ready_order()
    vin = order.allocations.get(ended_at=None).vehicle.vin
    checks = dict.fromkeys(CHECKLIST, True)
    return lambda: services.accept_delivery(order=order, vin=vin, signature="Li Lei", checklist=checks)


def rejecting() -> Act:
    order = ready_order()
    return lambda: services.reject_delivery(order=order, reason="The flap does not close")


def fixing() -> Act:
    order, clerk = rejected_order(), make_staff(permissions=("orders.inspect_car",))
    return lambda: services.fix(order=order, found="New hinge", user=clerk)


def taking_another_slot() -> Act:
    with override_settings(PARTNER_FAULTS={"maker": Faults(refuse=100)}):
        order = run_until(signed_order(), Status.ALLOC_FAILED)
    return lambda: services.other_slot(order=order)


def taking_it_so() -> Act:
    order = mismatched_order()
    return lambda: services.accept_mismatch(order=order)


def building_again() -> Act:
    order = mismatched_order()
    make_slots(make_configurator_of(order))
    return lambda: services.rebuild(order=order)


def finding_damage() -> Act:
    order = run_until(signed_order(), Status.IN_TRANSIT)
    clerk = make_staff(permissions=("orders.inspect_car",))
    services.report_damage(order=order, text="Hail", user=clerk)
    return lambda: services.close_inspection(order=order, passed=False, found="Hail", user=clerk)


def refusing_for_the_maker() -> Act:
    order, clerk = run_until(signed_order(), Status.SCHEDULED), make_staff(permissions=("orders.advance_order",))
    return lambda: services.refuse_build(order=order, reason="Withdrawn", actor=Actor.STAFF, user=clerk)


def driven() -> Order:
    order = delivered_order()
    while run_step():
        pass
    return order


def giving_back() -> Act:
    order = driven()
    return lambda: services.ask_to_return(order=order, reason="Too big", km=9, cause="mismatch")


def keeping() -> Act:
    order = driven()
    services.ask_to_return(order=order, reason="Too big", km=9, cause="mismatch")
    return lambda: services.close_return(order=order, reason="")


def taking_back() -> Act:
    order, clerk = driven(), make_staff(permissions=("orders.take_back_car",))
    services.ask_to_return(order=order, reason="Weak motor", km=9, cause="mismatch")
    return lambda: services.take_back(order=order, found="So it is", km=9, user=clerk)


ACTS = (
    paying, signing, cancelling, accepting, rejecting, fixing, taking_another_slot, taking_it_so, building_again,
    finding_damage, refusing_for_the_maker, giving_back, keeping, taking_back,
)  # fmt: skip


def crash_everywhere(prepare: Callable[[], Act], *, every: int) -> int:
    """Crash after every so many statements, from the first on; returns how often."""
    act, before, number, crashes = prepare(), tables(), 1, 0
    while True:
        try:
            with crash_after(number) as seen:
                act()
        except Crash:
            crashes += 1
            assert tables() == before, f"something is left after statement {number}"
            number += every
            continue
        assert seen[0] < number
        assert tables() != before
        return crashes


@pytest.mark.parametrize("prepare", ACTS, ids=lambda one: one.__name__)
def test_a_crash_now_and_then_leaves_nothing_and_the_next_try_succeeds(prepare: Callable[[], Act]) -> None:
    assert crash_everywhere(prepare, every=9) >= 1


@pytest.mark.long
@pytest.mark.parametrize("prepare", ACTS, ids=lambda one: one.__name__)
def test_a_crash_after_every_statement_leaves_nothing_and_the_next_try_succeeds(prepare: Callable[[], Act]) -> None:
    crashes = crash_everywhere(prepare, every=1)
    print(f"{prepare.__name__}: crashed after each of {crashes} statements, nothing left, then done")
    assert crashes >= 5
