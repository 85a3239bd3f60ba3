"""The adapter to the sandbox gateway: all that the rest of the portal sees of it."""

import csv
import io
import json
import time
from collections.abc import Mapping
from datetime import date
from uuid import UUID

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from apps.orders.errors import BadSignature, BadStatement
from apps.orders.gateways import GatewayEvent, Page, PaymentRef, SettledLine, Statement, sandbox_server, signing


class SandboxGateway:
    """Speaks for the merchant. It calls the gateway in process; the real ones' adapters do so over HTTP."""

    name = "sandbox"
    label = _("Test gateway")
    answer = ""

    def create(self, *, payment: PaymentRef, subject: str, return_url: str, base_url: str, language: str) -> Page:
        base = base_url.rstrip("/")
        opened = sandbox_server.open_payment(
            merchant_key=str(payment.key),
            amount=payment.amount,
            subject=subject,
            return_url=return_url,
            webhook_url=f"{base}/payments/webhooks/{self.name}/",
        )
        return Page(f"{base}/payments/sandbox/{opened.pk}/", str(opened.pk))

    def close(self, *, payment: PaymentRef) -> None:
        sandbox_server.close(merchant_key=str(payment.key))

    def refund(self, *, key: UUID, payment: PaymentRef, amount: int) -> str:
        sandbox_server.refund(key=str(key), merchant_key=str(payment.key), amount=amount)
        return str(key)

    def events_of(self, *, payment: PaymentRef, refunds: Mapping[UUID, str]) -> list[GatewayEvent]:
        return [
            GatewayEvent(self.name, event_id, kind, str(payment.key), amount, reference)
            for event_id, kind, amount, reference in sandbox_server.state_of(str(payment.key))
        ]

    def read_webhook(self, *, body: bytes, headers: Mapping[str, str]) -> list[GatewayEvent]:
        signature = headers.get("Sandbox-Signature", "")
        if not signing.is_valid(settings.SANDBOX_GATEWAY_SECRET, body, signature, int(time.time())):
            raise BadSignature
        try:
            data = json.loads(body)
            event = GatewayEvent(
                gateway=self.name,
                event_id=str(data["id"]),
                kind=str(data["kind"]),
                payment_key=str(data["payment"]),
                amount=int(data["amount"]),
                reference=str(data.get("reference", "")),
            )
        except (ValueError, KeyError, TypeError) as error:
            raise BadSignature from error
        return [event]

    def read_statement(self, content: bytes) -> Statement:
        """CSV with a line of column names; amounts in fen."""
        try:
            rows = list(csv.DictReader(io.StringIO(content.decode()), strict=True))
            lines = tuple(
                SettledLine(
                    kind=row["kind"],
                    transaction=row["transaction"],
                    amount=int(row["amount"]),
                    fee=int(row["fee"]),
                    payment_key=row["payment"],
                    refund_key=row["refund"],
                )
                for row in rows
            )
            return Statement(date.fromisoformat(rows[0]["day"]), lines)
        except (ValueError, KeyError, IndexError, TypeError, csv.Error) as error:
            raise BadStatement from error
