"""The calls of an API client, and what is nobody else's business."""

import pytest
from django.test import Client

from apps.outbox import services
from apps.outbox.models import Delivery, Subscription
from tests.factories.accounts import make_staff, make_token, make_user

pytestmark = pytest.mark.django_db
URL = "/api/v1/webhooks/"
WANTED = {"url": "http://127.0.0.1:9/in", "topics": ["order.signed", "order"]}


def caller(scope: str = "write", user: object = None) -> Client:
    _token, text = make_token(user or make_user(), scope)  # type: ignore[arg-type]
    return Client(headers={"Authorization": f"Bearer {text}"})


def create(client: Client, **changes: object) -> dict[str, object]:
    answer = client.post(URL, WANTED | changes, content_type="application/json")
    assert answer.status_code == 201, answer.content
    return dict(answer.json())


def test_a_webhook_is_created_and_its_secret_shown_once() -> None:
    client = caller()
    made = create(client)
    subscription = Subscription.objects.get()
    assert made["secret"] == services.secret_of(subscription)
    assert str(made["secret"]).startswith("whsec_")
    assert (made["topics"], made["every_event"], made["failures"]) == (["order", "order.signed"], False, 0)
    listed = client.get(URL).json()["results"]
    assert [one["id"] for one in listed] == [made["id"]]
    assert "secret" not in listed[0]
    assert "secret" not in client.get(f"{URL}{made['id']}/").json()


def test_two_webhooks_of_one_client_have_two_secrets() -> None:
    client = caller()
    assert create(client)["secret"] != create(client)["secret"]


@pytest.mark.parametrize(
    ("change", "code", "field"),
    [
        ({"url": "https://10.0.0.1/"}, "address_refused", "url"),
        ({"url": "http://example.com/"}, "address_refused", "url"),
        ({"topics": ["nothing"]}, "unknown_topic", "topics"),
    ],
)
def test_what_cannot_be_is_refused_beside_its_field(change: dict[str, object], code: str, field: str) -> None:
    answer = caller().post(URL, WANTED | change, content_type="application/json")
    assert (answer.status_code, answer.json()["code"]) == (422, code)
    assert answer.json()["errors"][0]["field"] == field
    assert not Subscription.objects.exists()


def test_twenty_are_enough() -> None:
    client = caller()
    for _ in range(20):
        create(client)
    assert client.post(URL, WANTED, content_type="application/json").json()["code"] == "too_many_subscriptions"
    assert Subscription.objects.count() == 20


def test_everybodys_events_are_for_those_who_may() -> None:
    answer = caller().post(URL, WANTED | {"every_event": True}, content_type="application/json")
    assert (answer.status_code, Subscription.objects.count()) == (403, 0)
    clerk = make_staff(permissions=("outbox.receive_every_event",))
    assert create(caller(user=clerk), every_event=True)["every_event"] is True


def test_nobody_reaches_anothers_webhook() -> None:
    made, other = create(caller()), caller()
    one = f"{URL}{made['id']}/"
    assert other.get(URL).json()["results"] == []
    assert [other.get(one).status_code, other.delete(one).status_code] == [404, 404]
    assert [other.post(f"{one}ping/").status_code, other.get(f"{one}deliveries/").status_code] == [404, 404]
    assert Subscription.objects.active().count() == 1


def test_a_guest_and_a_reading_token_change_nothing() -> None:
    assert Client().post(URL, WANTED, content_type="application/json").status_code == 401
    assert Client().get(URL).status_code == 401
    assert caller("read").post(URL, WANTED, content_type="application/json").status_code == 403
    assert not Subscription.objects.exists()


def test_a_ping_shows_up_in_the_log_with_its_answer() -> None:
    client = caller()
    one = f"{URL}{create(client)['id']}/"
    assert client.post(f"{one}ping/").json() == {"sequence": 1}
    services.relay()
    services.deliver_one()
    [row] = client.get(f"{one}deliveries/").json()["results"]
    assert (row["type"], row["status"], row["sequence"]) == ("webhook.ping", "pending", 1)
    assert [(attempt["number"], attempt["answer"]) for attempt in row["attempts"]] == [(1, "ConnectionRefusedError")]
    assert client.get(f"{one}deliveries/?status=dead").json()["results"] == []


def test_a_deleted_webhook_is_gone() -> None:
    client = caller()
    one = f"{URL}{create(client)['id']}/"
    client.post(f"{one}ping/")
    services.relay()
    assert client.delete(one).status_code == 204
    assert client.get(one).status_code == 404
    assert Delivery.objects.get().status == "dead"


def test_the_topics_are_named() -> None:
    found = {row["topic"]: row["kinds"] for row in caller("read").get(f"{URL}topics/").json()}
    assert "order.signed" in found["order"]
