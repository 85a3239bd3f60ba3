"""The page while the rules are not compiled: what is possible at once, prices when they are ready, never a wrong one."""

import re
import time
from collections.abc import Iterator
from itertools import count
from typing import Any

import pytest
from django.test import Client

from apps.configurator import solving
from apps.configurator.machines import forget_everything
from apps.configurator.models import Build, Configurator
from apps.configurator.services import open_session
from apps.configurator.views.configure import MOST_EXPLAINED
from tests.factories.configurator import make_slow_configurator

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}
SLUG = "slow-car"


@pytest.fixture
def slow() -> Iterator[Configurator]:
    """A car whose compile was given up. Its price makes it a document that no other test has opened."""
    yield make_slow_configurator(SLUG, 51_234)
    forget_everything()


def page(client: Client, query: str = "", **headers: str) -> tuple[Any, str]:
    response = client.get(f"/configure/{SLUG}/{query}", headers=headers)
    return response, response.content.decode()


def row(html: str, code: str) -> str:
    found = re.search(rf'id="row-{code}".*?</label>', html, re.S)
    assert found
    return found[0]


def test_what_fits_is_shown_at_once_and_prices_are_promised(slow: Configurator, client: Client) -> None:
    assert not open_session(SLUG).exact
    _response, html = page(client, "?choices=red")
    assert "checked disabled" in row(html, "large")
    assert "Does not fit" in row(html, "tow")
    assert "price is being calculated" in row(html, "rack")
    assert "Decided so far" in html
    assert 'hx-trigger="every 1s"' in html
    assert 'id="cfg-again" href="/configure/slow-car/?choices=red"' in html


def test_polling_is_silent_until_the_prices_are_there_and_they_are_exact(slow: Configurator, client: Client) -> None:
    page(client, "?choices=red")
    assert page(client, "?choices=red&poll=1", **HTMX)[0].status_code == 204
    while solving.work():
        pass
    response, html = page(client, "?choices=red&poll=1", **HTMX)
    assert response.status_code == 200
    assert "+\u2060¥500" in row(html, "rack")
    assert "¥56,234" in html  # 51,234 + red 2,000 + 18-inch 3,000
    assert "every 1s" not in html


def test_prices_that_come_leave_a_few_explanations_and_only_those_of_the_car(
    slow: Configurator, client: Client
) -> None:
    page(client, "?choices=red")
    while solving.work():
        pass
    assert 'id="why-tow"' not in page(client, "?choices=red&poll=1", **HTMX)[1]
    rubbish = "&explained=nothing&explained=%00&explained=tow"
    assert 'id="why-tow"' in page(client, f"?choices=red&poll=1{rubbish}", **HTMX)[1]
    many = "&explained=".join(["", *["nothing"] * MOST_EXPLAINED, "tow"])
    assert 'id="why-tow"' not in page(client, f"?choices=red&poll=1{many}", **HTMX)[1]
    assert 'id="why-tow"' not in page(client, "?choices=red&explained=tow")[1]


def test_a_blocked_option_is_explained_without_prices(slow: Configurator, client: Client) -> None:
    _response, html = page(client, "?choices=buy,red&explain=tow", **HTMX)
    assert "No tow bar with 18-inch wheels." in html
    assert "give up Red; take Tow bar, Blue" in html


def test_an_explanation_that_takes_too_long_says_so_on_the_page_and_to_programs(
    slow: Configurator, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    started, looks = time.monotonic(), count()
    monkeypatch.setattr(time, "monotonic", lambda: started + 10 * next(looks))  # ten seconds go by between two looks
    words = "The search for a way out took too long and was given up."
    _response, html = page(client, "?choices=buy,red&explain=tow", **HTMX)
    assert words in html
    assert "No car with it is offered here." not in html
    assert words in page(client, "?choices=red&explain=large", **HTMX)[1]  # forced
    assert words in page(client, "?choices=large,tow")[1]
    asked = {"choices": ["buy", "red"], "explain": "tow"}
    body = client.post(f"/api/v1/models/{SLUG}/configure/", asked, content_type="application/json").json()
    assert (body["late"], body["repair"]) == (True, None)
    refused = client.post(
        "/api/v1/builds/", {"model": SLUG, "choices": ["large", "tow"]}, content_type="application/json"
    )
    assert refused.status_code == 422
    assert words in refused.json()["detail"]


def test_a_whole_car_has_its_exact_total_and_can_be_saved_at_once(slow: Configurator, client: Client) -> None:
    _response, html = page(client, "?choices=rent,blue,small,tow,rack")
    assert "¥52,434" in html
    client.post(f"/configure/{SLUG}/save/", {"choices": "rent,blue,small,tow,rack"})
    assert Build.objects.get().total == 5_243_400


def test_choices_that_contradict_each_other_are_refused_at_once(slow: Configurator, client: Client) -> None:
    assert "These choices do not go together." in page(client, "?choices=large,tow")[1]
    assert client.post(f"/configure/{SLUG}/save/", {"choices": "rent,blue,large,tow"}).status_code == 422
    assert not Build.objects.exists()
