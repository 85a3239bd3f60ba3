"""A saved car reopened after rules or prices have changed: what changed, and the nearest car of today with its price."""

import re
from collections.abc import Iterator
from html import unescape
from typing import Any

import pytest
from django.test import Client
from django.utils import translation

from apps.configurator.loading import publish
from apps.configurator.models import Build, Configurator, Option, PriceRule, RentalTerms
from apps.configurator.services import Reopened, open_session, reopen
from tests.factories.configurator import WHOLE, make_build, make_configurator, make_rule

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    with translation.override("en"):
        yield


def reopened(build: Build, market: str = "CN") -> Reopened:
    found = reopen(build.code, open_session("small-car", market))
    assert found is not None
    return found


def opened(client: Client, build: Build, language: str = "") -> tuple[str, str]:
    """The configurator's address that the build's page leads to, and its page as people read it."""
    page = client.get(f"{language}{build.get_absolute_url()}")
    address = page.context["reopen_url"]
    return address, unescape(client.get(address).content.decode())


def press(client: Client, html: str, button: str, **more: str) -> tuple[Any, str]:
    """Send the page's form with one of its buttons, as a browser without scripts does."""
    start = html.index('id="cfg-form"')
    form = html[start : html.index("</form>", start)]
    fields = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form))
    found = re.search(rf'id="{button}" name="([^"]+)"(?: value="([^"]*)")?', form)
    assert found, button
    response = client.get("/configure/small-car/", {**fields, found[1]: found[2], **more}, follow=True)
    return response, unescape(response.content.decode())


def test_nothing_changed_is_said_in_a_sentence(car: Configurator, client: Client) -> None:
    build = make_build(car, *WHOLE)
    address, html = opened(client, build)
    assert f"build={build.code}" in address
    assert "Nothing has changed since: ¥90,000." in html
    assert reopened(build).nearest is None


def test_prices_before_and_after_are_told_in_both_languages(car: Configurator, client: Client) -> None:
    build = make_build(car, *WHOLE, "tow", "rack")
    Option.objects.filter(code="rack").update(price=70_000)
    PriceRule.objects.all().delete()
    publish(configurator=car)
    _address, html = opened(client, build)
    assert "The total was ¥91,200 and is now ¥91,700 (+\u2060¥500)." in html
    assert '<th scope="row">Rack</th><td class="r">¥500</td><td class="r">¥700</td>' in html
    assert '<th scope="row">Bundle saving</th><td class="r">−\u2060¥300</td>' in html
    _address, chinese = opened(client, build, "/zh-hans")
    assert "总价原为 ¥91,200，现为 ¥91,700（+\u2060¥500）。" in chinese
    assert "组合优惠" in chinese
    assert "Rack" not in chinese


def test_a_car_that_rules_forbid_now_is_repaired_by_one_priced_button(car: Configurator, client: Client) -> None:
    build = make_build(car, *WHOLE, "tow")
    make_rule(car, "no-tow", "excludes", options=["tow", "blue"])
    publish(configurator=car)
    nearest = reopened(build).nearest
    assert nearest is not None
    _address, html = opened(client, build)
    assert "This car is not offered any more as it was saved." in html
    assert "Because of no-tow." in html
    assert html.count("Because of no-tow.") == 1
    assert "without Tow bar" in html
    assert "Take it for ¥90,000 (−\u2060¥1,000)" in html
    response, after = press(client, html, "cfg-nearest")
    assert response.context["screen"].complete
    assert response.context["screen"].total == nearest.total == 9_000_000
    assert "You are looking at it: ¥90,000 (−\u2060¥1,000)." in after
    assert f"build={build.code}" in response.redirect_chain[-1][0]


