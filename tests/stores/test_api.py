"""Stores and appointments over HTTP."""

from typing import Any

import pytest
from rest_framework.test import APIClient

from apps.accounts.models import User
from apps.stores import services
from apps.stores.models import Appointment, Store
from tests.factories.stores import make_appointment, make_city, make_store

pytestmark = pytest.mark.django_db
ALWAYS = "Mon-Sun 00:00-24:00"


@pytest.fixture
def api() -> APIClient:
    return APIClient()


def codes(answer: dict[str, Any]) -> list[str]:
    return [row["code"] for row in answer["results"]]


def body(store: Store, number: int = 0) -> dict[str, Any]:
    starts_at = services.next_free(store=store, service="test_drive", limit=6)[number].starts_at
    contact = {"name": "Wang Fang", "phone": "13800000000"}
    return {"store": store.code, "service": "test_drive", "starts_at": starts_at.isoformat(), "contact": contact}


def test_near_sorts_by_distance_and_pages_there_and_back(api: APIClient) -> None:
    city = make_city()
    stores = [make_store(city=city, bays=0, latitude=31.23 + 0.01 * number) for number in range(7)]
    stores += [make_store(city=city, bays=0, latitude=31.23 + 0.01 * 2)]  # at the very same place as another
    first = api.get("/api/v1/stores/", {"near": "31.23,121.458", "page_size": "3"}).json()
    assert codes(first) == [stores[0].code, stores[1].code, stores[2].code, stores[7].code]
    assert first["results"][1]["distance_m"] == pytest.approx(1113, abs=1)
    second = api.get(first["next"]).json()
    third = api.get(second["next"]).json()
    assert codes(second) + codes(third) == [store.code for store in stores[3:7]]
    assert third["next"] is None
    back = api.get(second["previous"]).json()
    assert codes(back) == codes(first)[1:]
    assert codes(api.get(back["previous"]).json()) == codes(first)[:1]
    assert first["previous"] is None


def test_filters_combine(api: APIClient) -> None:
    wanted = make_store(kind="experience", services=["test_drive", "delivery"])
    make_store(kind="own", services=["delivery"], latitude=32.5)
    make_store(kind="experience", city=make_city("guangzhou"))
    query = {"near": "31.23,121.47", "radius_km": "50", "service": "delivery", "kind": "experience", "city": "上海"}
    assert codes(api.get("/api/v1/stores/", query).json()) == [wanted.code]


@pytest.mark.parametrize("query", ["near=north", "radius_km=5", "kind=castle", "service=tea", "near=1,2&radius_km=-1"])
def test_what_cannot_be_meant_is_refused(api: APIClient, query: str) -> None:
    response = api.get(f"/api/v1/stores/?{query}")
    assert (response.status_code, response["Content-Type"]) == (422, "application/problem+json")


@pytest.mark.parametrize("count", [2, 12])
def test_a_list_costs_two_queries_however_long(api: APIClient, count: int, django_assert_num_queries: Any) -> None:
    for _ in range(count):
        make_store(bays=0)
    with django_assert_num_queries(1):
        api.get("/api/v1/stores/", {"near": "31.23,121.47"})
    with django_assert_num_queries(1):
        api.get("/api/v1/stores/")


def test_one_store_tells_its_hours_and_its_free_times(api: APIClient) -> None:
    store = make_store()
    found = api.get(f"/api/v1/stores/{store.code}/").json()
    assert found["hours"][5] == {"weekday": "Sat", "opens": "10:00", "closes": "16:00"}
    slot = services.next_free(store=store, service="test_drive", limit=1)[0]
    day = slot.starts_at.astimezone(store.zone).date()
    answer = api.get(f"/api/v1/stores/{store.code}/slots/", {"service": "test_drive", "date": day.isoformat()}).json()
    assert answer["results"][0]["starts_at"].startswith(slot.starts_at.astimezone(store.zone).isoformat()[:16])
    assert api.get(f"/api/v1/stores/{store.code}/slots/", {"service": "test_drive", "date": "soon"}).status_code == 422


def test_a_guest_books_moves_and_cancels_by_the_id(api: APIClient) -> None:
    store = make_store(opening=ALWAYS)
    made = api.post("/api/v1/appointments/", body(store)).json()
    assert (made["status"], made["store"]) == ("confirmed", store.code)
    starts_at = body(store, 3)["starts_at"]
    moved = api.post(f"/api/v1/appointments/{made['id']}/reschedule/", {"starts_at": starts_at})
    assert (moved.status_code, moved.json()["replaces"]) == (201, made["id"])
    assert api.get(f"/api/v1/appointments/{made['id']}/").json()["status"] == "rescheduled"
    ended = api.post(f"/api/v1/appointments/{moved.json()['id']}/cancel/").json()
    assert ended["status"] == "cancelled_customer"


def test_the_same_key_books_once_and_a_taken_time_names_the_next(api: APIClient) -> None:
    store = make_store(opening=ALWAYS)
    wanted = body(store)
    first = api.post("/api/v1/appointments/", wanted, headers={"Idempotency-Key": "one"})
    again = api.post("/api/v1/appointments/", wanted, headers={"Idempotency-Key": "one"})
    assert (first.status_code, again.json()["id"]) == (201, first.json()["id"])
    other = api.post("/api/v1/appointments/", wanted)
    assert (other.status_code, other.json()["code"], len(other.json()["next_free"])) == (409, "slot_taken", 5)
    assert Appointment.objects.count() == 1


def test_hand_overs_and_unknown_stores_are_not_booked_here(api: APIClient) -> None:
    store = make_store(opening=ALWAYS, services=["delivery", "test_drive"])
    assert (
        api.post("/api/v1/appointments/", body(store) | {"service": "delivery"}).json()["code"] == "booked_with_order"
    )
    assert api.post("/api/v1/appointments/", body(store) | {"store": "XX-9999"}).status_code == 422
    assert not Appointment.objects.exists()


def test_somebody_elses_appointment_is_not_there(api: APIClient) -> None:
    mine = make_appointment(user=User.objects.create_user("wang@kaiche.example", "x"))
    assert api.get(f"/api/v1/appointments/{mine.pk}/").status_code == 404
    assert api.post(f"/api/v1/appointments/{mine.pk}/cancel/").status_code == 404
    mine.refresh_from_db()
    assert mine.status == "confirmed"
