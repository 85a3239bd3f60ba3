"""What the filters of the pages may hold; anything else is ignored, so that no link is ever broken."""

from django import forms
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminIntegerFieldWidget, UnfoldAdminTextInputWidget

from apps.bundles.models import Accessory, Cover, SizeClass

SORTS = [
    ("", _("Recommended")),
    ("price", _("Price, low to high")),
    ("-price", _("Price, high to low")),
    ("name", _("By name")),
]


class _Filter(forms.Form):
    def values(self) -> dict[str, str]:
        """Every field's value, empty where it was missing or makes no sense."""
        self.is_valid()
        return {name: self.cleaned_data.get(name, "") or "" for name in self.fields}


class CoverFilter(_Filter):
    size = forms.ChoiceField(choices=SizeClass, required=False)
    material = forms.ChoiceField(choices=Cover.Material, required=False)
    coverage = forms.ChoiceField(choices=Cover.Coverage, required=False)


class AccessoryFilter(_Filter):
    q = forms.CharField(max_length=100, required=False)
    category = forms.ChoiceField(choices=Accessory.Category, required=False)
    sort = forms.ChoiceField(choices=SORTS, required=False)


class AdjustmentForm(forms.Form):
    """A change of stock in the back office."""

    change = forms.IntegerField(
        label=_("Units more or fewer"),
        help_text=_("10 for a delivery, -3 for a loss."),
        min_value=-1_000_000,
        max_value=1_000_000,
        widget=UnfoldAdminIntegerFieldWidget,
    )
    reason = forms.CharField(label=_("Reason"), max_length=200, widget=UnfoldAdminTextInputWidget)
