"""What buyers type on an order's page of payments."""

from typing import Any

from django import forms
from django.core.validators import RegexValidator
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from apps.orders.models import LoanDocument
from apps.orders.services.loans import LENDERS

OLDEST, FARTHEST = 30, 600_000


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

    lender = forms.ChoiceField(label=pgettext_lazy("loan", "Bank"), choices=[*LENDERS.items()])
    yuan = forms.IntegerField(label=_("Amount in yuan"), min_value=1, max_value=100_000_000)
    months = forms.TypedChoiceField(
        label=_("Months"), coerce=int, choices=[(number, str(number)) for number in (12, 24, 36, 48, 60)], initial=36
    )


class CoinsForm(forms.Form):
    """How many coins to use."""

    coins = forms.IntegerField(label=pgettext_lazy("payment", "Coins"), min_value=1, max_value=10_000_000)


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
