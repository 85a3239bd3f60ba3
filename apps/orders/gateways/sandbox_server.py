"""The sandbox gateway itself: a second party with its own books, pay page and webhooks.

It can be told to delay, repeat, reorder, fail or never answer, so that all of this can be tried by hand.
"""

import csv
import io
import json
import time
import urllib.error
import urllib.request
import uuid
from datetime import date, datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from apps.common.doorbell import ring
from apps.orders.gateways import signing
from apps.orders.models import SandboxEvent, SandboxPayment

OUTCOMES = ("success", "fail", "slow", "duplicate", "reorder", "never")
SLOW = timedelta(seconds=8)
FEE_PER_MILLE = 6
TIMEOUT_S = 5
# The merchant is next door: no proxy of the machine's stands between.
_DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))
# An attempt that was lost with its process is made again after this.
ATTEMPT = timedelta(seconds=30)
# Then the merchant is told no more and has to ask.
GIVE_UP_AFTER = 12


def open_payment(*, merchant_key: str, amount: int, subject: str, return_url: str, webhook_url: str) -> SandboxPayment:
    """A payment to be made on the pay page; the same key again is the same payment."""
    details = {"amount": amount, "subject": subject, "return_url": return_url, "webhook_url": webhook_url}
    payment, created = SandboxPayment.objects.get_or_create(merchant_key=merchant_key, defaults=details)
    if not created and payment.return_url != return_url:
        payment.return_url = return_url
        payment.save(update_fields=["return_url"])
    return payment


@transaction.atomic
def pay(*, payment_id: uuid.UUID, outcome: str) -> SandboxPayment:
    """What somebody chose on the pay page. A payment that was made stays made."""
    payment = SandboxPayment.objects.select_for_update().get(pk=payment_id)
    if payment.status in ("paid", "closed") or outcome not in OUTCOMES:
        return payment
    payment.status = "failed" if outcome == "fail" else "paid"
    payment.save(update_fields=["status"])
    now = timezone.now()
    if outcome == "fail":
        _owe(payment, "payment.failed", now)
    elif outcome == "slow":
        _owe(payment, "payment.processing", now)
        _owe(payment, "payment.captured", now + SLOW)
    elif outcome == "duplicate":
        event = _owe(payment, "payment.captured", now)
        _owe(payment, "payment.captured", now, event_id=event.event_id)
    elif outcome == "reorder":
        _owe(payment, "payment.captured", now)
        _owe(payment, "payment.processing", now + timedelta(seconds=2))
    elif outcome == "success":
        _owe(payment, "payment.captured", now)
    return payment


def close(*, merchant_key: str) -> None:
    """The merchant no longer wants it paid; what is paid stays paid."""
    SandboxPayment.objects.filter(merchant_key=merchant_key, status__in=["open", "failed"]).update(status="closed")


@transaction.atomic
def refund(*, key: str, merchant_key: str, amount: int) -> None:
    """Send money back; the same key again does nothing more."""
    payment = SandboxPayment.objects.select_for_update().get(merchant_key=merchant_key)
    if payment.events.filter(kind="refund.done", reference=key).exists():
        return
    if payment.status != "paid" or payment.refunded + amount > payment.amount:
        raise ValueError("more than was paid")
    SandboxPayment.objects.filter(pk=payment.pk).update(refunded=F("refunded") + amount)
    _owe(payment, "refund.done", timezone.now(), amount=amount, reference=key)


def state_of(merchant_key: str) -> list[tuple[str, str, int, str]]:
    """(event id, kind, amount, reference) of what has become of a payment and its refunds, for a merchant who asks."""
    payment = SandboxPayment.objects.filter(merchant_key=merchant_key).first()
    if payment is None or payment.status in ("open", "closed"):
        return []
    kind = "payment.captured" if payment.status == "paid" else "payment.failed"
    refunds = payment.events.filter(kind="refund.done").order_by("pk")
    return [
        (f"asked:{payment.pk}:{payment.status}", kind, payment.amount, ""),
        *((one.event_id, one.kind, one.amount, one.reference) for one in refunds),
    ]


def _owe(
    payment: SandboxPayment,
    kind: str,
    at: datetime,
    *,
    event_id: str | None = None,
    amount: int | None = None,
    reference: str = "",
) -> SandboxEvent:
    from apps.orders.tasks import deliver_events

    ring(deliver_events)
    return SandboxEvent.objects.create(
        payment=payment,
        event_id=event_id or uuid.uuid4().hex,
        kind=kind,
        amount=payment.amount if amount is None else amount,
        reference=reference,
        next_at=at,
    )


