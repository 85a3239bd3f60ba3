"""What comes from outside or by the clock: the gateway's page and its webhooks, partners who ring, and the tasks of beat."""

import json
import time
from collections.abc import Mapping
from datetime import timedelta
from functools import partial

from django.conf import settings
from django.test import Client
from django.utils import timezone

from apps.orders import tasks
from apps.orders.gateways import sandbox_server
from apps.orders.models import FulfilmentStep, Order, PaymentEvent, PaymentLeg, Refund, SandboxEvent, SandboxPayment
from apps.orders.services import payments, waiting
from apps.outbox import signing
from tests.factories.promotions import make_campaign
from tests.orders.walking.means import Means
from tests.orders.walking.shop import Do

# Nobody listens there, so that the gateway's own try to reach us ends at once.
NOBODY = "http://127.0.0.1:9/payments/webhooks/sandbox/"
NEWS: Mapping[str, str] = {"await_slot": "submit_build", "await_build": "submit_build", "await_arrival": "ship"}


class Outside(Means):
    """The same shop with everybody who is not in it."""

    def pay_on_page(self, order: Order) -> Do | None:
        """The buyer pays on the gateway's page: at once, not at all, slowly, twice told, out of order, or without a word."""
        leg = self._asked(order)
        page = SandboxPayment.objects.filter(merchant_key__in=_keys(leg)).last() if leg else None
        if page is None:
            return None
        SandboxPayment.objects.update(webhook_url=NOBODY)
        outcome = sandbox_server.OUTCOMES[self.turn % len(sandbox_server.OUTCOMES)]
        return partial(Client().post, f"/payments/sandbox/{page.pk}/", {"outcome": outcome})

    def gateway_rings(self, order: Order) -> Do | None:
        """The gateway's next webhook, signed and over our own address."""
        known = PaymentEvent.objects.values("event_id")
        event = SandboxEvent.objects.exclude(event_id__in=known).order_by("pk").first()
        if event is None:
            return None
        body = sandbox_server.webhook_body(event)
        signature = sandbox_server.signed_headers(body)["Sandbox-Signature"]
        address = "/payments/webhooks/sandbox/"
        headers = {"Sandbox-Signature": signature}
        return partial(Client().post, address, body, content_type="application/json", headers=headers)

    def partner_rings(self, order: Order) -> Do | None:
        """There is news about what the open step waits for."""
        step = FulfilmentStep.objects.filter(order=order, status="ready").first()
        if step is None or step.kind not in NEWS:
            return None
        partner = "carrier" if step.kind == "await_arrival" else "maker"
        body = json.dumps({"key": f"{order.pk}:{NEWS[step.kind]}:1"}).encode()
        headers = signing.sign(settings.PARTNER_SECRET, "news-1", int(time.time()), body)
        address = f"/partners/webhooks/{partner}/"
        return partial(Client().post, address, body, content_type="application/json", headers=headers)

    def send_refund(self, order: Order) -> Do:
        """A worker tells the gateway to send money back."""
        Refund.objects.filter(status="due").update(next_at=timezone.now())
        return payments.send_due_refund

    def wait_in_line(self, order: Order) -> Do:
        """Somebody else wants the same car, of which there is none left."""
        return partial(waiting.join, build=self.build.code, email=f"waiting{self.turn}@example.com")

    def become_cheaper(self, order: Order) -> Do:
        return partial(make_campaign, amount=100_000)

    def beat_drain(self, order: Order) -> Do:
        FulfilmentStep.objects.filter(order=order, status="ready").update(next_at=timezone.now())
        self.send_refund(order)
        return tasks.drain

    def beat_sweep_timers(self, order: Order) -> Do:
        """No deadline has come, but a gateway has been silent."""
        PaymentLeg.objects.update(changed_at=timezone.now() - timedelta(minutes=10))
        return tasks.sweep_timers

    def beat_deliver_events(self, order: Order) -> Do:
        SandboxEvent.objects.filter(delivered_at=None).update(next_at=timezone.now())
        return tasks.deliver_events

    def beat_render_contracts(self, order: Order) -> Do:
        return tasks.render_contracts

    def beat_match_vins(self, order: Order) -> Do:
        return tasks.match_vins

    def beat_accrue_daily(self, order: Order) -> Do:
        return tasks.accrue_daily

    def beat_settlement_import(self, order: Order) -> Do:
        return tasks.settlement_import

    def beat_prove_ledgers(self, order: Order) -> Do:
        return tasks.prove_ledgers

    def beat_serve_waiting(self, order: Order) -> Do:
        return tasks.serve_waiting

    def beat_protect_prices(self, order: Order) -> Do:
        return tasks.protect_prices

    def beat_forget_forms(self, order: Order) -> Do:
        return tasks.forget_forms


def _keys(leg: PaymentLeg) -> list[str]:
    return [str(leg.pk), *(str(pk) for pk in leg.attempts.values_list("pk", flat=True))]
