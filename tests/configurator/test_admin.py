"""The product manager's back office."""

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from apps.accounts.models import User
from apps.configurator.models import Configurator, ConfiguratorVersion, Option, Rule
from apps.configurator.services import publish
from tests.factories.configurator import make_build, make_rule

pytestmark = pytest.mark.django_db


@pytest.fixture
def back_office(client: Client) -> Client:
    client.force_login(User.objects.create_superuser("boss@kaiche.example", "x"))
    return client


RULE = {"code": "new", "kind": "excludes", "reason_en": "Why.", "reason_zh": "原因。", "owner": "Product"}


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


def test_a_rule_that_makes_no_sense_is_refused_beside_its_field(car: Configurator, back_office: Client) -> None:
    url = reverse("admin:configurator_rule_add")
    response = back_office.post(url, {**RULE, "configurator": car.pk, "parameters": '{"options": ["tow", "wings"]}'})
    assert response.status_code == 200
    assert response.context["adminform"].form.errors == {"parameters": ["options: This car has no option wings."]}
    assert not Rule.objects.filter(code="new").exists()


def test_a_rule_that_makes_sense_is_kept(car: Configurator, back_office: Client) -> None:
    url = reverse("admin:configurator_rule_add")
    response = back_office.post(url, {**RULE, "configurator": car.pk, "parameters": '{"options": ["tow", "rack"]}'})
    assert response.status_code == 302
    assert Rule.objects.get(code="new").parameters == {"options": ["tow", "rack"]}


def test_the_publish_button_publishes(car: Configurator, back_office: Client) -> None:
    Option.objects.filter(code="tow").update(price=200_000)
    url = reverse("admin:configurator_configurator_publish_draft", args=[car.pk])
    response = back_office.get(url, follow=True)
    assert "v2 is on sale: 9 options, 3 rules, from ¥50,000." in response.content.decode()
    assert ConfiguratorVersion.objects.count() == 2


def test_a_refused_draft_names_its_problems(car: Configurator, back_office: Client) -> None:
    make_rule(car, "typo", "excludes", options=["tow", "wings"])
    url = reverse("admin:configurator_configurator_publish_draft", args=[car.pk])
    assert "Rule typo: options: This car has no option wings." in back_office.get(url, follow=True).content.decode()
    assert ConfiguratorVersion.objects.count() == 1


def test_an_earlier_version_can_be_put_on_sale_again(car: Configurator, back_office: Client) -> None:
    first = car.current
    assert first is not None
    Option.objects.filter(code="tow").update(price=200_000)
    publish(configurator=car)
    back_office.get(reverse("admin:configurator_configuratorversion_go_back", args=[first.pk]))
    car.refresh_from_db()
    assert car.current == first


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
