"""A person's own list of saved cars: who sees it, who changes it, how a guest's comes along."""

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from apps.configurator.errors import NotYours
from apps.configurator.loading import publish
from apps.configurator.models import Build, Configurator, Option
from apps.configurator.services import adopt_builds, forget_build, rename_build
from apps.orders.models import BasketLine
from tests.factories.accounts import make_user
from tests.factories.configurator import WHOLE, make_build, make_configurator

pytestmark = pytest.mark.django_db


def signed_in(email: str = "") -> tuple[Client, object]:
    user = make_user(email)
    client = Client()
    client.force_login(user)
    return client, user


def save_as_guest(client: Client) -> Build:
    client.post("/configure/small-car/save/", {"choices": ",".join(WHOLE), "market": "CN"})
    return Build.objects.latest("pk")


def test_a_person_sees_the_own_builds_and_nobody_elses(car: Configurator) -> None:
    client, user = signed_in()
    mine, theirs = make_build(car, user=user), make_build(car, user=make_user())
    html = client.get("/builds/").content.decode()
    assert f'id="build-{mine.code}"' in html
    assert theirs.code not in html


def test_nobody_names_or_deletes_another_persons_build(car: Configurator) -> None:
    client, _user = signed_in()
    theirs = make_build(car, user=make_user())
    assert client.post(f"/builds/{theirs.code}/rename/", {"name": "Mine"}).status_code == 404
    assert client.post(f"/builds/{theirs.code}/delete/").status_code == 404
    assert Client().post(f"/builds/{theirs.code}/delete/").status_code == 404
    assert Client().post(f"/builds/{theirs.code}/rename/", {"name": "x"})["Location"].startswith("/account/login/")
    theirs.refresh_from_db()
    assert theirs.name == ""
    assert theirs.user is not None


def test_a_name_is_the_owners_alone(car: Configurator) -> None:
    client, user = signed_in()
    build = make_build(car, user=user)
    client.post(f"/builds/{build.code}/rename/", {"name": " Wednesday's car "})
    build.refresh_from_db()
    assert build.name == "Wednesday's car"
    assert "Wednesday&#x27;s car" in client.get("/builds/").content.decode()
    for address in (f"/builds/{build.code}/", f"/builds/compare/?build={build.code}"):
        assert "Wednesday" not in Client().get(address).content.decode()
    assert "Wednesday" not in Client().get(f"/api/v1/builds/{build.code}/").content.decode()


def test_deleting_removes_the_row_and_the_code(car: Configurator) -> None:
    client, user = signed_in()
    build = make_build(car, user=user)
    client.post(f"/builds/{build.code}/delete/")
    assert not Build.objects.exists()


def test_a_build_in_a_basket_loses_only_its_owner(car: Configurator) -> None:
    client, user = signed_in()
    build = make_build(car, user=user)
    rename_build(code=build.code, user=user, name="Mine")  # type: ignore[arg-type]
    client.post("/basket/add/", {"kind": "car", "build": build.code, "quantity": "1"})
    assert BasketLine.objects.filter(build=build).exists()
    forget_build(code=build.code, user=user)  # type: ignore[arg-type]
    build.refresh_from_db()
    assert (build.user, build.name) == (None, "")
    with pytest.raises(NotYours):
        forget_build(code=build.code, user=user)  # type: ignore[arg-type]


def test_a_guests_builds_are_kept_by_the_session_alone(car: Configurator) -> None:
    client = Client()
    build = save_as_guest(client)
    assert f'id="build-{build.code}"' in client.get("/builds/").content.decode()
    assert build.code not in Client().get("/builds/").content.decode()
    client.post(f"/builds/{build.code}/delete/")
    assert build.code not in client.get("/builds/").content.decode()
    assert Build.objects.filter(pk=build.pk).exists()  # whoever has the code may still read it


def test_a_guests_builds_are_taken_over_at_sign_in(car: Configurator) -> None:
    client, user = Client(), make_user("late@example.com")
    build = save_as_guest(client)
    client.post("/account/login/", {"login": "late@example.com", "password": "correct-horse-battery"})
    assert f'id="build-{build.code}"' in client.get("/builds/").content.decode()
    build.refresh_from_db()
    assert build.user == user
    client.post("/account/logout/")
    assert build.code not in client.get("/builds/").content.decode()


def test_what_belongs_to_somebody_is_never_taken_over(car: Configurator) -> None:
    owner, other = make_user(), make_user()
    build = make_build(car, user=owner)
    assert adopt_builds(user=other, codes=[build.code]) == 0
    build.refresh_from_db()
    assert build.user == owner


def test_the_list_says_what_became_dearer_and_what_is_gone(car: Configurator) -> None:
    client, user = signed_in()
    make_build(car, *WHOLE, "tow", user=user)
    make_build(car, *WHOLE, "rack", user=user)
    Option.objects.filter(code="tow").update(price=120_000)
    car.price_rules.all().delete()
    Option.objects.get(code="rack").delete()
    publish(configurator=car)
    html = client.get("/builds/").content.decode()
    assert "Was ¥91,000, now ¥91,200 (+\u2060¥200)" in html
    assert "Rack is no longer offered." in html


def test_the_diff_comes_before_everything_else_of_a_build(car: Configurator) -> None:
    build = make_build(car, *WHOLE, "tow", "rack")
    Option.objects.filter(code="tow").update(price=120_000)
    car.price_rules.all().delete()
    Option.objects.get(code="rack").delete()
    publish(configurator=car)
    html = Client().get(f"/builds/{build.code}/").content.decode()
    diff = html[html.index('id="changes"') : html.index("<figure")]
    assert "Rack is no longer offered." in diff
    assert "¥1,200" in diff
    assert "no longer offered" in diff


def test_the_list_costs_the_same_for_one_and_for_five(
    car: Configurator, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    client, user = signed_in()
    make_build(car, user=user)
    client.get("/builds/")
    with django_assert_num_queries(4):  # session, user, builds, the car's version
        client.get("/builds/")
    for _number in range(4):
        make_build(car, user=user)
    with django_assert_num_queries(4):
        client.get("/builds/")


def test_a_wrong_code_suggests_the_build_that_was_meant(car: Configurator) -> None:
    build = make_build(car)
    Build.objects.filter(pk=build.pk).update(code="S2A8B9C5")
    from apps.configurator.codes import check_character

    right = "S2A8B9C" + check_character("S2A8B9C")
    Build.objects.filter(pk=build.pk).update(code=right)
    response = Client().get("/builds/", {"code": "5" + right[1:]})
    assert response.status_code == 422
    assert "which checks the others, does not match" in response.content.decode()
    assert f'href="/builds/{right}/"' in response.content.decode()


def test_another_market_or_car_does_not_break_the_list(car: Configurator) -> None:
    client, user = signed_in()
    make_build(car, *WHOLE, "heater", market="CN-N", user=user)
    make_build(make_configurator("other-car"), user=user)
    Configurator.objects.filter(car_model__slug="other-car").update(current=None)
    html = client.get("/builds/").content.decode()
    assert html.count('class="card pad cfg-save"') == 2
    assert "This car cannot be configured at the moment." in html
