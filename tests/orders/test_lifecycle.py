"""The table of states, and the database that holds it."""

import itertools
import re
from uuid import UUID

import pytest
from django.db import IntegrityError, connection, transaction

from apps.orders.errors import NotInThisState
from apps.orders.lifecycle import (
    FINAL,
    LEG_PAIRS,
    MAIN_LINE,
    PAIRS,
    TRANSITIONS,
    WHAT_IT_MEANS,
    Actor,
    Status,
    allowed_transitions,
    is_allowed,
)
from apps.orders.models import PaymentLeg
from apps.orders.services import transitions
from tests.factories.orders import make_order, reserved_order

BUYER = {
    "placed": {"cancelled"},
    "reserved": {"cancelling", "signed"},
    "signed": {"cancelling"},
    "scheduled": {"cancelling"},
    "vin_assigned": {"cancelling"},
    "mismatch": {"cancelling", "vin_assigned"},
    "in_transit": {"cancelling"},
    "at_store": {"cancelling"},
    "ready": {"delivered"},
}


@pytest.mark.parametrize("status", Status)
def test_what_a_buyer_may_do(status: Status) -> None:
    assert allowed_transitions(status, Actor.BUYER) == BUYER.get(status, set())


def test_nobody_else_signs_and_time_alone_never_takes_money_or_a_wrong_car() -> None:
    by = {(rule.source.value, rule.target.value): rule.actors for rule in TRANSITIONS}
    assert by["reserved", "signed"] == {Actor.BUYER}
    assert Actor.SYSTEM not in by["mismatch", "vin_assigned"]
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


def pairs_in_database(function: str) -> set[tuple[str, str]]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_get_functiondef(%s::regproc)", [function])
        return set(re.findall(r"\('(\w+)', '(\w+)'\)", cursor.fetchone()[0]))


@pytest.mark.services
@pytest.mark.django_db
def test_the_database_allows_exactly_the_pairs_of_the_table() -> None:
    assert pairs_in_database("orders_order_guard_status") == PAIRS
    assert pairs_in_database("orders_paymentleg_guard_status") == LEG_PAIRS


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
