"""Asking for money. What comes is ``events``, what goes back is ``refunds``, what it adds up to is ``legs``."""

import uuid
from dataclasses import dataclass
from datetime import timedelta

import structlog
from django.db import transaction
from django.utils import timezone

from apps.orders.errors import NothingDue, UnknownGateway
from apps.orders.gateways import PaymentRef, enabled, gateway
from apps.orders.lifecycle import IN_WORK, PAID, PAYABLE, LegStatus, Status
from apps.orders.models import Order, PaymentAttempt, PaymentLeg
from apps.orders.services import legs, refunds, regions, transitions
from apps.orders.services.legs import UNPAID, is_settled
from apps.orders.services.refunds import finish_refund, owe_refund, refundable, send_due_refund

__all__ = [
    "UNPAID",
    "due_leg",
    "finish_refund",
    "is_settled",
    "owe_refund",
    "price_changed",
    "refundable",
    "request_payment",
    "send_due_refund",
]
log = structlog.get_logger(__name__)
RECONCILE_AFTER = timedelta(minutes=2)
# So long a payment that we gave up is still asked about.
ASK_FOR = timedelta(days=3)
_P = PaymentLeg.Purpose
# What is paid before the order is reserved.
FIRST = (_P.DEPOSIT, _P.FULL)


def due_leg(order: Order) -> PaymentLeg | None:
    """The payment that the buyer can make now: the first while the order is placed, the rest from signing on."""
    mine = [leg for leg in legs.counting(order) if leg.by_gateway and leg.status in PAYABLE]
    if order.status in (Status.PLACED, Status.RESERVED):
        # A reserved order has its first payment, unless that has gone back and is asked for again.
        mine = [leg for leg in mine if leg.purpose in FIRST]
    elif order.status not in (*IN_WORK, Status.READY):
        return None
    return next(iter(mine), None)


def asked_leg(order: Order) -> PaymentLeg | None:
    """The payment that the buyer is asked for: none while the car is looked at for damage, though it may still be paid."""
    return None if order.frozen else due_leg(order)


def first_is_paid(order: Order) -> bool:
    """Whether nothing that is due before signing is missing."""
    return not any(leg.status not in PAID for leg in legs.counting(order) if leg.purpose in FIRST)


def request_payment(*, order: Order, base_url: str, return_url: str = "", gateway: str = "") -> PaymentLeg:
    """The due payment with the address of its pay page; again gives the same page.

    ``base_url`` is where the gateway reaches us, ``return_url`` where the buyer comes back to, ``gateway`` the one the buyer
    picked among those enabled (empty: the one of before, or the first). It is asked between two transactions, by a key:
    whatever is lost, asking again finds the same payment.

    Raises:
        NothingDue: nothing can be paid now. UnknownGateway: it is not enabled.
    """
    requested = _make_requested(order, gateway)
    leg, attempt = requested.leg, requested.attempt
    for old in requested.closed:
        _close_at_gateway(old)
    port = _port(attempt.gateway)
    page = port.create(
        payment=PaymentRef(attempt.pk, attempt.amount, attempt.reference, pay_url=attempt.pay_url),
        subject=order.number,
        return_url=return_url,
        base_url=base_url,
        language=order.language,
    )
    leg.pay_url = page.pay_url
    PaymentAttempt.objects.filter(pk=attempt.pk).update(pay_url=page.pay_url, reference=page.reference)
    PaymentLeg.objects.filter(pk=leg.pk).update(pay_url=page.pay_url)
    return leg


_port = gateway


@dataclass(frozen=True, slots=True)
class _Requested:
    leg: PaymentLeg
    attempt: PaymentAttempt
    closed: list[PaymentAttempt]


@transaction.atomic
def _make_requested(order: Order, wanted: str) -> _Requested:
    mine = transitions.lock(order)
    leg = due_leg(mine)
    if leg is None:
        raise NothingDue
    regions.answer_before_paying(mine)
    name = wanted or leg.gateway or enabled()[0]
    if name not in enabled():
        raise UnknownGateway(field="gateway", extra={"gateway": name})
    attempts = list(PaymentAttempt.objects.select_for_update().filter(leg=leg))
    current = next((one for one in attempts if one.closed_at is None), None)
    closed = []
    if current is not None and (current.gateway != name or current.amount != leg.amount):
        current.closed_at = timezone.now()
        current.save(update_fields=["closed_at"])
        closed, current = [current], None
    if current is None:
        # The first attempt has the leg's own id, by which the gateway then knows the payment.
        key = uuid.uuid4() if attempts else leg.pk
        current = PaymentAttempt.objects.create(id=key, leg=leg, gateway=name, amount=leg.amount)
    leg.gateway = name
    if leg.status != LegStatus.REQUESTED:
        leg.status, leg.requested_at = LegStatus.REQUESTED, timezone.now()
    leg.save(update_fields=["gateway", "status", "requested_at", "changed_at"])
    return _Requested(leg, current, closed)


def _close_at_gateway(attempt: PaymentAttempt) -> None:
    """Best effort: money that comes by it all the same goes back by itself."""
    try:
        _port(attempt.gateway).close(payment=PaymentRef(attempt.pk, attempt.amount, attempt.reference))
    except Exception as error:
        log.warning("close_failed", attempt=str(attempt.pk), error=type(error).__name__)


def price_changed(order: Order) -> int:
    """Fit the payments to a total that was just changed; returns by how much they changed (fen; negative: less to pay).

    More is asked for by the balance, or by a payment of its own when there is none to come. Less lowers what is still to come,
    the last payment first; what then is left goes back from the latest payments, and what no payment can take becomes a credit.
    The caller holds the order's lock and has saved the total in the same transaction.
    """
    change = order.total - sum(map(legs.owed, legs.counting(order)))
    if change > 0:
        legs.raise_unpaid(order, change)
    elif change < 0:
        left = -change - legs.lower_unpaid(order, -change, last_first=True)
        for leg in reversed(legs.counting(order)):
            amount = min(left, refunds.refundable(leg)) if leg.purpose != _P.CREDIT else 0
            if amount > 0:
                refunds.give_back(leg, amount, reason="The order costs less now", order=order)
                left -= amount
        if left:
            raise NothingDue
    return change
