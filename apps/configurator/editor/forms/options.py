"""The car itself, its groups, its options with their pictures, and what renting one costs."""

from collections.abc import Iterable
from typing import Any, cast

from django import forms
from django.templatetags.static import static
from django.utils.translation import gettext_lazy as _

from apps.catalog.stills import names as stills
from apps.common.yuan_forms import ONE_FEN, YuanField
from apps.configurator.editor.choices import ListField
from apps.configurator.editor.forms.base import RowForm, code_field, text_field
from apps.configurator.models import COLOUR, Configurator, Option, OptionGroup, RentalTerms
from apps.configurator.screen import market_name, market_names


class PictureSelect(forms.RadioSelect):
    """Stills to choose from; ``field.html`` shows each beside its name."""

    pictures = True

    def create_option(self, name: str, value: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        option: dict[str, Any] = super().create_option(name, value, *args, **kwargs)
        known = str(value) in stills()
        return {**option, "src": static(f"img/cars/{value}.webp") if known else ""}


class OptionForm(RowForm):
    fixed = ("code",)
    code = code_field(_("in addresses and rules; it cannot be changed later"))
    name_en = text_field(_("Name (English)"), 120)
    name_zh = text_field(_("Name (Chinese)"), 120)
    price = YuanField(label=_("Price in yuan"), help_text=_("once; negative for what is left out"))
    standard = forms.BooleanField(label=_("Part of the car as it is advertised"), required=False)
    description_en = text_field(_("Description (English)"), 300, required=False, long=True)
    description_zh = text_field(_("Description (Chinese)"), 300, required=False, long=True)
    colour = forms.CharField(
        label=_("Swatch colour"), max_length=7, required=False, validators=[COLOUR], help_text=_("such as #2f6b60")
    )
    position = forms.IntegerField(label=_("Position"), min_value=0, max_value=32_000, required=False)
    picture = forms.ChoiceField(
        label=_("Picture of the car with this option"), required=False, widget=PictureSelect, choices=[("", _("none"))]
    )
    field_order = ["group"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        groups = OptionGroup.objects.filter(configurator_id=self.row.configurator_id)
        self.fields["group"] = forms.ModelChoiceField(groups, label=_("Group"), empty_label=None)
        self.fields["group"].label_from_instance = lambda group: group.name  # type: ignore[attr-defined]
        if isinstance(self.row, Option) and self.row.group_id:
            self.fields["group"].initial = self.row.group_id
        offered = pictures_of(self.draft.data["image"], self.row.picture if isinstance(self.row, Option) else "")
        self.fields["picture"].choices = [("", _("none")), *((name, name) for name in offered)]  # type: ignore[attr-defined]
        self.order_fields(self.field_order)

    def initial_of(self, row: Any) -> dict[str, Any]:
        return {name: getattr(row, name) for name in self.base_fields}

    def clean_position(self) -> int:
        return self.cleaned_data["position"] or 0


class GroupForm(RowForm):
    fixed = ("code",)
    code = code_field(_("in addresses and tables; it cannot be changed later"))
    name_en = text_field(_("Name (English)"), 80)
    name_zh = text_field(_("Name (Chinese)"), 80)
    pick = forms.ChoiceField(label=_("How many are picked"), choices=OptionGroup.Pick, widget=forms.RadioSelect)
    position = forms.IntegerField(label=_("Position"), min_value=0, max_value=32_000, required=False)

    def clean_position(self) -> int:
        return self.cleaned_data["position"] or 0


class RentalForm(RowForm):
    """A monthly price and all that it depends on: one that lacks a term is not saved, hence never shown."""

    monthly_price = YuanField(label=_("Monthly price in yuan"), least=ONE_FEN)
    mileage_cap = forms.IntegerField(label=_("Kilometres included a year"), min_value=1, max_value=10_000_000)
    overage_price = YuanField(label=_("Yuan for every kilometre above"), least=ONE_FEN)
    minimum_term = forms.IntegerField(label=_("Minimum term in months"), min_value=1, max_value=600)
    buyout_price = YuanField(
        label=_("Buy-out price in yuan"), least=ONE_FEN, help_text=_("buys what is rented at any later time")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        option = cast("RentalTerms", self.row).option
        others = Option.objects.filter(group=option.group, rental__isnull=True)
        self.fields["instead_of"] = forms.ModelChoiceField(
            others.exclude(pk=option.pk),
            label=_("Instead of buying"),
            help_text=_("the option of the same group that buys it"),
            initial=getattr(self.row, "instead_of_id", None),
        )
        self.fields["instead_of"].label_from_instance = lambda other: f"{other.name} · {other.code}"  # type: ignore[attr-defined]
        self.order_fields(["instead_of"])


class CarForm(RowForm):
    """What the car costs before any option, and where it is sold."""

    base_price = YuanField(label=_("Base price in yuan"), least=ONE_FEN, help_text=_("before any option"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        stored = tuple(self.row.markets) if isinstance(self.row, Configurator) else ()
        self.fields["markets"] = ListField(
            label=_("Markets"),
            choices=[(code, f"{market_name(code)} · {code}") for code in dict.fromkeys([*market_names(), *stored])],
            widget=forms.CheckboxSelectMultiple,
            before=stored,
            initial=list(stored),
        )


def pictures_of(image: str, stored: str) -> Iterable[str]:
    """The stills of one car, by its image's name, and the one that is stored whatever it is called."""
    own = sorted(name for name in stills() if name.startswith(f"{image}-"))
    return own if stored in ("", *own) else [*own, stored]
