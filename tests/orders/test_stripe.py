"""Stripe over a real socket, through its own library: idempotency, signatures, refunds, disputes."""

import json
import time
from collections.abc import Iterator
from datetime import timedelta

import pytest
import stripe
from django.utils import timezone

from apps.ledger.services import balance
from apps.orders import services
from apps.orders.errors import NothingToRefund
from apps.orders.fulfilment.drain import drain
from apps.orders.gateways import PaymentRef
from apps.orders.gateways.stripe_gateway import StripeGateway
from apps.orders.models import Order, PaymentAttempt, PaymentEvent, PaymentLeg, Refund
from apps.orders.services import timers
from tests.factories.accounts import make_staff
from tests.factories.orders import DEPOSIT, make_order
from tests.orders.standins import Stripe, post, served

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.services]
WEBHOOK = "/payments/webhooks/stripe/"


@pytest.fixture
def shop(settings: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stripe]:
    standin = Stripe()
    monkeypatch.setenv("no_proxy", "127.0.0.1,localhost")
    with served(standin) as address:
        for name, value in {
            "PAYMENT_GATEWAYS": ["stripe"],
            "STRIPE_SECRET_KEY": Stripe.KEY,
            "STRIPE_WEBHOOK_SECRET": Stripe.SECRET,
            "STRIPE_URL": address,
        }.items():
            setattr(settings, name, value)
        yield standin


def asked(address: str) -> tuple[Order, PaymentLeg, str]:
    order = make_order()
    leg = services.request_payment(order=order, base_url=address, return_url=f"{address}/back")
    return order, leg, PaymentAttempt.objects.get(leg=leg, closed_at=None).reference


def tell(shop: Stripe, address: str, kind: str, thing: dict[str, object], name: str = "") -> tuple[int, str]:
    body = shop.event(kind, thing, name=name)
    return post(address + WEBHOOK, body, shop.signature(body))


def paid(shop: Stripe, address: str) -> tuple[Order, PaymentLeg, dict[str, object]]:
    order, leg, name = asked(address)
    session = shop.pay(name)
    assert tell(shop, address, "checkout.session.completed", session) == (200, '{"outcome": "reserved"}')
    order.refresh_from_db()
    leg.refresh_from_db()
    return order, leg, session


def test_a_checkout_is_opened_once_and_its_webhook_reserves_the_order_once(shop: Stripe, live_server: object) -> None:
    address = str(live_server)
    order, leg, name = asked(address)
    again = services.request_payment(order=order, base_url=address, return_url=f"{address}/other")
    session = shop.sessions[name]
    assert (again.pay_url, len(shop.sessions)) == (session["url"], 1)
    assert (session["amount_total"], session["currency"], session["methods"]) == (
        DEPOSIT,
        "cny",
        ["card", "wechat_pay"],
    )
    body = shop.event("checkout.session.completed", shop.pay(name))
    answers = [post(address + WEBHOOK, body, shop.signature(body)) for _ in range(3)]
    assert [json.loads(text)["outcome"] for _status, text in answers] == ["reserved", "duplicate", "duplicate"]
    leg.refresh_from_db()
    assert (leg.status, leg.captured, leg.gateway) == ("captured", DEPOSIT, "stripe")
    assert PaymentAttempt.objects.get().transaction == session["payment_intent"]
    assert balance("gateway:stripe") == DEPOSIT


def test_the_same_key_opens_the_same_checkout_and_other_details_are_refused(shop: Stripe, live_server: object) -> None:
    _order, leg, name = asked(str(live_server))
    fresh = PaymentRef(leg.pk, DEPOSIT)
    details = {"subject": _order.number, "return_url": f"{live_server}/back", "base_url": str(live_server)}
    assert StripeGateway().create(payment=fresh, language="en", **details).reference == name
    with pytest.raises(stripe.IdempotencyError):
        StripeGateway().create(payment=fresh, language="en", **details | {"subject": "Other"})
    assert len(shop.sessions) == 1


@pytest.mark.parametrize("spoilt", ["secret", "old", "body", "none", "nonsense"])
def test_a_webhook_that_is_not_theirs_or_not_of_now_is_refused(shop: Stripe, live_server: object, spoilt: str) -> None:
    order, _leg, name = asked(str(live_server))
    body, now = shop.event("checkout.session.completed", shop.pay(name)), int(time.time())
    sent = body.replace(b"200000", b"200001") if spoilt == "body" else body
    headers = {
        "secret": shop.signature(body, secret="whsec_other"),
        "old": shop.signature(body, at=now - 301),
        "body": shop.signature(body),
        "none": {"Content-Type": "application/json"},
        "nonsense": {"Stripe-Signature": "t=x,v1=y", "Content-Type": "application/json"},
    }[spoilt]
    status, text = post(str(live_server) + WEBHOOK, sent, headers)
    assert (status, "bad_webhook_signature" in text) == (400, True)
    order.refresh_from_db()
    assert order.status == "placed"
    assert not PaymentEvent.objects.exists()


def test_wechat_money_that_comes_later_is_processing_first(shop: Stripe, live_server: object) -> None:
    address = str(live_server)
    order, leg, name = asked(address)
    session = shop.pay(name, later=True)
    tell(shop, address, "checkout.session.completed", session)
    leg.refresh_from_db()
    assert leg.status == "processing"
    session["payment_status"] = "paid"
    tell(shop, address, "checkout.session.async_payment_succeeded", session)
    order.refresh_from_db()
    assert order.status == "reserved"


