"""A balance stays quick when a million postings stand behind it."""

import time

import pytest
from django.db import connection

from apps.ledger.models import Account
from apps.ledger.services import balance, post, roll_up

pytestmark = [pytest.mark.django_db, pytest.mark.long]


def test_a_balance_over_a_million_postings_takes_under_twenty_milliseconds() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")  # filling in a million: without the triggers
        one = Account.objects.create(code="a", currency="CNY")
        other = Account.objects.create(code="b", currency="CNY")
        cursor.execute(
            """INSERT INTO ledger_entry (key, kind, subject, size)
               SELECT 'k' || n, 'x', 'K' || n % 50000, 2 FROM generate_series(1, 500000) AS n"""
        )
        cursor.execute(
            """INSERT INTO ledger_posting (entry_id, account_id, amount)
               SELECT id, %s, 3 FROM ledger_entry UNION ALL SELECT id, %s, -3 FROM ledger_entry""",
            [one.pk, other.pk],
        )
        cursor.execute("SET LOCAL session_replication_role = origin")
        cursor.execute("ANALYZE ledger_posting")
    assert roll_up()
    post(key="after", kind="x", postings=[("a", 1), ("b", -1)])
    times = []
    for _ in range(5):
        begun = time.perf_counter()
        assert balance("a") == 1_500_001
        times.append(time.perf_counter() - begun)
    print(f"balance over a million postings: {min(times) * 1000:.2f} ms")
    assert min(times) < 0.02
    begun = time.perf_counter()
    post(key="more", kind="x", postings=[("a", 1), ("b", -1)])
    print(f"posting one more: {(time.perf_counter() - begun) * 1000:.2f} ms")
