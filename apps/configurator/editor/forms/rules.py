"""Rules and price rules, one typed form for each kind."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from apps.common.yuan_forms import YuanField
from apps.configurator.editor import choices
from apps.configurator.editor.choices import ListField, OnePicker, Picker
from apps.configurator.editor.forms.base import RowForm, code_field, date_field, text_field
from apps.configurator.models import PriceRule, Rule
from apps.configurator.rules import InvalidParameters, check_rule, check_when, read_rule
from apps.configurator.screen import market_name
from apps.configurator.services.drafts import Row, rows_of


class DatedForm(RowForm):
    """Half-open dates: valid from the first day until, not including, the last."""

    valid_from = date_field(_("Valid from"))
    valid_until = date_field(_("Valid until"), _("the first day on which it is not valid any more"))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        first, last = cleaned.get("valid_from"), cleaned.get("valid_until")
        if first and last and first >= last:
            self.add_error("valid_until", _("The end lies after the beginning."))
        return cleaned


class RuleForm(DatedForm):
    """What all kinds of rules have; ``parameters`` is what each has of its own."""

    fixed = ("code",)
    code = code_field(_("left empty, it is made from the options"))
    reason_en = text_field(_("Reason (English)"), 200)
    reason_zh = text_field(_("Reason (Chinese)"), 200)
    owner = text_field(_("Owner"), 80)
    places: ClassVar[Mapping[str, str]] = {}
    """A parameter's name to the field that it is typed in."""
    field_order = (
        *("if_all", "any_of", "k", "options", "option", "markets", "first", "until", "sheet", "file"),
        *("reason_en", "reason_zh", "owner", "valid_from", "valid_until", "code"),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "code" in self.fields:
            self.fields["code"].required = False
        self.fields["owner"].widget.attrs["list"] = "ed-owners"
        self.build()
        self.order_fields(self.field_order)

    def build(self) -> None:
        """Add the fields that need the draft."""

    def add_options(self, name: str, label: Any, before: Any, help_text: Any = "") -> None:
        offered = choices.options(self.draft.data)
        known = {code for _group, some in offered for code, _label in some}
        gone = [code for code in before if code not in known]
        if gone:
            offered = [*offered, (str(_("Not part of this car any more")), [(code, code) for code in gone])]
        self.fields[name] = ListField(
            label=label,
            choices=offered,
            before=tuple(before),
            widget=Picker(choices.others(self.draft.data)),
            help_text=help_text,
            initial=list(before),
        )

    @property
    def stored(self) -> Any:
        return self.row.parameters if isinstance(self.row, Rule) and self.row.parameters else {}

    def parameters(self, cleaned: Mapping[str, Any]) -> dict[str, Any]:
        raise NotImplementedError

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not self.errors.keys() & {*self.places.values(), "sheet"}:
            self.checked(cleaned)
        return cleaned

    def checked(self, cleaned: dict[str, Any]) -> None:
        """Put what is wrong with the parameters beside the field it was typed in."""
        parameters = self.parameters(cleaned)
        try:
            check_rule(read_rule("new", self.kind, parameters), self.draft.groups)
        except InvalidParameters as error:
            name = error.place.split("[")[0]
            self.add_error(self.places.get(name, self.first_field), error.message)
        else:
            cleaned["parameters"] = parameters

    @property
    def kind(self) -> str:
        return self.row.kind if isinstance(self.row, Rule) else ""

    @property
    def first_field(self) -> str:
        return next(iter(self.places.values()))

    def values(self) -> dict[str, Any]:
        found = super().values()
        if "code" in self.fields and not found.get("code"):
            found["code"] = free_code(self.row, found["parameters"])
        return {**found, "kind": self.kind}

    def entry(self) -> dict[str, Any] | None:
        """The rule as a document has it, as far as it is typed; ``None`` until it can be checked."""
        parameters = self.cleaned_data.get("parameters")
        if parameters is None:
            return None
        dates = {
            name: day.isoformat() if (day := self.cleaned_data.get(name)) else None
            for name in ("valid_from", "valid_until")
        }
        code = (self.row.code if self.row.pk else self.cleaned_data.get("code")) or free_code(self.row, parameters)
        texts = {name: self.cleaned_data.get(name, "") for name in ("reason_en", "reason_zh", "owner")}
        return {"code": code, "kind": self.kind, "parameters": parameters, **texts, **dates}


class RequiresForm(RuleForm):
    places = {"if": "if_all", "any_of": "any_of"}

    def build(self) -> None:
        self.add_options("if_all", _("If all of these are picked"), self.stored.get("if", []))
        self.add_options("any_of", _("then one of these must be too"), self.stored.get("any_of", []))

    def parameters(self, cleaned: Mapping[str, Any]) -> dict[str, Any]:
        return {"if": cleaned["if_all"], "any_of": cleaned["any_of"]}


class ExcludesForm(RuleForm):
    places = {"options": "options"}

    def build(self) -> None:
        self.add_options("options", _("No two of these go together"), self.stored.get("options", []))

    def parameters(self, cleaned: Mapping[str, Any]) -> dict[str, Any]:
        return {"options": cleaned["options"]}


class CountForm(RuleForm):
    """At least or at most k of some options."""

    places = {"k": "k", "options": "options"}

    def build(self) -> None:
        label = _("At least") if self.kind == Rule.Kind.AT_LEAST else _("At most")
        self.fields["k"] = forms.IntegerField(label=label, min_value=0, max_value=1000, initial=self.stored.get("k", 1))
        self.add_options("options", _("of these options"), self.stored.get("options", []))

    def parameters(self, cleaned: Mapping[str, Any]) -> dict[str, Any]:
        return {"k": cleaned["k"], "options": cleaned["options"]}


class AvailableForm(RuleForm):
    places = {"option": "option", "markets": "markets", "from": "first", "until": "until"}

    def build(self) -> None:
        stored = self.stored
        self.fields["option"] = forms.ChoiceField(
            label=_("This option"),
            choices=[("", ""), *choices.options(self.draft.data)],
            widget=OnePicker(choices.others(self.draft.data)),
            initial=stored.get("option"),
        )
        codes = dict.fromkeys([*self.draft.data["markets"], *(stored.get("markets") or [])])
        self.fields["markets"] = ListField(
            label=_("is offered only in"),
            required=False,
            choices=[(code, f"{market_name(code)} · {code}") for code in codes],
            widget=forms.CheckboxSelectMultiple,
            before=tuple(stored.get("markets") or ()),
            initial=stored.get("markets"),
            help_text=_("none ticked: everywhere"),
        )
        self.fields["first"] = date_field(pgettext_lazy("period", "from"))
        self.fields["until"] = date_field(
            pgettext_lazy("period", "until"), _("the first day on which it is not offered any more")
        )
        self.fields["first"].initial, self.fields["until"].initial = stored.get("from"), stored.get("until")

    def parameters(self, cleaned: Mapping[str, Any]) -> dict[str, Any]:
        found: dict[str, Any] = {"option": cleaned["option"]}
        if cleaned["markets"]:
            found["markets"] = cleaned["markets"]
        for name, key in (("first", "from"), ("until", "until")):
            if cleaned[name]:
                found[key] = cleaned[name].isoformat()
        return found


class PriceRuleForm(DatedForm):
    fixed = ("code",)
    code = code_field(_("left empty, it is made from the options"))
    amount = YuanField(label=_("Amount in yuan"), help_text=_("negative for a discount"))
    label_en = text_field(_("Label (English)"), 120)
    label_zh = text_field(_("Label (Chinese)"), 120)
    field_order = ["picked", "missing", "amount", "label_en", "label_zh", "valid_from", "valid_until", "code"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "code" in self.fields:
            self.fields["code"].required = False
        when = self.row.when if isinstance(self.row, PriceRule) and self.row.when else []
        for name, label, before in (
            ("picked", _("When all of these are picked"), [code for code in when if not code.startswith("!")]),
            ("missing", _("and none of these is"), [code[1:] for code in when if code.startswith("!")]),
        ):
            self.fields[name] = ListField(
                label=label,
                required=False,
                choices=choices.options(self.draft.data),
                before=tuple(before),
                widget=Picker(choices.others(self.draft.data)),
                initial=before,
            )
        self.order_fields(self.field_order)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        picked, missing = cleaned.get("picked", []), cleaned.get("missing", [])
        if twice := set(picked) & set(missing):
            self.add_error("missing", _("Picked and not picked: %(codes)s.") % {"codes": ", ".join(sorted(twice))})
        elif not self.errors.keys() & {"picked", "missing"}:
            when = [*picked, *(f"!{code}" for code in missing)]
            try:
                check_when(when, self.draft.groups)
            except InvalidParameters:
                self.add_error("picked", _("Choose at least one option."))
            cleaned["when"] = when
        return cleaned

    def values(self) -> dict[str, Any]:
        found = super().values()
        if "code" in self.fields and not found.get("code"):
            found["code"] = free_code(self.row, {"options": [code.removeprefix("!") for code in found["when"]]})
        return found


def free_code(row: Row, parameters: Mapping[str, Any]) -> str:
    """A code that says what the rule is about and that no other one of the car has."""
    named = [*_some(parameters, "if"), *_some(parameters, "any_of"), *_some(parameters, "options")]
    named += [parameters["option"]] if parameters.get("option") else []
    named += _some(parameters, "groups")
    stem = "-".join(named[:2])[:34].strip("-") or "rule"
    same = rows_of(type(row), row.configurator_id).filter(code__startswith=stem)
    taken = set(same.values_list("code", flat=True))
    return next(code for n in range(1, len(taken) + 2) if (code := stem if n == 1 else f"{stem}-{n}") not in taken)


def _some(parameters: Mapping[str, Any], name: str) -> list[str]:
    value = parameters.get(name)
    return list(value) if isinstance(value, list) else []
