"""What visitors type on the pages of buying and tracking: parsing and field validation, nothing else."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from apps.accounts.models import User, valid_phone
from apps.orders.identifiers import is_uscc
from apps.orders.models import Order
from apps.orders.terms import CHECKLIST
from apps.stores.models import City, Store

# How many stores are offered at once.
NEAREST = 8
CHECKS = {
    "paint": _("Paint and film without a scratch"),
    "glass": _("Glass, lamps and mirrors whole"),
    "tyres": _("Tyres and wheels in order"),
    "interior": _("Seats and trim clean and as ordered"),
    "charging": _("Charging works, cable in the car"),
    "documents": _("Certificate, invoice and manual handed over"),
    "keys": _("All keys handed over"),
    "software": _("Software up to date, account moved to you"),
}


class AddForm(forms.Form):
    """One thing for the basket: a configured car by its code, everything else by its SKU."""

    kind = forms.CharField(max_length=20)
    build = forms.CharField(max_length=20, required=False)
    sku = forms.CharField(max_length=60, required=False)
    quantity = forms.IntegerField(min_value=1, max_value=99, required=False)
    replace = forms.BooleanField(required=False)

    def clean_quantity(self) -> int:
        return self.cleaned_data["quantity"] or 1

    def line(self) -> dict[str, Any]:
        """What ``services.add_line`` takes."""
        return {name: self.cleaned_data[name] for name in ("kind", "build", "sku", "quantity")}

    def error_text(self) -> str:
        return " ".join(str(error) for errors in self.errors.values() for error in errors)


class QuantityForm(forms.Form):
    quantity = forms.IntegerField(label=_("Quantity"), min_value=0, max_value=99)

    def error_text(self) -> str:
        return " ".join(str(error) for errors in self.errors.values() for error in errors)


class JoinForm(forms.Form):
    email = forms.EmailField(
        label=_("E-mail"),
        help_text=_("The offer goes there."),
        widget=forms.EmailInput({"autocomplete": "email"}),
    )


class CodeForm(forms.Form):
    code = forms.CharField(
        label=pgettext_lazy("campaign", "Code"),
        max_length=40,
        widget=forms.TextInput({"autocomplete": "off", "spellcheck": "false"}),
    )


class CheckoutForm(forms.Form):
    """Everything a buyer says, on one page. ``stores`` are those offered for delivery."""

    name = forms.CharField(label=_("Full name"), max_length=100, widget=forms.TextInput({"autocomplete": "name"}))
    phone = forms.CharField(
        label=_("Mobile phone"),
        max_length=20,
        validators=[valid_phone],
        widget=forms.TextInput({"autocomplete": "tel", "inputmode": "tel", "type": "tel"}),
    )
    email = forms.EmailField(
        label=_("E-mail"),
        help_text=_("The confirmation and the link to follow your order go there."),
        widget=forms.EmailInput({"autocomplete": "email"}),
    )
    city = forms.ModelChoiceField(
        label=_("City"),
        queryset=City.objects.none(),
        to_field_name="slug",
        empty_label=pgettext_lazy("empty choice", "Choose"),
        help_text=_("Where the invoice is issued and the car is registered; local subsidies depend on it."),
    )
    delivery_store = forms.ModelChoiceField(
        label=_("Collect from"),
        queryset=Store.objects.none(),
        to_field_name="code",
        empty_label=None,
        widget=forms.RadioSelect,
        error_messages={
            "required": _("Choose a store."),
            "invalid_choice": _("This store does not hand over cars. Choose another one."),
        },
    )
    invoice_kind = forms.ChoiceField(
        label=_("Invoice for"),
        choices=[("personal", _("A person")), ("company", pgettext_lazy("invoice", "A company"))],
        initial="personal",
        widget=forms.RadioSelect,
    )
    invoice_title = forms.CharField(
        label=_("Name on the invoice"),
        max_length=120,
        required=False,
        help_text=_("Left empty, your own name stands there."),
    )
    tax_number = forms.CharField(
        label=_("Tax number of the company"),
        max_length=18,
        required=False,
        help_text=_("The unified social credit code: 18 digits and capital letters."),
        widget=forms.TextInput({"autocomplete": "off", "spellcheck": "false"}),
    )
    payment_plan = forms.ChoiceField(
        label=_("How you pay"),
        choices=[("deposit", _("Deposit now, the rest before hand-over")), ("full", _("Everything now"))],
        initial="deposit",
        widget=forms.RadioSelect,
    )
    accept_terms = forms.BooleanField(
        label=_("I have read the order terms and what renting a battery costs, where I rent one."),
        error_messages={"required": _("Without your consent to the terms there is no order.")},
    )
    build_month = forms.ChoiceField(
        label=_("Built in"),
        required=False,
        help_text=_("The maker gives us so many cars a month. A later month is delivered later."),
    )
    key = forms.CharField(max_length=64, required=False, widget=forms.HiddenInput)
    quoted = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(
        self, data: Mapping[str, Any] | None = None, *, has_car: bool = True, months: Sequence[Any] = (), **rest: Any
    ) -> None:
        super().__init__(data, **rest)
        month: Any = self.fields["build_month"]
        month.choices = [(one.key, one.label) for one in months if one.free > 0]
        self.has_months = bool(month.choices)
        # Goods are sent; only a car is handed over at a store.
        self.fields["delivery_store"].required = has_car
        self.fields["city"].queryset = City.objects.order_by("-population", "pk")  # type: ignore[attr-defined]
        self.fields["city"].widget.attrs |= {
            "hx-get": reverse("orders:stores"),
            "hx-trigger": "change",
            "hx-target": "#stores",
            "hx-swap": "outerHTML",
            "hx-include": "closest form",
        }
        # Any store that hands over cars is accepted; only the nearest are shown.
        self.fields["delivery_store"].queryset = delivery_stores()  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        number = str(cleaned.get("tax_number") or "").strip().upper()
        if cleaned.get("invoice_kind") != "company":
            # What stands in a hidden field is not meant.
            return cleaned | {
                "tax_number": "",
                "invoice_title": cleaned.get("invoice_title") or cleaned.get("name", ""),
            }
        cleaned["tax_number"] = number
        if not cleaned.get("invoice_title"):
            self.add_error("invoice_title", _("Enter the company's name."))
        if not number:
            self.add_error("tax_number", _("Enter the company's tax number."))
        elif not is_uscc(number):
            self.add_error("tax_number", _("This is not a valid unified social credit code."))
        return cleaned


def delivery_stores() -> Any:
    """Stores that hand over cars, with what a line about one shows."""
    return Store.objects.active().offering("delivery").select_related("city")


def first_details(user: User | None) -> dict[str, Any]:
    """What we know already of a signed-in buyer."""
    return {"name": user.name, "phone": user.phone, "email": user.email} if user else {}


class FindForm(forms.Form):
    """An order's number and the e-mail it was placed with."""

    number = forms.CharField(
        label=_("Order number"), max_length=40, widget=forms.TextInput({"autocomplete": "off", "spellcheck": "false"})
    )
    email = forms.EmailField(label=_("E-mail"), widget=forms.EmailInput({"autocomplete": "email"}))


