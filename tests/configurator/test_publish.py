"""Publishing: what is refused, what is frozen, what is current."""

from datetime import date

import pytest
from django.db import IntegrityError, connection, transaction
from pytest_django import DjangoAssertNumQueries

from apps.catalog.models import CarModel
from apps.configurator.errors import CannotPublish
from apps.configurator.loading import publish
from apps.configurator.models import Configurator, ConfiguratorVersion, Option, OptionGroup
from apps.configurator.services import open_session
from apps.configurator.services.releasing import snapshot
from tests.factories.configurator import make_configurator, make_rule

pytestmark = pytest.mark.django_db


def current(car: Configurator) -> ConfiguratorVersion:
    assert car.current is not None
    return car.current


def test_publishing_freezes_the_draft_and_puts_it_on_sale(car: Configurator) -> None:
    version = current(car)
    assert version.number == 1
    assert len(version.sha256) == 64
    assert version.report == version.report | {"options": 9, "rules": 3, "cheapest": 5_000_000, "dead": []}
    assert CarModel.objects.get(pk=car.car_model_id).configurable


def test_publishing_an_unchanged_draft_changes_nothing(car: Configurator) -> None:
    assert publish(configurator=car) == car.current
    assert ConfiguratorVersion.objects.count() == 1


def test_a_change_becomes_the_next_version(car: Configurator) -> None:
    Option.objects.filter(code="large").update(price=350_000)
    second = publish(configurator=car)
    assert second.number == 2
    assert open_session("small-car").document.options["large"].price == 350_000


def test_nothing_is_on_sale_that_nobody_published(car: Configurator) -> None:
    made = snapshot(configurator=car, text=current(car).document + " ", report={}, by=None)
    with transaction.atomic():
        Configurator.objects.filter(pk=car.pk).update(current=made)
        with pytest.raises(IntegrityError, match="nobody has published"):
            connection.check_constraints()
        transaction.set_rollback(True)


def test_a_model_without_a_car_is_refused_and_the_old_version_stays(car: Configurator) -> None:
    make_rule(car, "no-small", "excludes", options=["small", "blue"])
    make_rule(car, "no-large", "excludes", options=["large", "blue"])
    make_rule(car, "no-red", "excludes", options=["red", "large"])
    with pytest.raises(CannotPublish) as caught:
        publish(configurator=car)
    assert "No car can be built in the market CN." in caught.value.problems
    car.refresh_from_db()
    assert current(car).number == 1


def test_a_dead_standard_option_is_refused_by_name(car: Configurator) -> None:
    make_rule(car, "no-16", "excludes", options=["small", "blue"])
    make_rule(car, "no-16-red", "excludes", options=["small", "red"])
    with pytest.raises(CannotPublish) as caught:
        publish(configurator=car)
    assert "The standard option 16-inch (small) is in no car of the market CN." in caught.value.problems
    assert ConfiguratorVersion.objects.count() == 1


def test_rules_and_groups_that_make_no_sense_are_all_named(car: Configurator) -> None:
    make_rule(car, "typo", "excludes", options=["small", "hug"])
    make_rule(car, "shapeless", "requires", any_of=["small"])
    OptionGroup.objects.create(configurator=car, code="empty", name_en="Empty", name_zh="空")
    Option.objects.filter(code="large").update(standard=True)
    with pytest.raises(CannotPublish) as caught:
        publish(configurator=car)
    assert len(caught.value.problems) == 4


def test_a_published_version_can_be_neither_changed_nor_deleted(car: Configurator) -> None:
    for statement in ("UPDATE {} SET number = 9", "DELETE FROM {}"):
        with (
            pytest.raises(IntegrityError, match="never changes"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(statement.format("configurator_configuratorversion"))
    assert ConfiguratorVersion.objects.get().number == 1


def test_an_option_cannot_stand_in_another_cars_group(car: Configurator) -> None:
    other = make_configurator("other-car", published=False)
    Option.objects.filter(configurator=car, code="tow").update(group=other.groups.get(code="extras"))
    with pytest.raises(IntegrityError), transaction.atomic():
        connection.check_constraints()
    Option.objects.filter(configurator=car, code="tow").update(group=car.groups.get(code="extras"))


def test_the_number_of_queries_does_not_grow_with_the_rules(
    car: Configurator, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(20):
        make_rule(car, f"more-{number}", "at_most", k=2, options=["tow", "rack", "heater"])
    # One less where the circuit of these rules is found as a file.
    with django_assert_max_num_queries(38):
        publish(configurator=car)


def test_what_is_valid_changes_at_its_half_open_dates(car: Configurator) -> None:
    rule = make_rule(car, "no-rack", "excludes", options=["rack", "blue"])
    rule.valid_from, rule.valid_until = date(2030, 1, 1), date(2030, 2, 1)
    rule.save()
    publish(configurator=car)
    document = open_session("small-car").document
    active = [len(document.model_on(day).rules) for day in (date(2029, 12, 31), date(2030, 1, 1), date(2030, 2, 1))]
    assert active == [3, 4, 3]
    assert document.interval(date(2030, 1, 31)) == 1
