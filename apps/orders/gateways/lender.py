"""The way in for banks that lend to our buyers: a disbursement is a signed webhook, as the sandbox gateway signs its own.

Nothing is asked of a bank by us: a referral is handed over with its documents, and a loan goes back by transfer.
"""

import json
import time
from collections.abc import Mapping
from typing import NoReturn
from uuid import UUID

from django.conf import settings
from django.utils.translation import pgettext_lazy

from apps.orders.errors import BadSignature, BadStatement
from apps.orders.gateways import GatewayEvent, Page, PaymentRef, Statement, signing


class LenderGateway:
    """``{"id", "payment", "amount"}``: the transfer's number, the payment's id, the amount in fen."""

    name = "lender"
    label = pgettext_lazy("gateway", "Bank")
    answer = ""

    def create(self, *, payment: PaymentRef, subject: str, return_url: str, base_url: str, language: str) -> Page:
        return Page("")

    def close(self, *, payment: PaymentRef) -> None:
        return

    def refund(self, *, key: UUID, payment: PaymentRef, amount: int) -> NoReturn:
        raise NotImplementedError("a loan goes back by transfer")

    def events_of(self, *, payment: PaymentRef, refunds: Mapping[UUID, str]) -> list[GatewayEvent]:
        return []

    def read_webhook(self, *, body: bytes, headers: Mapping[str, str]) -> list[GatewayEvent]:
        secret, signature = settings.LENDER_SECRET, headers.get("Lender-Signature", "")
        if not secret or not signing.is_valid(secret, body, signature, int(time.time())):
            raise BadSignature
        try:
            data = json.loads(body)
            event_id, key, amount = str(data["id"]), str(data["payment"]), int(data["amount"])
        except (ValueError, KeyError, TypeError) as error:
            raise BadSignature from error
        return [GatewayEvent(self.name, event_id, "payment.captured", key, amount, "", event_id)]

    def read_statement(self, content: bytes) -> Statement:
        raise BadStatement
