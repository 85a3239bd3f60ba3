"""Alipay over a real socket: its wire format, its signatures, and what is refused."""

import urllib.parse
import urllib.request
import uuid
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from django.conf import settings as configured
from django.utils import timezone

from apps.orders import services
from apps.orders.errors import BadSignature
from apps.orders.fulfilment.drain import drain
from apps.orders.gateways import PaymentRef
from apps.orders.gateways.alipay import AlipayGateway, AlipayRefused, fen_of
from apps.orders.models import Order, PaymentAttempt, PaymentEvent, PaymentLeg, Refund
from apps.orders.services import timers
from tests.factories.accounts import make_staff
from tests.factories.orders import DEPOSIT, make_order
from tests.orders.standins import BEIJING, Alipay, post, served

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.services]


@pytest.fixture
def alipay(settings: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Alipay]:
    standin = Alipay()
    monkeypatch.setenv("no_proxy", "127.0.0.1,localhost")
    with served(standin) as address:
        for name, value in {
            "PAYMENT_GATEWAYS": ["sandbox", "alipay"],
            "ALIPAY_APP_ID": Alipay.APP,
            "ALIPAY_PRIVATE_KEY": standin.merchant_private,
            "ALIPAY_PUBLIC_KEY": standin.public,
            "ALIPAY_URL": f"{address}/gateway.do",
        }.items():
            setattr(settings, name, value)
        yield standin


def asked(alipay: Alipay, address: str) -> tuple[Order, PaymentLeg]:
    """An order whose buyer has opened Alipay's page."""
    order = make_order()
    leg = services.request_payment(order=order, base_url=address, return_url=f"{address}/back", gateway="alipay")
    with urllib.request.urlopen(leg.pay_url, timeout=30) as page:
        assert "收银台" in page.read().decode()
    return order, leg


def notify(alipay: Alipay, leg: PaymentLeg, address: str, **changes: str) -> tuple[int, str]:
    body = alipay.notification(leg.pk.hex, **changes)
    return post(alipay.trades[leg.pk.hex]["notify"], body, {"Content-Type": "application/x-www-form-urlencoded"})


def test_paying_on_its_page_reserves_the_order_by_its_notification(alipay: Alipay, live_server: object) -> None:
    address = str(live_server)
    order, leg = asked(alipay, address)
    trade = alipay.trades[leg.pk.hex]
    assert (trade["total"], trade["notify"]) == ("2000.00", f"{address}/payments/webhooks/alipay/")
    alipay.pay(leg.pk.hex)
    body = alipay.notification(leg.pk.hex)
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    assert [post(trade["notify"], body, headers) for _ in range(3)] == [(200, "success")] * 3
    order.refresh_from_db()
    leg.refresh_from_db()
    assert (order.status, leg.status, leg.captured, leg.gateway) == ("reserved", "captured", DEPOSIT, "alipay")
    assert (PaymentEvent.objects.count(), PaymentAttempt.objects.get().transaction) == (1, trade["trade_no"])


@pytest.mark.parametrize("spoilt", ["amount", "signature", "app", "old", "ahead", "type", "empty"])
def test_a_notification_that_is_not_theirs_or_not_of_now_is_refused(
    alipay: Alipay, live_server: object, spoilt: str
) -> None:
    order, leg = asked(alipay, str(live_server))
    alipay.pay(leg.pk.hex)
    url, number = alipay.trades[leg.pk.hex]["notify"], leg.pk.hex
    now = datetime.now(BEIJING)
    bodies = {
        "amount": alipay.notification(number).replace(b"2000.00", b"2000.01"),
        "signature": Alipay.notification(_stranger(alipay), number),
        "app": alipay.notification(number, app_id="2021000000000000"),
        "old": alipay.notification(number, notify_time=(now - timedelta(hours=27)).strftime("%Y-%m-%d %H:%M:%S")),
        "ahead": alipay.notification(number, notify_time=(now + timedelta(hours=1)).strftime("%Y-%m-%d %H:%M:%S")),
        "type": alipay.notification(number).replace(b"RSA2", b"RSA"),
        "empty": b"",
    }
    status, text = post(url, bodies[spoilt], {"Content-Type": "application/x-www-form-urlencoded"})
    assert (status, "bad_webhook_signature" in text) == (400, True)
    order.refresh_from_db()
    assert order.status == "placed"
    assert not PaymentEvent.objects.exists()


def _stranger(alipay: Alipay) -> Alipay:
    """Somebody with the same books and another key."""
    other = Alipay()
    other.trades = alipay.trades
    return other


def test_silence_is_asked_about(alipay: Alipay, live_server: object) -> None:
    order, leg = asked(alipay, str(live_server))
    alipay.pay(leg.pk.hex)
    PaymentLeg.objects.filter(pk=leg.pk).update(changed_at=timezone.now() - timedelta(minutes=3))
    timers.sweep()
    order.refresh_from_db()
    assert order.status == "reserved"
    assert "alipay.trade.query" in alipay.calls


