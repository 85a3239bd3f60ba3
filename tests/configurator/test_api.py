"""The configurator for programs."""

from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from apps.configurator.models import Build, Configurator
from tests.factories.configurator import WHOLE, make_build

pytestmark = pytest.mark.django_db
CONFIGURE = "/api/v1/models/small-car/configure/"


def post(client: Client, url: str, body: dict[str, Any], **headers: str) -> Any:
    return client.post(url, body, content_type="application/json", headers=headers)


def test_the_configurator_lists_groups_options_and_version(car: Configurator, client: Client) -> None:
    body = client.get("/api/v1/models/small-car/configurator/").json()
    assert (body["model"], body["version"], body["base_price"], body["currency"]) == ("small-car", 1, 5_000_000, "CNY")
    assert [group["code"] for group in body["groups"]] == ["battery", "paint", "wheels", "extras"]
    assert body["groups"][0]["options"][1]["rental"]["overage_price"] == 15


def test_configure_answers_every_option(car: Configurator, client: Client) -> None:
    body = post(client, CONFIGURE, {"choices": ["red"]}).json()
    assert (body["version"], body["valid"], body["total"]) == (1, True, 5_500_000)
    assert body["buildable"] == "4"
    assert body["undecided"] == ["battery"]
    assert body["options"] == {
        "buy": {"state": "available", "from_total": 9_500_000},
        "rent": {"state": "available", "from_total": 5_500_000},
        "blue": {"state": "available", "from_total": 5_000_000},
        "red": {"state": "chosen", "from_total": 5_500_000},
        "small": {"state": "blocked", "from_total": None},
        "large": {"state": "forced", "from_total": 5_500_000},
        "tow": {"state": "blocked", "from_total": None},
        "rack": {"state": "available", "from_total": 5_550_000},
        "heater": {"state": "blocked", "from_total": None},
    }
    assert "conflict" not in body


def test_the_total_of_a_whole_car_is_its_own(car: Configurator, client: Client) -> None:
    body = post(client, CONFIGURE, {"choices": ["rent", "blue", "small", "tow", "rack"]}).json()
    assert (body["total"], body["undecided"], body["monthly"]) == (5_120_000, [], 40_000)
    assert body["terms"]["minimum_term"] == 24


def test_a_budget_blocks_what_is_above_it(car: Configurator, client: Client) -> None:
    body = post(client, CONFIGURE, {"choices": [], "budget": 5_060_000}).json()
    assert body["options"]["buy"] == {"state": "blocked", "from_total": None}
    assert body["options"]["rack"] == {"state": "available", "from_total": 5_050_000}


def test_explain_adds_conflict_and_repair(car: Configurator, client: Client) -> None:
    body = post(client, CONFIGURE, {"choices": ["buy", "red"], "explain": "tow"}).json()
    assert body["conflict"]["choices"] == ["red"]
    assert sorted(body["conflict"]["rules"]) == ["red-large", "tow-large"]
    assert body["repair"] == {"remove": ["red"], "add": ["tow", "blue"], "total": 9_100_000, "delta": -400_000}


def test_a_repair_gives_up_the_own_groups_choice_too(car: Configurator, client: Client) -> None:
    body = post(client, CONFIGURE, {"choices": ["blue", "large", "rack", "red"], "explain": "small"}).json()
    kept = {"blue", "large", "rack", "red"} - set(body["repair"]["remove"])
    again = post(client, CONFIGURE, {"choices": [*kept, *body["repair"]["add"]]}).json()
    assert again["valid"]
    assert again["options"]["small"]["state"] == "chosen"


def test_explaining_what_no_car_has_and_what_is_not_blocked(car: Configurator, client: Client) -> None:
    assert post(client, CONFIGURE, {"choices": [], "explain": "heater"}).json()["repair"] is None
    body = post(client, CONFIGURE, {"choices": [], "explain": "rack"}).json()
    assert (body["conflict"], body["repair"]) == (None, None)


def test_contradicting_choices_answer_200_with_the_explanation(car: Configurator, client: Client) -> None:
    response = post(client, CONFIGURE, {"choices": ["large", "tow"]})
    body = response.json()
    assert response.status_code == 200
    assert (body["valid"], body["total"]) == (False, None)
    assert body["conflict"]["choices"] == ["large", "tow"]
    assert body["conflict"]["rules"] == ["tow-large"]
    assert body["repair"]["delta"] is None
    assert len(body["repair"]["remove"]) == 1


@pytest.mark.parametrize("body", [{"choices": ["wings"]}, {"choices": [], "explain": "wings"}, {"choices": ["!red"]}])
def test_unknown_options_are_422_with_the_field(car: Configurator, client: Client, body: dict[str, Any]) -> None:
    response = post(client, CONFIGURE, body)
    assert response.status_code == 422
    assert response.json()["code"] == "unknown_option"


def test_a_car_that_cannot_be_configured_is_404(db: None, client: Client) -> None:
    assert post(client, CONFIGURE, {"choices": []}).status_code == 404


def test_a_build_is_saved_and_read(car: Configurator, client: Client) -> None:
    response = post(client, "/api/v1/builds/", {"model": "small-car", "choices": list(WHOLE)})
    body = response.json()
    assert response.status_code == 201
    assert (body["total"], body["currency"], body["model"], body["version"]) == (9_000_000, "CNY", "small-car", 1)
    assert [line["code"] for line in body["lines"]] == list(WHOLE)
    read = client.get(f"/api/v1/builds/{body['code'].lower()}/").json()
    assert read == body
    assert read["current"] == read["current"] | {"valid": True, "changed": False, "total": 9_000_000, "changes": []}


def test_an_incomplete_build_is_422_with_the_groups(car: Configurator, client: Client) -> None:
    response = post(client, "/api/v1/builds/", {"model": "small-car", "choices": ["buy"]})
    assert response.status_code == 422
    assert response.json()["groups"] == ["paint", "wheels"]
    assert not Build.objects.exists()


def test_a_contradicting_build_is_422_with_the_conflict(car: Configurator, client: Client) -> None:
    response = post(client, "/api/v1/builds/", {"model": "small-car", "choices": ["buy", "blue", "large", "tow"]})
    assert response.status_code == 422
    assert response.json()["conflict"] == {"choices": ["large", "tow"], "rules": ["tow-large"]}


def test_the_same_key_saves_one_build(car: Configurator, client: Client) -> None:
    body = {"model": "small-car", "choices": list(WHOLE)}
    first = post(client, "/api/v1/builds/", body, **{"Idempotency-Key": "one"})
    second = post(client, "/api/v1/builds/", body, **{"Idempotency-Key": "one"})
    assert first.json() == second.json()
    assert Build.objects.count() == 1


def test_unknown_builds_are_404(car: Configurator, client: Client) -> None:
    assert client.get("/api/v1/builds/22222222/").status_code == 404
    assert client.get("/api/v1/builds/NOPE/").status_code == 404


def test_a_click_costs_one_query(
    car: Configurator, client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    post(client, CONFIGURE, {"choices": []})
    with django_assert_num_queries(1):
        post(client, CONFIGURE, {"choices": ["red"], "explain": "tow"})


def test_reading_a_build_costs_two_queries(
    car: Configurator, client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    code = make_build(car).code
    with django_assert_num_queries(2):
        client.get(f"/api/v1/builds/{code}/")
