"""From an event to its subscriber: who hears, in which order, how often, and who is held up by whom."""

import json
import time
from concurrent.futures import wait
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from apps.outbox import services
from apps.outbox.errors import NotDead
from apps.outbox.models import Attempt, Delivery, Event, Stream, Subscription
from apps.outbox.senders import Senders
from apps.outbox.services import delivering
from apps.outbox.signing import is_valid
from tests.factories.accounts import make_staff, make_user
from tests.outbox.receiving import receiver

pytestmark = pytest.mark.django_db
ALL = "outbox.receive_every_event"


def say(subject: str = "A", kind: str = "order.placed", owner: int | None = None) -> int:
    return services.emit(topic="order", subject=subject, kind=kind, data={"order": subject}, owner=owner)


def subscribe(url: str = "http://127.0.0.1:9/", *names: str, user: Any = None) -> Subscription:
    owner = user or make_staff(permissions=(ALL,))
    return services.subscribe(user=owner, url=url, names=names or ("order",), every_event=user is None)


def deliver_all() -> int:
    services.relay()
    count = 0
    while services.deliver_one():
        count += 1
    return count


def make_due() -> None:
    Delivery.objects.filter(status="pending").update(next_at=timezone.now())
    Subscription.objects.update(paused_until=None)


def test_an_event_arrives_signed_and_once() -> None:
    with receiver() as (kind, url):
        subscription = subscribe(url)
        say()
        assert [deliver_all(), deliver_all()] == [1, 0]
        [(headers, body)] = kind.got
    event, delivery = Event.objects.get(), Delivery.objects.get()
    assert json.loads(body) == {
        "id": str(event.uid),
        "type": "order.placed",
        "topic": "order",
        "subject": "A",
        "sequence": 1,
        "timestamp": event.at.isoformat(),
        "data": {"order": "A"},
    }
    assert is_valid(services.secret_of(subscription), headers, body, int(time.time()))
    assert headers["webhook-id"] == str(event.uid)
    assert (delivery.status, delivery.attempts, delivery.answer) == ("delivered", 1, "200")
    assert Attempt.objects.values_list("number", "answer").get() == (1, "200")


def test_each_hears_of_their_own_and_only_of_what_they_asked_for() -> None:
    mine, other = make_user(), make_user()
    subscribe(user=mine)
    subscribe("http://127.0.0.1:9/", "order.signed", user=mine)
    subscribe(user=other)
    say("M", "order.placed", mine.pk)
    say("M", "order.signed", mine.pk)
    say("G")  # a guest's
    services.relay()
    owed = list(Delivery.objects.order_by("pk").values_list("subscription__topics", "event__kind"))
    assert sorted(owed) == [
        (["order"], "order.placed"),
        (["order"], "order.signed"),
        (["order.signed"], "order.signed"),
    ]
    assert not Delivery.objects.filter(subscription__user=other).exists()


def test_who_may_no_longer_know_hears_no_more() -> None:
    user = make_staff(permissions=(ALL,))
    services.subscribe(user=user, url="http://127.0.0.1:9/", names=["order"], every_event=True)
    user.user_permissions.clear()
    say()
    services.relay()
    assert not Delivery.objects.exists()


def test_what_happened_before_is_not_told() -> None:
    say()
    subscribe()
    assert services.relay() == 1
    assert not Delivery.objects.exists()
    say()
    services.relay()
    assert Delivery.objects.get().seq == 2


def test_a_relay_that_comes_again_owes_nothing_twice() -> None:
    subscribe()
    say()
    assert [services.relay(), services.relay()] == [1, 0]
    Stream.objects.update(relayed=0)  # as if the first had died before its note
    assert services.relay() == 1
    assert Delivery.objects.count() == 1


def test_within_a_subject_the_order_is_kept_while_others_go_on() -> None:
    with receiver(500, 200) as (kind, url):
        subscribe(url)
        say("A")
        say("A", "order.reserved")
        say("B")
        assert deliver_all() == 2  # A1 refused, B1 taken; A2 waits behind A1
        make_due()
        assert deliver_all() == 2
    sent = [(json.loads(body)["subject"], json.loads(body)["sequence"]) for _headers, body in kind.got]
    assert sent == [("A", 1), ("B", 1), ("A", 1), ("A", 2)]


