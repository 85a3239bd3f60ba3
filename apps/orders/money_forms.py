"""What buyers type on an order's page of payments."""

from typing import Any

from django import forms
from django.core.validators import RegexValidator
from django.utils import timezone
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from apps.orders.models import LoanDocument
from apps.orders.services.loans import LENDERS
from apps.orders.services.planning import OldCar, PaymentWish

OLDEST, FARTHEST = 30, 600_000


def _lenders() -> list[tuple[str, str]]:
    return [(code, gettext(name)) for code, name in LENDERS.items()]


class TradeInForm(forms.Form):
    """The old car as its owner describes it."""

    car = forms.CharField(label=_("Make and model"), max_length=100)
    plate = forms.CharField(
        label=pgettext_lazy("car", "Number plate"), max_length=12, validators=[RegexValidator(r"^[\w·\- ]{4,12}$")]
    )
    year = forms.IntegerField(label=_("First registered in"), help_text=_("The year."))
    mileage = forms.IntegerField(label=_("Kilometres driven"), min_value=0, max_value=FARTHEST)

    def clean_year(self) -> int:
        year: int = self.cleaned_data["year"]
        now = timezone.localdate().year
        if not now - OLDEST <= year <= now:
            raise forms.ValidationError(
                _("Between %(first)s and %(last)s, please.") % {"first": now - OLDEST, "last": now}
            )
        return year


class LoanForm(forms.Form):
    """How much a bank shall pay, and for how long."""

    lender = forms.ChoiceField(label=pgettext_lazy("loan", "Bank"), choices=_lenders)
    yuan = forms.IntegerField(label=_("Amount in yuan"), min_value=1, max_value=100_000_000)
    months = forms.TypedChoiceField(
        label=pgettext_lazy("loan", "Months"),
        coerce=int,
        choices=[(number, str(number)) for number in (12, 24, 36, 48, 60)],
        initial=36,
    )


class CoinsForm(forms.Form):
    """How many coins to use."""

    coins = forms.IntegerField(label=pgettext_lazy("payment", "Coins"), min_value=1, max_value=10_000_000)


class CheckoutLegsForm(forms.Form):
    """What of an order shall be paid otherwise than in money; everything may be left empty."""

    coins = forms.IntegerField(
        label=pgettext_lazy("payment", "Coins"), min_value=0, max_value=10_000_000, required=False
    )
    loan_yuan = forms.IntegerField(label=_("Amount in yuan"), min_value=0, max_value=100_000_000, required=False)
    lender = forms.ChoiceField(label=pgettext_lazy("loan", "Bank"), choices=_lenders, required=False)
    months = forms.TypedChoiceField(
        label=pgettext_lazy("loan", "Months"),
        coerce=int,
        choices=[(number, str(number)) for number in (12, 24, 36, 48, 60)],
        initial=36,
        required=False,
    )
    old_car = forms.CharField(label=_("Make and model"), max_length=100, required=False)
    plate = forms.CharField(label=pgettext_lazy("car", "Number plate"), max_length=12, required=False)
    year = forms.IntegerField(label=_("First registered in"), help_text=_("The year."), required=False)
    mileage = forms.IntegerField(label=_("Kilometres driven"), min_value=0, max_value=FARTHEST, required=False)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        typed = {name: str(self.data.get(name, "")).strip() for name in ("old_car", "plate", "year", "mileage")}
        if any(typed.values()):
            whole = TradeInForm({"car" if name == "old_car" else name: text for name, text in typed.items()})
            for name, problems in whole.errors.items():
                self.add_error("old_car" if name == "car" else name, list(problems))
        return cleaned

    def wish(self) -> PaymentWish:
        """What ``services.place_order`` takes."""
        data = self.cleaned_data
        old = OldCar(data["old_car"], data["plate"], data["year"], data["mileage"]) if data["old_car"] else None
        return PaymentWish(
            coins=data["coins"] or 0,
            loan=(data["loan_yuan"] or 0) * 100,
            lender=data["lender"] or "",
            months=data["months"] or 36,
            old_car=old,
        )


class DocumentForm(forms.Form):
    """A paper for the bank."""

    kind = forms.ChoiceField(label=_("What it is"), choices=LoanDocument.Kind.choices, widget=forms.Select())
    file = forms.FileField(label=_("File"), help_text=_("PDF, JPEG or PNG, 10 MB at most."))

    def error_text(self) -> str:
        return " ".join(str(error) for errors in self.errors.values() for error in errors)


class StatementForm(forms.Form):
    """A gateway's settlement file, in the back office."""

    gateway = forms.ChoiceField(label=_("Gateway"))
    file = forms.FileField(label=_("File"))

    def __init__(self, *args: Any, gateways: list[tuple[str, Any]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["gateway"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = gateways
