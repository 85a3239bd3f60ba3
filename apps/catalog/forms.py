"""The back office's form for a new version of a spec sheet: one field for every value the registry knows."""

from collections.abc import Iterator
from typing import Any

from django import forms
from django.utils.text import format_lazy
from unfold.widgets import UnfoldAdminDecimalFieldWidget, UnfoldAdminTextInputWidget

from apps.catalog.errors import UnknownSpec, WrongSpecValue
from apps.catalog.models import SpecSheet, SpecValue
from apps.catalog.services import SpecEntry, check_entries
from apps.catalog.specs import DEFINITIONS, GROUPS, Cycle, Kind, SpecDefinition

LANGUAGES = {"en": "English", "zh": "中文"}


def field_names(definition: SpecDefinition) -> list[str]:
    """The form's fields for one definition: one for each cycle, or one for each language of a text."""
    if definition.kind is Kind.TEXT:
        return [f"{definition.key}:{language}" for language in LANGUAGES]
    return [f"{definition.key}:{cycle}" for cycle in Cycle.values] if definition.by_cycle else [f"{definition.key}:"]


def _fields() -> Iterator[tuple[str, forms.Field]]:
    for definition in DEFINITIONS:
        for name in field_names(definition):
            suffix = name.partition(":")[2]
            label: Any = (
                format_lazy("{} {}", definition.label, LANGUAGES.get(suffix, suffix)) if suffix else definition.label
            )
            if definition.kind is Kind.TEXT:
                yield (
                    name,
                    forms.CharField(label=label, required=False, max_length=120, widget=UnfoldAdminTextInputWidget),
                )
            else:
                widget = UnfoldAdminDecimalFieldWidget
                yield (
                    name,
                    forms.DecimalField(
                        label=label,
                        required=False,
                        max_digits=12,
                        decimal_places=3,
                        help_text=definition.unit,
                        widget=widget,
                    ),
                )


class _SpecSheetForm(forms.ModelForm):  # type: ignore[type-arg]  # not subscriptable at run time
    class Meta:
        model = SpecSheet
        fields = ["trim", "note"]

    def entries(self) -> list[SpecEntry]:
        """What was filled in, ready to publish."""
        found = []
        for definition in DEFINITIONS:
            given = {name.partition(":")[2]: self.cleaned_data.get(name) for name in field_names(definition)}
            if definition.kind is Kind.TEXT:
                if any(given.values()):
                    found.append(SpecEntry(definition.key, text_en=given["en"] or "", text_zh=given["zh"] or ""))
            else:
                found += [SpecEntry(definition.key, n, cycle=cycle) for cycle, n in given.items() if n is not None]
        return found

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        try:
            check_entries(self.entries())
        except (UnknownSpec, WrongSpecValue) as error:
            raise forms.ValidationError(str(error)) from error
        return data


# The fields are declared on the class, because the admin asks the class for them.
SpecSheetForm: type[_SpecSheetForm] = type("SpecSheetForm", (_SpecSheetForm,), dict(_fields()))


def spec_fieldsets() -> list[tuple[Any, dict[str, Any]]]:
    """Fieldsets of the admin's form: the trim, then a group each."""
    rows: list[tuple[Any, dict[str, Any]]] = [(None, {"fields": ["trim", "note"]})]
    for group in GROUPS:
        names = [tuple(field_names(one)) for one in DEFINITIONS if one.group == group.key]
        rows.append((group.label, {"fields": names}))
    return rows


def initial_of(values: "list[SpecValue]") -> dict[str, Any]:
    """A sheet's values as the form's initial data."""
    data: dict[str, Any] = {}
    for value in values:
        if value.number is None:
            data |= {f"{value.key}:en": value.text_en, f"{value.key}:zh": value.text_zh}
        else:
            data[f"{value.key}:{value.cycle}"] = f"{value.number.normalize():f}"
    return data
