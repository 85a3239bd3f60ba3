"""The adapter to Stripe: cards and WeChat Pay on its hosted checkout, over its own library."""

import csv
import io
from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

import stripe
from django.conf import settings
from django.utils.translation import pgettext_lazy

from apps.orders.errors import BadSignature, BadStatement
from apps.orders.gateways import GatewayEvent, Page, PaymentRef, SettledLine, Statement
from apps.orders.gateways.alipay import fen_of

TOLERANCE_S = 300
TIMEOUT_S = 10
CURRENCY = "cny"  # two decimals: its smallest unit is the fen
_LANGUAGES = {"zh-hans": "zh", "en": "en"}
_CATEGORIES = {"charge": "payment", "refund": "refund", "payout": "payout", "fee": "fee"}


class StripeGateway:
    """Pays on Stripe's checkout page."""

    name = "stripe"
    label = pgettext_lazy("gateway", "Card or WeChat Pay")
    answer = ""

    def create(self, *, payment: PaymentRef, subject: str, return_url: str, base_url: str, language: str) -> Page:
        """A checkout is asked for once; afterwards its address is known."""
        if payment.reference and payment.pay_url:
            return Page(payment.pay_url, payment.reference)
        back = return_url or base_url
        ours = {"payment": str(payment.key)}
        params: Any = {
            "mode": "payment",
            "client_reference_id": str(payment.key),
            "line_items": [
                {
                    "price_data": {
                        "currency": CURRENCY,
                        "unit_amount": payment.amount,
                        "product_data": {"name": subject},
                    },
                    "quantity": 1,
                }
            ],
            "payment_method_types": ["card", "wechat_pay"],
            "payment_method_options": {"wechat_pay": {"client": "web"}},
            "metadata": ours,
            "payment_intent_data": {"metadata": ours},
            "success_url": back,
            "cancel_url": back,
            "locale": _LANGUAGES.get(language, "auto"),
        }
        session = _client().v1.checkout.sessions.create(params, {"idempotency_key": f"create:{payment.key}"})
        return Page(session.url or "", session.id)

    def close(self, *, payment: PaymentRef) -> None:
        if not payment.reference:
            return
        try:
            _client().v1.checkout.sessions.expire(payment.reference)
        except stripe.InvalidRequestError:
            return  # paid, or over already

    def refund(self, *, key: UUID, payment: PaymentRef, amount: int) -> str:
        """Its idempotency keys live for a day and we try for three, so it is asked first whether it knows the refund."""
        made = _refund_by_key(payment.transaction, key)
        if made is not None:
            return str(made.id)
        params: Any = {
            "payment_intent": payment.transaction,
            "amount": amount,
            "metadata": {"refund": str(key), "payment": str(payment.key)},
        }
        return _client().v1.refunds.create(params, {"idempotency_key": f"refund:{key}"}).id

    def events_of(self, *, payment: PaymentRef, refunds: Mapping[UUID, str]) -> list[GatewayEvent]:
        events = []
        if payment.reference:
            session = _client().v1.checkout.sessions.retrieve(payment.reference)
            events += _session_events(session, f"asked:{session.id}:{session.status}:{session.payment_status}")
        for key in refunds if payment.transaction else ():
            made = _refund_by_key(payment.transaction, key)
            if made is not None:
                events += _refund_events(made, f"asked:{made.id}:{made.status}")
        return events

    def read_webhook(self, *, body: bytes, headers: Mapping[str, str]) -> list[GatewayEvent]:
        try:
            event = stripe.Webhook.construct_event(
                body, headers.get("Stripe-Signature", ""), settings.STRIPE_WEBHOOK_SECRET, TOLERANCE_S
            )
            return _events_of(event)
        except (stripe.SignatureVerificationError, ValueError, KeyError, AttributeError, TypeError) as error:
            raise BadSignature from error

    def read_statement(self, content: bytes) -> Statement:
        """The itemised report "balance change from activity": CSV, amounts in yuan, gross and fee apart."""
        try:
            rows = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig")), strict=True))
            return Statement(date.fromisoformat(rows[0]["created_utc"][:10]), tuple(_settled(row) for row in rows))
        except (ValueError, KeyError, IndexError, TypeError, csv.Error) as error:
            raise BadStatement from error


