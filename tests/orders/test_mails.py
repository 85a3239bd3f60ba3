"""The messages an order owes."""

import re
from pathlib import Path

import pytest
from django.core import mail

from apps.accounts.models import User
from apps.messaging.models import Message
from apps.messaging.sending import GIVE_UP_AFTER, send_due, send_one
from apps.orders import services
from apps.orders.letters import TEXTS
from apps.orders.models import Order
from apps.orders.services import transitions
from apps.orders.services.claiming import ask_for_link
from tests.factories.accounts import make_user
from tests.factories.orders import make_order, ready_order
from tests.messaging.servers import broken_mail, make_due

pytestmark = pytest.mark.django_db


@pytest.fixture
def order() -> Order:
    return make_order(contact=services.Contact("Fang Wang", "13800138000", "fang@example.com"))


def written(order: Order, kind: str) -> dict[str, Message]:
    """Owe and send a message of one kind; returns it by channel."""
    Message.objects.all().delete()
    transitions.notify(order, kind, data={"amount": 12_345_600})
    make_due()
    send_due()
    return {one.channel: one for one in Message.objects.filter(kind=kind)}


@pytest.mark.parametrize("kind", [*TEXTS, "something_new"])
def test_every_message_reads_in_both_languages(order: Order, kind: str) -> None:
    texts = {}
    for language in ("en", "zh-hans"):
        Order.objects.filter(pk=order.pk).update(language=language)
        order.language = language
        sent = written(order, kind)
        email = sent["email"]
        assert (email.state, order.number in email.subject, "Fang Wang" in email.text) == ("sent", True, True)
        path = "/zh-hans/orders" if language == "zh-hans" else "/orders"
        assert f"{path}/{order.number}/?token={order.token}" in email.text
        assert f"{path}/{order.number}/?token={order.token}" in email.html
        assert not re.search(r"%\(|None", "".join(one.text + one.html for one in sent.values()))
        if "sms" in sent and sent["sms"].state == "sent":
            assert f"?token={order.token}" in sent["sms"].text
            assert len(sent["sms"].text) < 300
        texts[language] = "".join(f"{one.subject}{one.text}" for one in sent.values())
    assert not any("一" <= letter <= "鿿" for letter in texts["en"])
    assert sum("一" <= letter <= "鿿" for letter in texts["zh-hans"]) > 15


def test_every_message_that_is_ever_owed_has_a_text_of_its_own() -> None:
    folder = Path(services.__file__).parents[1]
    code = "".join(file.read_text() for file in folder.rglob("*.py"))
    owed = set(re.findall(r'notify\(\s*\w+,\s*"(\w+)"', code))
    assert len(owed) > 8
    assert owed <= set(TEXTS)


def test_a_mail_that_never_leaves_needs_a_person(order: Order) -> None:
    with broken_mail(ConnectionRefusedError):
        for _ in range(GIVE_UP_AFTER):
            make_due()
            assert send_one()
        make_due()
        assert not send_one()
    assert order.work_items.get().kind == "mail"
    assert order.notices.get().state == "failed"


def test_a_mail_is_owed_once(order: Order) -> None:
    transitions.notify(order, "signed")
    transitions.notify(order, "signed")
    send_due()
    assert [message.subject for message in mail.outbox] == [
        f"We have your order · {order.number}",
        f"The contract is made · {order.number}",
    ]


def test_the_same_state_reached_twice_is_told_twice(order: Order) -> None:
    transitions.notify(order, "ready")
    order.version += 1
    transitions.notify(order, "ready")
    assert order.notices.filter(kind="ready", channel="email").count() == 2


def test_an_order_that_is_rolled_back_owes_nothing(order: Order) -> None:
    from django.db import transaction

    with transaction.atomic():
        transitions.notify(order, "signed")
        transaction.set_rollback(True)
    assert not order.notices.filter(kind="signed").exists()


def test_the_car_that_is_ready_comes_with_its_time_and_a_calendar_file() -> None:
    order = ready_order()
    assert order.appointment is not None
    make_due()
    send_due()
    ready = order.notices.get(kind="ready", channel="email")
    assert ready.files[0]["name"] == "appointment.ics"
    assert f"UID:{order.appointment.pk}@kaiche" in ready.files[0]["content"]
    assert order.appointment.starts_at.astimezone(order.appointment.store.zone).strftime("%-d") in ready.text
    # The order says so itself: the store's own confirmation would be the same once more.
    assert not Message.objects.filter(reference=str(order.appointment.pk), kind="confirmed").exists()
    assert Message.objects.filter(reference=str(order.appointment.pk), kind="remind_2").count() <= 1


def test_the_link_is_sent_again_to_whoever_knows_number_and_address(order: Order) -> None:
    send_due()
    ask_for_link(number=order.number, email="somebody@example.com")
    ask_for_link(number="K0000000000", email=order.email)
    assert not send_one()
    for _ in range(2):
        ask_for_link(number=f" {order.number.lower()} ", email="FANG@example.com")
        ask_for_link(number=order.number, email=order.email)
        assert send_one()
        assert not send_one()
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
