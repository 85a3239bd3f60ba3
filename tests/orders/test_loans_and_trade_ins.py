"""A bank's loan and an old car as payments: papers, decisions, inspection, and who may do what."""

import io
import json
import time
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.test import Client
from django.utils import timezone
from PIL import Image

from apps.common.errors import DomainError, NotAllowed
from apps.ledger.services import balance, prove
from apps.orders import services
from apps.orders.documents import MAX_BYTES
from apps.orders.errors import (
    BadDocument,
    DocumentKnown,
    DocumentsMissing,
    DocumentTooLarge,
    LoanMoved,
    NothingDue,
    OfferOver,
    TradeInMoved,
    TradeInThere,
)
from apps.orders.gateways import signing
from apps.orders.legplan import plan_legs
from apps.orders.models import LoanReferral, Order, Refund, TradeIn
from apps.orders.services import legs, loans, payments, planning, refunds, trade_ins, transitions
from apps.orders.services.cancelling import expire
from tests.factories.accounts import make_staff
from tests.factories.orders import DEPOSIT, make_order, pay, signed_order

pytestmark = pytest.mark.django_db
LOAN = 5_000_000
PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n%%EOF\n"


def loan_order() -> tuple[Order, LoanReferral]:
    with transaction.atomic():
        order = make_order()
        order.legs.all().delete()
        planned = plan_legs(total=order.total, plan="deposit", deposit=DEPOSIT, loan=LOAN)
        planning.create_legs(order, planned, lender="Bank of Test", months=36)
    referral = loans.of_order(order)
    assert referral is not None
    return order, referral


def paper(referral: LoanReferral, kind: str, content: bytes) -> Any:
    return loans.add_document(referral=referral, kind=kind, file=io.BytesIO(content), size=len(content), user=None)


def banker() -> Any:
    return make_staff(permissions=("orders.decide_loan", "orders.view_loanreferral"))


def approved() -> tuple[Order, LoanReferral]:
    order, referral = loan_order()
    pay(order)
    paper(referral, "identity", PDF)
    paper(referral, "income", PDF + b"x\n%%EOF")
    loans.submit(referral=referral)
    return order, loans.decide(referral=referral, approved=True, reference="B-1", reason="", user=banker())


def test_a_loan_goes_from_papers_to_the_banks_money() -> None:
    order, referral = loan_order()
    pay(order)
    with pytest.raises(DocumentsMissing) as missing:
        loans.submit(referral=referral)
    assert missing.value.extra["missing"] == ["identity", "income"]
    paper(referral, "identity", PDF)
    paper(referral, "income", PDF + b"%%EOF")
    loans.submit(referral=referral)
    with pytest.raises(NotAllowed):
        loans.decide(referral=referral, approved=True, reference="B-1", reason="", user=make_staff())
    clerk = banker()
    loans.decide(referral=referral, approved=True, reference="B-1", reason="", user=clerk)
    assert loans.disburse(referral=referral, reference="T-1", amount=LOAN, user=clerk) == "captured"
    assert loans.disburse(referral=referral, reference="T-1", amount=LOAN, user=clerk) == "duplicate"
    referral.refresh_from_db()
    leg = order.legs.get(purpose="loan")
    assert (referral.status, leg.status, leg.captured) == ("disbursed", "captured", LOAN)
    assert (balance("lender:lender"), prove()) == (LOAN, [])


def test_the_bank_may_say_so_itself_by_a_signed_webhook_and_nobody_else(settings: Any) -> None:
    order, referral = approved()
    body = json.dumps({"id": "T-9", "payment": str(referral.leg_id), "amount": LOAN}).encode()

    def send(secret: str) -> int:
        header = signing.sign(secret, body, int(time.time()))
        address = "/payments/webhooks/lender/"
        sent = Client().post(address, body, content_type="application/json", headers={"Lender-Signature": header})
        return sent.status_code

    assert send("") == 400  # no secret is set: no bank is known
    settings.LENDER_SECRET = "a secret of the bank's, long enough"
    assert send("another secret") == 400
    assert not order.legs.filter(purpose="loan", captured__gt=0).exists()
    assert send(settings.LENDER_SECRET) == 200
    assert order.legs.get(purpose="loan").captured == LOAN


def test_money_for_a_loan_that_nobody_approved_is_looked_at() -> None:
    order, referral = loan_order()
    assert loans.disburse(referral=referral, reference="T-1", amount=LOAN, user=banker()) == "not asked for"
    assert order.work_items.get().kind == "payment"


