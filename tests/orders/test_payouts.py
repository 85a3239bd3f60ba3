"""Credits that no payment can take: each is transferred, noted by one, confirmed by another, booked, invoiced and told once."""

import re
from collections import Counter
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.utils import timezone

from apps.accounts.models import User
from apps.common.errors import NotAllowed
from apps.ledger.models import Entry
from apps.ledger.services import balance, balances, prove
from apps.orders import services
from apps.orders.errors import (
    BadReference,
    ClosesByItself,
    NotThatDay,
    NotThatTransfer,
    PayoutMoved,
    ReasonNeeded,
    ReferenceUsed,
    SamePerson,
    Stopped,
    WrongAmount,
)
from apps.orders.gateways import GatewayEvent
from apps.orders.models import Order, Payout, Refund, WorkItem
from apps.orders.services import payouts
from apps.orders.services.audit import differences
from tests.factories.accounts import make_staff, make_user
from tests.factories.orders import delivered_order
from tests.orders.test_audit import corrupt
from tests.orders.test_cancelling import refunds_arrive
from tests.orders.test_letters import letters
from tests.orders.test_races import together
from tests.orders.test_returns import back
from tests.orders.test_sent_twice import key_of

pytestmark = pytest.mark.django_db
REFUND = (
    "orders.refund_order",
    "orders.view_payout",
    "orders.view_workitem",
    "orders.view_order",
    "orders.advance_order",
    "orders.view_credit",
)


def clerk() -> User:
    return make_staff(permissions=REFUND)


def spent_order(**changes: Any) -> Order:
    """Delivered, and all of its money is on its way back for some other reason: no payment can take a credit."""
    order = delivered_order(**changes)
    for leg in order.legs.all():
        services.refund(leg=leg, amount=leg.captured, reason="Another story", user=clerk())
    return order


def owed(*amounts: int, **changes: Any) -> list[Payout]:
    order = spent_order(**changes)
    for number, amount in enumerate(amounts):
        services.grant_credit(order=order, amount=amount, kind="delay", key=f"{order.number}:{number}")
    return list(Payout.objects.filter(credit__order=order).order_by("created_at"))


def note(payout: Payout, user: User, **changed: Any) -> Payout:
    typed: dict[str, Any] = {"reference": "ICBC 2026-0001", "amount": payout.amount, "paid_on": timezone.localdate()}
    return payouts.note(payout=payout, user=user, **typed | changed)


def open_work(order: Order) -> list[tuple[str, Any]]:
    return [(one.kind, one.payout) for one in order.work_items.filter(closed_at=None).order_by("pk")]


def test_every_credit_that_no_payment_takes_is_a_piece_of_work_of_its_own() -> None:
    first, second = owed(70_000, 30_000)
    order = first.credit.order
    assert [(one.amount, one.status, one.credit.open) for one in (first, second)] == [
        (70_000, "due", 0),
        (30_000, "due", 0),
    ]
    assert open_work(order) == [("credit", first), ("credit", second)]
    assert [one.text for one in order.work_items.order_by("pk")] == [
        "Pay ¥700 of credit by transfer: no payment takes it.",
        "Pay ¥300 of credit by transfer: no payment takes it.",
    ]
    assert differences() == []


def test_what_payments_can_take_is_not_transferred() -> None:
    order = delivered_order()
    services.grant_credit(order=order, amount=order.total + 500, kind="goodwill", key="g")
    credit = order.credits.get()
    assert (credit.open, [one.amount for one in credit.payouts.all()]) == (0, [500])
    assert sum(one.amount for one in Refund.objects.all()) == order.total
    assert differences() == []


def test_a_transfer_is_noted_by_one_confirmed_by_another_booked_and_told_once() -> None:
    first, second = clerk(), clerk()
    [payout] = owed(70_000, language="zh-hans")
    order = payout.credit.order
    before = balance("bank")
    noted = note(payout, first)
    assert (noted.status, noted.reference, noted.noted_by) == ("noted", "ICBC2026-0001", first)
    assert (open_work(order), balance("bank")) == ([("payout", payout)], before)
    with pytest.raises(SamePerson):
        payouts.confirm(payout=payout, reference="ICBC2026-0001", user=first)
    with pytest.raises(NotThatTransfer):
        payouts.confirm(payout=payout, reference="ICBC2026-0002", user=second)
    for _ in range(3):
        done = payouts.confirm(payout=payout, reference="icbc 2026-0001", user=second)
    assert (done.status, done.confirmed_by, open_work(order)) == ("paid", second, [])
    assert balance("bank") == before - 70_000
    assert (balance("credits"), balance("expense:credits"), prove()) == (0, 70_000, [])
    assert Entry.objects.filter(kind="credit_payout").count() == 1
    red = done.invoices.get()
    assert (red.amount, red.original) == (-70_000, order.invoices.get(original=None))
    [text] = letters(order, "credit_paid_out")
    assert all(part in text for part in ("¥700", "ICBC2026-0001", "已将 ¥700 转账"))
    assert differences() == []


