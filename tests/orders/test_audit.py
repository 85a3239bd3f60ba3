"""The nightly count finds a row that was really changed behind the services."""

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from apps.orders.models import WorkItem
from apps.orders.services import audit
from apps.orders.tasks import prove_ledgers
from tests.factories.accounts import make_user
from tests.factories.orders import delivered_order, signed_order

pytestmark = pytest.mark.django_db


def corrupt(query: str) -> None:
    """As a hand in the database would that may do everything."""
    connection.check_constraints()
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")  # no trigger stands in its way
        cursor.execute(query)
        cursor.execute("SET LOCAL session_replication_role = origin")


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
