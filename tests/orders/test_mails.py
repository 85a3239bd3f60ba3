"""The mails an order owes."""

from typing import Any

import pytest
from django.core import mail
from django.core.mail.backends.base import BaseEmailBackend
from django.test import override_settings
from django.utils import timezone

from apps.accounts.models import User
from apps.orders import services
from apps.orders.fulfilment.mails import GIVE_UP_AFTER, _subjects, message_for, send_due_notice
from apps.orders.models import Notice, Order
from apps.orders.services import transitions
from apps.orders.services.claiming import ask_for_link
from tests.factories.accounts import make_user
from tests.factories.orders import make_order

pytestmark = pytest.mark.django_db
BROKEN = {"default": {"BACKEND": "tests.orders.test_mails.Broken"}}
FAULTS: list[type[Exception]] = [ConnectionRefusedError, ValueError]


class Broken(BaseEmailBackend):
    """A mail server that is not there, or a fault of our own."""

    fault: type[Exception] = ConnectionRefusedError

    def send_messages(self, email_messages: Any) -> int:
        raise self.fault


@pytest.fixture
def order() -> Order:
    return make_order(contact=services.Contact("Fang Wang", "13800138000", "fang@example.com"))


@pytest.mark.parametrize("kind", [
    "placed", "reserved", "too_late", "remind_to_sign", "signed", "mismatch", "vin_assigned", "at_store", "ready",
    "delivered", "completed", "cancelled", "find",
])  # fmt: skip
def test_every_mail_reads_in_both_languages(order: Order, kind: str) -> None:
    texts = {}
    for language in ("en", "zh-hans"):
        order.language = language
        message = message_for(order, kind)
        subject, body = str(message.subject), str(message.body)
        assert order.number in subject
        assert "Fang Wang" in body
        assert f"/{language}/orders/{order.number}/?token={order.token}" in body or language == "en"
        assert f"/orders/{order.number}/?token={order.token}" in body
        # A greeting, what happened, the link, our name.
        assert len([line for line in body.splitlines() if line.strip()]) == 4
        texts[language] = subject + body
    assert texts["en"] != texts["zh-hans"]
    assert not any("一" <= letter <= "鿿" for letter in texts["en"])
    assert sum("一" <= letter <= "鿿" for letter in texts["zh-hans"]) > 15


def test_there_is_a_subject_for_every_mail_that_is_ever_owed() -> None:
    import re
    from pathlib import Path

    folder = Path(services.__file__).parents[1]
    code = "".join(file.read_text() for file in folder.rglob("*.py"))
    owed = set(re.findall(r'notify\(\w+, "(\w+)"', code))
    assert owed == set(_subjects())


@pytest.mark.parametrize("fault", FAULTS)
def test_a_mail_that_could_not_leave_is_tried_again_and_stops_no_other(order: Order, fault: type[Exception]) -> None:
    Broken.fault = fault
    with override_settings(MAILERS=BROKEN):
        assert send_due_notice()
        assert not send_due_notice()
    notice = Notice.objects.get()
    assert (notice.attempts, notice.sent_at) == (1, None)
    assert notice.next_at > timezone.now()
    Notice.objects.update(next_at=timezone.now())
    assert send_due_notice()
    assert len(mail.outbox) == 1
    assert not send_due_notice()


def test_a_mail_that_never_leaves_needs_a_person(order: Order) -> None:
    with override_settings(MAILERS=BROKEN):
        for _ in range(GIVE_UP_AFTER):
            Notice.objects.update(next_at=timezone.now())
            assert send_due_notice()
        Notice.objects.update(next_at=timezone.now())
        assert not send_due_notice()
    assert order.work_items.get().kind == "mail"


def test_a_mail_is_owed_once(order: Order) -> None:
    transitions.notify(order, "signed")
    transitions.notify(order, "signed")
    while send_due_notice():
        pass
    assert [message.subject.split(" · ")[0] for message in mail.outbox] == [
        "We have your order",
        "The contract is made",
    ]


def test_the_link_is_sent_again_to_whoever_knows_number_and_address(order: Order) -> None:
    send_due_notice()
    ask_for_link(number=order.number, email="somebody@example.com")
    ask_for_link(number="K0000000000", email=order.email)
    assert not send_due_notice()
    for _ in range(2):
        ask_for_link(number=f" {order.number.lower()} ", email="FANG@example.com")
        ask_for_link(number=order.number, email=order.email)
        assert send_due_notice()
        assert not send_due_notice()
    assert [message.to for message in mail.outbox[1:]] == [["fang@example.com"]] * 2


def owner(order: Order) -> User | None:
    return Order.objects.get(pk=order.pk).user


def test_a_verified_address_claims_its_orders_and_nobody_elses(order: Order) -> None:
    other = make_order()
    unverified = make_user("fang@example.com", verified=False)
    assert services.claim_orders(user=unverified) == 0
    assert owner(order) is None
    unverified.emailaddress_set.update(verified=True)  # type: ignore[attr-defined]
    assert services.claim_orders(user=unverified) == 1
    assert services.claim_orders(user=unverified) == 0
    assert (owner(order), owner(other)) == (unverified, None)
    assert services.claim_orders(user=make_user()) == 0
    assert owner(order) == unverified
