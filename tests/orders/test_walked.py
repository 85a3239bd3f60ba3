"""Every rule of the table is walked by services alone, and nothing moves an order but by a rule."""

import ast
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

import apps.orders
from apps.configurator.models import Configurator
from apps.orders import services
from apps.orders.fulfilment.drain import run_step
from apps.orders.lifecycle import TRANSITIONS, Actor, Rule, Status
from apps.orders.models import Order
from apps.orders.services import timers
from apps.orders.services.cancelling import expire
from tests.factories.accounts import make_staff
from tests.factories.bundles import make_accessory
from tests.factories.orders import (
    BASE_URL,
    captured,
    delivered_order,
    make_order,
    make_slots,
    pay,
    place,
    ready_order,
    reserved_order,
    run_until,
    sign,
    signed_order,
)
from tests.orders.test_backoffice import mismatched_order
from tests.orders.test_cancelling import refunds_arrive
from tests.orders.test_changing import SIGNED, build_of
from tests.orders.test_mismatch import refused_order
from tests.orders.test_rejecting import rejected_order
from tests.orders.test_returns import back, driven, slow

pytestmark = pytest.mark.django_db
_S = Status
Walk = Callable[[Any], Order]
SERVICES = Path(apps.orders.__file__).parent


def clerk() -> Any:
    return make_staff(
        permissions=("orders.inspect_car", "orders.take_back_car", "orders.advance_order", "orders.approve_waiver")
    )


def at(status: Status) -> Order:
    return run_until(signed_order(), status)


def damaged(status: Status) -> Order:
    order = at(status)
    services.report_damage(order=order, text="Hail", user=clerk())
    services.close_inspection(order=order, passed=False, found="Hail", user=clerk())
    return order


def decided(order: Order) -> Order:
    services.accept_mismatch(order=order)
    return order


def changed(order: Order, settings: Any) -> Order:
    settings.FULFILMENT_SPEED = 1  # the maker takes its days
    services.change(order=order, build=build_of(), **(SIGNED if order.status != _S.RESERVED else {}))
    return order


def refused(order: Order) -> Order:
    services.refuse_build(order=order, reason="No place")
    return order


def cancelled(order: Order) -> Order:
    services.cancel(order=order, accept_fee=True)
    return order


def paid_late() -> Order:
    order = make_order()
    leg = services.request_payment(order=order, base_url=BASE_URL)
    expire(order)
    services.apply_event(captured(leg))
    return order


def goods() -> Order:
    basket = services.create_basket()
    services.add_line(basket=basket, kind="accessory", sku=make_accessory(stock=5).sku)
    order = place(basket, delivery_store=None)
    pay(order)
    return run_until(order, _S.COMPLETED)


def returning() -> Order:
    order = driven()
    slow()
    back(order, km=20)
    return order


def kept() -> Order:
    order = returning()
    services.close_return(order=order, reason="")
    return order


def taken_back() -> Order:
    order = returning()
    services.take_back(order=order, found="As it left", km=25, user=clerk())
    return order


def completed() -> Order:
    order = delivered_order()
    while run_step():
        pass
    order.timers.filter(done_at=None).update(due_at=timezone.now())
    timers.sweep()
    return order


def fixed() -> Order:
    order = rejected_order()
    services.fix(order=order, found="New hinge", user=clerk())
    return order


def rebuilt() -> Order:
    order = mismatched_order()
    make_slots(Configurator.objects.get(car_model=order.car_model))
    services.rebuild(order=order)
    return order


def other_slot() -> Order:
    order = refused(signed_order())
    make_slots(Configurator.objects.get(car_model=order.car_model))
    services.other_slot(order=order)
    return order


def lapsed() -> Order:
    order = make_order()
    expire(order)
    return order


def settled() -> Order:
    return refunds_arrive(cancelled(reserved_order()))