def test_what_is_gone_is_named_and_replaced_by_the_cheapest(car: Configurator, client: Client) -> None:
    build = make_build(car, "buy", "red", "large")
    car.rules.filter(code="red-large").delete()
    paint = car.groups.get(code="paint")
    Option.objects.create(configurator=car, group=paint, code="green", name_en="Green", name_zh="绿", price=150_000)
    Option.objects.filter(code="red").delete()
    publish(configurator=car)
    _address, html = opened(client, build)
    assert "Red is no longer offered." in html
    assert '<th scope="row">Red</th><td class="r">¥2,000</td><td class="r">no longer offered</td>' in html
    assert "without Red; with Blue" in html
    assert "Take it for ¥93,000 (−\u2060¥2,000)" in html
    response, _after = press(client, html, "cfg-nearest")
    assert set(response.context["screen"].choices.split(",")) == {"buy", "blue", "large"}
    assert response.context["screen"].complete


def test_rental_terms_of_then_and_now_are_both_whole(car: Configurator, client: Client) -> None:
    build = make_build(car, "rent", "blue", "small")
    RentalTerms.objects.update(monthly_price=45_000, mileage_cap=15_000)
    publish(configurator=car)
    _address, html = opened(client, build)
    then, now = html.split("The battery is now rented at:")
    assert "¥400" in then.split("The battery was rented at:")[1]
    assert "20,000" in then.split("The battery was rented at:")[1]
    assert "¥450" in now
    assert "15,000" in now


def test_the_note_stays_while_one_clicks_until_it_is_hidden(car: Configurator, client: Client) -> None:
    build = make_build(car, *WHOLE)
    Option.objects.filter(code="buy").update(price=4_100_000)
    publish(configurator=car)
    _address, html = opened(client, build)
    fields = {"choices": ",".join(WHOLE), "build": build.code, "pick.wheels": "large"}
    clicked = client.get("/configure/small-car/", fields, headers=HTMX)
    assert "The total was ¥90,000 and is now ¥91,000 (+\u2060¥1,000)." in unescape(clicked.content.decode())
    assert f"build={build.code}" in clicked["HX-Push-Url"]
    response, after = press(client, html, "cfg-forget")
    assert "cfg-reopened" not in after
    assert "build=" not in response.redirect_chain[-1][0]


def test_a_new_conflict_is_shown_beside_the_note(car: Configurator, client: Client) -> None:
    build = make_build(car, *WHOLE, "tow")
    make_rule(car, "no-tow", "excludes", options=["tow", "blue"])
    publish(configurator=car)
    page = client.get("/configure/small-car/", {"choices": "buy,tow,large", "build": build.code})
    html = unescape(page.content.decode())
    assert "cfg-reopened" in html
    assert "No tow bar with 18-inch wheels." in html
    assert "Make it possible: give up 18-inch (from ¥" in html or "Make it possible: give up Tow bar (from ¥" in html


@pytest.mark.parametrize("code", ["22222222", "nonsense", "<script>", "2222222222222222"])
def test_a_code_of_no_saved_car_is_nothing(car: Configurator, client: Client, code: str) -> None:
    response = client.get("/configure/small-car/", {"choices": "blue", "build": code})
    assert response.status_code == 200
    assert response.context["reopened"] is None


def test_a_car_of_another_model_is_not_compared(car: Configurator, client: Client) -> None:
    other = make_build(make_configurator("other-car"))
    assert client.get("/configure/small-car/", {"build": other.code}).context["reopened"] is None


def test_another_market_compares_in_the_one_that_was_saved(car: Configurator) -> None:
    build = make_build(car, *WHOLE, "heater", market="CN-N")
    found = reopened(build)
    assert (found.quote.valid, found.quote.changed, found.nearest) == (True, False, None)


def test_a_car_without_any_way_back_says_so_and_offers_no_button(car: Configurator, client: Client) -> None:
    build = make_build(car, *WHOLE, "tow")
    type(car).objects.filter(pk=car.pk).update(markets=["CN-N"])
    publish(configurator=car)
    page = client.get("/configure/small-car/", {"build": build.code, "choices": ",".join(build.choices)})
    html = unescape(page.content.decode())
    assert "This car is not offered any more as it was saved." in html
    assert "cfg-nearest" not in html
