"""What a gateway says: repeated, late, reordered, forged."""

import json
import time
import uuid
from datetime import timedelta

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from apps.bundles.services import adjust
from apps.orders import services
from apps.orders.errors import NothingDue
from apps.orders.fulfilment.drain import drain
from apps.orders.gateways import GatewayEvent, sandbox_server, signing
from apps.orders.lifecycle import Status
from apps.orders.models import Order, PaymentEvent, PaymentLeg, Refund, SandboxEvent, SandboxPayment
from apps.orders.services import timers
from apps.orders.services.payments import is_settled
from tests.factories.accounts import make_staff
from tests.factories.bundles import make_accessory, stock_of
from tests.factories.configurator import make_configurator
from tests.factories.orders import (
    BASE_URL,
    DEPOSIT,
    captured,
    make_basket,
    make_order,
    pay,
    place,
    reserved_order,
    run_until,
    signed_order,
    slots_of,
)

pytestmark = pytest.mark.django_db


def request(order: Order) -> PaymentLeg:
    return services.request_payment(order=order, base_url=BASE_URL)


def event(leg: PaymentLeg, kind: str, **changes: object) -> GatewayEvent:
    fields = {
        "gateway": "sandbox",
        "event_id": uuid.uuid4().hex,
        "kind": kind,
        "payment_key": str(leg.pk),
        "amount": leg.amount,
    } | changes
    return GatewayEvent(**fields)  # type: ignore[arg-type]


def expire(order: Order) -> None:
    order.timers.filter(kind="hold").update(due_at=timezone.now())
    timers.sweep()
    order.refresh_from_db()


def tell_all() -> None:
    """Let the gateway's waiting webhooks arrive, without a network."""
    for one in SandboxEvent.objects.filter(delivered_at=None).select_related("payment").order_by("pk"):
        data = json.loads(sandbox_server.webhook_body(one))
        services.apply_event(
            GatewayEvent("sandbox", data["id"], data["kind"], data["payment"], data["amount"], data["reference"])
        )
        SandboxEvent.objects.filter(pk=one.pk).update(delivered_at=timezone.now())


def send_refunds() -> None:
    drain(slice_s=5)
    tell_all()


def test_an_event_counts_once_and_a_second_capture_changes_nothing() -> None:
    order = make_order()
    leg = request(order)
    first = captured(leg)
    assert [services.apply_event(one) for one in (first, first, captured(leg))] == [
        "reserved",
        "duplicate",
        "already captured",
    ]
    leg.refresh_from_db()
    assert (leg.captured, leg.status, order.transitions.count()) == (DEPOSIT, "captured", 2)
    assert PaymentEvent.objects.count() == 2


def test_processing_that_comes_after_captured_is_ignored() -> None:
    order = make_order()
    leg = request(order)
    services.apply_event(captured(leg))
    assert services.apply_event(event(leg, "payment.processing")) == "ignored"
    assert services.apply_event(event(leg, "payment.failed")) == "ignored"
    leg.refresh_from_db()
    assert leg.status == "captured"


def test_a_failed_payment_can_be_made_again() -> None:
    order = make_order()
    leg = request(order)
    assert services.apply_event(event(leg, "payment.failed")) == "failed"
    again = request(order)
    assert (again.pk, again.status) == (leg.pk, "requested")
    assert services.apply_event(captured(leg)) == "reserved"
    with pytest.raises(NothingDue):
        request(order)


def test_a_payment_under_way_extends_the_hold() -> None:
    order = make_order()
    leg = request(order)
    services.apply_event(event(leg, "payment.processing"))
    expire(order)
    assert order.status == "placed"
    assert order.timers.get(kind="hold", done_at=None).due_at > timezone.now() + timedelta(minutes=4)
    assert services.apply_event(captured(leg)) == "reserved"


def test_a_late_payment_takes_the_place_that_is_still_free() -> None:
    part = make_accessory()
    make_configurator()
    order = make_order(None, ("accessory", part.sku))
    leg = request(order)
    expire(order)
    assert (order.status, stock_of(part.sku)) == ("expired", (10, 0))
    assert services.apply_event(captured(leg)) == "reserved late"
    order.refresh_from_db()
    assert (order.status, stock_of(part.sku)) == ("reserved", (10, 1))
    assert slots_of(order)
    assert list(order.legs.values_list("status", flat=True)) == ["captured", "planned"]


@pytest.mark.parametrize("gone", ["slot", "part"])
def test_a_late_payment_goes_back_when_nothing_is_left(gone: str) -> None:
    part = make_accessory(stock=1)
    configurator = make_configurator()
    order = make_order(configurator, ("accessory", part.sku))
    leg = request(order)
    expire(order)
    if gone == "slot":
        pay(place(make_basket(configurator)))
    else:
        adjust(sku=part.sku, change=-1, reason="Broken")
    assert services.apply_event(captured(leg)) == "refunding"
    order.refresh_from_db()
    assert order.status == "expired"
    assert stock_of(part.sku)[1] == 0
    assert order.notices.filter(kind="too_late").exists()
    assert Refund.objects.get(leg=leg).amount == DEPOSIT


