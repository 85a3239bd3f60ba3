"""The waiting list and the campaigns for programs."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone

from apps.accounts.models import User
from apps.messaging.sending import send_due
from apps.orders import services
from apps.orders.models import Basket, Order, Waiting
from apps.orders.services import waiting
from tests.factories.accounts import make_user
from tests.factories.configurator import make_build, make_configurator
from tests.factories.orders import make_delivery_store, make_slots, place
from tests.factories.promotions import make_campaign, make_code

pytestmark = pytest.mark.django_db
JSON = "application/json"


def client_of(user: User | None) -> Client:
    client = Client()
    if user is not None:
        client.force_login(user)
    return client


def join(client: Client, build: str, email: str | None = None) -> dict[str, Any]:
    answer = client.post("/api/v1/waiting/", {"build": build} | ({"email": email} if email else {}), content_type=JSON)
    body: dict[str, Any] = answer.json()
    return body | {"http": answer.status_code}


def test_joining_gives_a_place_in_line_and_leaving_gives_it_up() -> None:
    build = make_build(make_configurator()).code
    user, guest = make_user(), client_of(None)
    first = join(guest, build, "first@example.com")
    mine = join(client_of(user), build)
    assert (first["http"], first["place"], first["status"]) == (201, 1, "waiting")
    assert (mine["http"], mine["place"], mine["build"]) == (201, 2, build)
    assert Waiting.objects.get(token=mine["token"]).email == user.email
    page = f"/api/v1/waiting/{first['token']}/"
    assert guest.get(page).json()["place"] == 1
    assert guest.post(f"{page}leave/").json()["status"] == "left"
    assert guest.post(f"{page}leave/").json()["place"] == 0
    assert guest.get(f"/api/v1/waiting/{mine['token']}/").json()["place"] == 1


def test_ones_own_places_are_listed_and_nobody_elses() -> None:
    build = make_build(make_configurator()).code
    user, other = make_user(), make_user()
    token = join(client_of(user), build)["token"]
    join(client_of(None), build, "guest@example.com")
    assert [row["token"] for row in client_of(user).get("/api/v1/waiting/").json()["results"]] == [token]
    assert client_of(other).get("/api/v1/waiting/").json()["results"] == []
    assert client_of(None).get("/api/v1/waiting/").status_code == 401
    for act in ("", "leave/", "accept/"):
        path = f"/api/v1/waiting/{uuid4()}/{act}"
        answer = client_of(user).post(path, {}, content_type=JSON) if act else client_of(user).get(path)
        assert (answer.status_code, answer.json()["code"]) == (404, "waiting_not_found")


def test_a_place_is_not_shown_to_whoever_types_its_address() -> None:
    build = make_build(make_configurator()).code
    user = make_user()
    token = str(join(client_of(user), build)["token"])
    assert join(client_of(user), build)["token"] == token  # the owner may ask again
    for client in (client_of(None), client_of(make_user())):
        answer = join(client, build, user.email)
        assert (answer["http"], answer["code"]) == (409, "already_waiting")
        assert token not in str(answer)
    page = client_of(None).post(f"/waiting/join/{build}/", {"email": user.email})
    assert (page.status_code, token in page.content.decode()) == (409, False)
    send_due(slice_s=60)
    [letter] = [message for message in mail.outbox if token in str(message.body)]
    assert letter.to == [user.email]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"email": "a@example.com"}, "build"),
        ({"build": "nothing", "email": "a@example.com"}, "build"),
        ({"build": "x" * 21, "email": "a@example.com"}, "build"),
        ({"build": "BX", "email": "nobody"}, "email"),
        ({"build": "BX", "email": "a@example.com", "language": "xx"}, "language"),
    ],
)
def test_bad_input_is_named_by_its_field(body: dict[str, str], field: str) -> None:
    answer = client_of(None).post("/api/v1/waiting/", body, content_type=JSON)
    assert answer.status_code in (400, 422)
    assert field in str(answer.json())
    assert not Waiting.objects.exists()


def test_a_guest_gives_an_address_and_what_is_not_sold_out_is_not_waited_for() -> None:
    configurator = make_configurator()
    build = make_build(configurator).code
    assert join(client_of(None), build)["http"] == 422
    make_slots(configurator)
    answer = join(client_of(None), build, "a@example.com")
    assert (answer["http"], answer["code"]) == (409, "not_sold_out")


def test_an_offer_becomes_a_basket_and_its_order_takes_it() -> None:
    configurator, store = make_configurator(), make_delivery_store()
    build = make_build(configurator).code
    token = join(client_of(None), build, "a@example.com")["token"]
    page = f"/api/v1/waiting/{token}/"
    refused = client_of(None).post(f"{page}accept/", {}, content_type=JSON)
    assert (refused.status_code, refused.json()["code"], Basket.objects.count()) == (409, "not_waiting", 0)
    make_slots(configurator)
    waiting.sweep()
    body = client_of(None).get(page).json()
    assert (body["status"], body["month"][:7]) == ("offered", f"{timezone.localdate():%Y-%m}")
    taken = client_of(None).post(f"{page}accept/", {}, content_type=JSON).json()
    again = client_of(None).post(f"{page}accept/", {"basket": taken["basket"]}, content_type=JSON).json()
    assert again == taken
    order = place(Basket.objects.get(pk=taken["basket"]), delivery_store=store)
    body = client_of(None).get(page).json()
    assert (body["status"], body["order"], Order.objects.count()) == ("taken", order.number, 1)
    foreign = services.create_basket(user=make_user())
    late = client_of(None).post(f"{page}accept/", {"basket": str(foreign.pk)}, content_type=JSON)
    assert late.status_code in (404, 409)


def test_joining_is_rare_for_one_caller() -> None:
    build = make_build(make_configurator()).code
    answers = [join(client_of(None), build, f"b{number}@example.com")["http"] for number in range(21)]
    assert (answers[:20], answers[20]) == ([201] * 20, 429)


def test_the_campaigns_in_force_are_public_with_their_terms() -> None:
    today = timezone.localdate()
    make_campaign(slug="now", ends_on=today + timedelta(days=3), least=5_000_000, most=90_000, cities=["shanghai-sh"])
    make_campaign(slug="for-others", car_models=["another"])
    make_campaign(slug="over", ends_on=today)
    make_campaign(slug="later", starts_on=today + timedelta(days=1))
    make_campaign(slug="off", is_active=False)
    make_code("SECRET")
    rows = Client().get("/api/v1/promotions/").json()["results"]
    assert [row["slug"] for row in rows] == ["for-others", "now"]
    assert rows[1]["terms_en"][0] == "¥1,000 off: car."
    assert "From a total of ¥50,000 on." in rows[1]["terms_en"]
    assert "SECRET" not in str(rows)
    assert Client().get("/api/v1/promotions/now/").json()["terms_zh"][0] == "立减 ¥1,000：car。"
    only = Client().get("/api/v1/promotions/?car_model=mine").json()["results"]
    assert [row["slug"] for row in only] == ["now"]
    assert Client().get("/api/v1/promotions/over/").status_code == 404
    assert Client().post("/api/v1/promotions/", {}, content_type=JSON).status_code == 405