def deliver_due(*, limit: int = 50) -> int:
    """Send the webhooks that are due; returns how many were sent, taken or not."""
    sent = 0
    while sent < limit and _deliver_one():
        sent += 1
    return sent


def _deliver_one() -> bool:
    """Claim one event, send it, note the answer; nothing is locked meanwhile. What dies in between is sent again."""
    event = _claim()
    if event is None:
        return False
    taken, answer = _send(event)
    now = timezone.now()
    after = {"delivered_at": now} if taken else {"next_at": now + timedelta(seconds=min(3600, 2**event.attempts))}
    SandboxEvent.objects.filter(pk=event.pk).update(answer=answer, **after)
    return True


@transaction.atomic
def _claim() -> SandboxEvent | None:
    """An event that is due, its attempt counted and its next one put off until this one must be over."""
    now = timezone.now()
    due = SandboxEvent.objects.filter(delivered_at=None, next_at__lte=now, attempts__lt=GIVE_UP_AFTER)
    free = due.select_for_update(skip_locked=True, of=("self",)).select_related("payment")
    event = free.order_by("next_at", "pk").first()
    if event is not None:
        event.attempts, event.next_at = event.attempts + 1, now + ATTEMPT
        event.save(update_fields=["attempts", "next_at"])
    return event


def webhook_body(event: SandboxEvent) -> bytes:
    """The body of an event's webhook."""
    data = {
        "id": event.event_id,
        "kind": event.kind,
        "payment": event.payment.merchant_key,
        "amount": event.amount,
        "reference": event.reference,
    }
    return json.dumps(data, sort_keys=True).encode()


def signed_headers(body: bytes) -> dict[str, str]:
    signature = signing.sign(settings.SANDBOX_GATEWAY_SECRET, body, int(time.time()))
    return {"Content-Type": "application/json", "Sandbox-Signature": signature}


def _send(event: SandboxEvent) -> tuple[bool, str]:
    body = webhook_body(event)
    request = urllib.request.Request(event.payment.webhook_url, body, signed_headers(body))  # noqa: S310  our own address
    try:
        with _DIRECT.open(request, timeout=TIMEOUT_S) as answer:
            return True, str(answer.status)
    except urllib.error.HTTPError as error:
        return False, str(error.code)
    except OSError as error:
        return False, type(error).__name__


def statement(day: date) -> bytes:
    """The gateway's file of a day: what was paid and refunded, what it kept of it, and what it sent to the bank."""
    rows: list[list[object]] = []
    done = SandboxEvent.objects.filter(created_at__date=day, kind__in=["payment.captured", "refund.done"])
    seen: set[str] = set()
    for event in done.select_related("payment").order_by("pk"):
        if event.event_id in seen:
            continue
        seen.add(event.event_id)
        paid = event.kind == "payment.captured"
        amount = event.amount if paid else -event.amount
        fee = event.amount * FEE_PER_MILLE // 1000 if paid else 0
        key = event.payment.merchant_key
        rows.append([day, "payment" if paid else "refund", event.event_id, key, event.reference, amount, fee])
    sums = [(int(str(row[5])), int(str(row[6]))) for row in rows]
    kept = sum(amount - fee for amount, fee in sums)
    if kept > 0:
        rows.append([day, "payout", f"payout-{day:%Y%m%d}", "", "", -kept, 0])
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerows([["day", "kind", "transaction", "payment", "refund", "amount", "fee"], *rows])
    return text.getvalue().encode()


@transaction.atomic
def contest(*, payment_id: uuid.UUID, decision: str) -> bool:
    """The payer's bank takes a payment back (``opened``), and decides later: ``won`` by the merchant, or ``lost``. Returns
    whether that was possible: each case is opened once and decided once."""
    payment = SandboxPayment.objects.select_for_update().get(pk=payment_id)
    cases = payment.events.filter(kind__startswith="dispute.").order_by("pk")
    latest = getattr(cases.last(), "kind", "")
    may = {
        "opened": latest in ("", "dispute.won"),
        "won": latest == "dispute.opened",
        "lost": latest == "dispute.opened",
    }
    rest = payment.amount - payment.refunded
    if payment.status != "paid" or not may.get(decision) or rest <= 0:
        return False
    number = cases.filter(kind="dispute.opened").count() + (decision == "opened")
    if decision == "lost":  # the payer has it back
        SandboxPayment.objects.filter(pk=payment.pk).update(refunded=payment.amount)
    reference = f"case-{payment.pk.hex[:12]}-{number}"
    _owe(payment, f"dispute.{decision}", timezone.now(), amount=rest, reference=reference)
    return True
