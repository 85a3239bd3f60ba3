"""What the buyer is written when something happens: once for each event, in their language, with its facts."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.utils import timezone

from apps.messaging.models import Message
from apps.messaging.sending import send_due
from apps.orders import services
from apps.orders.gateways import GatewayEvent
from apps.orders.lifecycle import Status
from apps.orders.models import FulfilmentStep, Order, Promise, Refund, SandboxPayment
from apps.orders.services import promises, waiting
from apps.orders.services.refunds import send_due_refund
from tests.factories.accounts import make_staff, make_user
from tests.factories.bundles import make_accessory
from tests.factories.configurator import make_build, make_configurator
from tests.factories.orders import (
    BASE_URL,
    DEPOSIT,
    make_order,
    make_slots,
    pay,
    place,
    reserved_order,
    run_until,
    signed_order,
)
from tests.messaging.servers import make_due

pytestmark = pytest.mark.django_db
REFUND = ("orders.refund_order",)


def letters(order: Order, kind: str) -> list[str]:
    """Send what is due; the texts of this kind, oldest first, in the order's language."""
    make_due()
    send_due(slice_s=60)
    sent = Message.objects.about(order.number).filter(kind=kind, channel="email", state="sent").order_by("pk")
    return [f"{one.subject}\n{one.text}" for one in sent]


def test_a_refund_is_told_when_it_leaves_and_when_it_is_there() -> None:
    order = reserved_order(language="zh-hans")
    leg = order.legs.get(position=1)
    SandboxPayment.objects.update(status="paid")  # as the gateway's own books have it
    made = services.refund(leg=leg, amount=12_300, reason="Scratch", user=make_staff(permissions=REFUND))
    assert letters(order, "refund_sent") == []
    while send_due_refund():
        pass
    [text] = letters(order, "refund_sent")
    assert "¥123" in text
    assert "退款" in text
    assert letters(order, "refund_arrived") == []
    done = GatewayEvent("sandbox", "r1", "refund.done", str(leg.pk), 12_300, str(made.pk))
    assert [services.apply_event(done), services.apply_event(done)] == ["refunded", "duplicate"]
    [text] = letters(order, "refund_arrived")
    assert "¥123" in text
    again = services.refund(leg=leg, amount=100, reason="And one more", user=make_staff(permissions=REFUND))
    Refund.objects.filter(pk=again.pk).update(next_at=timezone.now())
    while send_due_refund():
        pass
    assert len(letters(order, "refund_sent")) == 2


def test_a_delay_is_told_once_a_week_with_all_that_it_is_worth() -> None:
    settings_speed(1.0)
    order = signed_order(language="zh-hans")
    now = timezone.now()
    day = timedelta(days=1)
    Promise.objects.filter(order=order).update(first_at=now - 9 * day, last_at=now - 2.5 * day)
    promises.accrue_daily()
    promises.accrue_daily()
    promises.accrue_daily(now + day)
    [text] = letters(order, "delayed")
    assert "¥200" in text
    assert "补偿" in text
    promises.accrue_daily(now + 6 * day)
    _first, second = letters(order, "delayed")
    assert "¥800" in second
    assert letters(order, "credit") == []  # each day of it would be noise
    assert order.credits.count() == 8


@pytest.fixture(autouse=True)
def _dial(settings: pytest.FixtureRequest) -> None:
    settings.FULFILMENT_SPEED = 1e9  # type: ignore[attr-defined]


def settings_speed(speed: float) -> None:
    settings.FULFILMENT_SPEED = speed


def test_a_credit_is_told_once() -> None:
    order = signed_order(language="zh-hans")
    for _ in range(2):
        services.grant_credit(order=order, amount=70_000, kind="goodwill", key="g")
    [text] = letters(order, "credit")
    assert "¥700" in text


def test_a_parcel_is_told_when_it_leaves_and_only_then() -> None:
    part = make_accessory()
    basket = services.create_basket()
    services.add_line(basket=basket, kind="accessory", sku=part.sku)
    order = place(basket, delivery_store=None, language="zh-hans")
    pay(order)
    assert letters(order, "shipped") == []
    run_until(order, Status.COMPLETED)
    [text] = letters(order, "shipped")
    assert "包裹" in text
    car = run_until(signed_order(), Status.AT_STORE)
    assert letters(car, "shipped") == []


def test_a_payment_that_failed_is_told_for_each_try() -> None:
    order = make_order(language="zh-hans")
    leg = services.request_payment(order=order, base_url=BASE_URL)
    failed = GatewayEvent("sandbox", "f1", "payment.failed", str(leg.pk), DEPOSIT)
    assert [services.apply_event(failed), services.apply_event(failed)] == ["failed", "duplicate"]
    [text] = letters(order, "payment_failed")
    assert "支付" in text
    services.request_payment(order=order, base_url=BASE_URL)
    services.apply_event(GatewayEvent("sandbox", "f2", "payment.failed", str(leg.pk), DEPOSIT))
    assert len(letters(order, "payment_failed")) == 2


def test_whoever_waits_is_written_once_when_a_place_is_free_in_their_language() -> None:
    user, configurator = make_user(), make_configurator()
    build = make_build(configurator)
    entry = waiting.join(build=build.code, email="wang@example.com", language="zh-hans", user=user)
    make_slots(configurator)
    assert (waiting.serve(entry.model), waiting.serve(entry.model)) == (1, 0)
    make_due()
    send_due(slice_s=60)
    [message] = Message.objects.filter(kind="waiting_offer")
    assert (message.recipient, message.state) == ("wang@example.com", "sent")
    assert f"/zh-hans/waiting/{entry.token}/" in message.text
    assert FulfilmentStep.objects.count() == 0