@pytest.mark.parametrize("amount", [DEPOSIT - 1, DEPOSIT + 1])
@pytest.mark.parametrize("before", ["requested", "failed", "expired", "processing"])
def test_a_wrong_amount_reserves_nothing_and_needs_a_person(amount: int, before: str) -> None:
    order = make_order()
    leg = request(order)
    if before == "expired":
        expire(order)
    elif before != "requested":
        services.apply_event(event(leg, f"payment.{before}"))
    assert services.apply_event(captured(leg, amount)) == "suspect"
    order.refresh_from_db()
    leg.refresh_from_db()
    assert order.status == ("expired" if before == "expired" else "placed")
    assert (leg.status, leg.captured) == ("suspect", amount)
    assert order.work_items.get(closed_at=None).kind == "payment"


def refund_done(refund: Refund) -> GatewayEvent:
    return event(refund.leg, "refund.done", amount=refund.amount, reference=str(refund.pk))


def test_a_wrong_amount_goes_back_and_the_right_one_is_asked_for() -> None:
    order, clerk = make_order(), make_staff(permissions=("orders.refund_order",))
    leg = request(order)
    services.apply_event(captured(leg, DEPOSIT + 5))
    part = services.refund(leg=leg, amount=5, reason="Too much", user=clerk)
    assert services.apply_event(refund_done(part)) == "refunded"
    leg.refresh_from_db()
    assert (leg.status, leg.refunded) == ("suspect", 5)
    rest = services.refund(leg=leg, amount=DEPOSIT, reason="Start again", user=clerk)
    services.apply_event(refund_done(rest))
    leg.refresh_from_db()
    assert (leg.status, leg.refunded) == ("refunded", DEPOSIT + 5)
    again = request(order)
    assert (again.purpose, again.amount, again.position) == ("deposit", DEPOSIT, 3)
    assert order.timers.get(kind="hold", done_at=None).due_at > timezone.now() + timedelta(minutes=14)
    assert services.apply_event(captured(again)) == "reserved"
    assert not order.work_items.filter(closed_at=None).exists()


def test_a_balance_of_the_wrong_amount_does_not_block_the_order_for_ever() -> None:
    order, clerk = signed_order(), make_staff(permissions=("orders.refund_order",))
    leg = request(order)
    services.apply_event(captured(leg, leg.amount - 1))
    assert not is_settled(order)
    services.apply_event(refund_done(services.refund(leg=leg, amount=leg.amount - 1, reason="Wrong", user=clerk)))
    pay(order)
    assert is_settled(order)
    assert run_until(order, Status.READY).appointment is not None


def test_an_unknown_payment_and_an_unknown_refund_do_nothing() -> None:
    order = reserved_order()
    leg = order.legs.get(position=1)
    stranger = PaymentLeg(pk=uuid.uuid4(), amount=1)
    assert services.apply_event(captured(stranger)) == "unknown payment"
    assert services.apply_event(event(leg, "payment.captured", payment_key="nonsense")) == "unknown payment"
    for reference in (str(uuid.uuid4()), "nonsense"):
        assert services.apply_event(event(leg, "refund.done", reference=reference)) == "unknown refund"
    assert services.apply_event(event(order.legs.get(position=2), "payment.captured")) == "not asked for"
    leg.refresh_from_db()
    assert (leg.status, leg.refunded) == ("captured", 0)
    assert set(order.work_items.values_list("kind", flat=True)) == {"unasked_refund", "payment"}


def test_a_refund_is_done_once() -> None:
    order, clerk = reserved_order(), make_staff(permissions=("orders.refund_order",))
    refund = services.refund(leg=order.legs.get(position=1), amount=50, reason="Sorry", user=clerk)
    assert services.apply_event(refund_done(refund)) == "refunded"
    assert services.apply_event(refund_done(refund)) == "already refunded"
    assert services.apply_event(event(refund.leg, "refund.done", amount=1, reference=str(refund.pk))) == (
        "unknown refund"
    )
    leg = order.legs.get(position=1)
    assert (leg.status, leg.captured, leg.refunded) == ("partially_refunded", DEPOSIT, 50)


def silence(leg: PaymentLeg) -> None:
    PaymentLeg.objects.filter(pk=leg.pk).update(changed_at=timezone.now() - timedelta(minutes=3))


@pytest.mark.parametrize("expired", [False, True])
def test_a_gateway_that_says_nothing_is_asked(expired: bool) -> None:
    order = make_order()
    leg = request(order)
    if expired:
        expire(order)
    sandbox_server.pay(payment_id=SandboxPayment.objects.get().pk, outcome="never")
    timers.sweep()
    assert order.transitions.filter(target="reserved").count() == 0
    silence(leg)
    timers.sweep()
    timers.sweep()
    order.refresh_from_db()
    assert order.status == "reserved"
    assert PaymentEvent.objects.count() == 1


