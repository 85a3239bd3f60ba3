"""Sending what is owed: once, again after a failure, never at night, never what is unwanted or too late."""

import email
import email.policy
import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.core import mail
from django.utils import timezone

from apps.messaging import services, sms
from apps.messaging.kinds import Channel, Topic
from apps.messaging.letters import File, Letter
from apps.messaging.models import Message
from apps.messaging.quiet import allowed_from
from apps.messaging.sending import GIVE_UP_AFTER, send_due, send_one
from apps.messaging.sms.files import FileGateway
from config.mailers import http_url
from tests.factories.accounts import make_user
from tests.messaging.servers import broken_mail, carrier, mailbox, zone_of_day

pytestmark = pytest.mark.django_db
BOTH = (Channel.EMAIL, Channel.SMS)
GAVE_UP: list[str] = []


def compose(message: Message) -> Letter | None:
    """This module writes the texts of these tests."""
    if message.kind == "untrue":
        return None
    if message.kind == "broken":
        raise ValueError
    return Letter(
        subject="Hello",
        greeting="Dear reader <b>",
        paragraphs=["One & two.", message.language],
        facts=[("Where", "A\nB")],
        action=("Look", "https://kaiche.example/?a=1&b=2"),
        sms=f"Short {message.language}",
        files=[File("a.ics", "text/calendar", "BEGIN:VCALENDAR")],
    )


def title(kind: str) -> str:
    return "A kind of letter" if kind == "letter" else ""


def gave_up(message: Message) -> None:
    GAVE_UP.append(message.key)


@pytest.fixture(autouse=True)
def _composer(settings: Any) -> None:
    settings.MESSAGE_COMPOSERS = {"test": __name__}
    settings.SMS_FOLDER = Path(settings.MEDIA_ROOT) / "sms"
    GAVE_UP.clear()


def owe(key: str = "k1", **changes: Any) -> None:
    details: dict[str, Any] = {
        "composer": "test",
        "reference": "R1",
        "kind": "news",
        "to": services.Reader("reader@example.com", "138 0013 8000", language="zh-hans", zone=zone_of_day()),
        "channels": BOTH,
    }
    services.owe(key=key, **(details | changes))


def states() -> list[tuple[str, str, str]]:
    return list(Message.objects.order_by("pk").values_list("channel", "state", "why"))


def test_an_event_is_one_message_by_each_way_however_often_it_is_told() -> None:
    for _ in range(3):
        owe()
    assert send_due() is False
    assert states() == [("email", "sent", ""), ("sms", "sent", "")]
    assert [one.to for one in mail.outbox] == [["reader@example.com"]]


def test_whoever_has_no_telephone_gets_no_sms() -> None:
    owe(to=services.Reader("reader@example.com"))
    assert states() == [("email", "due", "")]


def test_a_mail_has_text_and_html_of_the_same_letter_and_its_file() -> None:
    owe()
    send_due()
    sent: Any = mail.outbox[0]
    html, kind = sent.alternatives[0]
    assert kind == "text/html"
    assert "Dear reader &lt;b&gt;" in html
    assert 'href="https://kaiche.example/?a=1&amp;b=2"' in html
    assert 'lang="zh-hans"' in html
    assert (
        "Dear reader <b>\n\nOne & two.\n\nzh-hans\n\nWhere：A\nB\n\nLook:\nhttps://kaiche.example/?a=1&b=2" in sent.body
    )
    assert [one[0] for one in sent.attachments] == ["a.ics"]
    message = Message.objects.get(channel="email")
    assert (message.text, message.html, message.attempts) == (sent.body, html, 1)


def test_the_colours_of_a_mail_are_those_of_the_site() -> None:
    from apps.messaging.look import as_hex, colours

    assert as_hex("0.455 0.092 178") == "#006757"
    assert (colours()["light"]["bg"], colours()["dark"]["bg"]) == ("#f6f8f9", "#0a0f12")
    owe()
    send_due()
    html = Message.objects.get(channel="email").html
    assert html.count("#006757") == 3
    assert "prefers-color-scheme: dark" in html
    assert "#59d7b9" in html


