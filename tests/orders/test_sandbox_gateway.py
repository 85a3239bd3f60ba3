"""The sandbox gateway as a second party: its pay page, and webhooks over a real connection."""

import json
import time
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from apps.orders import services
from apps.orders.gateways import sandbox_server, signing
from apps.orders.models import SandboxEvent, SandboxPayment
from tests.factories.orders import BASE_URL, DEPOSIT, make_order

pytestmark = pytest.mark.django_db


class Merchant(BaseHTTPRequestHandler):
    """Notes what it is told and answers what it was asked to."""

    answer = 200
    told: list[tuple[str, str, bytes]] = []

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.told.append((self.path, self.headers["Sandbox-Signature"], body))
        self.send_response(self.answer)
        self.end_headers()

    def log_message(self, *args: object) -> None:
        pass


@pytest.fixture
def merchant() -> Iterator[tuple[type[Merchant], str]]:
    kind = type("OneMerchant", (Merchant,), {"told": []})
    server = HTTPServer(("127.0.0.1", 0), kind)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    yield kind, f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


def payment(base_url: str = BASE_URL, return_url: str = "") -> SandboxPayment:
    services.request_payment(order=make_order(), base_url=base_url, return_url=return_url)
    return SandboxPayment.objects.get()


def test_a_webhook_is_signed_and_sent_once_it_was_taken(merchant: tuple[type[Merchant], str]) -> None:
    kind, url = merchant
    made = payment(url)
    sandbox_server.pay(payment_id=made.pk, outcome="success")
    assert [sandbox_server.deliver_due(), sandbox_server.deliver_due()] == [1, 0]
    [(path, signature, body)] = kind.told
    assert path == "/payments/webhooks/sandbox/"
    assert signing.is_valid(settings.SANDBOX_GATEWAY_SECRET, body, signature, int(time.time()))
    assert json.loads(body) | {"id": ""} == {
        "id": "", "kind": "payment.captured", "payment": made.merchant_key, "amount": DEPOSIT, "reference": "",
    }  # fmt: skip
    event = SandboxEvent.objects.get()
    assert (event.attempts, event.answer, event.delivered_at is not None) == (1, "200", True)


def test_a_webhook_that_is_not_taken_is_sent_again_later_and_not_for_ever(merchant: tuple[type[Merchant], str]) -> None:
    kind, url = merchant
    kind.answer = 500
    sandbox_server.pay(payment_id=payment(url).pk, outcome="success")
    for attempt in range(1, sandbox_server.GIVE_UP_AFTER + 1):
        before = timezone.now()
        assert sandbox_server.deliver_due() == 1
        event = SandboxEvent.objects.get()
        assert (event.attempts, event.answer, event.delivered_at) == (attempt, "500", None)
        assert event.next_at >= before + timedelta(seconds=min(3600, 2**attempt))
        assert sandbox_server.deliver_due() == 0
        SandboxEvent.objects.update(next_at=before)
    assert sandbox_server.deliver_due() == 0
    assert len(kind.told) == sandbox_server.GIVE_UP_AFTER


def test_a_merchant_who_is_away_is_told_later(merchant: tuple[type[Merchant], str]) -> None:
    kind, url = merchant
    made = payment("http://127.0.0.1:9")  # nobody listens there
    sandbox_server.pay(payment_id=made.pk, outcome="success")
    assert sandbox_server.deliver_due() == 1
    assert (SandboxEvent.objects.get().answer, SandboxEvent.objects.get().delivered_at) == ("URLError", None)
    SandboxPayment.objects.update(webhook_url=f"{url}/payments/webhooks/sandbox/")
    SandboxEvent.objects.update(next_at=timezone.now())
    assert sandbox_server.deliver_due() == 1
    assert len(kind.told) == 1


def test_an_event_that_a_lost_process_had_claimed_is_sent_again(merchant: tuple[type[Merchant], str]) -> None:
    kind, url = merchant
    sandbox_server.pay(payment_id=payment(url).pk, outcome="success")
    assert sandbox_server._claim() is not None
    assert sandbox_server.deliver_due() == 0
    SandboxEvent.objects.update(next_at=timezone.now())
    assert sandbox_server.deliver_due() == 1
    assert len(kind.told) == 1


def test_the_page_takes_an_outcome_without_a_session_and_leads_back(client: Client) -> None:
    made = payment(return_url="http://testserver/orders/K1/")
    page = f"/payments/sandbox/{made.pk}/"
    shown = client.get(page)
    assert shown.status_code == 200
    assert "no-cache" in shown["Cache-Control"]
    assert b"2,000" in shown.content
    answer = Client(enforce_csrf_checks=True).post(page, {"outcome": "success"})
    assert (answer.status_code, answer["Location"]) == (303, "http://testserver/orders/K1/")
    made.refresh_from_db()
    assert made.status == "paid"
    assert b"has been made" in client.get(page).content


def test_the_page_refuses_nonsense_and_knows_no_strangers(client: Client) -> None:
    made = payment()
    page = f"/payments/sandbox/{made.pk}/"
    for form in ({}, {"outcome": "steal"}):
        assert client.post(page, form).status_code == 422
    assert client.put(page).status_code == 405
    assert client.get("/payments/sandbox/00000000-0000-4000-8000-000000000000/").status_code == 404
    made.refresh_from_db()
    assert (made.status, SandboxEvent.objects.count()) == ("open", 0)


def test_a_payment_that_failed_can_be_tried_again_on_the_page(client: Client) -> None:
    made = payment()
    page = f"/payments/sandbox/{made.pk}/"
    assert b"last try failed" in client.post(page, {"outcome": "fail"}).content
    assert b"has been made" in client.post(page, {"outcome": "never"}).content


def test_the_page_speaks_the_language_of_the_order_it_came_from(client: Client) -> None:
    made = payment(return_url="http://testserver/zh-hans/orders/K1/")
    assert 'lang="zh-hans"' in client.get(f"/payments/sandbox/{made.pk}/").content.decode()
