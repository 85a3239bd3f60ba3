"""One typed form for each kind of row. ``values`` is what a service writes; nobody types JSON."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from apps.configurator.editor import choices
from apps.configurator.editor.choices import ListField, OnePicker, Picker
from apps.configurator.models import CODE, COLOUR, Option, OptionGroup, PriceRule, Rule
from apps.configurator.rules import InvalidParameters, check_rule, check_when, read_rule
from apps.configurator.screen import market_name
from apps.configurator.services.drafts import Draft, Row

FEN = 100
MOST_YUAN = 10**9


class RowForm(forms.Form):
    """``row`` is what stands there (new: not saved yet); ``seen`` its mark when the form was opened."""

    fixed: ClassVar[tuple[str, ...]] = ()
    """Fields that only a new row has: other rows know it by them."""

    def __init__(self, draft: Draft, row: Row, data: Any = None, files: Any = None, **kwargs: Any) -> None:
        self.draft, self.row = draft, row
        super().__init__(data, files, initial=self.initial_of(row), **kwargs)
        if row.pk is not None:
            for name in self.fixed:
                self.fields.pop(name, None)

    def initial_of(self, row: Any) -> dict[str, Any]:
        return {name: getattr(row, name) for name in self.base_fields if hasattr(row, name)}

    def values(self) -> dict[str, Any]:
        """Field names of the row and what to write there; call it on a valid form."""
        return {name: value for name, value in self.cleaned_data.items() if hasattr(self.row, name)}

    def clean_code(self) -> str:
        code: str = self.cleaned_data["code"]
        rows = type(self.row)._default_manager.filter(configurator_id=self.row.configurator_id, code=code)
        if code and rows.exclude(pk=self.row.pk).exists():
            raise ValidationError(_("There is one with this code already."))
        return code


def _code(help_text: Any = "") -> forms.CharField:
    return forms.CharField(label=_("Code"), max_length=40, validators=[CODE], help_text=help_text)


def _text(label: Any, length: int, *, required: bool = True, long: bool = False) -> forms.CharField:
    widget = forms.Textarea(attrs={"rows": 2}) if long else forms.TextInput()
    return forms.CharField(label=label, max_length=length, required=required, widget=widget)


def _date(label: Any, help_text: Any = "") -> forms.DateField:
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(label=label, required=False, widget=widget, help_text=help_text, input_formats=["%Y-%m-%d"])


class YuanField(forms.DecimalField):
    """Yuan as people type them, fen as they are kept."""

    def __init__(self, *, least: int = -MOST_YUAN, **kwargs: Any) -> None:
        super().__init__(max_value=MOST_YUAN, min_value=least, decimal_places=2, max_digits=14, **kwargs)
        self.widget.attrs["inputmode"] = "decimal"

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, int):
            return f"{Decimal(value) / FEN:f}" if value % FEN else str(value // FEN)
        return value

    def clean(self, value: Any) -> int | None:
        amount = super().clean(str(value).replace(",", "").replace("，", "").strip() if value is not None else value)
        return None if amount is None else int(amount * FEN)


class DatedForm(RowForm):
    """Half-open dates: valid from the first day until, not including, the last."""

    valid_from = _date(_("Valid from"))
    valid_until = _date(_("Valid until"), _("the first day on which it is not valid any more"))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        first, last = cleaned.get("valid_from"), cleaned.get("valid_until")
        if first and last and first >= last:
            self.add_error("valid_until", _("The end lies after the beginning."))
        return cleaned


class RuleForm(DatedForm):
    """What all kinds of rules have; ``parameters`` is what each has of its own."""

    fixed = ("code",)
    code = _code(_("left empty, it is made from the options"))
    reason_en = _text(_("Reason (English)"), 200)
    reason_zh = _text(_("Reason (Chinese)"), 200)
    owner = _text(_("Owner"), 80)
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
        self.fields["first"] = _date(_("from"))
        self.fields["until"] = _date(_("until"), _("the first day on which it is not offered any more"))
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
    code = _code(_("left empty, it is made from the options"))
    amount = YuanField(label=_("Amount in yuan"), help_text=_("negative for a discount"))
    label_en = _text(_("Label (English)"), 120)
    label_zh = _text(_("Label (Chinese)"), 120)
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


class OptionForm(RowForm):
    fixed = ("code",)
    code = _code(_("in addresses and rules; it cannot be changed later"))
    name_en = _text(_("Name (English)"), 120)
    name_zh = _text(_("Name (Chinese)"), 120)
    price = YuanField(label=_("Price in yuan"), help_text=_("once; negative for what is left out"))
    standard = forms.BooleanField(label=_("Part of the car as it is advertised"), required=False)
    description_en = _text(_("Description (English)"), 300, required=False, long=True)
    description_zh = _text(_("Description (Chinese)"), 300, required=False, long=True)
    colour = forms.CharField(
        label=_("Swatch colour"), max_length=7, required=False, validators=[COLOUR], help_text=_("such as #2f6b60")
    )
    position = forms.IntegerField(label=_("Position"), min_value=0, max_value=32_000, required=False)
    field_order = ["group"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        groups = OptionGroup.objects.filter(configurator_id=self.row.configurator_id)
        self.fields["group"] = forms.ModelChoiceField(groups, label=_("Group"), empty_label=None)
        self.fields["group"].label_from_instance = lambda group: group.name  # type: ignore[attr-defined]
        if isinstance(self.row, Option) and self.row.group_id:
            self.fields["group"].initial = self.row.group_id
        self.order_fields(self.field_order)

    def initial_of(self, row: Any) -> dict[str, Any]:
        return {name: getattr(row, name) for name in self.base_fields}

    def clean_position(self) -> int:
        return self.cleaned_data["position"] or 0


class GroupForm(RowForm):
    fixed = ("code",)
    code = _code(_("in addresses and tables; it cannot be changed later"))
    name_en = _text(_("Name (English)"), 80)
    name_zh = _text(_("Name (Chinese)"), 80)
    pick = forms.ChoiceField(label=_("How many are picked"), choices=OptionGroup.Pick, widget=forms.RadioSelect)
    position = forms.IntegerField(label=_("Position"), min_value=0, max_value=32_000, required=False)

    def clean_position(self) -> int:
        return self.cleaned_data["position"] or 0


def free_code(row: Row, parameters: Mapping[str, Any]) -> str:
    """A code that says what the rule is about and that no other one of the car has."""
    named = [*_some(parameters, "if"), *_some(parameters, "any_of"), *_some(parameters, "options")]
    named += [parameters["option"]] if parameters.get("option") else []
    named += _some(parameters, "groups")
    stem = "-".join(named[:2])[:34].strip("-") or "rule"
    taken = set(
        type(row)
        ._default_manager.filter(configurator_id=row.configurator_id, code__startswith=stem)
        .values_list("code", flat=True)
    )
    return next(code for n in range(1, len(taken) + 2) if (code := stem if n == 1 else f"{stem}-{n}") not in taken)


def _some(parameters: Mapping[str, Any], name: str) -> list[str]:
    value = parameters.get(name)
    return list(value) if isinstance(value, list) else []
