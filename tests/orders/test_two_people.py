"""Refunds by hand, contested payments and missing bookings in the back office."""

import pytest
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction
from django.test import Client

from apps.accounts.models import User
from apps.common.errors import NotAllowed
from apps.ledger.models import Entry
from apps.ledger.services import balances, prove
from apps.orders import services
from apps.orders.errors import NotByHand, NotContestable, SamePerson
from apps.orders.gateways import sandbox_server
from apps.orders.lifecycle import Status
from apps.orders.models import Order, Refund, SandboxPayment
from apps.orders.services import refunds, trade_ins
from apps.orders.services.audit import differences
from tests.factories.accounts import make_staff
from tests.factories.orders import delivered_order, pay, run_until, signed_order
from tests.orders.test_audit import corrupt
from tests.orders.test_events import tell_all
from tests.orders.test_loans_and_trade_ins import appraiser, offered

pytestmark = pytest.mark.django_db
REFUND = ("orders.refund_order", "orders.view_refund")
CLEAR = ("orders.clear_dispute", "orders.view_sandboxpayment")


def taken_car() -> Order:
    """A signed order that an old car has paid a part of."""
    order, trade_in = offered()
    trade_ins.apply(trade_in=trade_in)
    trade_ins.inspect(trade_in=trade_in, worth=3_000_000, reason="", user=appraiser())
    return order


def by_hand(asked_by: User) -> Refund:
    leg = taken_car().legs.get(purpose="trade_in")
    return services.refund(leg=leg, amount=500_000, reason="It is worth less", user=asked_by)


def test_who_asked_for_a_refund_by_hand_does_not_confirm_it() -> None:
    asker, other = make_staff(permissions=REFUND), make_staff(permissions=REFUND)
    refund = by_hand(asker)
    with pytest.raises(SamePerson):
        refunds.confirm_by_hand(refund=refund, reference="T1", user=asker)
    refund.refresh_from_db()
    assert (refund.status, refund.confirmed_by) == ("due", None)
    refunds.confirm_by_hand(refund=refund, reference="T1", user=other)
    refund.refresh_from_db()
    assert (refund.status, refund.user, refund.confirmed_by, refund.transaction) == ("done", asker, other, "T1")
    with pytest.raises(NotByHand):
        refunds.confirm_by_hand(refund=refund, reference="T1", user=other)
    with pytest.raises(IntegrityError, match="refund_two_people"), transaction.atomic():
        Refund.objects.filter(pk=refund.pk).update(confirmed_by=asker)


def test_the_button_is_there_for_what_is_returned_by_hand_and_for_who_may(client: Client) -> None:
    asker = make_staff(permissions=REFUND)
    refund = by_hand(asker)
    page, button = f"/admin/orders/refund/{refund.pk}/change/", f"/admin/orders/refund/{refund.pk}/confirm/"
    client.force_login(make_staff(permissions=("orders.view_refund",)))
    assert "confirm" not in client.get(page).content.decode()
    assert client.post(button, {"reference": "T"}).status_code == 403
    client.force_login(asker)
    assert button in client.get(page).content.decode()
    refused = client.post(button, {"reference": "T"})
    assert (refused.status_code, "does not confirm" in refused.content.decode()) == (422, True)
    client.force_login(make_staff(permissions=REFUND))
    assert client.post(button, {"reference": ""}).status_code == 422
    assert client.post(button, {"reference": "Transfer 77"}).status_code == 302
    refund.refresh_from_db()
    assert (refund.status, refund.transaction) == ("done", "Transfer 77")
    assert client.get(button).status_code == 403


def paid_order() -> tuple[Order, SandboxPayment]:
    """A signed order whose deposit lies in the test gateway's own books."""
    order = signed_order()
    payment = SandboxPayment.objects.get(merchant_key=str(order.legs.get(position=1).pk))
    SandboxPayment.objects.filter(pk=payment.pk).update(status="paid")
    return order, payment


@pytest.mark.parametrize(
    ("decision", "leg_status", "paid_again"), [("won", "captured", False), ("lost", "refunded", True)]
)
def test_a_contested_payment_is_played_through_at_the_test_gateway(
    client: Client, decision: str, leg_status: str, paid_again: bool
) -> None:
    order, payment = paid_order()
    base = f"/admin/orders/sandboxpayment/{payment.pk}"
    client.force_login(make_staff(permissions=("orders.view_sandboxpayment",)))
    assert client.post(f"{base}/contest/").status_code == 403
    client.force_login(make_staff(permissions=CLEAR))
    assert client.post(f"{base}/{decision}/").status_code == 422  # nothing is contested yet
    assert client.post(f"{base}/contest/").status_code == 302
    assert client.post(f"{base}/contest/").status_code == 422
    tell_all()
    order.refresh_from_db()
    assert (order.disputed, order.legs.get(position=1).status) == (True, "disputed")
    assert client.post(f"{base}/{decision}/").status_code == 302
    tell_all()
    assert order.legs.get(position=1).status == leg_status
    assert order.legs.filter(purpose="deposit", status="planned").exists() == paid_again
    services.clear_dispute(order=order, reason="Decided", user=make_staff(permissions=CLEAR))
    assert prove() == []


def test_a_case_is_played_by_who_may_and_about_a_payment_that_was_made() -> None:
    _order, payment = paid_order()
    with pytest.raises(NotAllowed):
        services.contest(payment=payment, decision="opened", user=make_staff())
    boss = make_staff(permissions=CLEAR)
    SandboxPayment.objects.update(status="open")
    for decision in ("opened", "won", "lost", "nonsense"):
        with pytest.raises(NotContestable):
            services.contest(payment=payment, decision=decision, user=boss)
    assert not sandbox_server.contest(payment_id=payment.pk, decision="opened")


def test_what_the_books_lack_is_booked_once_and_as_the_services_would_have(capsys: pytest.CaptureFixture[str]) -> None:
    order = delivered_order()
    other = run_until(signed_order(), Status.AT_STORE)
    services.grant_credit(order=other, amount=40_000, kind="delay", key="d")
    pay(other)
    services.cancel(order=signed_order(), accept_fee=True)
    before = {number: balances(number) for number in Order.objects.values_list("number", flat=True)}
    call_command("book_missing")
    assert "Booked 0 movements" in capsys.readouterr().out
    mine = Entry.objects.filter(subject__in=before)
    count = mine.count()
    corrupt("DELETE FROM ledger_posting; DELETE FROM ledger_entry")
    assert differences()
    call_command("book_missing")
    assert f"Booked {count} movements" in capsys.readouterr().out
    connection.check_constraints()
    assert {number: balances(number) for number in before} == before
    assert differences() == []
    assert balances(order.number) == {"gateway:sandbox": order.total, "sales": -order.total}