def test_the_letter_is_in_the_buyers_language() -> None:
    [payout] = owed(70_000, language="en")
    note(payout, clerk())
    payouts.confirm(payout=payout, reference="ICBC2026-0001", user=clerk())
    [text] = letters(payout.credit.order, "credit_paid_out")
    assert "we have transferred ¥700 to your bank account" in text
    assert "Bank's reference" in text


def test_noting_the_same_twice_changes_nothing_and_another_transfer_is_refused() -> None:
    first, second = clerk(), clerk()
    [payout] = owed(70_000)
    at = note(payout, first).noted_at
    again = note(payout, second)
    assert (again.noted_by, again.noted_at, WorkItem.objects.filter(kind="payout").count()) == (first, at, 1)
    with pytest.raises(PayoutMoved):
        note(payout, second, reference="ICBC2026-0002")
    payouts.confirm(payout=payout, reference="ICBC2026-0001", user=second)
    assert note(payout, first).status == "paid"
    with pytest.raises(PayoutMoved):
        note(payout, first, reference="ICBC2026-0002")


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"reference": ""}, BadReference),
        ({"reference": "12"}, BadReference),
        ({"reference": "X" * 65}, BadReference),
        ({"reference": "ICBC\x001234"}, BadReference),
        ({"reference": "<b>1234</b>"}, BadReference),
        ({"amount": 69_999}, WrongAmount),
        ({"amount": -70_000}, WrongAmount),
        ({"paid_on": date.max}, NotThatDay),
        ({"paid_on": date(2001, 1, 1)}, NotThatDay),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_is_written(changed: dict[str, Any], error: type[Exception]) -> None:
    [payout] = owed(70_000)
    with pytest.raises(error):
        note(payout, clerk(), **changed)
    payout.refresh_from_db()
    assert (payout.status, payout.reference) == ("due", "")


def test_tomorrow_is_refused_and_the_day_it_was_owed_is_not() -> None:
    [payout] = owed(70_000)
    with pytest.raises(NotThatDay):
        note(payout, clerk(), paid_on=timezone.localdate() + timedelta(days=1))
    assert note(payout, clerk(), paid_on=timezone.localdate(payout.created_at)).status == "noted"


def test_one_transfer_serves_one_payout_however_it_is_written() -> None:
    first, second = owed(70_000, 30_000)
    note(first, clerk())
    for reference in ("ICBC2026-0001", "icbc 2026-0001"):
        with pytest.raises(ReferenceUsed):
            note(second, clerk(), reference=reference)
    with pytest.raises(IntegrityError, match="payout_reference_once"), transaction.atomic():
        Payout.objects.filter(pk=second.pk).update(
            status="noted",
            reference="icbc2026-0001",
            paid_on=timezone.localdate(),
            noted_by=clerk(),
            noted_at=timezone.now(),
        )


def test_what_is_not_on_the_statement_is_to_be_transferred_again() -> None:
    first, second = clerk(), clerk()
    [payout] = owed(70_000)
    with pytest.raises(PayoutMoved):
        payouts.send_back(payout=payout, reason="x", user=second)
    note(payout, first)
    with pytest.raises(ReasonNeeded):
        payouts.send_back(payout=payout, reason=" ", user=second)
    sent_back = payouts.send_back(payout=payout, reason="The account is closed", user=second)
    assert (sent_back.status, sent_back.reference, sent_back.noted_by) == ("due", "", None)
    [item] = payout.work_items.filter(closed_at=None)
    assert (item.kind, item.text) == ("credit", "Pay ¥700 of credit by transfer again: The account is closed")
    with pytest.raises(PayoutMoved):
        payouts.confirm(payout=payout, reference="ICBC2026-0001", user=second)
    note(payout, second)  # the reference is free again
    payouts.confirm(payout=payout, reference="ICBC2026-0001", user=first)
    assert differences() == []


