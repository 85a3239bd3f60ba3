"""What all forms of the workspace have: a row, what stands in it, what a service writes."""

from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from apps.configurator.models import CODE
from apps.configurator.services.drafts import FIELDS, Draft, Row, rows_of


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
        return {name: value for name, value in self.cleaned_data.items() if name in FIELDS[type(self.row)]}

    def clean_code(self) -> str:
        code: str = self.cleaned_data["code"]
        rows = rows_of(type(self.row), self.row.configurator_id).filter(code=code)
        if code and rows.exclude(pk=self.row.pk).exists():
            raise ValidationError(_("There is one with this code already."))
        return code


def code_field(help_text: Any = "") -> forms.CharField:
    return forms.CharField(label=_("Code"), max_length=40, validators=[CODE], help_text=help_text)


def text_field(label: Any, length: int, *, required: bool = True, long: bool = False) -> forms.CharField:
    widget = forms.Textarea(attrs={"rows": 2}) if long else forms.TextInput()
    return forms.CharField(label=label, max_length=length, required=required, widget=widget)


def date_field(label: Any, help_text: Any = "") -> forms.DateField:
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(label=label, required=False, widget=widget, help_text=help_text, input_formats=["%Y-%m-%d"])