def test_a_refund_is_made_once_by_its_key_and_done_when_it_says_so(alipay: Alipay, live_server: object) -> None:
    _order, leg = asked(alipay, str(live_server))
    alipay.pay(leg.pk.hex)
    notify(alipay, leg, str(live_server))
    clerk = make_staff(permissions=("orders.refund_order",))
    refund = services.refund(leg=PaymentLeg.objects.get(pk=leg.pk), amount=1234, reason="Sorry", user=clerk)
    drain(slice_s=5)
    refund.refresh_from_db()
    assert (refund.status, alipay.trades[leg.pk.hex]["refunds"]) == ("sent", {refund.pk.hex: "12.34"})
    again = AlipayGateway().refund(key=refund.pk, payment=PaymentRef(leg.pk, DEPOSIT), amount=1234)
    assert (again, len(alipay.trades[leg.pk.hex]["refunds"])) == (refund.pk.hex, 1)
    told = {"gmt_refund": "2026-11-27 12:00:00", "refund_fee": "12.34", "out_biz_no": refund.pk.hex}
    assert notify(alipay, leg, str(live_server), **told) == (200, "success")
    timers.sweep()
    refund.refresh_from_db()
    leg.refresh_from_db()
    assert (refund.status, leg.status, leg.refunded) == ("done", "partially_refunded", 1234)


def test_a_refund_that_nobody_asked_for_needs_a_person(alipay: Alipay, live_server: object) -> None:
    order, leg = asked(alipay, str(live_server))
    alipay.pay(leg.pk.hex)
    notify(alipay, leg, str(live_server))
    told = {"gmt_refund": "2026-11-27 12:00:00", "refund_fee": "12.34", "out_biz_no": uuid.uuid4().hex}
    notify(alipay, leg, str(live_server), **told)
    assert order.work_items.get(closed_at=None).kind == "unasked_refund"
    leg.refresh_from_db()
    assert leg.refunded == 0


@pytest.mark.parametrize("lie", ["unsigned", "forged"])
def test_an_answer_that_is_not_signed_by_them_is_not_believed(alipay: Alipay, live_server: object, lie: str) -> None:
    _order, leg = asked(alipay, str(live_server))
    alipay.pay(leg.pk.hex)
    alipay.lie = lie
    with pytest.raises(BadSignature):
        AlipayGateway().events_of(payment=PaymentRef(leg.pk, DEPOSIT), refunds={})
    assert not Refund.objects.exists()


def test_what_it_refuses_is_said_and_an_unknown_trade_is_nothing(alipay: Alipay) -> None:
    nobody = PaymentRef(uuid.uuid4(), 100)
    assert AlipayGateway().events_of(payment=nobody, refunds={}) == []
    AlipayGateway().close(payment=nobody)
    with pytest.raises(AlipayRefused, match=r"ACQ\.TRADE_STATUS_ERROR"):
        AlipayGateway().refund(key=uuid.uuid4(), payment=nobody, amount=1)


def test_changing_the_gateway_closes_the_other_page_and_both_paid_gives_one_back(
    alipay: Alipay, live_server: object
) -> None:
    order, leg = asked(alipay, str(live_server))
    second = services.request_payment(order=order, base_url=str(live_server), gateway="sandbox")
    assert (second.pk, second.gateway, alipay.trades[leg.pk.hex]["status"]) == (leg.pk, "sandbox", "TRADE_CLOSED")
    attempt = PaymentAttempt.objects.get(gateway="sandbox")
    from apps.orders.gateways import GatewayEvent

    paid = GatewayEvent("sandbox", "one", "payment.captured", str(attempt.pk), DEPOSIT)
    assert services.apply_event(paid) == "reserved"
    alipay.pay(leg.pk.hex)  # the page was closed too late
    assert notify(alipay, leg, str(live_server)) == (200, "success")
    extra = order.legs.get(replaced=True)
    assert (extra.gateway, extra.captured, Refund.objects.get().leg) == ("alipay", DEPOSIT, extra)
    drain(slice_s=5)
    assert alipay.trades[leg.pk.hex]["refunds"] == {Refund.objects.get().pk.hex: "2000.00"}


@pytest.mark.parametrize(
    ("text", "fen"), [("0.01", 1), ("88.88", 8888), ("1,234.5", 123450), ("-3.00", -300), ("2000", 200000)]
)
def test_yuan_are_read_to_the_fen(text: str, fen: int) -> None:
    assert fen_of(text) == fen


def test_half_a_fen_is_no_amount() -> None:
    for text in ("0.001", "x", ""):
        with pytest.raises(ValueError):
            fen_of(text)


def test_the_pay_page_may_be_the_target_of_our_form(alipay: Alipay) -> None:
    assert configured.PAY_PAGES["alipay"][0].startswith("https://")
    assert urllib.parse.urlsplit(configured.ALIPAY_URL).path == "/gateway.do"
