"""What people of the network enter in the back office."""

from datetime import timedelta
from typing import Any

from django import forms
from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget, UnfoldAdminDateWidget

from apps.stores.kinds import Service
from apps.stores.models import Bay, Closure


class BayForm(forms.ModelForm):  # type: ignore[type-arg]  # generic in the stubs alone
    """What is done in a bay is ticked, not typed."""

    services = forms.MultipleChoiceField(
        label=pgettext_lazy("bay", "Services"), choices=Service, widget=UnfoldAdminCheckboxSelectMultipleWidget
    )

    class Meta:
        model = Bay
        fields = ("store", "number", "services", "is_active")


class ClosureForm(forms.ModelForm):  # type: ignore[type-arg]  # generic in the stubs alone
    """A closure is entered as its first and its last day; the row has a half-open range."""

    first_day = forms.DateField(label=_("First day"), widget=UnfoldAdminDateWidget)
    last_day = forms.DateField(label=_("Last day"), widget=UnfoldAdminDateWidget)

    class Meta:
        model = Closure
        fields = ("store", "reason_en", "reason_zh")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.initial.update(first_day=self.instance.first_day, last_day=self.instance.last_day)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        first, last = cleaned.get("first_day"), cleaned.get("last_day")
        if first and last and last < first:
            self.add_error("last_day", _("The last day comes before the first."))
        elif first and last:
            self.instance.days = DateRange(first, last + timedelta(days=1))
        return cleaned