def test_a_payment_for_a_cancelled_order_that_nobody_told_of_is_found_and_sent_back() -> None:
    order = make_order()
    leg = request(order)
    services.cancel(order=order)
    sandbox_server.pay(payment_id=SandboxPayment.objects.get().pk, outcome="never")
    silence(leg)
    timers.sweep()
    send_refunds()
    leg.refresh_from_db()
    assert (leg.status, leg.refunded) == ("refunded", DEPOSIT)


def test_a_refund_that_the_gateway_is_silent_about_is_asked_for() -> None:
    order = make_order()
    leg = request(order)
    sandbox_server.pay(payment_id=SandboxPayment.objects.get().pk, outcome="success")
    tell_all()
    order.refresh_from_db()
    services.cancel(order=order)
    drain(slice_s=5)
    assert Refund.objects.get().status == "sent"
    order.refresh_from_db()
    assert order.status == "cancelling"
    Refund.objects.update(next_at=timezone.now())
    silence(leg)
    timers.sweep()
    order.refresh_from_db()
    assert (order.status, Refund.objects.get().status) == ("cancelled", "done")


def test_one_gateway_failure_does_not_stop_the_timers() -> None:
    leg = request(make_order())
    PaymentLeg.objects.filter(pk=leg.pk).update(gateway="gone", changed_at=timezone.now() - timedelta(hours=1))
    expire(leg.order)
    assert leg.order.status == "expired"


def post(body: bytes, header: str) -> tuple[int, dict[str, str]]:
    answer = Client().post(
        "/payments/webhooks/sandbox/", body, content_type="application/json", headers={"Sandbox-Signature": header}
    )
    return answer.status_code, answer.json()


def test_only_what_is_signed_and_fresh_is_taken() -> None:
    leg = request(make_order())
    body = json.dumps({"id": "e1", "kind": "payment.captured", "payment": str(leg.pk), "amount": leg.amount}).encode()
    secret, now = settings.SANDBOX_GATEWAY_SECRET, int(time.time())
    forged = [
        (body, signing.sign("another secret, long enough", body, now)),
        (body.replace(b"captured", b"failed"), signing.sign(secret, body, now)),
        (body, signing.sign(secret, body, now - 301)),
        (body, signing.sign(secret, body, now + 400)),
        (body, signing.sign(secret, body, now).replace("v1", "v0")),
        (body, ""),
        (body, "t=x,v1=y"),
        (b"[]", signing.sign(secret, b"[]", now)),
        (b"not json", signing.sign(secret, b"not json", now)),
    ]
    for text, header in forged:
        assert post(text, header) == (
            400,
            {"code": "bad_webhook_signature", "detail": "The webhook's signature is not valid."},
        )
    assert not PaymentEvent.objects.exists()
    assert post(body, signing.sign(secret, body, now)) == (200, {"outcome": "reserved"})
    assert post(body, signing.sign(secret, body, now)) == (200, {"outcome": "duplicate"})


def test_another_gateways_address_is_not_known() -> None:
    assert Client().post("/payments/webhooks/nobody/", b"{}", content_type="application/json").status_code == 400


@pytest.mark.parametrize(
    ("outcome", "kinds"),
    [
        ("success", ["payment.captured"]),
        ("fail", ["payment.failed"]),
        ("slow", ["payment.processing", "payment.captured"]),
        ("duplicate", ["payment.captured", "payment.captured"]),
        ("reorder", ["payment.captured", "payment.processing"]),
        ("never", []),
    ],
)
def test_every_outcome_of_the_sandbox_ends_well(outcome: str, kinds: list[str]) -> None:
    order = make_order()
    leg = request(order)
    payment = SandboxPayment.objects.get()
    assert (payment.amount, payment.merchant_key) == (DEPOSIT, str(leg.pk))
    sandbox_server.pay(payment_id=payment.pk, outcome=outcome)
    sandbox_server.pay(payment_id=payment.pk, outcome="never" if outcome == "fail" else "fail")
    assert list(SandboxEvent.objects.order_by("pk").values_list("kind", flat=True)) == kinds
    tell_all()
    silence(leg)
    timers.sweep()
    order.refresh_from_db()
    assert order.status == "reserved"
    assert order.legs.get(position=1).captured == DEPOSIT


def test_the_sandbox_refunds_each_key_once_and_never_too_much() -> None:
    leg = request(make_order())
    payment = SandboxPayment.objects.get()
    with pytest.raises(ValueError, match="more than was paid"):
        sandbox_server.refund(key="a", merchant_key=str(leg.pk), amount=1)
    sandbox_server.pay(payment_id=payment.pk, outcome="never")
    for _ in range(2):
        sandbox_server.refund(key="a", merchant_key=str(leg.pk), amount=DEPOSIT)
    with pytest.raises(ValueError, match="more than was paid"):
        sandbox_server.refund(key="b", merchant_key=str(leg.pk), amount=1)
    payment.refresh_from_db()
    assert (payment.refunded, SandboxEvent.objects.count()) == (DEPOSIT, 1)
