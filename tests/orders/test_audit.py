"""The nightly count finds a row that was really changed behind the services."""

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from apps.ledger.services import balances
from apps.orders import services
from apps.orders.models import Refund, WorkItem
from apps.orders.services import audit, bookkeeping
from apps.orders.tasks import prove_ledgers
from tests.factories.accounts import make_staff, make_user
from tests.factories.orders import delivered_order, signed_order
from tests.orders.test_events import refund_done

pytestmark = pytest.mark.django_db


def corrupt(query: str) -> None:
    """As a hand in the database would that may do everything."""
    connection.check_constraints()
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")  # no trigger stands in its way
        cursor.execute(query)
        cursor.execute("SET LOCAL session_replication_role = origin")


def test_a_fee_that_is_given_back_in_part_comes_out_of_the_fees() -> None:
    order = signed_order()
    services.cancel(order=order, accept_fee=True)
    for owed in Refund.objects.filter(leg__order=order):
        services.apply_event(refund_done(owed))
    order.refresh_from_db()
    assert (order.status, order.cancellation_fee > 0) == ("cancelled", True)
    leg = order.legs.get(captured__gt=0)
    clerk = make_staff(permissions=("orders.refund_order",))
    made = services.refund(leg=leg, amount=100, reason="Sorry", user=clerk, key="one")
    assert balances(order.number).get("customers", 0) == 0
    services.apply_event(refund_done(made))
    assert balances(order.number)[bookkeeping.CANCELLATION_FEES] == 100 - order.cancellation_fee
    assert audit.differences() == []
    with connection.cursor() as cursor:  # what is booked afterwards is booked alike
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("TRUNCATE ledger_posting, ledger_entry CASCADE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
    bookkeeping.book_all_missing()
    assert balances(order.number).get("customers", 0) == 0
    assert balances(order.number)[bookkeeping.CANCELLATION_FEES] == 100 - order.cancellation_fee


def test_what_the_services_write_adds_up() -> None:
    delivered_order(user=make_user())
    signed_order()
    assert audit.prove_ledgers() == []
    assert not WorkItem.objects.filter(kind="ledgers").exists()


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("UPDATE ledger_posting SET amount = amount + 1 WHERE amount > 0", "entry does not sum to zero"),
        ("DELETE FROM ledger_posting WHERE amount < 0", "entry lacks postings"),
        (
            "UPDATE orders_paymentleg SET captured = 0",
            "a payment is not booked as it came",
        ),
        ("UPDATE orders_paymentleg SET refunded = 1 WHERE captured > 0", "a payment's refunds are not what went back"),
        ("DELETE FROM ledger_entry WHERE kind = 'capture'", "a payment is not booked as it came"),
        ("UPDATE capacity_pool SET total = total + 1", "capacity"),
    ],
)
def test_a_changed_row_is_found_and_opens_a_work_item(query: str, words: str) -> None:
    signed_order()
    assert audit.differences() == []
    corrupt(query)
    prove_ledgers()
    prove_ledgers()
    item = WorkItem.objects.get(order=None, kind="ledgers")
    assert words in " ".join(audit.differences())
    assert item.text.startswith("Differences in the books: ")
    with pytest.raises(CommandError, match=words):
        call_command("prove_ledgers")
