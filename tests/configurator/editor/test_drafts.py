"""Changing the draft row by row, and going back to an earlier version."""

import json
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry

from apps.accounts.models import User
from apps.configurator.errors import ChangedMeanwhile, StillUsed
from apps.configurator.linting import Remark
from apps.configurator.loading import publish
from apps.configurator.models import Configurator, Option, OptionGroup, PriceRule, RentalTerms, Rule
from apps.configurator.services import draft
from apps.configurator.services.drafts import (
    cannot_publish,
    delete_row,
    lint,
    mark,
    open_draft,
    preview,
    save_row,
)
from apps.configurator.services.restoring import restore
from tests.factories.configurator import make_rule

pytestmark = pytest.mark.django_db
VALUES: dict[str, Any] = {"reason_en": "No more.", "owner": "Sales"}


@pytest.fixture
def editor(db: None) -> User:
    return User.objects.create_user("editor@kaiche.example", "x")


def rule_of(car: Configurator, code: str = "tow-large") -> Rule:
    return Rule.objects.get(configurator=car, code=code)


def test_a_changed_rule_is_written_and_logged_with_old_and_new_values(car: Configurator, editor: User) -> None:
    rule = rule_of(car)
    save_row(row=rule, values=VALUES, seen=mark(rule), by=editor)
    assert (rule_of(car).reason_en, rule_of(car).owner) == ("No more.", "Sales")
    entry = LogEntry.objects.get()
    assert (entry.user, entry.object_id) == (editor, str(rule.pk))
    assert entry.get_change_message() == "Changed reason (English) and owner."
    assert json.loads(entry.change_message)[0]["before"] == {
        "reason_en": "No tow bar with 18-inch wheels.",
        "owner": "Product",
    }


def test_saving_what_stands_there_already_leaves_no_entry(car: Configurator, editor: User) -> None:
    rule = rule_of(car)
    save_row(row=rule, values={"owner": rule.owner}, seen=mark(rule), by=editor)
    assert not LogEntry.objects.exists()


def test_the_second_of_two_editors_is_told_and_writes_nothing(car: Configurator, editor: User) -> None:
    mine, theirs = rule_of(car), rule_of(car)
    seen = mark(mine)
    save_row(row=theirs, values={"owner": "First"}, seen=seen, by=editor)
    with pytest.raises(ChangedMeanwhile):
        save_row(row=mine, values=VALUES, seen=seen, by=editor)
    with pytest.raises(ChangedMeanwhile):
        delete_row(row=mine, seen=seen, by=editor)
    assert rule_of(car).owner == "First"
    assert LogEntry.objects.count() == 1


def test_a_rule_that_somebody_deleted_meanwhile_is_not_written(car: Configurator, editor: User) -> None:
    rule = rule_of(car)
    delete_row(row=rule_of(car), seen=mark(rule), by=editor)
    with pytest.raises(ChangedMeanwhile):
        save_row(row=rule, values=VALUES, seen=mark(rule), by=editor)
    assert not Rule.objects.filter(code="tow-large").exists()
    assert [entry.action_flag for entry in LogEntry.objects.all()] == [3]


def test_an_option_that_rules_speak_of_is_not_deleted(car: Configurator, editor: User) -> None:
    option = Option.objects.get(code="tow")
    with pytest.raises(StillUsed) as caught:
        delete_row(row=option, seen=mark(option), by=editor)
    assert caught.value.problems == [
        "Rule tow-large: options: This car has no option tow.",
        "Price rule bundle: when: This car has no option tow.",
    ]
    assert Option.objects.filter(code="tow").exists()
    assert not LogEntry.objects.exists()


def test_a_group_cannot_become_any_while_a_table_has_it_as_a_column(car: Configurator, editor: User) -> None:
    make_rule(car, "table", "table", groups=["paint", "wheels"], rows=[["blue", "small"], ["red", "large"]])
    group = OptionGroup.objects.get(code="wheels")
    with pytest.raises(StillUsed):
        save_row(row=group, values={"pick": "any"}, seen=mark(group), by=editor)
    assert OptionGroup.objects.get(code="wheels").pick == "one"


def test_a_rule_that_names_what_the_car_does_not_have_is_refused(car: Configurator, editor: User) -> None:
    new = Rule(configurator=car, kind="excludes", reason_zh="原因")
    values = {**VALUES, "code": "new", "parameters": {"options": ["tow", "wings"]}}
    with pytest.raises(StillUsed):
        save_row(row=new, values=values, by=editor)
    assert not Rule.objects.filter(code="new").exists()


def test_lint_tells_what_is_broken_and_checks_the_rest(car: Configurator) -> None:
    make_rule(car, "typo", "excludes", options=["tow", "wings"])
    make_rule(car, "never", "excludes", options=["rack", "blue"])
    make_rule(car, "never-red", "excludes", options=["rack", "red"])
    found = lint(open_draft(car))
    assert found[:2] == [
        Remark("broken", "stops", rules=("typo",), text="Rule typo: options: This car has no option wings."),
        Remark("dead", "warns", "rack", ("never", "never-red")),
    ]
    assert cannot_publish(found)


def test_lint_of_a_rule_that_is_only_typed_leaves_the_draft_alone(car: Configurator) -> None:
    dates = {"valid_from": None, "valid_until": None, "reason_en": "", "reason_zh": "", "owner": ""}
    typed = {**dates, "code": "new", "kind": "excludes", "parameters": {"options": ["small", "buy"]}}
    found = lint(open_draft(car).with_rule(typed))
    assert ("dead", "small") not in {(one.kind, one.subject) for one in found}
    before = draft(car)
    typed["parameters"] = {"options": ["small", "blue"]}
    also = {**typed, "code": "also", "parameters": {"options": ["small", "red"]}}
    assert [(one.kind, one.subject) for one in lint(open_draft(car).with_rule(typed).with_rule(also))][:1] == [
        ("dead_standard", "small")
    ]
    assert draft(car) == before


def test_a_preview_shows_the_draft_while_the_version_on_sale_stays(car: Configurator) -> None:
    Option.objects.filter(code="tow").update(price=7_700)
    session = preview(car, "CN-N")
    assert session.market == "CN-N"
    assert session.document.options["tow"].price == 7_700
    assert session.answer(("heater",)).valid
    assert not preview(car, "CN").answer(("heater",)).valid


def test_restoring_a_version_makes_the_draft_word_for_word_what_it_was(car: Configurator, editor: User) -> None:
    first = car.current
    assert first is not None
    Option.objects.filter(code="tow").update(price=9)
    Option.objects.filter(code="heater").delete()
    group = OptionGroup.objects.create(configurator=car, code="new", name_en="New", name_zh="新", position=0)
    Option.objects.create(configurator=car, group=group, code="thing", name_en="Thing", name_zh="物")
    Rule.objects.filter(code="red-large").delete()
    PriceRule.objects.all().delete()
    RentalTerms.objects.update(monthly_price=1)
    make_rule(car, "more", "excludes", options=["tow", "rack"])
    Configurator.objects.update(base_price=1, markets=["CN-N"])
    assert draft(car) != first.document
    restore(version=first, by=editor)
    assert draft(car) == first.document
    car.refresh_from_db()
    assert car.current == first
    assert LogEntry.objects.get().user == editor


def test_a_version_on_sale_is_not_touched_by_restoring_another(car: Configurator, editor: User) -> None:
    first = car.current
    assert first is not None
    Option.objects.filter(code="tow").update(price=200_000)
    second = publish(configurator=car)
    restore(version=first, by=editor)
    car.refresh_from_db()
    assert car.current == second
    assert Option.objects.get(code="tow").price == 100_000