def test_only_who_may_refund_does_any_of_it() -> None:
    [payout] = owed(70_000)
    others: tuple[User, ...] = (
        make_user(),
        make_staff(),
        make_staff(
            permissions=("orders.view_payout", "orders.advance_order", "orders.decide_loan", "orders.approve_waiver")
        ),
        make_user(is_staff=False),
    )
    acts: list[Callable[[User], object]] = [
        lambda user: note(payout, user),
        lambda user: payouts.confirm(payout=payout, reference="ICBC2026-0001", user=user),
        lambda user: payouts.send_back(payout=payout, reason="x", user=user),
    ]
    for noted in (False, True):
        if noted:
            note(payout, clerk())
        for user in others:
            for act in acts:
                with pytest.raises(NotAllowed):
                    act(user)
    payout.refresh_from_db()
    assert payout.status == "noted"


def test_while_a_payment_is_contested_nothing_is_transferred() -> None:
    [payout] = owed(70_000)
    Order.objects.update(disputed=True)
    with pytest.raises(Stopped):
        note(payout, clerk())
    Order.objects.update(disputed=False)
    assert note(payout, clerk()).status == "noted"


def test_a_piece_of_work_about_a_transfer_closes_by_itself_alone(client: Client) -> None:
    [payout] = owed(70_000)
    item = payout.work_items.get()
    with pytest.raises(ClosesByItself):
        services.close_work_item(item=item, user=clerk())
    client.force_login(clerk())
    data = {"action": "close", "_selected_action": [item.pk]}
    answer = client.post("/admin/orders/workitem/", data, follow=True).content.decode()
    assert "closes by itself" in answer
    assert str(payout.pk) in answer  # the way to it
    item.refresh_from_db()
    assert item.closed_at is None


@pytest.mark.parametrize(
    ("change", "constraint"),
    [
        ("status = 'paid'", "orders_payout_status_follows"),
        ("amount = 5", "orders_payout_is_final"),
        ("reference = 'ABCD'", "payout_noted_is_whole"),
        ("status = 'noted'", "payout_noted_is_whole"),
    ],
)
def test_the_database_keeps_a_payouts_way(change: str, constraint: str) -> None:
    [payout] = owed(70_000)
    with pytest.raises(IntegrityError) as refused, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"UPDATE orders_payout SET {change} WHERE id = %s", [payout.pk])  # noqa: S608
    assert refused.value.__cause__.diag.constraint_name == constraint  # type: ignore[union-attr]


def test_the_database_wants_two_people_and_keeps_what_is_paid() -> None:
    first = clerk()
    [payout] = owed(70_000)
    note(payout, first)
    with pytest.raises(IntegrityError, match="payout_two_people"), transaction.atomic():
        Payout.objects.update(status="paid", confirmed_by=first, confirmed_at=timezone.now())
    payouts.confirm(payout=payout, reference="ICBC2026-0001", user=clerk())
    for change in ({"reference": "OTHER"}, {"status": "noted"}, {"paid_on": date(2026, 1, 1)}):
        with pytest.raises(IntegrityError, match=r"not rewritten|may not become"), transaction.atomic():
            Payout.objects.update(**change)
    with pytest.raises(IntegrityError, match="not rewritten"), transaction.atomic():
        Payout.objects.filter(pk=payout.pk)._raw_delete("default")
    with pytest.raises(IntegrityError, match="payout_one_per_credit"), transaction.atomic():
        Payout.objects.create(credit=payout.credit, amount=1)


UNBOOKED = """DELETE FROM ledger_posting WHERE entry_id IN (SELECT id FROM ledger_entry WHERE kind = 'credit_payout');
DELETE FROM ledger_entry WHERE kind = 'credit_payout'"""


@pytest.mark.parametrize(
    ("damage", "found"),
    [
        (UNBOOKED, "a transfer of a credit is not booked as it was confirmed"),
        ("UPDATE orders_payout SET amount = amount + 1", "a transfer of a credit is not booked as it was confirmed"),
        ("UPDATE orders_credit SET used = used - 1", "a credit is owed at the end, and nobody pays it out"),
        ("UPDATE orders_credit SET used = used - 1", "an order's credits are not used as they lowered payments"),
        ("UPDATE orders_payout SET id = gen_random_uuid()", "a movement is booked that no payment knows"),
        ("UPDATE orders_payout SET status = 'noted', confirmed_by_id = NULL, confirmed_at = NULL",
         "a transfer waits in nobody's queue"),
    ],
)  # fmt: skip
def test_the_nightly_count_finds_what_does_not_fit(damage: str, found: str) -> None:
    [payout] = owed(70_000)
    note(payout, clerk())
    payouts.confirm(payout=payout, reference="ICBC2026-0001", user=clerk())
    assert differences() == []
    corrupt(damage)
    assert [one for one in differences() if one.startswith(found)] != []


