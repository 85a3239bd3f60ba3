"""Booking on the page, and the appointment's own page."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from apps.accounts.models import User
from apps.stores import services
from apps.stores.models import Appointment, Closure, Store
from tests.factories.stores import make_store

pytestmark = pytest.mark.django_db
CONTACT = {"name": "王芳", "phone": "13800000000", "email": "", "note": "Left-hand door"}


@pytest.fixture
def store() -> Store:
    return make_store(opening="Mon-Sun 00:00-24:00")


def slot(store: Store, number: int = 0) -> services.Slot:
    return services.next_free(store=store, service="test_drive", limit=10)[number]


def book(client: Client, store: Store, starts_at: datetime, **fields: Any) -> Any:
    data = {"service": "test_drive", "starts_at": starts_at.isoformat(), **CONTACT, **fields}
    return client.post(f"/stores/{store.code}/book/", data)


def taken(store: Store, starts_at: datetime, user: User | None = None) -> Appointment:
    contact = services.Contact(name="Li Na", phone="13900000000")
    return services.book(store=store, service="test_drive", starts_at=starts_at, contact=contact, user=user)


def test_a_guest_books_and_is_led_to_the_appointment(client: Client, store: Store) -> None:
    wanted = slot(store)
    response = book(client, store, wanted.starts_at)
    made = Appointment.objects.get()
    assert (response.status_code, response["Location"]) == (303, f"/stores/appointments/{made.pk}/")
    assert (made.status, made.starts_at, made.name, made.user) == ("confirmed", wanted.starts_at, "王芳", None)
    assert "王芳" in client.get(response["Location"]).content.decode()


def test_a_taken_time_is_answered_with_the_next_ones_and_keeps_what_was_typed(client: Client, store: Store) -> None:
    wanted = slot(store)
    taken(store, wanted.starts_at)
    response = book(client, store, wanted.starts_at)
    page = response.content.decode()
    assert response.status_code == 409
    assert "This time has just been taken." in page
    assert "Left-hand door" in page
    assert slot(store).starts_at.isoformat() in page
    assert Appointment.objects.count() == 1


def test_what_is_missing_is_said_beside_the_field_and_nothing_is_booked(client: Client, store: Store) -> None:
    response = book(client, store, slot(store).starts_at, phone="call me")
    assert response.status_code == 422
    assert "A phone number has 6 to 19 digits." in response.content.decode()
    assert not Appointment.objects.exists()


def test_one_guest_takes_no_more_than_five_times(client: Client, store: Store) -> None:
    for number in range(0, 10, 2):
        assert book(client, store, slot(store, 1).starts_at).status_code == 303, number
    assert book(client, store, slot(store, 1).starts_at).status_code == 409
    assert Appointment.objects.count() == 5


def test_a_hand_over_is_not_booked_without_its_order(client: Client, store: Store) -> None:
    Store.objects.update(services=["delivery"])
    page = client.get(f"/stores/{store.code}/book/").content.decode()
    assert "Nothing can be booked here" in page


def test_the_customer_cancels_and_moves_on_the_page(client: Client, store: Store) -> None:
    mine = taken(store, slot(store).starts_at)
    later = slot(store, 4).starts_at
    response = client.post(f"/stores/appointments/{mine.pk}/reschedule/", {"starts_at": later.isoformat()})
    new = Appointment.objects.get(replaces=mine)
    assert (response["Location"], new.starts_at) == (f"/stores/appointments/{new.pk}/", later)
    client.post(f"/stores/appointments/{new.pk}/cancel/")
    new.refresh_from_db()
    assert new.status == "cancelled_customer"
    assert (
        client.post(f"/stores/appointments/{new.pk}/reschedule/", {"starts_at": later.isoformat()}).status_code == 409
    )


def test_a_persons_appointment_is_nobody_elses(client: Client, store: Store) -> None:
    owner = User.objects.create_user("wang@kaiche.example", "x")
    mine = taken(store, slot(store).starts_at, owner)
    address = f"/stores/appointments/{mine.pk}/"
    assert client.get(address)["Location"].startswith("/account/login/")
    assert client.post(f"{address}cancel/").status_code == 302
    client.force_login(User.objects.create_user("li@kaiche.example", "x"))
    assert client.get(address).status_code == client.post(f"{address}cancel/").status_code == 404
    client.force_login(owner)
    assert client.get(address).status_code == 200
    mine.refresh_from_db()
    assert mine.status == "confirmed"


def test_the_calendar_file_says_when_and_where_in_short_lines(client: Client, store: Store) -> None:
    mine = taken(store, slot(store).starts_at)
    text = client.get(f"/zh-hans/stores/appointments/{mine.pk}/calendar.ics").content.decode()
    assert f"DTSTART:{mine.starts_at:%Y%m%dT%H%M%SZ}" in text
    assert "试驾" in text
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))


def test_the_picker_alone_answers_htmx_and_costs_four_queries(
    client: Client, store: Store, django_assert_num_queries: Any
) -> None:
    with django_assert_num_queries(4):
        response = client.get(f"/stores/{store.code}/book/", {"service": "test_drive"}, headers={"HX-Request": "true"})
    assert response.content.decode().lstrip().startswith('<div id="picker"')
    day = timezone.now().astimezone(store.zone).date().isoformat()
    assert day in response.content.decode()


def test_a_store_that_is_shut_says_why_and_asks_nobody_who_they_are(client: Client, store: Store) -> None:
    today = timezone.now().astimezone(store.zone).date()
    far = today + timedelta(days=400)
    Closure.objects.create(store=store, days=(today, far), reason_en="Rebuilding", reason_zh="装修")
    page = client.get(f"/stores/{store.code}/book/", {"service": "test_drive"}).content.decode()
    assert f"{(far - timedelta(days=1)).year}" in page.split("Rebuilding")[1].split("</p>")[0]
    assert "Nothing is free in these two weeks." in page
    assert 'id="picker" class="stack" data-none' in page
    assert "starts_at" not in page
    assert "Other stores" in client.get(f"/stores/{store.code}/").content.decode()
