"""The table of states, and the database that holds it."""

import itertools
import re
from importlib import import_module
from uuid import UUID

import pytest
from django.db import IntegrityError, connection, transaction

from apps.orders.errors import NotInThisState, Stopped
from apps.orders.fulfilment.steps import EFFECTS
from apps.orders.lifecycle import (
    FINAL,
    GONE,
    LEG_PAIRS,
    LINE_ENDS,
    LINE_PAIRS,
    MAIN_LINE,
    PAIRS,
    STOPPED,
    TRANSITIONS,
    WHAT_IT_MEANS,
    Actor,
    Family,
    Status,
    allowed_transitions,
    is_allowed,
    line_is_at_rest,
)
from apps.orders.lifecycle.diagram import document
from apps.orders.management.commands.lifecycle import HERE
from apps.orders.models import Order, OrderLine, PaymentLeg
from apps.orders.services import transitions
from tests.factories.orders import make_order, ready_order, reserved_order

BUYER = {
    "placed": {"cancelled"},
    "reserved": {"cancelling", "reserved", "signed"},
    "signed": {"cancelling", "signed"},
    "alloc_failed": {"cancelling", "signed"},
    "scheduled": {"cancelling", "signed"},
    "vin_assigned": {"cancelling"},
    "mismatch": {"at_store", "cancelling", "in_transit", "scheduled", "vin_assigned"},
    "in_transit": {"cancelling"},
    "at_store": {"cancelling"},
    "ready": {"delivered", "rejected"},
    "rejected": {"cancelling"},
    "delivered": {"returning"},
    "returning": {"delivered"},
}


@pytest.mark.parametrize("status", Status)
def test_what_a_buyer_may_do(status: Status) -> None:
    assert allowed_transitions(status, Actor.BUYER) == BUYER.get(status, set())


def test_nobody_else_signs_and_time_alone_never_takes_money_or_a_wrong_car() -> None:
    by = {rule.pair: rule.actors for rule in TRANSITIONS}
    assert by["reserved", "signed"] == {Actor.BUYER}
    for target in ("vin_assigned", "in_transit", "at_store", "scheduled"):
        assert by["mismatch", target] == {Actor.BUYER}
    assert Actor.SYSTEM not in by["ready", "delivered"]


def test_every_state_is_reached_and_only_the_final_ones_are_ends() -> None:
    reached, border = {"placed"}, ["placed"]
    while border:
        source = border.pop()
        found = {target for one, target in PAIRS if one == source} - reached
        reached |= found
        border += found
    assert reached == set(Status.values)
    assert {status for status in Status if not any(one == status for one, _ in PAIRS)} == FINAL
    assert all(is_allowed(one, two) for one, two in itertools.pairwise(MAIN_LINE))
    assert set(WHAT_IT_MEANS) == set(Status)