def test_what_a_bulk_write_left_out_is_booked_as_the_service_would_have() -> None:
    [payout] = owed(70_000)
    note(payout, clerk())
    payouts.confirm(payout=payout, reference="ICBC2026-0001", user=clerk())
    order = payout.credit.order
    before = balances(order.number)
    corrupt("DELETE FROM ledger_posting; DELETE FROM ledger_entry")
    call_command("book_missing")
    connection.check_constraints()
    after = balances(order.number)
    assert (after["bank"], after.get("credits", 0), after["expense:credits"]) == (-70_000, 0, 70_000)
    assert {name: after.get(name) for name in ("bank", "expense:credits")} == {
        name: before.get(name) for name in ("bank", "expense:credits")
    }
    assert differences() == []


def contested(order: Order, kind: str) -> None:
    """All of its payments at the bank."""
    for leg in order.legs.filter(captured__gt=0).exclude(purpose="credit"):
        event = GatewayEvent("sandbox", uuid4().hex, kind, str(leg.pk), leg.captured, f"case-{leg.position}")
        services.apply_event(event)


def returned(*, noted: bool) -> tuple[Order, Payout]:
    """A car is given back after a credit of 700 yuan had to go out by transfer, because the payments were contested then."""
    from apps.orders.fulfilment.drain import run_step

    order = delivered_order()
    while run_step():
        pass
    contested(order, "dispute.opened")
    services.grant_credit(order=order, amount=70_000, kind="delay", key="d")
    contested(order, "dispute.won")
    services.clear_dispute(order=order, reason="Won", user=make_staff(permissions=("orders.clear_dispute",)))
    payout = Payout.objects.get()
    if noted:
        note(payout, clerk())
    from django.conf import settings

    settings.FULFILMENT_SPEED = 1.0
    back(order)
    store = make_staff(permissions=("orders.take_back_car",))
    services.take_back(order=order, found="As new", km=5, user=store)
    return order, payout


def test_a_credit_that_was_transferred_is_not_given_back_a_second_time_with_the_car() -> None:
    order, payout = returned(noted=True)
    refunds_arrive(order)
    assert sum(one.amount for one in Refund.objects.all()) == order.total - 70_000
    payouts.confirm(payout=payout, reference="ICBC2026-0001", user=clerk())
    found = balances(order.number)
    assert (found.get("sales", 0), found.get("credits", 0), found.get("expense:credits", 0)) == (0, 0, 0)
    assert (found["bank"], sum(one.amount for one in order.invoices.all())) == (-70_000, 0)
    assert [one for one in differences() if "stands in no file" not in one] == []


def test_a_credit_that_was_not_transferred_yet_lapses_with_the_car() -> None:
    order, payout = returned(noted=False)
    refunds_arrive(order)
    payout.refresh_from_db()
    credit = payout.credit
    assert (payout.status, credit.used, credit.lapsed, credit.open) == ("void", 0, 70_000, 0)
    assert sum(one.amount for one in Refund.objects.all()) == order.total
    assert open_work(order) == []
    with pytest.raises(PayoutMoved):
        note(payout, clerk())
    found = balances(order.number)
    assert (found.get("sales", 0), found.get("credits", 0), found.get("expense:credits", 0)) == (0, 0, 0)
    assert [one for one in differences() if "stands in no file" not in one] == []


@pytest.mark.services
@pytest.mark.django_db(transaction=True)
def test_twenty_at_once_note_and_confirm_one_transfer_once() -> None:
    first, second = owed(70_000, 30_000)
    noting, confirming = clerk(), clerk()
    today = timezone.localdate()

    def noted(payout: Payout, reference: str) -> object:
        return payouts.note(payout=payout, reference=reference, amount=payout.amount, paid_on=today, user=noting)

    answers = together(*[lambda: noted(first, "T-0001"), lambda: noted(second, "T-0001")] * 10)
    assert Counter(type(one).__name__ for one in answers) == {"Payout": 10, "ReferenceUsed": 10}
    winner = Payout.objects.get(status="noted")
    confirms = [lambda: payouts.confirm(payout=winner, reference="T-0001", user=confirming)] * 20
    assert Counter(type(one).__name__ for one in together(*confirms)) == {"Payout": 20}
    assert Entry.objects.filter(kind="credit_payout").count() == 1
    assert (winner.invoices.count(), winner.credit.order.notices.filter(kind="credit_paid_out").count()) == (1, 1)
    assert differences() == []