@pytest.mark.parametrize("how", ["declined", "withdrawn"])
def test_a_loan_that_does_not_come_is_the_buyers_to_pay(how: str) -> None:
    order, referral = loan_order()
    pay(order)
    before = legs.outstanding(order)
    paper(referral, "identity", PDF)
    paper(referral, "income", PDF + b"%%EOF")
    loans.submit(referral=referral)
    if how == "declined":
        loans.decide(referral=referral, approved=False, reference="", reason="Income", user=banker())
    else:
        loans.withdraw(referral=referral)
    connection.check_constraints()
    referral.refresh_from_db()
    assert (referral.status, legs.outstanding(order)) == (how, before)
    assert order.legs.get(purpose="balance").amount == before
    with pytest.raises(LoanMoved):
        loans.submit(referral=referral)


def test_a_banks_money_that_comes_after_the_order_was_cancelled_goes_back() -> None:
    order, referral = approved()
    services.cancel(order=order, accept_fee=True)
    assert loans.disburse(referral=referral, reference="T-1", amount=LOAN, user=banker()) == "refunding"
    referral.refresh_from_db()
    leg = order.legs.get(purpose="loan")
    assert (referral.status, leg.captured, leg.refunds.get().amount) == ("withdrawn", LOAN, LOAN)
    clerk = make_staff(permissions=("orders.refund_order",))
    refunds.confirm_by_hand(refund=leg.refunds.get(), reference="T-2", user=clerk)
    assert (balance("lender:lender"), prove()) == (0, [])


def test_a_banks_money_nobody_asked_for_does_not_take_up_an_order_that_has_expired() -> None:
    order, referral = loan_order()
    transitions.set_timer(order, "hold", timezone.now())
    assert expire(order)
    assert loans.disburse(referral=referral, reference="T-1", amount=LOAN, user=banker()) == "refunding"
    order.refresh_from_db()
    assert (order.status, Refund.objects.get().amount) == ("expired", LOAN)
    assert order.work_items.get(closed_at=None).kind == "refund_by_hand"
    assert prove() == []


def png(size: tuple[int, int] = (4, 4)) -> bytes:
    picture = io.BytesIO()
    Image.new("RGB", size).save(picture, "PNG")
    return picture.getvalue()


@pytest.mark.parametrize(
    ("content", "error"),
    [
        (b"", BadDocument),
        (b"<html>", BadDocument),
        (b"%PDF-1.7 without an end", BadDocument),
        (b"GIF89a" + b"0" * 40, BadDocument),
        (png()[:30], BadDocument),
        (b"\xff\xd8\xff\xe0nonsense", BadDocument),
        (PDF + b"0" * MAX_BYTES, DocumentTooLarge),
    ],
)
def test_a_paper_is_what_its_content_says(content: bytes, error: type[DomainError]) -> None:
    _order, referral = loan_order()
    with pytest.raises(error):
        paper(referral, "identity", content)
    assert not referral.documents.exists()


def test_a_picture_is_taken_and_the_same_paper_once() -> None:
    _order, referral = loan_order()
    assert paper(referral, "identity", png()).file_kind == "png"
    with pytest.raises(DocumentKnown):
        paper(referral, "income", png())


def test_papers_are_handed_to_the_buyer_and_to_who_decides_and_to_nobody_else(client: Client) -> None:
    order, referral = loan_order()
    document = paper(referral, "identity", PDF)
    mine = f"/orders/{order.number}/loan-documents/{document.pk}/"
    theirs = f"/orders/loan-documents/{document.pk}/file/"
    assert (client.get(mine).status_code, client.get(theirs).status_code) == (404, 404)
    for permissions, status in (((), 404), (("orders.view_order",), 404), (("orders.decide_loan",), 200)):
        clerk = Client()
        clerk.force_login(make_staff(permissions=permissions))
        assert clerk.get(theirs).status_code == status
        assert clerk.get(mine).status_code == 404
    client.get(f"/orders/{order.number}/?token={order.token}")
    answer = client.get(mine)
    assert b"".join(answer.streaming_content) == PDF  # type: ignore[attr-defined]
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert client.get(theirs).status_code == 404
    other, _referral = loan_order()
    client.get(f"/orders/{other.number}/?token={other.token}")
    assert client.get(f"/orders/{other.number}/loan-documents/{document.pk}/").status_code == 404


