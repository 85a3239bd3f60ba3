"""The product manager's back office."""

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from apps.accounts.models import User
from apps.configurator.models import Configurator, PriceRule, Rule
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


@pytest.mark.parametrize("name", ["rule", "pricerule"])
def test_a_rule_opens_in_its_cars_workspace(car: Configurator, back_office: Client, name: str) -> None:
    row = Rule.objects.get(code="tow-large") if name == "rule" else PriceRule.objects.get()
    response = back_office.get(reverse(f"admin:configurator_{name}_change", args=[row.pk]))
    what = "rules" if name == "rule" else "prices"
    workspace = reverse("admin:configurator_editor_workspace", args=[car.pk])
    assert response["Location"] == f"{workspace}#{what}-{row.code}"
    assert back_office.get(reverse(f"admin:configurator_{name}_add")).status_code == 403
    delete = reverse(f"admin:configurator_{name}_delete", args=[row.pk])
    assert back_office.post(delete, {"post": "yes"}).status_code == 403
    assert Rule.objects.count() + PriceRule.objects.count() == 4


def test_a_version_leads_to_its_comparison(car: Configurator, back_office: Client) -> None:
    response = back_office.get(reverse("admin:configurator_configuratorversion_compare", args=[car.current_id]))
    assert response["Location"] == reverse("admin:configurator_editor_version", args=[car.pk, 1])


def test_versions_and_builds_are_read_only(car: Configurator, back_office: Client) -> None:
    url = reverse("admin:configurator_configuratorversion_change", args=[car.current_id])
    assert back_office.get(url).status_code == 200
    assert back_office.post(url, {"number": 7}).status_code == 403
    assert back_office.get(reverse("admin:configurator_configuratorversion_add")).status_code == 403
    build = make_build(car)
    assert (
        back_office.post(reverse("admin:configurator_build_delete", args=[build.pk]), {"post": "yes"}).status_code
        == 403
    )