@pytest.mark.services
@pytest.mark.django_db(transaction=True)
def test_two_transfers_noted_for_one_credit_at_once_are_one() -> None:
    [payout] = owed(70_000)
    users = [clerk() for _ in range(10)]
    acts = [lambda n=n, user=user: note(payout, user, reference=f"T-{n:04}") for n, user in enumerate(users)]
    assert Counter(type(one).__name__ for one in together(*acts)) == {"Payout": 1, "PayoutMoved": 9}
    assert payout.work_items.filter(closed_at=None).count() == 1


def test_the_pages_of_the_back_office_ask_and_then_do(client: Client) -> None:
    [payout] = owed(70_000)
    base = f"/admin/orders/payout/{payout.pk}"
    client.force_login(make_staff(permissions=("orders.view_payout",)))
    assert client.get(f"{base}/change/").status_code == 200
    for act in ("note", "confirm", "send-back"):
        assert client.post(f"{base}/{act}/", {"reference": "ABCD"}).status_code == 403
    client.force_login(clerk())
    page = client.get(f"{base}/change/").content.decode()
    assert (f"{base}/note/" in page, f"{base}/confirm/" in page) == (True, False)
    typed = {"reference": "ICBC 7", "amount": "700", "paid_on": timezone.localdate().isoformat()}
    for wrong, says in (
        ({"amount": "699.99"}, "not the amount that is owed"),
        ({"reference": "1"}, "4 to 64"),
        ({"paid_on": "2001-01-01"}, "between the day"),
        ({"paid_on": "never"}, "valid date"),
        ({"amount": "much"}, "number"),
        ({"amount": "1e30"}, "digits"),
    ):
        refused = client.post(f"{base}/note/", typed | wrong)
        assert (refused.status_code, says in refused.content.decode()) == (422, True), wrong
    data = typed | {"form_key": key_of(client, f"{base}/note/")}
    assert [client.post(f"{base}/note/", data).status_code for _ in range(2)] == [302, 302]
    refused = client.post(f"{base}/confirm/", {"reference": "ICBC7"})
    assert (refused.status_code, "does not confirm" in refused.content.decode()) == (422, True)
    client.force_login(clerk())
    confirm = {"reference": "ICBC 7", "form_key": key_of(client, f"{base}/confirm/")}
    assert [client.post(f"{base}/confirm/", confirm).status_code for _ in range(2)] == [302, 302]
    payout.refresh_from_db()
    assert payout.status == "paid"
    assert client.get(f"{base}/send-back/").status_code == 403
    order_page = client.get(f"/admin/orders/order/{payout.credit.order_id}/change/").content.decode()
    assert (str(payout.pk) in order_page, "Paid out" in order_page) == (True, True)
    assert client.get("/admin/orders/payout/?status__exact=paid").status_code == 200


def test_the_buyer_sees_where_the_credit_is(client: Client) -> None:
    [payout] = owed(70_000)
    order = payout.credit.order
    page, money = f"/orders/{order.number}/", f"/orders/{order.number}/payments/"
    client.get(f"{page}?token={order.token}")

    def both() -> str:
        text = client.get(page).content.decode() + client.get(money).content.decode()
        return re.sub(r"\s+", " ", text)

    assert both().count("to be transferred to you") == 2
    note(payout, clerk())
    assert (both().count("being transferred to you"), "ICBC2026-0001" in both()) == (2, False)
    payouts.confirm(payout=payout, reference="ICBC2026-0001", user=clerk())
    assert both().count("reference ICBC2026-0001") == 2
    assert Client().get(money).status_code in (302, 404)  # nobody else


def test_the_api_tells_it_too(client: Client) -> None:
    [payout] = owed(70_000)
    order = payout.credit.order
    address, key = f"/api/v1/orders/{order.number}/", {"X-Order-Token": order.token}
    [credit] = client.get(address, headers=key).json()["credits"]
    assert credit["payout"] == {"status": "due", "amount": 70_000, "paid_on": None, "reference": ""}
    note(payout, clerk())
    payouts.confirm(payout=payout, reference="ICBC2026-0001", user=clerk())
    [credit] = client.get(address, headers=key).json()["credits"]
    today = timezone.localdate().isoformat()
    assert credit["payout"] == {"status": "paid", "amount": 70_000, "paid_on": today, "reference": "ICBC2026-0001"}