def test_the_buyer_uploads_and_hands_over_on_the_page(client: Client) -> None:
    order, referral = loan_order()
    client.get(f"/orders/{order.number}/?token={order.token}")
    address = f"/orders/{order.number}/loan/"
    for kind, content in (("identity", PDF), ("income", png())):
        sent = {"kind": kind, "file": SimpleUploadedFile("x.exe", content)}
        assert client.post(f"{address}document/", sent).status_code == 302
    wrong = client.post(f"{address}document/", {"kind": "identity", "file": SimpleUploadedFile("x.pdf", b"no")})
    assert (wrong.status_code, "PDF, JPEG or PNG file" in wrong.content.decode()) == (422, True)
    assert client.post(f"{address}submit/").status_code == 302
    referral.refresh_from_db()
    assert referral.status == "submitted"
    assert Client().post(f"{address}withdraw/").status_code == 404


def old_car(order: Order) -> TradeIn:
    return trade_ins.ask(order=order, car="Jetta", plate="沪A12345", year=2019, mileage=60_000)


def appraiser() -> Any:
    return make_staff(permissions=("orders.value_tradein", "orders.view_tradein"))


def offered(amount: int = 3_000_000) -> tuple[Order, TradeIn]:
    order = signed_order()
    return order, trade_ins.offer(trade_in=old_car(order), amount=amount, user=appraiser())


def test_an_old_car_pays_its_part() -> None:
    order, trade_in = offered()
    trade_ins.apply(trade_in=trade_in)
    connection.check_constraints()
    assert order.legs.get(purpose="balance").amount == order.total - DEPOSIT - 3_000_000
    pay(order)
    assert not payments.is_settled(order)
    trade_ins.inspect(trade_in=trade_in, worth=3_000_000, reason="", user=appraiser())
    assert payments.is_settled(order)
    assert (balance("trade_ins"), prove()) == (3_000_000, [])


def test_an_offer_is_firm_for_a_week_and_no_longer() -> None:
    order, trade_in = offered()
    TradeIn.objects.update(firm_until=timezone.now() - timedelta(seconds=1))
    trade_in.refresh_from_db()
    with pytest.raises(OfferOver):
        trade_ins.apply(trade_in=trade_in)
    assert not order.legs.filter(purpose="trade_in").exists()
    trade_ins.offer(trade_in=trade_in, amount=2_900_000, user=appraiser())
    trade_ins.apply(trade_in=trade_in)
    assert order.legs.get(purpose="trade_in").amount == 2_900_000


@pytest.mark.parametrize(("worth", "free"), [(2_850_000, False), (2_849_999, True)])
def test_a_car_worth_less_is_quoted_anew_and_over_five_percent_the_buyer_may_leave_free(worth: int, free: bool) -> None:
    order, trade_in = offered()
    trade_ins.apply(trade_in=trade_in)
    trade_ins.inspect(trade_in=trade_in, worth=worth, reason="Rust", user=appraiser())
    assert trade_ins.free_to_leave(order) is free
    fee = services.cancellation(order).fee
    assert (fee == 0) is free
    trade_ins.accept_less(trade_in=TradeIn.objects.get(pk=trade_in.pk))
    connection.check_constraints()
    assert order.legs.get(purpose="trade_in").captured == worth
    assert order.legs.get(purpose="balance").amount == order.total - DEPOSIT - worth
    pay(order)
    assert payments.is_settled(order)
    assert prove() == []


def test_a_buyer_who_keeps_the_car_pays_it_all() -> None:
    order, trade_in = offered()
    trade_ins.apply(trade_in=trade_in)
    trade_ins.inspect(trade_in=trade_in, worth=1, reason="Fire", user=appraiser())
    trade_ins.withdraw(trade_in=TradeIn.objects.get(pk=trade_in.pk))
    connection.check_constraints()
    assert order.legs.get(purpose="balance").amount == order.total - DEPOSIT
    with pytest.raises(TradeInMoved):
        trade_ins.apply(trade_in=TradeIn.objects.get(pk=trade_in.pk))


def test_one_car_an_order_valued_by_who_may_and_never_more_than_is_to_be_paid() -> None:
    order = signed_order()
    trade_in = old_car(order)
    with pytest.raises(TradeInThere):
        old_car(order)
    with pytest.raises(NotAllowed):
        trade_ins.offer(trade_in=trade_in, amount=1, user=make_staff())
    for amount in (0, order.total - DEPOSIT + 1):
        with pytest.raises(NothingDue):
            trade_ins.offer(trade_in=trade_in, amount=amount, user=appraiser())
    assert TradeIn.objects.get().status == "asked"


