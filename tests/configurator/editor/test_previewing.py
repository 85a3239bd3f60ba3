"""The draft as a visitor would meet it: for staff only."""

from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse

from apps.accounts.models import User
from apps.configurator.models import Configurator, Option, Rule
from tests.factories.configurator import make_rule

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


@pytest.fixture
def editor(client: Client) -> Client:
    client.force_login(User.objects.create_superuser("boss@kaiche.example", "x"))
    return client


@pytest.fixture
def changed(car: Configurator) -> Configurator:
    """A draft with an option, a price and a rule that nobody outside may see yet."""
    Option.objects.filter(code="tow").update(price=987_600, name_en="Secret tow bar", name_zh="秘密拖车钩")
    rule = make_rule(car, "new", "excludes", options=["rack", "large"])
    Rule.objects.filter(pk=rule.pk).update(valid_from="2030-01-01")
    return car


def url(car: Configurator, *args: Any) -> str:
    return reverse(f"admin:configurator_editor_preview{'_on' if args else ''}", args=[car.pk, *args])


def test_staff_see_the_draft_and_stay_in_it_at_every_click(changed: Configurator, editor: Client) -> None:
    page = editor.get(url(changed))
    text = page.content.decode()
    assert "Secret tow bar" in text
    assert "9,876" in text
    assert f'action="{url(changed)}"' in text
    assert "/configure/small-car/save/" not in text
    assert page["Cache-Control"].startswith("no-store, private")
    assert page["X-Robots-Tag"] == "noindex"
    click = editor.get(url(changed) + "?choices=tow", headers=HTMX)
    assert "<html" not in click.content.decode()
    assert click["HX-Push-Url"].startswith(url(changed))


def test_any_market_and_any_day_can_be_looked_at(changed: Configurator, editor: Client) -> None:
    def blocked(address: str, option: str) -> bool:
        screen = editor.get(address).context["screen"]
        rows = {row.code: row for block in screen.blocks for row in block.rows}
        return bool(rows[option].state == "blocked")

    assert blocked(url(changed) + "?choices=buy", "heater")
    assert not blocked(url(changed) + "?market=CN-N&choices=buy", "heater")
    assert not blocked(url(changed) + "?choices=large", "rack")
    assert blocked(url(changed, "2030-01-01") + "?choices=large", "rack")


def test_the_form_of_the_day_leads_to_that_days_address(changed: Configurator, editor: Client) -> None:
    response = editor.get(url(changed) + "?day=2030-01-01&market=CN-N")
    assert response["Location"] == url(changed, "2030-01-01") + "?market=CN-N"
    assert editor.get(url(changed) + "?day=nonsense")["Location"] == url(changed)
    assert editor.get(url(changed, "2030-99-01")).status_code == 404


def test_a_broken_draft_says_what_is_wrong_instead(car: Configurator, editor: Client) -> None:
    make_rule(car, "typo", "excludes", options=["tow", "wings"])
    response = editor.get(url(car))
    assert response.status_code == 409
    assert "This car has no option wings." in response.content.decode()


def test_guests_customers_and_staff_without_the_permission_are_refused(changed: Configurator, client: Client) -> None:
    for address in (url(changed), url(changed, "2030-01-01"), url(changed) + "?choices=tow"):
        guest = client.get(address)
        assert guest.status_code == 302
        assert "/login/" in guest["Location"]
    client.force_login(User.objects.create_user("wang@kaiche.example", "x"))
    assert client.get(url(changed)).status_code == 302
    user = User.objects.create_user("store@kaiche.example", "x", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename="view_order"))
    client.force_login(user)
    refused = client.get(url(changed))
    assert refused.status_code == 403
    assert "Secret" not in refused.content.decode()


def test_nothing_of_a_draft_that_staff_have_looked_at_reaches_visitors(changed: Configurator, editor: Client) -> None:
    editor.get(url(changed) + "?choices=tow")
    visitor = Client()
    for path in (
        "/configure/small-car/",
        "/configure/small-car/?choices=tow",
        "/configure/",
        "/zh-hans/configure/small-car/",
    ):
        text = visitor.get(path).content.decode()
        assert "Secret" not in text
        assert "秘密" not in text
        assert "9,876" not in text
    api = visitor.get("/api/v1/models/small-car/configurator/").content.decode()
    assert "Secret" not in api
    assert "987600" not in api