@pytest.mark.parametrize("fault", [ConnectionRefusedError, ValueError])
def test_what_could_not_leave_is_tried_again_later_and_stops_nothing_else(fault: type[Exception]) -> None:
    owe()
    with broken_mail(fault):
        assert send_due() is False
    assert states() == [("email", "due", ""), ("sms", "sent", "")]
    message = Message.objects.get(channel="email")
    assert (message.attempts, message.error.split(":")[0]) == (1, fault.__name__)
    assert message.next_at > timezone.now() + timedelta(seconds=50)
    Message.objects.update(next_at=timezone.now())
    assert send_due() is False
    assert len(mail.outbox) == 1


def test_a_text_that_cannot_be_written_stops_no_other() -> None:
    owe("k0", kind="broken")
    owe()
    send_due()
    assert [one.split(":")[0] for one in Message.objects.filter(kind="broken").values_list("error", flat=True)] == [
        "ValueError"
    ] * 2
    assert Message.objects.filter(state="sent").count() == 2


def test_after_ten_attempts_it_is_given_up_and_somebody_is_told() -> None:
    owe(channels=(Channel.EMAIL,))
    with broken_mail(ConnectionRefusedError):
        for _ in range(GIVE_UP_AFTER):
            Message.objects.update(next_at=timezone.now())
            assert send_one()
        Message.objects.update(next_at=timezone.now())
        assert not send_one()
    assert (states(), GAVE_UP) == ([("email", "failed", "")], ["k1"])


def test_what_is_no_longer_true_or_too_late_is_not_sent() -> None:
    owe("k1", kind="untrue")
    owe("k2", expires_at=timezone.now())
    send_due()
    assert {why for _channel, _state, why in states()} == {"untrue", "late"}
    assert Message.objects.filter(state="skipped", attempts=0, why="late").count() == 2
    assert mail.outbox == []


def test_what_is_taken_back_before_it_left_never_leaves() -> None:
    owe("k1", kind="reminder")
    owe("k2")
    assert services.take_back(reference="R1", kinds=["reminder"]) == 2
    send_due()
    assert Message.objects.filter(state="sent").count() == 2
    assert services.take_back(reference="R1", kinds=["news"]) == 0


def test_what_somebody_does_not_want_is_not_sent_but_essential_mails_are() -> None:
    user = make_user()
    services.set_wanted(owner=services.owner_of(user=user, reference=""), wanted=["email:progress"])
    to = services.Reader("a@example.com", "13800138000", user.pk)
    owe("k1", to=to, topic=Topic.ESSENTIAL)
    owe("k2", to=to, topic=Topic.PROGRESS)
    owe("k3", to=to, topic=Topic.REMINDERS)
    send_due()
    sent = Message.objects.filter(state="sent").values_list("key", "channel")
    assert set(sent) == {("k1", "email"), ("k2", "email")}
    assert set(Message.objects.exclude(state="sent").values_list("why", flat=True)) == {"unwanted"}


def test_a_guests_wishes_are_for_one_matter_alone() -> None:
    services.set_wanted(owner=services.owner_of(user=None, reference="R1"), wanted=[])
    owe("k1", topic=Topic.PROGRESS)
    owe("k2", topic=Topic.PROGRESS, reference="R2")
    send_due()
    assert set(Message.objects.filter(state="sent").values_list("key", flat=True)) == {"k2"}


def test_nobody_is_woken_by_an_sms() -> None:
    zone = ZoneInfo("Asia/Shanghai")
    night = datetime(2026, 12, 1, 23, 0, tzinfo=zone)
    morning = datetime(2026, 12, 2, 8, 0, tzinfo=zone)
    assert allowed_from(night, "Asia/Shanghai") == morning
    assert allowed_from(morning - timedelta(seconds=1), "Asia/Shanghai") == morning
    assert allowed_from(morning, "Asia/Shanghai") == morning
    assert allowed_from(night - timedelta(minutes=91), "Asia/Shanghai") == night - timedelta(minutes=91)
    # The same moment is afternoon in Berlin.
    assert allowed_from(night, "Europe/Berlin") == night


