"""The payments of a past order, in our books and in the sandbox gateway's."""

import uuid
from collections.abc import Iterator
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Model
from django.urls import reverse
from django.utils.translation import gettext_noop

from apps.orders.demo.stories import Story
from apps.orders.lifecycle import LegStatus, Status
from apps.orders.models import (
    Order,
    PaymentAttempt,
    PaymentEvent,
    PaymentLeg,
    Refund,
    SandboxEvent,
    SandboxPayment,
)
from apps.orders.terms import payment_legs
from apps.orders.wording import work_item

_S = Status
GATEWAY = "sandbox"
# The balance is paid this long before the car is ready.
_BALANCE_BEFORE = timedelta(hours=6)
_LATER = timedelta(hours=1)


def fee_of(story: Story, order: Order) -> int:
    """What cancelling cost by the order's own table, never more than what had been paid, in fen."""
    states = [state for state, _moment in story.way]
    if _S.CANCELLING not in states:
        return 0
    before = states[states.index(_S.CANCELLING) - 1]
    fee = next((int(row["amount"]) for row in order.fees if row["status"] == before), 0)
    return min(fee, _legs(order)[0].amount)


def _path(number: str) -> str:
    """The order's page in English, which has no prefix; asked of the orders' addresses alone, as all would load every view."""
    return reverse("detail", args=[number], urlconf="apps.orders.urls")


def _legs(order: Order) -> tuple[PaymentLeg, ...]:
    planned = payment_legs(plan=order.payment_plan, total=order.total, has_car=order.car_model is not None)
    return tuple(
        PaymentLeg(order=order, position=position, purpose=leg.purpose, amount=leg.amount)
        for position, leg in enumerate(planned, start=1)
    )


class Till:
    """One order's money."""

    def __init__(self, story: Story, order: Order, now: datetime) -> None:
        self._story, self._order, self._now = story, order, now

    def rows(self) -> Iterator[Model]:
        """Every row about it."""
        ready_at = self._story.at(_S.READY)
        paid = (self._story.at(_S.RESERVED), ready_at - _BALANCE_BEFORE if ready_at else None)
        for leg, paid_at in zip(_legs(self._order), paid, strict=False):
            yield from self._paid(leg, paid_at) if paid_at else self._unpaid(leg)

    def _unpaid(self, leg: PaymentLeg) -> Iterator[Model]:
        if self._story.status in (_S.EXPIRED, _S.CANCELLED, _S.CANCELLING):
            leg.status = LegStatus.EXPIRED
        elif self._story.status == _S.PLACED and leg.position == 1:
            leg.status = LegStatus.REQUESTED
            yield self._at_gateway(leg, "open", self._order.placed_at)
            yield PaymentAttempt(
                id=leg.pk,
                leg=leg,
                gateway=GATEWAY,
                amount=leg.amount,
                pay_url=leg.pay_url,
                created_at=self._order.placed_at,
            )
        yield leg

    def _paid(self, leg: PaymentLeg, paid_at: datetime) -> Iterator[Model]:
        payment = self._at_gateway(leg, "paid", paid_at - timedelta(minutes=2))
        leg.status, leg.captured, leg.captured_at = LegStatus.CAPTURED, leg.amount, paid_at
        yield from self._event(leg, payment, "payment.captured", leg.amount, paid_at)
        if leg.position == 1 and self._story.status in (_S.CANCELLING, _S.CANCELLED):
            yield from self._refund(leg, payment)
        yield leg
        yield PaymentAttempt(
            id=leg.pk,
            leg=leg,
            gateway=GATEWAY,
            amount=leg.amount,
            captured=True,
            closed_at=paid_at,
            pay_url=leg.pay_url,
            created_at=payment.created_at,
        )
        yield payment

    def _at_gateway(self, leg: PaymentLeg, status: str, asked_at: datetime) -> SandboxPayment:
        base = settings.PUBLIC_URL.rstrip("/")
        payment = SandboxPayment(
            merchant_key=str(leg.pk),
            amount=leg.amount,
            status=status,
            subject=self._order.number,
            return_url=f"{base}{_path(self._order.number)}",
            webhook_url=f"{base}/payments/webhooks/{GATEWAY}/",
            created_at=asked_at,
        )
        leg.gateway, leg.requested_at = GATEWAY, asked_at
        leg.pay_url = f"{base}/payments/{GATEWAY}/{payment.pk}/"
        return payment

    def _refund(self, leg: PaymentLeg, payment: SandboxPayment) -> Iterator[Model]:
        amount = leg.captured - self._order.cancellation_fee
        if amount <= 0:
            return
        asked_at = self._story.at(_S.CANCELLING) or self._story.way[-1][1]
        refund = Refund(leg=leg, amount=amount, reason="Order cancelled", next_at=asked_at, created_at=asked_at)
        if self._story.status == _S.CANCELLING:  # too young to have failed for days: the gateway could not make it
            refund.attempts, refund.next_at, refund.error = 1, self._now + _LATER, "the gateway says that it failed"
            text = gettext_noop("The gateway took the refund and could not make it.")
            yield work_item(self._order, "refund", text)
        else:
            done_at = self._story.way[-1][1]
            refund.status, refund.attempts, refund.done_at = Refund.Status.DONE, 1, done_at
            leg.refunded = payment.refunded = amount
            whole = amount == leg.captured
            leg.status = LegStatus.REFUNDED if whole else LegStatus.PARTIALLY_REFUNDED
            yield from self._event(leg, payment, "refund.done", amount, done_at, reference=str(refund.pk))
        yield refund

    def _event(
        self, leg: PaymentLeg, payment: SandboxPayment, kind: str, amount: int, at: datetime, reference: str = ""
    ) -> Iterator[Model]:
        """What the gateway told us: its webhook, delivered, and our inbox."""
        name = uuid.uuid4().hex
        yield SandboxEvent(
            payment=payment, event_id=name, kind=kind, amount=amount, reference=reference, next_at=at, attempts=1,
            delivered_at=at, answer="200", created_at=at,
        )  # fmt: skip
        outcome = "refunded" if kind == "refund.done" else "captured"
        yield PaymentEvent(
            gateway=GATEWAY, event_id=name, kind=kind, leg=leg, amount=amount, outcome=outcome, received_at=at
        )
