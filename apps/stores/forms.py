"""What the pages of the stores ask for."""

import re
from datetime import datetime
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from unfold.widgets import UnfoldAdminTextareaWidget

from apps.stores.errors import BadHours, BadPlace
from apps.stores.hours import parse, text
from apps.stores.kinds import Kind, Service
from apps.stores.models import Store
from apps.stores.search import Place, Search
from apps.stores.services import Contact
from apps.stores.services.network import ranges

_PHONE = re.compile(r"^\+?[0-9][0-9 -]{5,18}$")


class FindForm(forms.Form):
    """The question of the page that finds stores; what cannot be read is left out."""

    q = forms.CharField(label=_("City, district or store"), max_length=60, required=False)
    near = forms.CharField(required=False, widget=forms.HiddenInput)
    kind = forms.ChoiceField(label=_("Kind of store"), required=False, choices=[("", _("All kinds")), *Kind.choices])
    service = forms.ChoiceField(label=_("Service"), required=False, choices=[("", _("All services")), *Service.choices])
    open_now = forms.BooleanField(label=_("Open now"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["q"].widget.attrs |= {
            "placeholder": _("City, district or store"), "class": "input", "type": "search", "autocomplete": "off",
        }  # fmt: skip

    def clean_near(self) -> Place | None:
        given = self.cleaned_data["near"]
        try:
            return Place.parse(given) if given else None
        except BadPlace as error:
            raise forms.ValidationError(str(error), code=error.code) from error

    def search(self, now: datetime | None = None) -> Search:
        """The question, typed. Words win over a position: they are what the visitor wrote last."""
        self.is_valid()
        given = self.cleaned_data
        found = Search(
            kind=given.get("kind", ""),
            service=given.get("service", ""),
            open_at=(now or timezone.now()) if given.get("open_now") else None,
            place=given.get("near"),
        )
        return found.located(given["q"]) if given.get("q") else found


class BookForm(forms.Form):
    """A time and how to reach the customer."""

    starts_at = forms.CharField(widget=forms.HiddenInput, error_messages={"required": _("Please choose a time.")})
    name = forms.CharField(
        label=pgettext_lazy("person", "Name"), max_length=100, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    phone = forms.CharField(
        label=_("Phone"),
        max_length=20,
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "tel", "inputmode": "tel"}),
    )
    email = forms.EmailField(
        label=_("E-mail"), required=False, widget=forms.EmailInput(attrs={"autocomplete": "email"})
    )
    note = forms.CharField(
        label=_("Anything we should know"), max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )

    def clean_starts_at(self) -> datetime:
        return read_moment(self.cleaned_data["starts_at"])

    def clean_phone(self) -> str:
        phone: str = self.cleaned_data["phone"].strip()
        if not _PHONE.match(phone):
            raise forms.ValidationError(_("A phone number has 6 to 19 digits."), code="bad_phone")
        return phone

    def contact(self) -> Contact:
        given = self.cleaned_data
        return Contact(name=given["name"], phone=given["phone"], email=given["email"], note=given["note"])


class MoveForm(forms.Form):
    """Another time."""

    starts_at = forms.CharField(error_messages={"required": _("Please choose a time.")})

    def clean_starts_at(self) -> datetime:
        return read_moment(self.cleaned_data["starts_at"])


def read_moment(given: str) -> datetime:
    """An ISO 8601 time with its zone."""
    try:
        moment = datetime.fromisoformat(given)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise forms.ValidationError(_("Please choose a time."), code="invalid")
    return moment


class StoreAdminForm(forms.ModelForm):  # type: ignore[type-arg]
    """The back office writes opening hours as people do."""

    opening = forms.CharField(
        label=_("Opening hours"),
        required=False,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 2}),
        help_text=_("Such as “Mon-Fri 09:00-18:00; Sat 10:00-16:00”; 26:00 is two o'clock at night."),
    )

    class Meta:
        model = Store
        fields = [
            "code",
            "kind",
            "name_en",
            "name_zh",
            "city",
            "province",
            "district_en",
            "district_zh",
            "address_en",
            "address_zh",
            "phone",
            "latitude",
            "longitude",
            "time_zone",
            "confirms_at_once",
            "is_active",
        ]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.initial["opening"] = text(self.instance.spans)

    def clean_opening(self) -> list[Any]:
        try:
            return list(ranges(parse(self.cleaned_data["opening"])))
        except ValueError as error:
            raise forms.ValidationError(str(BadHours.message), code=BadHours.code) from error

    def save(self, commit: bool = True) -> Store:  # noqa: FBT001, FBT002  Django's signature
        self.instance.hours = self.cleaned_data["opening"]
        store: Store = super().save(commit)
        return store
