"""The product manager's back office."""

from typing import Any

import pytest
from django.apps import apps
from django.contrib.admin.models import LogEntry
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from apps.accounts.demo import load as load_cast
from apps.accounts.models import User
from apps.common.demo import DemoOptions
from apps.configurator.errors import TakenMeanwhile
from apps.configurator.models import Configurator
from apps.configurator.services import draft
from apps.configurator.services.drafts import mark, start_draft
from tests.factories.catalog import make_car_model
from tests.factories.configurator import make_build, make_rule

pytestmark = pytest.mark.django_db


@pytest.fixture
def back_office(client: Client) -> Client:
    client.force_login(User.objects.create_superuser("boss@kaiche.example", "x"))
    return client


@pytest.mark.parametrize(
    "name",
    ["configurator", "optiongroup", "option", "rule", "pricerule", "rentalterms", "configuratorversion", "build"],
)
def test_every_list_opens_and_searches(car: Configurator, back_office: Client, name: str) -> None:
    make_build(car)
    response = back_office.get(reverse(f"admin:configurator_{name}_changelist"), {"q": "a"})
    assert response.status_code == 200


@pytest.mark.parametrize("name", ["option", "rule"])
def test_lists_cost_the_same_number_of_queries_whatever_their_length(
    car: Configurator, back_office: Client, name: str, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(30):
        make_rule(car, f"more-{number}", "at_most", k=2, options=["tow", "rack"])
    with django_assert_max_num_queries(12):
        back_office.get(reverse(f"admin:configurator_{name}_changelist"))


ROWS = {
    "rule": ("rules", "tow-large"),
    "pricerule": ("prices", "bundle"),
    "option": ("option", "red"),
    "optiongroup": ("group", "paint"),
    "rentalterms": ("rentals", "rent"),
}
ROLES = ("admin", "product", "release", "clerk", "store", "wang", "guest")
MAY_LOOK = ("admin", "product", "release", "clerk")


@pytest.fixture
def cast(db: None) -> dict[str, Client]:
    """Everybody of the demo, signed in, and a guest."""
    load_cast(DemoOptions(), lambda *_progress: None)
    clients = {name: Client() for name in ROLES}
    for name in ROLES[:-1]:
        clients[name].force_login(User.objects.get(email=f"{name}@kaiche.example"))
    return clients


def row_of(name: str) -> Any:
    model = apps.get_model("configurator", name)
    field = "option__code" if name == "rentalterms" else "code"
    return model._default_manager.get(**{field: ROWS[name][1]})


@pytest.mark.parametrize("name", ROWS)
def test_a_row_opens_in_its_cars_workspace(car: Configurator, cast: dict[str, Client], name: str) -> None:
    address = reverse(f"admin:configurator_{name}_change", args=[row_of(name).pk])
    workspace = reverse("admin:configurator_editor_workspace", args=[car.pk])
    for role, client in cast.items():
        response = client.get(address)
        if role in MAY_LOOK:
            assert response["Location"] == f"{workspace}#{'-'.join(ROWS[name])}"
        else:
            assert response.status_code == (403 if role == "store" else 302)
            assert workspace not in response.get("Location", "")


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("name", [*ROWS, "configurator"])
def test_nobody_writes_a_draft_past_the_workspace(
    car: Configurator, cast: dict[str, Client], name: str, role: str
) -> None:
    pk, before, client = car.pk if name == "configurator" else row_of(name).pk, draft(car), cast[role]
    if name != "configurator":
        assert client.post(reverse(f"admin:configurator_{name}_add"), {"code": "new"}).status_code in (302, 403)
    change = client.post(reverse(f"admin:configurator_{name}_change", args=[pk]), {"code": "x", "base_price": 1})
    delete = client.post(reverse(f"admin:configurator_{name}_delete", args=[pk]), {"post": "yes"})
    picked = {"action": "delete_selected", "_selected_action": pk, "post": "yes"}
    many = client.post(reverse(f"admin:configurator_{name}_changelist"), picked)
    assert (change.status_code, delete.status_code) in {(302, 403), (403, 403), (302, 302)}
    assert many.status_code in (200, 302, 403)
    assert draft(car) == before
    assert not LogEntry.objects.exists()


@pytest.mark.parametrize("role", ROLES)
def test_only_who_may_edit_changes_terms_pictures_and_the_base_price(
    car: Configurator, cast: dict[str, Client], role: str
) -> None:
    terms, option, before = row_of("rentalterms"), row_of("option"), draft(car)
    edits = [("rentals", terms), ("options", option), ("car", car)]
    for what, row in edits:
        address = reverse("admin:configurator_editor_edit", args=[car.pk, what, row.pk])
        expected = {"admin": 422, "product": 422, "wang": 302, "guest": 302}.get(role, 403)
        assert cast[role].post(address, {"seen": mark(row)}, headers={"HX-Request": "true"}).status_code == expected
    removed = cast[role].post(
        reverse("admin:configurator_editor_delete", args=[car.pk, "rentals", terms.pk]), {"seen": "old"}
    )
    assert removed.status_code == {"admin": 409, "product": 409, "wang": 302, "guest": 302}.get(role, 403)
    assert draft(car) == before


def test_a_draft_is_started_with_an_entry_in_the_log(cast: dict[str, Client]) -> None:
    model = make_car_model("new-car")
    sent = {"car_model": model.pk, "base_price": "99,800", "markets": ["CN"]}
    add = reverse("admin:configurator_configurator_add")
    for role in ("release", "clerk", "store"):
        assert cast[role].post(add, sent).status_code == 403
    for wrong in ({"base_price": "0"}, {"markets": ["Mars"]}, {"car_model": ""}):
        assert cast["product"].post(add, {**sent, **wrong}).status_code == 200
    assert not Configurator.objects.exists()
    response = cast["product"].post(add, sent)
    made = Configurator.objects.get()
    assert response["Location"] == reverse("admin:configurator_editor_workspace", args=[made.pk])
    assert (made.base_price, made.markets) == (9_980_000, ["CN"])
    entry = LogEntry.objects.get()
    assert (entry.action_flag, entry.user.email) == (1, "product@kaiche.example")
    assert cast["product"].get(reverse("admin:configurator_editor_workspace", args=[made.pk])).status_code == 200
    with pytest.raises(TakenMeanwhile):
        start_draft(car_model=model, base_price=1, markets=["CN"], by=entry.user)


def test_a_version_leads_to_its_comparison(car: Configurator, back_office: Client) -> None:
    response = back_office.get(reverse("admin:configurator_configuratorversion_compare", args=[car.current_id]))
    assert response["Location"] == reverse("admin:configurator_editor_version", args=[car.pk, 1])


def test_versions_and_builds_are_read_only(car: Configurator, back_office: Client) -> None:
    url = reverse("admin:configurator_configuratorversion_change", args=[car.current_id])
    assert back_office.get(url).status_code == 200
    assert back_office.post(url, {"number": 7}).status_code == 403
    assert back_office.get(reverse("admin:configurator_configuratorversion_add")).status_code == 403
    build = make_build(car)
    shown = back_office.get(reverse("admin:configurator_build_change", args=[build.pk])).content.decode()
    for line in build.lines:
        assert f"{line['group_en']}: {line['name_en']}" in shown
    assert "Mainland China" in shown
    assert (
        back_office.post(reverse("admin:configurator_build_delete", args=[build.pk]), {"post": "yes"}).status_code
        == 403
    )
