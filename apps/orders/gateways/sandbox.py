"""The adapter to the sandbox gateway: all that the rest of the portal sees of it."""

import json
import time
from uuid import UUID

from django.conf import settings

from apps.orders.errors import BadSignature
from apps.orders.gateways import GatewayEvent, sandbox_server, signing


class SandboxGateway:
    """Speaks for the merchant. A real gateway's adapter would make these calls over HTTP."""

    name = "sandbox"

    def create(self, *, key: UUID, amount: int, subject: str, return_url: str, base_url: str) -> str:
        payment = sandbox_server.open_payment(
            merchant_key=str(key),
            amount=amount,
            subject=subject,
            return_url=return_url,
            webhook_url=f"{base_url.rstrip('/')}/payments/webhooks/{self.name}/",
        )
        return f"{base_url.rstrip('/')}/payments/sandbox/{payment.pk}/"

    def refund(self, *, key: UUID, payment_key: UUID, amount: int) -> None:
        sandbox_server.refund(key=str(key), merchant_key=str(payment_key), amount=amount)

    def events_of(self, payment_key: UUID) -> list[GatewayEvent]:
        return [
            GatewayEvent(self.name, event_id, kind, str(payment_key), amount, reference)
            for event_id, kind, amount, reference in sandbox_server.state_of(str(payment_key))
        ]

    def read_webhook(self, *, body: bytes, signature: str) -> GatewayEvent:
        if not signing.is_valid(settings.SANDBOX_GATEWAY_SECRET, body, signature, int(time.time())):
            raise BadSignature
        try:
            data = json.loads(body)
            return GatewayEvent(
                gateway=self.name,
                event_id=str(data["id"]),
                kind=str(data["kind"]),
                payment_key=str(data["payment"]),
                amount=int(data["amount"]),
                reference=str(data.get("reference", "")),
            )
        except (ValueError, KeyError, TypeError) as error:
            raise BadSignature from error
