"""The messages of an appointment."""

from datetime import timedelta

import pytest

from apps.messaging.models import Message
from apps.messaging.sending import send_due
from apps.stores import services
from apps.stores.kinds import ANSWER_WITHIN
from apps.stores.models import Appointment
from tests.factories.stores import MONDAY, at, make_appointment, make_store
from tests.messaging.servers import make_due

pytestmark = pytest.mark.django_db
EARLY = MONDAY - timedelta(days=6)


def owed(mine: Appointment) -> dict[tuple[str, str], str]:
    return {(one.kind, one.channel): one.state for one in Message.objects.about(str(mine.pk))}


def test_a_booking_is_confirmed_with_a_calendar_file_and_reminded_three_times() -> None:
    mine = make_appointment(now=EARLY)
    assert owed(mine) == {
        ("confirmed", "email"): "due",
        ("confirmed", "sms"): "due",
        ("remind_72", "email"): "due",
        ("remind_24", "email"): "due",
        ("remind_24", "sms"): "due",
        ("remind_2", "sms"): "due",
    }
    due = {one.kind: one.next_at for one in Message.objects.about(str(mine.pk))}
    assert [mine.starts_at - due[kind] for kind in ("remind_72", "remind_24", "remind_2")] == [
        timedelta(hours=72), timedelta(hours=24), timedelta(hours=2),
    ]  # fmt: skip
    make_due()
    Message.objects.filter(kind__startswith="remind").update(next_at=mine.starts_at)
    send_due()
    sent = Message.objects.get(kind="confirmed", channel="email")
    assert "BEGIN:VCALENDAR" in sent.files[0]["content"]
    assert "STATUS:CONFIRMED" in sent.files[0]["content"]
    assert mine.store.address_en in sent.text
    assert f"/stores/appointments/{mine.pk}/" in sent.text


def test_what_is_booked_at_short_notice_is_not_reminded_of_days_before() -> None:
    kinds = {kind for kind, _channel in owed(make_appointment())}
    assert kinds == {"confirmed"}


def test_moving_takes_back_the_old_reminders_and_sets_new_ones() -> None:
    old = make_appointment(now=EARLY)
    new = services.reschedule(old, at(15), now=EARLY)
    assert set(owed(old).values()) == {"skipped"}
    assert {kind for kind, _channel in owed(new)} == {"moved", "remind_72", "remind_24", "remind_2"}
    make_due()
    Message.objects.filter(kind__startswith="remind").update(next_at=new.starts_at)
    send_due()
    file = Message.objects.get(reference=str(new.pk), kind="moved", channel="email").files[0]["content"]
    # A calendar knows it as the same event.
    assert f"UID:{old.pk}@kaiche" in file
    assert "SEQUENCE:2" in file


@pytest.mark.parametrize(("by", "kind"), [("customer", "cancelled"), ("store", "cancelled_by_store")])
def test_cancelling_takes_back_what_was_to_come_and_takes_it_out_of_the_calendar(by: str, kind: str) -> None:
    mine = make_appointment(now=EARLY)
    services.cancel(mine, by=by, now=EARLY)
    make_due()
    send_due()
    states = owed(mine)
    assert states.pop((kind, "email")) == "sent"
    states.pop((kind, "sms"), None)
    assert set(states.values()) == {"skipped"}
    file = Message.objects.get(reference=str(mine.pk), kind=kind, channel="email").files[0]
    assert "STATUS:CANCELLED" in file["content"]
    assert "method=CANCEL" in file["type"]


def test_a_store_that_answers_each_wish_is_told_about_too() -> None:
    mine = make_appointment(store=make_store(confirms_at_once=False), starts_at=at(15))
    assert owed(mine) == {("requested", "email"): "due"}
    services.accept(mine, now=MONDAY)
    assert ("confirmed", "sms") in owed(mine)


def test_a_wish_that_nobody_answers_is_declined_and_said() -> None:
    mine = make_appointment(store=make_store(confirms_at_once=False), starts_at=at(15))
    services.expire_holds(now=MONDAY + ANSWER_WITHIN + timedelta(hours=2))
    make_due()
    send_due()
    assert owed(mine)["declined", "email"] == "sent"
    assert owed(mine)["requested", "email"] == "skipped"


def test_the_messages_speak_the_language_of_the_booking() -> None:
    from django.utils import translation

    with translation.override("zh-hans"):
        mine = make_appointment(now=EARLY)
    make_due()
    send_due()
    assert mine.language == "zh-hans"
    assert "预约已确认" in Message.objects.get(kind="confirmed", channel="sms").text
