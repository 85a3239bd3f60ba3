"""Rules, prices, options and groups: typed, checked beside the field, saved in place or on a page of its own."""

import json
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client
from django.urls import reverse

from apps.accounts.models import User
from apps.configurator.models import Configurator, Option, OptionGroup, PriceRule, Rule
from apps.configurator.services.drafts import delete_row, mark
from tests.factories.configurator import make_rule

pytestmark = pytest.mark.django_db
TEXTS = {"reason_en": "Why.", "reason_zh": "原因。", "owner": "Product"}
HTMX = {"HX-Request": "true"}


@pytest.fixture
def editor(client: Client) -> Client:
    client.force_login(User.objects.create_superuser("boss@kaiche.example", "x"))
    return client


def url(car: Configurator, name: str, *args: Any) -> str:
    return reverse(f"admin:configurator_editor_{name}", args=[car.pk, *args])


def rule_of(code: str) -> Rule:
    return Rule.objects.get(code=code)


@pytest.mark.parametrize(
    ("kind", "fields", "parameters", "code"),
    [
        (
            "requires",
            {"if_all": ["tow", "red"], "any_of": ["large"]},
            {"if": ["red", "tow"], "any_of": ["large"]},
            "tow-red",
        ),
        ("excludes", {"options": ["tow", "rack"]}, {"options": ["tow", "rack"]}, "tow-rack"),
        ("at_least", {"k": 1, "options": ["tow", "rack"]}, {"k": 1, "options": ["tow", "rack"]}, "tow-rack"),
        ("at_most", {"k": 2, "options": ["tow", "rack"]}, {"k": 2, "options": ["tow", "rack"]}, "tow-rack"),
        (
            "available",
            {"option": "rack", "markets": ["CN-N"], "first": "2026-01-01", "until": "2027-01-01"},
            {"option": "rack", "markets": ["CN-N"], "from": "2026-01-01", "until": "2027-01-01"},
            "rack",
        ),
        (
            "table",
            {"sheet": "Paint\tWheels\nBlue\t16-inch\nred\tlarge"},
            {"groups": ["paint", "wheels"], "rows": [["blue", "small"], ["red", "large"]]},
            "paint-wheels",
        ),
    ],
)
def test_a_rule_of_each_kind_is_typed_saved_and_logged(
    car: Configurator, editor: Client, kind: str, fields: dict[str, Any], parameters: dict[str, Any], code: str
) -> None:
    response = editor.post(url(car, "new", "rules"), {**TEXTS, "kind": kind, **fields})
    assert (response.status_code, response["Location"]) == (303, f"{url(car, 'workspace')}#rules-{code}")
    rule = rule_of(code)
    assert set(rule.parameters.pop("if", ["x"])) == set(parameters.pop("if", ["x"]))
    assert (rule.kind, rule.parameters) == (kind, parameters)
    assert LogEntry.objects.get().object_id == str(rule.pk)
    form = editor.get(url(car, "edit", "rules", rule.pk))
    assert form.status_code == 200