def test_an_sms_that_falls_into_the_night_waits_and_that_is_no_attempt(monkeypatch: pytest.MonkeyPatch) -> None:
    night = datetime(2026, 12, 1, 23, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
    monkeypatch.setattr(timezone, "now", lambda: night)
    owe(to=services.Reader("reader@example.com", "138 0013 8000", zone="Asia/Shanghai"))
    assert send_due() is False
    assert states() == [("email", "sent", ""), ("sms", "due", "")]
    message = Message.objects.get(channel="sms")
    assert (message.attempts, message.next_at) == (0, night + timedelta(hours=9))


def test_short_messages_go_over_http_with_their_key() -> None:
    with carrier() as server:
        owe()
        send_due()
    assert server.calls == [
        ("/messages", "Bearer secret", "k1", {"to": "+8613800138000", "from": "Kaiche", "text": "Short zh-hans"})
    ]
    assert Message.objects.get(channel="sms").provider_id == "sms-1"


def test_a_gateway_that_fails_is_asked_again_and_one_that_refuses_is_not() -> None:
    with carrier(503, 429, 200, 422) as server:
        owe()
        for _ in range(3):
            Message.objects.filter(channel="sms").update(next_at=timezone.now())
            send_due()
        assert Message.objects.get(channel="sms").state == "sent"
        owe("k2", channels=(Channel.SMS,))
        send_due()
    assert [key for _path, _token, key, _body in server.calls] == ["k1", "k1", "k1", "k2"]
    assert list(server.delivered) == ["k1"]
    assert (Message.objects.get(key="k2").state, GAVE_UP) == ("failed", ["k2"])


def test_a_message_whose_worker_died_after_sending_arrives_once() -> None:
    with carrier() as server:
        owe(channels=(Channel.SMS,))
        send_due()
        # As if the note had been lost with the worker.
        Message.objects.update(state="due", sent_at=None, next_at=timezone.now())
        send_due()
    assert (len(server.calls), len(server.delivered)) == (2, 1)


def test_a_mail_that_is_sent_twice_is_the_same_mail(settings: Any) -> None:
    with mailbox() as server:
        host, port = server.server_address
        options = {"host": host, "port": port, "timeout": 5}
        backend = "django.core.mail.backends.smtp.EmailBackend"
        settings.MAILERS = {"default": {"BACKEND": backend, "OPTIONS": options}}
        owe(channels=(Channel.EMAIL,))
        send_due()
        Message.objects.update(state="due", sent_at=None, next_at=timezone.now())
        send_due()
        owe("k2", channels=(Channel.EMAIL,))
        send_due()
    parsed = [email.message_from_bytes(one, policy=email.policy.default) for one in server.mails]
    ids = [one["Message-ID"] for one in parsed]
    assert (len(ids), ids[0] == ids[1], ids[0] != ids[2]) == (3, True, True)
    assert parsed[0]["Auto-Submitted"] == "auto-generated"
    types = [part.get_content_type() for part in parsed[0].walk()]
    assert types == ["multipart/mixed", "multipart/alternative", "text/plain", "text/html", "text/calendar"]


def test_the_file_gateway_keeps_a_repeated_message_once(tmp_path: Path) -> None:
    gateway = FileGateway(tmp_path)
    assert gateway.send(key="k", to="+861", text="a") == gateway.send(key="k", to="+861", text="a")
    assert [json.loads(path.read_text())["text"] for path in tmp_path.iterdir()] == ["a"]


@pytest.mark.parametrize(
    ("given", "number"),
    [("138 0013 8000", "+8613800138000"), ("+49 171 1", "+491711"), ("0049171", "+49171"), ("138-0013-8000", "+8613800138000")],
)  # fmt: skip
def test_numbers_are_written_as_gateways_want_them(given: str, number: str) -> None:
    assert sms.number(given) == number


def test_the_gateways_address_is_http_or_nothing() -> None:
    assert http_url("") == ""
    assert http_url("https://token@sms.example/x") == "https://token@sms.example/x"
    for wrong in ("ftp://x/", "https://", "sms.example"):
        with pytest.raises(ValueError):
            http_url(wrong)


def test_the_log_is_for_some_and_the_texts_for_fewer(client: Any) -> None:
    from tests.factories.accounts import make_staff

    owe()
    send_due()
    message = Message.objects.get(channel="email")
    address = f"/admin/messaging/message/{message.pk}/change/"
    client.force_login(make_staff(permissions=("messaging.view_message",)))
    page = client.get(address).content.decode()
    assert ("reader@example.com" in page, "One &amp; two." in page) == (True, False)
    client.force_login(make_staff(permissions=("messaging.view_message", "messaging.read_message_text")))
    assert "One &amp; two." in client.get(address).content.decode()
    client.force_login(make_staff())
    assert client.get(address).status_code == 403
