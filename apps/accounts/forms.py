"""The account's forms: parsing and validation of one page each."""

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from apps.accounts.models import Address, ApiToken, User, valid_phone
from apps.accounts.services import AddressDetails


class ProfileForm(forms.Form):
    name = forms.CharField(
        label=pgettext_lazy("person", "Name"),
        max_length=100,
        required=False,
        widget=forms.TextInput({"autocomplete": "name"}),
    )
    phone = forms.CharField(
        label=_("Mobile phone"),
        max_length=20,
        required=False,
        validators=[valid_phone],
        widget=forms.TextInput({"autocomplete": "tel", "inputmode": "tel", "type": "tel"}),
    )
    language = forms.ChoiceField(
        label=_("Language"), choices=settings.LANGUAGES, help_text=_("The one our mails are written in.")
    )

    @classmethod
    def of(cls, user: User) -> "ProfileForm":
        return cls(initial={"name": user.name, "phone": user.phone, "language": user.language})


class AddressForm(forms.Form):
    recipient = forms.CharField(
        label=_("Recipient"), max_length=100, widget=forms.TextInput({"autocomplete": "shipping name"})
    )
    phone = forms.CharField(
        label=_("Mobile phone"),
        max_length=20,
        validators=[valid_phone],
        widget=forms.TextInput({"autocomplete": "shipping tel", "inputmode": "tel", "type": "tel"}),
    )
    province = forms.CharField(
        label=_("Province"), max_length=60, widget=forms.TextInput({"autocomplete": "shipping address-level1"})
    )
    city = forms.CharField(
        label=_("City"), max_length=60, widget=forms.TextInput({"autocomplete": "shipping address-level2"})
    )
    street = forms.CharField(
        label=_("Street, building, room"),
        max_length=200,
        widget=forms.TextInput({"autocomplete": "shipping street-address"}),
    )
    postcode = forms.CharField(
        label=_("Postcode"),
        max_length=10,
        required=False,
        widget=forms.TextInput({"autocomplete": "shipping postal-code", "inputmode": "numeric"}),
    )
    is_default = forms.BooleanField(label=_("Propose this address first"), required=False)

    @classmethod
    def of(cls, address: Address) -> "AddressForm":
        names = (*AddressDetails.__slots__, "is_default")
        return cls(initial={name: getattr(address, name) for name in names})

    def details(self) -> AddressDetails:
        return AddressDetails(**{name: self.cleaned_data[name] for name in AddressDetails.__slots__})


class TokenForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=60, help_text=_("What it is for, such as: stock sync"))
    scope = forms.ChoiceField(label=_("Rights"), choices=ApiToken.Scope.choices, initial=ApiToken.Scope.READ)
    days = forms.TypedChoiceField(
        label=_("Valid for"),
        coerce=int,
        choices=[(30, _("30 days")), (90, _("90 days")), (365, _("One year")), (0, _("Until revoked"))],
        initial=90,
    )

    def expires_at(self) -> datetime | None:
        days: Any = self.cleaned_data["days"]
        return timezone.now() + timedelta(days=days) if days else None
