"""Booking a movement, and what the database keeps of it."""

import pytest
from django.db import IntegrityError, connection, transaction

from apps.ledger.errors import KeyReused, NotBalanced, TooFewCoins
from apps.ledger.models import Account, Entry, Posting
from apps.ledger.services import balance, balances, post, prove, roll_up, wallet

pytestmark = pytest.mark.django_db


def check_now() -> None:
    """What a commit would check."""
    connection.check_constraints()


def test_money_moves_from_one_account_to_another() -> None:
    entry = post(key="a", kind="capture", postings=[("gateway:x", 500), ("customers", -500)], subject="K1")
    check_now()
    assert (balance("gateway:x"), balance("customers"), balance("nobody")) == (500, -500, 0)
    assert balances("K1") == {"gateway:x": 500, "customers": -500}
    assert (entry.size, entry.subject) == (2, "K1")


def test_the_same_key_books_once() -> None:
    movement = [("gateway:x", 500), ("customers", -500)]
    assert post(key="a", kind="capture", postings=movement) == post(key="a", kind="capture", postings=movement)
    assert (Entry.objects.count(), balance("gateway:x")) == (1, 500)


@pytest.mark.parametrize(
    ("kind", "currency", "amount"), [("refund", "CNY", 500), ("capture", "CNY", 501), ("capture", "COIN", 500)]
)
def test_a_key_is_not_used_for_something_else(kind: str, currency: str, amount: int) -> None:
    post(key="a", kind="capture", postings=[("gateway:x", 500), ("customers", -500)])
    with pytest.raises(KeyReused):
        post(key="a", kind=kind, postings=[("gateway:x", amount), ("customers", -amount)], currency=currency)
    assert Posting.objects.count() == 2


@pytest.mark.parametrize(
    "postings", [[], [("a", 0), ("b", 0)], [("a", 5)], [("a", 5), ("b", -4)], [("a", 5), ("a", -5)]]
)
def test_what_does_not_balance_is_not_booked(postings: list[tuple[str, int]]) -> None:
    with pytest.raises(NotBalanced):
        post(key="a", kind="x", postings=postings)
    assert not Entry.objects.exists()


def test_several_postings_on_one_account_are_one_and_nothings_are_left_out() -> None:
    entry = post(key="a", kind="x", postings=[("a", 5), ("a", 2), ("b", -7), ("c", 0)])
    check_now()
    assert entry.size == 2
    assert set(entry.postings.values_list("account__code", "amount")) == {("a", 7), ("b", -7)}


def test_a_wallet_never_goes_below_zero() -> None:
    post(key="give", kind="grant", postings=[(wallet(7), 10), ("coins:issued", -10)], currency="COIN")
    with pytest.raises(TooFewCoins):
        post(key="take", kind="spend", postings=[(wallet(7), -11), ("coins:spent", 11)], currency="COIN")
    assert not Entry.objects.filter(key="take").exists()
    post(key="all", kind="spend", postings=[(wallet(7), -10), ("coins:spent", 10)], currency="COIN")
    assert (balance(wallet(7), "COIN"), balance("coins:issued", "COIN")) == (0, -10)
    assert balance(wallet(7)) == 0


def raw(query: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(query)


@pytest.mark.parametrize(
    "query",
    [
        "UPDATE ledger_entry SET kind = 'other'",
        "DELETE FROM ledger_entry",
        "UPDATE ledger_posting SET amount = amount + 1",
        "DELETE FROM ledger_posting",
        "UPDATE ledger_account SET balance = 1000 WHERE guarded",
        "DELETE FROM ledger_account",
        "INSERT INTO ledger_posting (entry_id, account_id, amount) SELECT max(e.id), max(a.id) + 0, 0 FROM ledger_entry e, ledger_account a",
    ],
)
def test_history_is_not_rewritten(query: str) -> None:
    post(key="a", kind="grant", postings=[(wallet(7), 10), ("coins:issued", -10)], currency="COIN")
    with pytest.raises(IntegrityError), transaction.atomic():
        raw(query)
    assert (prove(), balance(wallet(7), "COIN")) == ([], 10)


@transaction.atomic
def book_by_hand(key: str | None, postings: list[tuple[Account, int]]) -> None:
    """As somebody would who goes past ``post``."""
    entry = Entry.objects.get(key=key) if key else Entry.objects.create(key="b", kind="x", size=2)
    for account, amount in postings:
        Posting.objects.create(entry=entry, account=account, amount=amount)
    check_now()


def test_sql_that_does_not_balance_fails_at_the_commit() -> None:
    post(key="a", kind="x", postings=[("a", 5), ("b", -5)])
    one, other = Account.objects.order_by("code")
    coins = Account.objects.create(code="c", currency="COIN")
    third, fourth = (Account.objects.create(code=code, currency="CNY") for code in ("d", "e"))
    for entry, postings, complaint in (
        (None, [], "postings, not 2"),
        (None, [(one, 5), (other, -4)], "sum to zero"),
        (None, [(one, 5), (coins, -5)], "sum to zero"),
        ("a", [(third, 5), (fourth, -5)], "4 postings, not 2"),  # an entry is never added to
    ):
        with pytest.raises(IntegrityError, match=complaint):
            book_by_hand(entry, postings)
    assert Posting.objects.count() == 2


def test_a_snapshot_changes_no_balance() -> None:
    post(key="a", kind="x", postings=[("a", 5), ("b", -5)])
    assert roll_up()
    post(key="b", kind="x", postings=[("a", 2), ("b", -2)])
    assert (balance("a"), balance("b")) == (7, -7)
    assert roll_up()
    assert roll_up()
    post(key="c", kind="x", postings=[("a", -7), ("b", 7)])
    assert (balance("a"), balance("b"), prove()) == (0, 0, [])


@pytest.mark.parametrize(
    ("table", "query", "kind"),
    [
        (
            "ledger_posting",
            "UPDATE ledger_posting SET amount = amount + 1 WHERE amount = 10",
            "entry does not sum to zero",
        ),
        ("ledger_posting", "DELETE FROM ledger_posting WHERE amount = -10", "entry lacks postings"),
        (
            "ledger_account",
            "UPDATE ledger_account SET balance = 99 WHERE guarded",
            "wallet is not the sum of its postings",
        ),
        (
            "ledger_snapshot",
            "UPDATE ledger_snapshot SET amount = amount + 1",
            "snapshot is not the sum of its postings",
        ),
    ],
)
def test_what_was_changed_behind_the_books_is_found(table: str, query: str, kind: str) -> None:
    post(key="a", kind="grant", postings=[(wallet(7), 10), ("coins:issued", -10)], currency="COIN")
    roll_up()
    check_now()
    assert prove() == []
    raw(f"ALTER TABLE {table} DISABLE TRIGGER USER")
    raw(query)
    assert kind in {one.kind for one in prove()}