def test_a_cancelled_order_returns_a_car_that_was_taken_by_hand() -> None:
    order, trade_in = offered()
    trade_ins.apply(trade_in=trade_in)
    trade_ins.inspect(trade_in=trade_in, worth=3_000_000, reason="", user=appraiser())
    services.cancel(order=order, accept_fee=True)
    refund = Refund.objects.get(leg__purpose="trade_in")
    assert (refund.status, order.work_items.get(kind="refund_by_hand").closed_at) == ("due", None)
    with pytest.raises(NotAllowed):
        refunds.confirm_by_hand(refund=refund, reference="Keys", user=make_staff())
    clerk = make_staff(permissions=("orders.refund_order",))
    refunds.confirm_by_hand(refund=refund, reference="Keys handed back", user=clerk)
    refund.refresh_from_db()
    assert (refund.status, balance("trade_ins"), prove()) == ("done", 0, [])


def test_the_pages_of_the_back_office_ask_and_then_do(client: Client) -> None:
    order = signed_order()
    trade_in = old_car(order)
    address = f"/admin/orders/tradein/{trade_in.pk}/offer/"
    client.force_login(make_staff(permissions=("orders.view_tradein",)))
    assert client.get(address).status_code == 403
    client.force_login(appraiser())
    assert client.get("/admin/orders/tradein/").status_code == 200
    assert client.get(address).status_code == 200
    assert client.post(address, {"amount": "999999999"}).status_code == 422
    assert client.post(address, {"amount": "30000"}).status_code == 302
    trade_in.refresh_from_db()
    assert (trade_in.status, trade_in.offer) == ("firm", 3_000_000)
    _order, referral = loan_order()
    client.force_login(banker())
    assert client.get(f"/admin/orders/loanreferral/{referral.pk}/change/").status_code == 200
    refused = client.post(f"/admin/orders/loanreferral/{referral.pk}/decline/", {"reason": "x"})
    assert (refused.status_code, "Documents wanted" in refused.content.decode()) == (422, True)


def test_the_buyers_page_of_payments_offers_what_can_be_done(client: Client) -> None:
    order, _trade_in = offered()
    page = f"/orders/{order.number}/payments/"
    assert client.get(page).status_code == 404
    client.get(f"/orders/{order.number}/?token={order.token}")
    text = client.get(page).content.decode()
    assert "Take the offer" in text
    assert "¥30,000" in text
    assert client.post(f"/orders/{order.number}/trade-in/apply/").status_code == 302
    assert "已抵扣" in client.get(f"/zh-hans{page}").content.decode()
    other = signed_order()
    client.get(f"/orders/{other.number}/?token={other.token}")
    bad = client.post(f"/orders/{other.number}/trade-in/ask/", {"car": "", "plate": "!", "year": 1900, "mileage": -1})
    assert bad.status_code == 422
    good = {"car": "Jetta", "plate": "沪A12345", "year": timezone.localdate().year - 5, "mileage": 50_000}
    assert client.post(f"/orders/{other.number}/trade-in/ask/", good).status_code == 302
    assert other.trade_ins.get().status == "asked"
    assert client.post(f"/orders/{other.number}/trade-in/nonsense/").status_code == 404


def test_a_buyer_asks_for_a_loan_on_the_page_and_it_takes_its_part_of_the_balance(client: Client) -> None:
    order = signed_order()
    client.get(f"/orders/{order.number}/?token={order.token}")
    address = f"/orders/{order.number}/loan/ask/"
    too_much = {"lender": "pearl", "yuan": order.total, "months": 36}
    assert client.post(address, too_much).status_code == 409
    assert client.post(address, {"lender": "loan shark", "yuan": 5, "months": 36}).status_code == 422
    assert client.post(address, {"lender": "pearl", "yuan": 50_000, "months": 36}).status_code == 302
    assert client.post(address, {"lender": "pearl", "yuan": 5, "months": 36}).status_code == 409
    connection.check_constraints()
    assert order.legs.get(purpose="balance").amount == order.total - DEPOSIT - LOAN
    referral = loans.of_order(order)
    assert referral is not None
    assert (referral.status, referral.leg.amount, referral.lender) == ("draft", LOAN, "Pearl River Bank")


def test_an_old_car_is_taken_once_and_only_after_it_was_counted_in() -> None:
    order, clerk = signed_order(), make_staff(permissions=("orders.value_tradein",))
    old = trade_ins.ask(order=order, car="BYD Qin", plate="A12345", year=2019, mileage=60_000)
    with pytest.raises(TradeInMoved):
        trade_ins.inspect(trade_in=old, worth=500_000, reason="", user=clerk)
    trade_ins.offer(trade_in=old, amount=500_000, user=clerk)
    trade_ins.apply(trade_in=old)
    trade_ins.inspect(trade_in=old, worth=500_000, reason="", user=clerk)
    with pytest.raises(TradeInMoved):
        trade_ins.inspect(trade_in=old, worth=500_000, reason="", user=clerk)
    assert (order.legs.get(purpose="trade_in").captured, prove()) == (500_000, [])