@pytest.mark.parametrize(
    ("kind", "fields", "field", "message"),
    [
        ("requires", {"any_of": ["large"]}, "if_all", "This field is required."),
        ("requires", {"if_all": ["wings"], "any_of": ["large"]}, "if_all", "Select a valid choice. wings is not one of the available choices."),
        ("excludes", {"options": ["tow"]}, "options", "At least 2 of them."),
        ("at_most", {"k": -1, "options": ["tow"]}, "k", "Ensure this value is greater than or equal to 0."),
        ("available", {"option": "tow"}, "option", "Name markets, a first day or a last day: otherwise nothing is limited."),
        ("available", {"option": "tow", "first": "2026-05-01", "until": "2026-05-01"}, "until", "The end lies after the beginning."),
        ("excludes", {"options": ["tow", "rack"], "valid_from": "2026-05-01", "valid_until": "2026-04-01"}, "valid_until", "The end lies after the beginning."),
        ("excludes", {"options": ["tow", "rack"], "code": "tow-large"}, "code", "There is one with this code already."),
        ("excludes", {"options": ["tow", "rack"], "code": "Tow Large"}, "code", "Lower-case letters, digits and single hyphens."),
        ("table", {"sheet": "paint\twheels\npink\tsmall"}, "sheet", "Not everything was understood; below it says what."),
        ("table", {"sheet": ""}, "sheet", "Not everything was understood; below it says what."),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_beside_its_field_and_nothing_is_saved(
    car: Configurator, editor: Client, kind: str, fields: dict[str, Any], field: str, message: str
) -> None:
    response = editor.post(url(car, "new", "rules"), {**TEXTS, "kind": kind, **fields}, headers=HTMX)
    assert response.status_code == 422
    assert response.context["form"].errors[field] == [message]
    assert Rule.objects.count() == 3
    assert not LogEntry.objects.exists()


def test_a_rule_is_edited_in_place_and_the_order_of_what_stayed_is_kept(car: Configurator, editor: Client) -> None:
    rule = make_rule(car, "few", "at_most", k=1, options=["tow", "large", "rack"])
    fields = {**TEXTS, "kind": "at_most", "k": 2, "options": ["rack", "large", "heater", "tow"], "seen": mark(rule)}
    response = editor.post(url(car, "edit", "rules", rule.pk), fields, headers=HTMX)
    assert response.status_code == 200
    assert response["HX-Trigger"] == "draft-changed"
    assert "<html" not in response.content.decode()
    assert rule_of("few").parameters == {"k": 2, "options": ["tow", "large", "rack", "heater"]}


def test_the_second_editor_is_shown_both_and_can_then_replace_or_leave(car: Configurator, editor: Client) -> None:
    rule = rule_of("tow-large")
    seen = mark(rule)
    Rule.objects.filter(pk=rule.pk).update(owner="Somebody else")
    mine = {**TEXTS, "kind": "excludes", "options": ["tow", "rack"], "owner": "Me", "seen": seen}
    response = editor.post(url(car, "edit", "rules", rule.pk), mine, headers=HTMX)
    text = response.content.decode()
    assert response.status_code == 409
    assert "Somebody else has saved this" in text
    assert "Somebody else</dd>" in text
    assert 'value="Me"' in text
    assert rule_of("tow-large").owner == "Somebody else"
    again = {**mine, "seen": response.context["seen"]}
    assert editor.post(url(car, "edit", "rules", rule.pk), again, headers=HTMX).status_code == 200
    assert rule_of("tow-large").owner == "Me"


def test_an_edit_of_a_rule_that_is_gone_is_not_lost(car: Configurator, editor: Client) -> None:
    rule = rule_of("tow-large")
    assert editor.get(url(car, "edit", "rules", rule.pk)).status_code == 200
    mine = {**TEXTS, "kind": "excludes", "options": ["tow", "rack"], "owner": "Me", "seen": mark(rule)}
    delete_row(row=rule_of("tow-large"), seen=mark(rule), by=User.objects.create_user("x@kaiche.example", "x"))
    assert editor.get(url(car, "edit", "rules", rule.pk)).status_code == 404
    response = editor.post(url(car, "edit", "rules", rule.pk), mine, headers=HTMX)
    text = response.content.decode()
    assert response.status_code == 409
    assert "Somebody else has deleted this meanwhile." in text
    assert "x@kaiche.example" in text
    assert 'value="Me"' in text
    form = response.context["form"]
    assert (form.data["code"], response.context["action"]) == ("tow-large", url(car, "new", "rules"))
    assert editor.post(response.context["action"], dict(form.data.lists()), headers=HTMX).status_code == 200
    assert (rule_of("tow-large").owner, rule_of("tow-large").parameters) == ("Me", {"options": ["tow", "rack"]})
    assert editor.post(url(car, "edit", "rules", 999_999), mine, headers=HTMX).status_code == 404


def test_a_price_rule_takes_yuan_and_picked_and_not_picked_options(car: Configurator, editor: Client) -> None:
    texts = {"label_en": "Saving", "label_zh": "优惠"}
    fields = {**texts, "picked": ["tow"], "missing": ["rack"], "amount": "-1,250.50"}
    assert editor.post(url(car, "new", "prices"), fields).status_code == 303
    rule = PriceRule.objects.get(code="tow-rack")
    assert (rule.when, rule.amount) == (["tow", "!rack"], -125_050)
    both = editor.post(url(car, "new", "prices"), {**fields, "missing": ["tow"]}, headers=HTMX)
    assert both.context["form"].errors == {"missing": ["Picked and not picked: tow."]}
    none = editor.post(url(car, "new", "prices"), {**texts, "amount": "1"}, headers=HTMX)
    assert none.context["form"].errors == {"picked": ["Choose at least one option."]}
    assert PriceRule.objects.count() == 2


def test_an_option_and_a_group_are_added_and_changed(car: Configurator, editor: Client) -> None:
    group = {"code": "roof", "name_en": "Roof", "name_zh": "车顶", "pick": "any", "position": 9}
    assert editor.post(url(car, "new", "groups"), group).status_code == 303
    made = OptionGroup.objects.get(code="roof")
    option = {"group": made.pk, "code": "glass", "name_en": "Glass", "name_zh": "玻璃", "price": "3000.5"}
    assert editor.post(url(car, "new", "options") + "?group=roof", option).status_code == 303
    glass = Option.objects.get(code="glass")
    assert (glass.group, glass.price, glass.position) == (made, 300_050, 0)
    changed = {**option, "position": 0, "name_en": "Glass roof", "seen": mark(glass)}
    assert editor.post(url(car, "edit", "options", glass.pk), changed, headers=HTMX).status_code == 200
    glass.refresh_from_db()
    assert (glass.code, glass.name_en) == ("glass", "Glass roof")


def test_an_option_of_another_cars_group_is_refused(car: Configurator, editor: Client) -> None:
    from tests.factories.configurator import make_configurator

    other = make_configurator("other-car", published=False)
    foreign = other.groups.get(code="paint")
    option = {"group": foreign.pk, "code": "new", "name_en": "New", "name_zh": "新", "price": "1"}
    assert "group" in editor.post(url(car, "new", "options"), option).context["form"].errors
    rule = other.rules.get(code="tow-large")
    assert editor.get(url(car, "edit", "rules", rule.pk)).status_code == 404


def test_deleting_asks_first_and_says_what_still_needs_it(car: Configurator, editor: Client) -> None:
    rule, option = rule_of("tow-large"), Option.objects.get(code="tow")
    assert "Delete tow-large?" in editor.get(url(car, "delete", "rules", rule.pk)).content.decode()
    response = editor.post(url(car, "delete", "options", option.pk), {"seen": mark(option)}, headers=HTMX)
    assert response.status_code == 409
    assert "This car has no option tow." in response.content.decode()
    assert editor.post(url(car, "delete", "rules", rule.pk), {"seen": "old"}, headers=HTMX).status_code == 409
    assert Rule.objects.filter(code="tow-large").exists()
    done = editor.post(url(car, "delete", "rules", rule.pk), {"seen": mark(rule)}, headers=HTMX)
    assert (done.status_code, done["HX-Trigger"]) == (200, "draft-changed")
    assert not Rule.objects.filter(code="tow-large").exists()


def test_typing_a_rule_is_answered_with_its_sentence_and_what_it_breaks(car: Configurator, editor: Client) -> None:
    fields = {"kind": "requires", "if_all": ["small"], "any_of": ["red"]}
    response = editor.post(url(car, "check", "rules"), fields, headers=HTMX)
    assert response.status_code == 200
    assert [(told.level, told.subject, told.title, told.rules) for told in response.context["come"]] == [
        ("stops", ("option-small", "16-inch"), "is standard but in no car.", ("red-large", "small-red")),
        ("warns", ("option-large", "18-inch"), "is in every car: nobody can leave it out.", ("red-large", "small-red")),
        ("warns", ("option-tow", "Tow bar"), "is in no car.", ("red-large", "tow-large", "small-red")),
    ]
    text = response.content.decode()
    assert 'href="#option-small">16-inch</a> needs' in text
    assert "16 英寸须配红色。" in text
    assert Rule.objects.count() == 3


def test_typing_over_a_rule_tells_what_it_mends(car: Configurator, editor: Client) -> None:
    bad = make_rule(car, "bad", "requires", if_=["small"], any_of=["red"])
    fields = {"kind": "requires", "if_all": ["large"], "any_of": ["blue", "red"]}
    response = editor.post(url(car, "check", "rules", bad.pk), fields, headers=HTMX)
    assert [told.title for told in response.context["gone"]][:1] == ["is standard but in no car."]
    assert editor.post(url(car, "check", "rules"), {"kind": "requires"}, headers=HTMX).status_code == 200


def test_a_table_is_previewed_with_its_faults_by_row_and_column(car: Configurator, editor: Client) -> None:
    fields = {"kind": "table", "sheet": "Paint,Wheels\nBlue,16-inch\npink,18-inch\nBlue,16-inch"}
    response = editor.post(url(car, "check", "rules"), fields, headers=HTMX)
    text = response.content.decode()
    assert "<td>3</td><td>1</td><td>“pink” is no option of paint.</td>" in text
    assert "1 combination was understood." in text
    assert "1 stood there twice and counts once." in text


def test_a_table_comes_from_a_file_and_goes_back_as_one(car: Configurator, editor: Client) -> None:
    from django.core.files.uploadedfile import SimpleUploadedFile

    file = SimpleUploadedFile("t.csv", "车漆,轮圈\r\n蓝色,16 英寸\r\n红色,18 英寸\r\n".encode("gb18030"))
    assert editor.post(url(car, "new", "rules"), {**TEXTS, "kind": "table", "file": file}).status_code == 303
    rule = rule_of("paint-wheels")
    assert rule.parameters["rows"] == [["blue", "small"], ["red", "large"]]
    exported = editor.get(url(car, "export", "rules", rule.pk))
    assert exported.content.decode() == "\ufeffpaint,wheels\r\nblue,small\r\nred,large\r\n"
    named = editor.get(url(car, "export", "rules", rule.pk) + "?names").content.decode()
    assert named == "\ufeffPaint,Wheels\r\nBlue,16-inch\r\nRed,18-inch\r\n"
    again = {**TEXTS, "kind": "table", "sheet": named, "seen": mark(rule)}
    editor.post(url(car, "edit", "rules", rule.pk), again)
    assert rule_of("paint-wheels").parameters == rule.parameters
    assert editor.get(url(car, "export", "rules", rule_of("tow-large").pk)).status_code == 404


def test_the_log_tells_who_changed_what_and_of_deleted_rules_too(car: Configurator, editor: Client) -> None:
    rule = rule_of("tow-large")
    fields = {**TEXTS, "kind": "excludes", "options": ["tow", "large"], "owner": "New owner", "seen": mark(rule)}
    editor.post(url(car, "edit", "rules", rule.pk), fields)
    editor.post(url(car, "delete", "rules", rule.pk), {"seen": mark(rule_of("tow-large"))})
    response = editor.get(url(car, "log"))
    kinds = [entry.action_flag for entry, _details in response.context["entries"]]
    assert kinds == [3, 2]
    changed = {told.label: (told.before, told.after) for told in response.context["entries"][1][1]}
    assert changed["owner"] == ("Product", "New owner")
    assert json.loads(LogEntry.objects.order_by("pk")[0].change_message)[0]["car"] == car.pk
