"""The back office's form for a new version of a spec sheet: one field for every value the registry knows."""

from collections.abc import Iterator
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.text import format_lazy
from unfold.widgets import UnfoldAdminDecimalFieldWidget, UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from apps.catalog.errors import PictureShowsMore, UnknownSpec, WrongSpecValue
from apps.catalog.models import SpecSheet, SpecValue, Trim
from apps.catalog.services import SpecEntry, check_entries, check_picture, check_pictures
from apps.catalog.specs import DEFINITIONS, GROUPS, Cycle, Kind, SpecDefinition

LANGUAGES = {"en": "English", "zh": "中文"}


def field_names(definition: SpecDefinition) -> list[str]:
    """The form's fields for one definition: one for each cycle, or one for each language of a text that is free."""
    if definition.choices:
        return [f"{definition.key}:"]
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
            if definition.choices:
                yield name, _choice(definition)
            elif definition.kind is Kind.TEXT:
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


def _choice(definition: SpecDefinition) -> forms.ChoiceField:
    choices = [("", "–"), *((code, " · ".join(names)) for code, names in definition.choices.items())]
    label: Any = definition.label
    return forms.ChoiceField(label=label, required=False, choices=choices, widget=UnfoldAdminSelectWidget)


class _SpecSheetForm(forms.ModelForm):  # type: ignore[type-arg]  # not subscriptable at run time
    class Meta:
        model = SpecSheet
        fields = ["trim", "note"]

    def entries(self) -> list[SpecEntry]:
        """What was filled in, ready to publish."""
        found = []
        for definition in DEFINITIONS:
            given = {name.partition(":")[2]: self.cleaned_data.get(name) for name in field_names(definition)}
            if definition.choices:
                if code := given[""]:
                    text_en, text_zh = definition.choices[code]
                    found.append(SpecEntry(definition.key, text_en=text_en, text_zh=text_zh))
            elif definition.kind is Kind.TEXT:
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
        if trim := data.get("trim"):
            try:
                check_picture(image=trim.car_model.image, trim=trim.code, entries=self.entries())
            except PictureShowsMore as error:
                self.add_error(f"{error.field}:", str(error))
        return data


# The fields are declared on the class, because the admin asks the class for them.
SpecSheetForm: type[_SpecSheetForm] = type("SpecSheetForm", (_SpecSheetForm,), dict(_fields()))


class CarModelForm(forms.ModelForm):  # type: ignore[type-arg]
    """A car's picture must not show what one of its trims on sale does not have."""

    def clean_image(self) -> str:
        image: str = self.cleaned_data["image"]
        if self.instance.pk is not None:
            _hold_against(image, Trim.objects.filter(car_model=self.instance, on_sale=True))
        return image


class TrimForm(forms.ModelForm):  # type: ignore[type-arg]
    """A trim comes on sale once it has what its car's picture shows."""

    def clean_on_sale(self) -> bool:
        on_sale: bool = self.cleaned_data["on_sale"]
        # Beside its car, the trim's form has no field for it.
        car_model = self.cleaned_data.get("car_model") or getattr(self.instance, "car_model", None)
        if on_sale and car_model is not None:
            _hold_against(car_model.image, Trim.objects.filter(pk=self.instance.pk), self.cleaned_data.get("code", ""))
        return on_sale


def _hold_against(image: str, trims: QuerySet[Trim], fresh: str = "") -> None:
    """Hold a picture against trims, or against one of this code that is not stored yet and has no sheet."""
    try:
        if fresh and not trims.exists():
            check_picture(image=image, trim=fresh, entries=())
        check_pictures(image=image, trims=trims)
    except PictureShowsMore as error:
        raise forms.ValidationError(str(error), code=error.code) from error


def spec_fieldsets() -> list[tuple[Any, dict[str, Any]]]:
    """Fieldsets of the admin's form: the trim, then a group each."""
    rows: list[tuple[Any, dict[str, Any]]] = [(None, {"fields": ["trim", "note"]})]
    for group in GROUPS:
        names = [tuple(field_names(one)) for one in DEFINITIONS if one.group == group.key]
        rows.append((group.label, {"fields": names}))
    return rows


def initial_of(values: list[SpecValue]) -> dict[str, Any]:
    """A sheet's values as the form's initial data."""
    data: dict[str, Any] = {}
    for value in values:
        if value.definition.choices:
            data[f"{value.key}:"] = value.definition.code_of(value.text_en) or ""
        elif value.number is None:
            data |= {f"{value.key}:en": value.text_en, f"{value.key}:zh": value.text_zh}
        else:
            data[f"{value.key}:{value.cycle}"] = f"{value.number.normalize():f}"
    return data
