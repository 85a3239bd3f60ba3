"""Saved cars side by side, as a page and for programs."""

import pytest
from django.test import Client

from apps.accounts.models import User
from apps.configurator.loading import publish
from apps.configurator.models import Configurator, Option
from tests.factories.accounts import make_token, make_user
from tests.factories.configurator import WHOLE, make_build, make_configurator

pytestmark = pytest.mark.django_db


def rows(html: str) -> tuple[str, str]:
    """The part with the differences and the folded part."""
    at = html.index('class="cfg-equal"')
    return html[html.index('class="cfg-part"') : at], html[at:]


def test_differences_come_first_and_equal_groups_are_folded(car: Configurator, client: Client) -> None:
    one, two = make_build(car, *WHOLE), make_build(car, "rent", "blue", "small", "tow")
    html = client.get(f"/builds/compare/?build={one.code}&build={two.code}").content.decode()
    different, equal = rows(html)
    assert "2 differences" in different
    assert "Battery" in different
    assert "Tow bar" in different
    assert "Paint" in equal
    assert "2 things are the same" in equal
    assert "buy-out for ¥38,000" in html


def test_prices_are_those_of_the_day_and_all_on_todays_version(car: Configurator, client: Client) -> None:
    one = make_build(car, *WHOLE, "tow")
    Option.objects.filter(code="tow").update(price=150_000)
    publish(configurator=car)
    two = make_build(car, *WHOLE)
    html = client.get(f"/builds/compare/?build={one.code},{two.code}").content.decode()
    assert "¥91,500" in html
    assert "¥91,000" in html
    assert "version 1" in html
    assert "version 2" in html
    assert html.count("Lowest") == 1


def test_wrong_codes_are_named_and_more_than_four_left_out(car: Configurator, client: Client) -> None:
    codes = [make_build(car).code for _number in range(5)]
    response = client.get("/builds/compare/", {"build": [*codes, "nonsense", "22222222"]})
    html = response.content.decode()
    assert response.status_code == 422
    assert "nonsense, 22222222" in html
    assert "At most four cars" in html
    assert codes[4] not in html.split("<main", 1)[1].split("</table>", 1)[0]


def test_different_cars_can_be_compared(car: Configurator, client: Client) -> None:
    other = make_configurator(
        "other-car",
        groups=[
            {
                "code": "x",
                "name": ["X", "某"],
                "options": [{"code": "x1", "name": ["X 1", "某一"], "yuan": 1, "standard": True}],
            }
        ],
        rules=[],
        price_rules=[],
    )
    html = client.get(f"/builds/compare/?build={make_build(car).code},{make_build(other, 'x1').code}").content.decode()
    table, own = html.split("</table>", 1)
    assert "X 1" not in table
    assert "–" not in table
    assert f"Only in the {other.car_model.full_name}" in own
    assert "X 1" in own


def test_a_rent_that_is_the_same_for_all_is_said_once(car: Configurator, client: Client) -> None:
    one, two = make_build(car, "rent", "blue", "small"), make_build(car, "rent", "blue", "small", "tow")
    html = client.get(f"/builds/compare/?build={one.code},{two.code}").content.decode()
    assert html.count("buy-out for") == 1
    assert "Battery rent, as saved" not in html


def test_the_page_offers_only_ones_own_builds_to_add(car: Configurator, client: Client) -> None:
    mine, theirs, shown = (
        make_build(car, user=make_user("a@example.com")),
        make_build(car, user=make_user()),
        make_build(car),
    )
    client.force_login(User.objects.get(email="a@example.com"))
    html = client.get(f"/builds/compare/?build={shown.code}").content.decode()
    assert f"build={shown.code}&amp;build={mine.code}" in html
    assert theirs.code not in html


def test_programs_compare_too(car: Configurator, client: Client) -> None:
    one, two = make_build(car, *WHOLE), make_build(car, "rent", "blue", "small")
    body = client.get(f"/api/v1/builds/compare/?build={one.code}&build={two.code}").json()
    assert [build["code"] for build in body["builds"]] == [one.code, two.code]
    assert body["builds"][1]["terms"]["overage_price"] == 15
    first = body["groups"][0]
    assert (first["code"], first["equal"]) == ("battery", False)
    assert [[line["code"] for line in cell] for cell in first["cells"]] == [["buy"], ["rent"]]
    assert client.get(f"/api/v1/builds/compare/?build={one.code}").status_code == 422
    assert client.get(f"/api/v1/builds/compare/?build={one.code}&build=22222222").status_code == 404


def test_programs_list_name_and_delete_only_their_own_builds(car: Configurator, client: Client) -> None:
    user = make_user()
    mine, theirs = make_build(car, user=user), make_build(car, user=make_user())
    assert client.get("/api/v1/builds/").status_code == 401
    headers = {"Authorization": f"Bearer {make_token(user, 'write')[1]}"}
    assert [row["code"] for row in client.get("/api/v1/builds/", headers=headers).json()["results"]] == [mine.code]
    address = f"/api/v1/builds/{theirs.code}/"
    assert client.patch(address, {"name": "x"}, "application/json", headers=headers).status_code == 404
    assert client.delete(address, headers=headers).status_code == 404
    address = f"/api/v1/builds/{mine.code}/"
    named = client.patch(address, {"name": "Mine"}, "application/json", headers=headers)
    assert named.json()["name"] == "Mine"
    assert client.delete(address, headers=headers).status_code == 204
    assert client.get(address).status_code == 404