# How each rule is walked, by its act and the two states; nothing but services is called.
WALKS: Mapping[tuple[str, str, str], Walk] = {
    ("place", "", "placed"): lambda _: make_order(),
    ("expire", "placed", "expired"): lambda _: lapsed(),
    ("reserve", "placed", "reserved"): lambda _: reserved_order(),
    ("reserve", "expired", "reserved"): lambda _: paid_late(),
    ("change", "reserved", "reserved"): lambda settings: changed(reserved_order(), settings),
    ("change", "signed", "signed"): lambda settings: changed(signed_order(), settings),
    ("change", "scheduled", "signed"): lambda settings: changed(at(_S.SCHEDULED), settings),
    ("change", "alloc_failed", "signed"): lambda settings: changed(_again(refused(signed_order())), settings),
    ("cancel", "placed", "cancelled"): lambda _: cancelled(make_order()),
    ("cancel", "reserved", "cancelling"): lambda _: cancelled(reserved_order()),
    ("sign", "reserved", "signed"): lambda _: sign(reserved_order()),
    ("send", "reserved", "completed"): lambda _: goods(),
    ("schedule", "signed", "scheduled"): lambda _: at(_S.SCHEDULED),
    ("refuse_build", "signed", "alloc_failed"): lambda _: refused_order(),
    ("refuse_build", "scheduled", "alloc_failed"): lambda _: refused(at(_S.SCHEDULED)),
    ("other_slot", "alloc_failed", "signed"): lambda _: other_slot(),
    ("assign_vin", "scheduled", "vin_assigned"): lambda _: at(_S.VIN_ASSIGNED),
    ("find_mismatch", "scheduled", "mismatch"): lambda _: mismatched_order(),
    ("accept_mismatch", "mismatch", "vin_assigned"): lambda _: decided(mismatched_order()),
    ("accept_mismatch", "mismatch", "in_transit"): lambda _: decided(damaged(_S.IN_TRANSIT)),
    ("accept_mismatch", "mismatch", "at_store"): lambda _: decided(damaged(_S.AT_STORE)),
    ("rebuild", "mismatch", "scheduled"): lambda _: rebuilt(),
    ("ship", "vin_assigned", "in_transit"): lambda _: at(_S.IN_TRANSIT),
    ("arrive", "in_transit", "at_store"): lambda _: at(_S.AT_STORE),
    ("find_damage", "vin_assigned", "mismatch"): lambda _: damaged(_S.VIN_ASSIGNED),
    ("find_damage", "in_transit", "mismatch"): lambda _: damaged(_S.IN_TRANSIT),
    ("find_damage", "at_store", "mismatch"): lambda _: damaged(_S.AT_STORE),
    ("make_ready", "at_store", "ready"): lambda _: ready_order(),
    ("accept_delivery", "ready", "delivered"): lambda _: delivered_order(),
    ("reject_delivery", "ready", "rejected"): lambda _: rejected_order(),
    ("fix", "rejected", "at_store"): lambda _: fixed(),
    ("ask_to_return", "delivered", "returning"): lambda _: returning(),
    ("keep", "returning", "delivered"): lambda _: kept(),
    ("take_back", "returning", "returned"): lambda _: taken_back(),
    ("complete", "delivered", "completed"): lambda _: completed(),
    **{
        ("cancel", state.value, "cancelling"): (lambda _, state=state: cancelled(at(state)))  # type: ignore[misc]
        for state in (_S.SIGNED, _S.SCHEDULED, _S.VIN_ASSIGNED, _S.IN_TRANSIT, _S.AT_STORE)
    },
    ("cancel", "alloc_failed", "cancelling"): lambda _: cancelled(refused(signed_order())),
    ("cancel", "mismatch", "cancelling"): lambda _: cancelled(mismatched_order()),
    ("cancel", "rejected", "cancelling"): lambda _: cancelled(rejected_order()),
    ("settle", "cancelling", "cancelled"): lambda _: settled(),
}


def _again(order: Order) -> Order:
    order.refresh_from_db()
    return order


def key_of(rule: Rule) -> tuple[str, str, str]:
    return (rule.act, *rule.pair)


def test_there_is_a_walk_for_each_rule_and_none_besides() -> None:
    assert {key_of(rule) for rule in TRANSITIONS} == set(WALKS)


@pytest.mark.parametrize("rule", TRANSITIONS, ids=lambda rule: "-".join(key_of(rule)))
def test_each_rule_is_walked(rule: Rule, settings: Any) -> None:
    order = WALKS[key_of(rule)](settings)
    rows = [row for row in order.transitions.order_by("seq") if (row.source, row.target) == rule.pair]
    assert rows, list(order.transitions.values_list("source", "target"))
    assert {Actor(row.actor) for row in rows} <= rule.actors | allowed_besides(rule)
    order.refresh_from_db()
    history = list(order.transitions.order_by("seq").values_list("seq", "target"))
    assert (history[-1][0], history[-1][1]) == (order.version, order.status)


def allowed_besides(rule: Rule) -> set[Actor]:
    """Two rules may lead the same way: a change and another slot, for instance."""
    return {actor for other in TRANSITIONS if other.pair == rule.pair for actor in other.actors}


def modules_that(call: str) -> set[str]:
    """Modules of the app in whose code ``<something>.<call>(…)`` stands."""
    found = set()
    for path in SERVICES.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            named = isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == call
            if named and ast.unparse(node.func) == f"transitions.{call}":  # type: ignore[attr-defined]
                found.add(".".join(path.relative_to(SERVICES).with_suffix("").parts))
    return found


def test_only_the_services_of_the_table_move_orders() -> None:
    assert modules_that("move") | {"services.placing"} == {rule.service.rsplit(".", 1)[0] for rule in TRANSITIONS}
    assert modules_that("begin") == {"services.placing"}


def test_nobody_else_writes_an_orders_state() -> None:
    """``status=`` in an update of orders, or a status set and saved, would be a move without a rule."""
    for path in SERVICES.rglob("*.py"):
        if "migrations" in path.parts or "demo" in path.parts:
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "update":
                assert not (
                    ast.unparse(node.func).startswith("Order.objects")
                    and any(keyword.arg == "status" for keyword in node.keywords)
                ), path
            if isinstance(node, ast.Assign) and path.name != "transitions.py":
                targets = {ast.unparse(one) for one in node.targets}
                assert not targets & {"order.status", "mine.order.status", "self.order.status"}, path
