"""The books in the back office: to read, and for whoever may."""

import inspect
import re

import pytest
from django.test import Client

from apps.ledger.models import Account, Entry
from apps.ledger.services import post, wallet
from apps.ledger.words import KINDS, account
from apps.orders.services import bookkeeping, coins, settlement
from tests.factories.accounts import make_staff, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def entry() -> Entry:
    post(key="c", kind="grant", postings=[(wallet(7), 12), ("coins:issued", -12)], currency="COIN")
    return post(key="a", kind="capture", postings=[("gateway:x", 123450), ("customers", -123450)], subject="K1")


def test_accounts_show_their_balance_and_entries_their_postings(client: Client, entry: Entry) -> None:
    client.force_login(make_user(is_staff=True, is_superuser=True))
    accounts = client.get("/admin/ledger/account/").content.decode()
    assert "¥1,234.50" in accounts
    assert "Coins of a customer (7)" in accounts
    assert "−\u2060¥1,234.50" in client.get(f"/admin/ledger/entry/{entry.pk}/change/").content.decode()
    found = client.get("/admin/ledger/entry/", {"q": "K1"}).content.decode()
    assert "Payment received" in found
    assert "grant" not in client.get("/admin/ledger/entry/?q=K1").context["cl"].result_list.values_list(
        "kind", flat=True
    )
    account = Account.objects.get(code="gateway:x")
    assert "¥1,234.50" in client.get(f"/admin/ledger/account/{account.pk}/change/").content.decode()


def test_whatever_is_booked_has_a_name() -> None:
    """The code that books says by which words: accounts in upper case, kinds where it posts."""
    books = [bookkeeping, coins]
    accounts = {
        text
        for module in books
        for name, text in vars(module).items()
        if name.isupper()
        and isinstance(text, str)
        and text.replace(":", "").replace("_", "").isalpha()
        and text.islower()
    }
    assert {"disputed", "coins:held"} <= accounts
    assert {code for code in accounts if account(code) == code} == set()
    source = "".join(inspect.getsource(module) for module in [*books, settlement])
    kinds = set(re.findall(r'(?:kind=|_move\(order, )"([a-z_]+)"', source)) - {"payment"}
    assert {"dispute_won", "coins_spent", "payout"} <= kinds
    assert kinds - KINDS.keys() == set()


def test_nobody_writes_and_strangers_do_not_read(client: Client, entry: Entry) -> None:
    client.force_login(make_user(is_staff=True, is_superuser=True))
    for page in ("account", "entry"):
        assert client.get(f"/admin/ledger/{page}/add/").status_code == 403
    assert client.post(f"/admin/ledger/entry/{entry.pk}/delete/", {"post": "yes"}).status_code == 403
    assert client.post(f"/admin/ledger/entry/{entry.pk}/change/", {"kind": "other"}).status_code == 403
    entry.refresh_from_db()
    assert entry.kind == "capture"
    client.force_login(make_staff())
    for page in ("account", "entry"):
        assert client.get(f"/admin/ledger/{page}/").status_code == 403
    client.force_login(make_staff(permissions=("ledger.view_entry",)))
    assert client.get("/admin/ledger/entry/").status_code == 200
    assert client.get("/admin/ledger/account/").status_code == 403
