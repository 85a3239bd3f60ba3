"""Parsing of the small forms beside the configurator."""

from django import forms
from django.utils.translation import gettext_lazy as _


class CostForm(forms.Form):
    """How long and how far the visitor will drive."""

    years = forms.IntegerField(label=_("Years"), min_value=1, max_value=15, initial=5)
    kilometres = forms.IntegerField(
        label=_("Kilometres a year"), min_value=0, max_value=200_000, initial=15_000, step_size=500
    )

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        for field in self.fields.values():
            field.widget.attrs |= {"class": "input", "inputmode": "numeric"}


class CodeForm(forms.Form):
    """A build's code as somebody typed it; ``codes.read_code`` judges it."""

    code = forms.CharField(
        label=_("Build code"),
        max_length=20,
        widget=forms.TextInput(
            attrs={"class": "input", "autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}
        ),
    )


class NameForm(forms.Form):
    """What somebody calls an own build."""

    name = forms.CharField(max_length=60, required=False, strip=True)