def source_of(function: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_get_functiondef(%s::regproc)", [function])
        return str(cursor.fetchone()[0])


def pairs_in_database(function: str) -> set[tuple[str, str]]:
    """What follows the first ``NOT IN``: the pairs that are allowed."""
    allowed = source_of(function).split("NOT IN", 1)[1].split("THEN", 1)[0]
    return set(re.findall(r"\('(\w+)', '(\w+)'\)", allowed))


@pytest.mark.services
@pytest.mark.django_db
def test_the_database_allows_exactly_the_pairs_of_the_table() -> None:
    assert pairs_in_database("orders_order_guard_status") == PAIRS
    assert pairs_in_database("orders_paymentleg_guard_status") == LEG_PAIRS
    stops = re.findall(
        r"NEW\.(\w+) AND \(OLD\.status, NEW\.status\) IN \((.*?)\) THEN", source_of("orders_order_guard_status")
    )
    found = {(*pair, flag) for flag, text in stops for pair in re.findall(r"\('(\w+)', '(\w+)'\)", text)}
    assert found == STOPPED
    triples = re.findall(r"\('(\w+)', '(\w+)', '(\w+)'\)", source_of("orders_orderline_guard_status"))
    assert set(triples) == {(family.value, *pair) for family, pairs in LINE_PAIRS.items() for pair in pairs}


def test_each_line_reaches_an_end_and_can_be_paid_back_before_it() -> None:
    for family, pairs in LINE_PAIRS.items():
        first = "offered" if family == Family.TRADE_IN else "pending"
        reached, border = {first}, [first]
        while border:
            source = border.pop()
            found = {target for one, target in pairs if one == source} - reached
            reached |= found
            border += found
        assert {one for pair in pairs for one in pair} == reached, family
        assert LINE_ENDS[family] <= reached, family
        assert (first, "refunded") in pairs, family
        assert not line_is_at_rest(family, first)
        assert all(source not in GONE for source, _ in pairs)


@pytest.mark.django_db
def test_the_database_knows_a_lines_family() -> None:
    order = make_order()
    kinds = [
        ("car", {}, "vehicle"), ("cover", {"needs_fitting": True}, "goods"), ("maintenance_plan", {}, "entitlement"),
        ("accessory", {"needs_fitting": True}, "goods"), ("charger", {"needs_fitting": True}, "install"),
        ("charger", {"needs_fitting": False}, "goods"), ("battery_lease", {}, "battery_lease"),
        ("warranty", {}, "warranty"), ("trade_in", {}, "trade_in"), ("made_to_order", {}, "made_to_order"),
    ]  # fmt: skip
    for position, (kind, facts, family) in enumerate(kinds, start=2):
        line = OrderLine.objects.create(
            order=order,
            position=position,
            kind=kind,
            facts=facts,
            code="x",
            name_en="x",
            name_zh="x",
            unit_price=0,
            total=0,
        )
        assert line.family == family, kind
    assert refused(
        "UPDATE orders_orderline SET status = 'shipped' WHERE order_id = %s AND kind = 'warranty'", order.pk
    ) == (
        "23514",
        "orders_orderline_status_follows",
    )


@pytest.mark.django_db
def test_a_flag_stops_what_it_stops_in_python_and_in_sql() -> None:
    order = ready_order()
    Order.objects.filter(pk=order.pk).update(disputed=True)
    order.refresh_from_db()
    assert Status.DELIVERED in allowed_transitions(order.status, Actor.BUYER)
    assert Status.DELIVERED not in allowed_transitions(order.status, Actor.BUYER, order.flags)
    with pytest.raises(Stopped):
        transitions.move(order, Status.DELIVERED, actor=Actor.BUYER)
    found = refused("UPDATE orders_order SET status = 'delivered' WHERE id = %s", order.pk)
    assert found == ("23514", "orders_order_flag_stops")
    order.refresh_from_db()
    assert (order.status, order.version) == ("ready", order.transitions.count())


def test_the_drawing_is_what_the_table_says() -> None:
    assert HERE.read_text(encoding="utf-8") == document(), "run manage.py lifecycle"


def exists(service: str) -> bool:
    module, name = service.rsplit(".", 1)
    if module == "fulfilment.steps":
        return (name, 1) in EFFECTS
    try:
        return callable(getattr(import_module(f"apps.orders.{module}"), name, None))
    except ModuleNotFoundError:
        return False


def test_every_rule_has_its_service() -> None:
    assert {rule.service for rule in TRANSITIONS if not exists(rule.service)} == set()


def refused(statement: str, *parameters: UUID | int) -> tuple[str, str]:
    """(SQLSTATE, constraint) of what the database says to a statement."""
    with pytest.raises(IntegrityError) as caught, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, list(parameters))
    cause = caught.value.__cause__
    return cause.sqlstate, cause.diag.constraint_name  # type: ignore[union-attr]


@pytest.mark.services
@pytest.mark.django_db
def test_sql_cannot_jump_states_nor_rewrite_history() -> None:
    order = make_order()
    check = "23514"
    assert refused("UPDATE orders_order SET status = 'delivered' WHERE id = %s", order.pk) == (
        check,
        "orders_order_status_follows",
    )
    assert refused("UPDATE orders_paymentleg SET status = 'refunded' WHERE order_id = %s", order.pk) == (
        check,
        "orders_paymentleg_status_follows",
    )
    history = (check, "orders_transition_append_only")
    assert refused("UPDATE orders_transition SET actor = 'staff' WHERE order_id = %s", order.pk) == history
    assert refused("DELETE FROM orders_transition WHERE order_id = %s", order.pk) == history
    order.refresh_from_db()
    assert (order.status, order.transitions.count()) == ("placed", 1)


@pytest.mark.services
@pytest.mark.django_db
def test_sql_cannot_pay_another_amount_refund_more_or_sign_without_a_contract() -> None:
    order = reserved_order()
    pk = PaymentLeg.objects.get(status="captured").pk
    assert refused("UPDATE orders_paymentleg SET captured = 1 WHERE id = %s", pk)[1] == "leg_captured_is_the_amount"
    assert refused("UPDATE orders_paymentleg SET refunded = captured + 1 WHERE id = %s", pk)[1] == (
        "leg_refunded_within_captured"
    )
    assert (
        refused("UPDATE orders_order SET status = 'signed' WHERE id = %s", order.pk)[1] == "order_signed_has_contract"
    )


@pytest.mark.django_db
def test_a_move_that_the_table_does_not_know_changes_nothing() -> None:
    order = make_order()
    for target, actor in [
        (Status.SIGNED, Actor.BUYER),
        (Status.EXPIRED, Actor.BUYER),
        (Status.CANCELLED, Actor.SYSTEM),
    ]:
        with pytest.raises(NotInThisState):
            transitions.move(order, target, actor=actor)
    order.refresh_from_db()
    assert (order.status, order.version) == ("placed", 1)