def test_an_expired_checkout_gives_way_to_a_new_one(shop: Stripe, live_server: object) -> None:
    address = str(live_server)
    order, leg, name = asked(address)
    shop.sessions[name]["status"] = "expired"
    tell(shop, address, "checkout.session.expired", shop.sessions[name])
    leg.refresh_from_db()
    assert leg.status == "failed"
    again = services.request_payment(order=order, base_url=address)
    assert (again.pk, again.status, len(shop.sessions)) == (leg.pk, "requested", 2)
    new = PaymentAttempt.objects.get(leg=leg, closed_at=None)
    assert json.loads(tell(shop, address, "checkout.session.completed", shop.pay(new.reference))[1]) == {
        "outcome": "reserved"
    }


def test_silence_is_asked_about(shop: Stripe, live_server: object) -> None:
    order, leg, name = asked(str(live_server))
    shop.pay(name)
    PaymentLeg.objects.filter(pk=leg.pk).update(changed_at=timezone.now() - timedelta(minutes=3))
    timers.sweep()
    order.refresh_from_db()
    assert order.status == "reserved"


def owe(leg: PaymentLeg, amount: int) -> Refund:
    clerk = make_staff(permissions=("orders.refund_order",))
    return services.refund(leg=leg, amount=amount, reason="Sorry", user=clerk)


def test_a_refund_whose_answer_was_lost_is_not_made_twice_a_day_later(shop: Stripe, live_server: object) -> None:
    address = str(live_server)
    _order, leg, _session = paid(shop, address)
    refund = owe(leg, 1234)
    drain(slice_s=5)
    Refund.objects.update(status="due", next_at=timezone.now())  # as if the answer had been lost
    shop.answers.clear()  # and Stripe has forgotten the key
    drain(slice_s=5)
    [made] = shop.refunds.values()
    refund.refresh_from_db()
    assert (made["amount"], refund.status, refund.transaction) == (1234, "sent", made["id"])
    made["status"] = "succeeded"
    assert json.loads(tell(shop, address, "refund.updated", made)[1]) == {"outcome": "refunded"}
    leg.refresh_from_db()
    assert (leg.status, leg.refunded, balance("gateway:stripe")) == ("partially_refunded", 1234, DEPOSIT - 1234)


def test_a_refund_that_fails_later_is_due_again_and_a_person_is_called(shop: Stripe, live_server: object) -> None:
    address = str(live_server)
    order, leg, _session = paid(shop, address)
    refund = owe(leg, 1234)
    drain(slice_s=5)
    [made] = shop.refunds.values()
    made["status"] = "failed"
    assert json.loads(tell(shop, address, "refund.failed", made)[1]) == {"outcome": "refund failed"}
    refund.refresh_from_db()
    assert (refund.status, order.work_items.get(closed_at=None).kind) == ("due", "refund")


def test_a_refund_made_in_its_dashboard_needs_a_person(shop: Stripe, live_server: object) -> None:
    address = str(live_server)
    order, leg, session = paid(shop, address)
    made = {
        "id": "re_theirs",
        "object": "refund",
        "amount": 500,
        "payment_intent": session["payment_intent"],
        "status": "succeeded",
        "metadata": {},
    }
    assert json.loads(tell(shop, address, "refund.created", made)[1]) == {"outcome": "unknown refund"}
    leg.refresh_from_db()
    assert (leg.refunded, order.work_items.get().kind, balance("suspense")) == (0, "unasked_refund", 500)


@pytest.mark.parametrize("status", ["won", "lost"])
def test_a_dispute_freezes_refunds_until_it_is_decided(shop: Stripe, live_server: object, status: str) -> None:
    address = str(live_server)
    order, leg, session = paid(shop, address)
    case = {
        "id": "dp_1",
        "object": "dispute",
        "amount": DEPOSIT,
        "payment_intent": session["payment_intent"],
        "status": "needs_response",
    }
    refund = owe(leg, 500)
    assert json.loads(tell(shop, address, "charge.dispute.created", case)[1]) == {"outcome": "disputed"}
    drain(slice_s=5)
    order.refresh_from_db()
    leg.refresh_from_db()
    refund.refresh_from_db()
    assert (order.disputed, leg.status, refund.status, shop.refunds) == (True, "disputed", "due", {})
    assert order.work_items.get(kind="dispute").closed_at is None
    assert (balance("disputed"), balance("gateway:stripe")) == (DEPOSIT, 0)
    with pytest.raises(NothingToRefund):
        owe(leg, 1)
    case["status"] = status
    assert json.loads(tell(shop, address, "charge.dispute.closed", case)[1]) == {"outcome": f"dispute {status}"}
    leg.refresh_from_db()
    refund.refresh_from_db()
    if status == "won":
        assert (leg.status, leg.refunded, refund.status, balance("gateway:stripe")) == ("captured", 0, "due", DEPOSIT)
    else:
        # The bank has sent everything, our refund with it; an order that goes on asks for its deposit once more.
        assert (leg.status, leg.refunded, refund.status, balance("refunds_due")) == ("refunded", DEPOSIT, "done", 0)
        again = order.legs.get(status="planned", purpose="deposit")
        assert (again.amount, balance("disputed")) == (DEPOSIT, 0)