class SignForm(forms.Form):
    signature = forms.CharField(
        label=_("Your full name, as on your ID"), max_length=100, widget=forms.TextInput({"autocomplete": "name"})
    )
    accept_fees = forms.BooleanField(
        label=_("I accept the table of fees above."), error_messages={"required": _("Please accept the table of fees.")}
    )
    id_consent = forms.BooleanField(
        label=_("I agree that my ID is checked for the contract and the number plate."),
        error_messages={"required": _("Without this consent the contract cannot be made.")},
    )


class ChangeForm(forms.Form):
    """Another build for an order, and how many of its lines (``quantity_<position>``). The hidden fields are what was seen."""

    build = forms.CharField(
        label=_("Build code"),
        max_length=20,
        required=False,
        help_text=_("Of a car that you saved in the configurator."),
        widget=forms.TextInput({"autocomplete": "off", "spellcheck": "false"}),
    )
    quoted = forms.IntegerField(required=False, min_value=0, max_value=2**62, widget=forms.HiddenInput)
    month = forms.CharField(max_length=7, required=False, widget=forms.HiddenInput)
    version = forms.IntegerField(required=False, min_value=0, max_value=2**31, widget=forms.HiddenInput)
    key = forms.CharField(max_length=64, required=False, widget=forms.HiddenInput)

    @property
    def build_asked(self) -> str:
        return str(self.data.get("build", "")).strip()[:20]

    def quantities(self, order: Order) -> dict[int, int]:
        """What was typed for lines that the order has; nonsense is none."""
        typed = {line.position: str(self.data.get(f"quantity_{line.position}", "")) for line in order.lines.all()}
        return {position: int(text) for position, text in typed.items() if text.isdecimal() and len(text) < 5}

    def is_asking(self, order: Order) -> bool:
        return bool(self.build_asked or self.quantities(order))

    def wish(self, order: Order) -> dict[str, Any]:
        """What ``services.change`` shall make of the order."""
        return {"build": self.build_asked, "quantities": self.quantities(order)}

    def seen(self) -> dict[str, Any]:
        """What the buyer saw before pressing the button."""
        return {name: self.cleaned_data[name] for name in ("quoted", "month", "version")} | {
            "key": self.cleaned_data["key"] or None
        }


class CancelForm(forms.Form):
    """``quoted_fee`` is the fee that stood on the page: one that has grown since is not accepted with it."""

    quoted_fee = forms.IntegerField(required=False, min_value=0, widget=forms.HiddenInput)
    accept_fee = forms.BooleanField(label=_("I accept the cancellation fee."), required=False)
    reason = forms.CharField(
        label=_("Why do you cancel?"), max_length=300, required=False, widget=forms.Textarea({"rows": 2})
    )


class DeliveryForm(forms.Form):
    """The hand-over: one tick an item, the VIN as it stands on the car, a signature."""

    vin = forms.RegexField(
        r"^[A-HJ-NPR-Z0-9]{17}$",
        label=_("VIN on the car"),
        error_messages={"invalid": _("A VIN has 17 characters, without I, O and Q.")},
        help_text=_("At the foot of the windscreen, on the driver's side."),
        widget=forms.TextInput({"autocomplete": "off", "spellcheck": "false", "maxlength": 17}),
    )
    signature = forms.CharField(label=_("Your full name"), max_length=100)

    def __init__(self, data: Mapping[str, Any] | None = None) -> None:
        if data is not None and "vin" in data:
            data = {**{name: data[name] for name in data}, "vin": str(data["vin"]).strip().upper()}
        super().__init__(data)
        for item in CHECKLIST:
            self.fields[f"check_{item}"] = forms.BooleanField(
                label=CHECKS.get(item, item),
                error_messages={"required": _("Tick it, or have it put right before you sign.")},
            )

    def checklist(self) -> dict[str, bool]:
        return {
            name.removeprefix("check_"): bool(value)
            for name, value in self.cleaned_data.items()
            if name.startswith("check_")
        }
