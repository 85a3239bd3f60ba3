"""The back office of the outbox."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from apps.outbox import checks, services
from apps.outbox.models import Delivery
from tests.factories.accounts import make_staff, make_user

pytestmark = pytest.mark.django_db
VIEW = ("outbox.view_delivery", "outbox.view_event", "outbox.view_subscription")


def dead_letter() -> Delivery:
    user = make_user()
    services.subscribe(user=user, url="http://127.0.0.1:9/", names=["order"])
    services.emit(topic="order", subject="A", kind="order.placed", data={}, owner=user.pk)
    services.relay()
    services.deliver_one()
    Delivery.objects.update(status="dead")
    return Delivery.objects.get()


def signed_in(*permissions: str) -> Client:
    client = Client()
    client.force_login(make_staff(permissions=(*VIEW, *permissions)))
    return client


def test_a_dead_letter_is_sent_again_by_who_may() -> None:
    letter = dead_letter()
    post = {"action": "replay", "_selected_action": [letter.pk]}
    signed_in().post("/admin/outbox/delivery/", post)
    letter.refresh_from_db()
    assert letter.status == "dead"
    answer = signed_in("outbox.replay_delivery").post("/admin/outbox/delivery/", post, follow=True)
    assert "1 delivery is sent again." in answer.content.decode()
    letter.refresh_from_db()
    assert (letter.status, letter.give_up_at > timezone.now() + timedelta(days=2)) == ("pending", True)


@pytest.mark.parametrize("page", ["event", "subscription", "delivery"])
def test_the_pages_open_and_nothing_is_edited(page: str) -> None:
    letter = dead_letter()
    client = signed_in()
    assert client.get(f"/admin/outbox/{page}/").status_code == 200
    assert client.get(f"/admin/outbox/{page}/add/").status_code == 403
    shown = client.get(f"/admin/outbox/delivery/{letter.pk}/change/").content.decode()
    assert "ConnectionRefusedError" in shown


def test_events_that_nobody_passes_on_are_a_reason_not_to_be_ready(monkeypatch: pytest.MonkeyPatch) -> None:
    services.emit(topic="order", subject="A", kind="order.placed", data={})
    assert checks.relay_lag() is None
    later = timezone.now() + checks.LATE + timedelta(seconds=1)
    monkeypatch.setattr(timezone, "now", lambda: later)
    assert checks.relay_lag() == "outbox: events are not passed on"
    services.relay()
    assert checks.relay_lag() is None