def test_waiting_grows_to_an_hour_and_is_never_the_same() -> None:
    waits = [[delivering.wait_after(attempt).total_seconds() for _ in range(50)] for attempt in (1, 2, 5, 30)]
    for several, longest in zip(waits, (5, 10, 80, 3600), strict=True):
        assert longest / 2 <= min(several) < max(several) <= longest
        assert len(set(several)) > 10


def test_after_three_days_it_is_a_dead_letter_which_the_back_office_sends_again() -> None:
    with receiver(500, 200) as (kind, url):
        subscribe(url)
        say()
        deliver_all()
        Delivery.objects.update(give_up_at=timezone.now() - timedelta(seconds=1))
        assert services.bury_old() == 1
        make_due()
        assert deliver_all() == 0
        delivery = Delivery.objects.get()
        assert (delivery.status, delivery.answer) == ("dead", "500")
        services.replay(delivery=delivery, user=make_staff(permissions=("outbox.replay_delivery",)))
        assert deliver_all() == 1
        assert len(kind.got) == 2
    delivery.refresh_from_db()
    assert (delivery.status, delivery.attempts) == ("delivered", 2)
    with pytest.raises(NotDead):
        services.replay(delivery=delivery, user=make_staff(permissions=("outbox.replay_delivery",)))


def test_the_last_failure_before_the_end_is_the_end() -> None:
    subscribe()
    say()
    services.relay()
    Delivery.objects.update(give_up_at=timezone.now() + timedelta(seconds=1))
    assert services.deliver_one()
    assert Delivery.objects.get().status == "dead"
    assert Delivery.objects.get().answer == "ConnectionRefusedError"


def test_a_dead_subscriber_rests_as_a_whole() -> None:
    subscribe()
    for number in range(50):
        say(f"S{number}")
    assert deliver_all() == delivering.REST_AFTER
    subscription = Subscription.objects.get()
    assert subscription.failures == 3
    assert subscription.paused_until is not None
    assert Delivery.objects.filter(attempts=0).count() == 47
    Subscription.objects.update(paused_until=None)
    assert services.deliver_one()
    later = Subscription.objects.get()
    assert (later.failures, later.paused_until is not None) == (4, True)


def test_whoever_unsubscribes_hears_nothing_more() -> None:
    with receiver() as (kind, url):
        subscription = subscribe(url)
        say()
        services.relay()
        services.unsubscribe(subscription)
        assert deliver_all() == 0
        assert kind.got == []
    assert Delivery.objects.get().status == "dead"


def test_a_ping_reaches_its_own_address_alone() -> None:
    with receiver() as (kind, url):
        one, _other = subscribe(url), subscribe(url)
        services.ping(one)
        assert deliver_all() == 1
        assert json.loads(kind.got[0][1])["type"] == "webhook.ping"
    assert Delivery.objects.get().subscription == one


@pytest.mark.django_db(transaction=True)
@pytest.mark.services
def test_a_slow_and_a_dead_subscriber_delay_nobody() -> None:
    with receiver(delay=1.0) as (slow, slow_url), receiver() as (quick, quick_url):
        subscribe(slow_url)
        subscribe()  # dead
        subscribe(quick_url)
        for number in range(30):
            say(f"S{number}")
        services.relay()
        senders, futures, began = Senders(), [], time.monotonic()
        while len(quick.got) < 30 and time.monotonic() - began < 20:
            futures += senders.start_due()
            time.sleep(0.01)
        took = time.monotonic() - began
        assert len(quick.got) == 30
        assert len(slow.got) < 30, f"the quick one waited for the slow one: {took:.1f} s"
        wait(futures)
    assert Delivery.objects.filter(subscription__url=quick_url, status="delivered").count() == 30
    assert max(Attempt.objects.filter(delivery__subscription__url=quick_url).values_list("number", flat=True)) == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.services
def test_two_senders_send_everything_once_and_in_order() -> None:
    with receiver(delay=0.005) as (kind, url):
        subscribe(url)
        for number in range(40):
            say(f"S{number % 8}")
        services.relay()
        both, futures, began = (Senders(), Senders()), [], time.monotonic()
        while Delivery.objects.filter(status="pending").exists() and time.monotonic() - began < 30:
            futures += [future for senders in both for future in senders.start_due()]
            time.sleep(0.005)
        wait(futures)
    sent = [(json.loads(body)["subject"], json.loads(body)["sequence"]) for _headers, body in kind.got]
    assert len(sent) == len(set(sent)) == 40
    for number in range(8):
        assert [seq for subject, seq in sent if subject == f"S{number}"] == [1, 2, 3, 4, 5]