def _client() -> stripe.StripeClient:
    return stripe.StripeClient(
        settings.STRIPE_SECRET_KEY,
        base_addresses={"api": settings.STRIPE_URL},
        http_client=stripe.RequestsClient(timeout=TIMEOUT_S),
        max_network_retries=1,
    )


def _refund_by_key(payment_intent: str, key: UUID) -> Any:
    """The refund that we asked for by this key, if Stripe knows it."""
    rows = _client().v1.refunds.list({"payment_intent": payment_intent, "limit": 100})
    ours = (one for one in rows.data if _ours(one).get("refund") == str(key))
    return next(iter(sorted(ours, key=lambda one: one.status in ("failed", "canceled"))), None)


def _events_of(event: Any) -> list[GatewayEvent]:
    kind, thing = str(event.type), event.data.object
    if kind.startswith("checkout.session."):
        return _session_events(thing, event.id, failed=kind.endswith("async_payment_failed"))
    if kind in ("refund.created", "refund.updated", "refund.failed", "charge.refund.updated"):
        return _refund_events(thing, event.id)
    if kind in ("charge.dispute.created", "charge.dispute.closed"):
        return _dispute_events(kind, thing, event.id)
    return []


def _session_events(session: Any, event_id: str, *, failed: bool = False) -> list[GatewayEvent]:
    if failed:
        kind = "payment.failed"
    elif session.status == "expired":
        kind = "payment.closed"
    elif session.status == "complete":
        kind = "payment.captured" if session.payment_status == "paid" else "payment.processing"
    else:
        return []
    if session.currency != CURRENCY:
        raise ValueError(session.currency)
    key, intent = str(session.client_reference_id or ""), _id(session.payment_intent)
    return [GatewayEvent("stripe", event_id, kind, key, int(session.amount_total), "", intent)]


def _refund_events(refund: Any, event_id: str) -> list[GatewayEvent]:
    kind = {"succeeded": "refund.done", "failed": "refund.failed", "canceled": "refund.failed"}.get(str(refund.status))
    if kind is None:
        return []
    ours = _ours(refund)
    intent, reference = _id(refund.payment_intent), str(ours.get("refund", ""))
    if not reference:
        return [GatewayEvent("stripe", event_id, kind, "", int(refund.amount), "", intent)]
    return [
        GatewayEvent(
            "stripe", event_id, kind, str(ours.get("payment", "")), int(refund.amount), reference, str(refund.id)
        )
    ]


def _dispute_events(kind: str, dispute: Any, event_id: str) -> list[GatewayEvent]:
    name = "dispute.opened"
    if kind == "charge.dispute.closed":
        name = "dispute.lost" if dispute.status == "lost" else "dispute.won"
    intent = _id(dispute.payment_intent)
    return [GatewayEvent("stripe", event_id, name, "", int(dispute.amount), str(dispute.id), intent)]


def _ours(thing: Any) -> dict[str, str]:
    """What we wrote on it."""
    metadata = thing.metadata
    return dict(metadata.to_dict()) if metadata else {}


def _id(thing: Any) -> str:
    """An object, or only its name."""
    return str(getattr(thing, "id", thing) or "")


def _settled(row: Mapping[str, str]) -> SettledLine:
    if row["currency"].lower() != CURRENCY:
        raise ValueError(row["currency"])
    kind = _CATEGORIES.get(row["reporting_category"], "other")
    return SettledLine(
        kind=kind,
        transaction=(row.get("payment_intent_id") if kind == "payment" else "") or row["source_id"],
        amount=fen_of(row["gross"]),
        fee=fen_of(row["fee"]),
        payment_key=row.get("payment_metadata[payment]", ""),
        refund_key=row.get("refund_metadata[refund]", ""),
        text=row.get("description", ""),
    )
