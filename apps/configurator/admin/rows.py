"""A draft's rows, searched over all cars; they are read and written in their car's workspace, which logs every change."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from apps.common.looking import LookOnlyPage
from apps.common.money import yuan
from apps.configurator.editor.places import address_of
from apps.configurator.models import Option, OptionGroup, PriceRule, RentalTerms, Rule


class WorkspaceRows(LookOnlyPage):
    """A list whose rows open in the workspace, where they are typed, checked and logged; nothing is written here."""

    list_select_related: tuple[str, ...] = ("configurator__car_model__brand",)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        row = get_object_or_404(self.get_queryset(request), pk=object_id)
        return HttpResponseRedirect(address_of(row, row.configurator_id))


@admin.register(OptionGroup)
class OptionGroupAdmin(WorkspaceRows):
    list_display = ("code", "configurator", "name_en", "name_zh", "pick", "position")
    list_filter = ("configurator", "pick")
    search_fields = ("code", "name_en", "name_zh")


@admin.register(Option)
class OptionAdmin(WorkspaceRows):
    list_display = ("code", "configurator", "group", "name_en", "name_zh", "amount", "standard")
    list_filter = ("configurator", "standard")
    list_select_related = ("configurator__car_model__brand", "group__configurator__car_model__brand")
    search_fields = ("code", "name_en", "name_zh")

    @display(description=_("price"), ordering="price")  # type: ignore[untyped-decorator]
    def amount(self, option: Option) -> str:
        return yuan(option.price)


@admin.register(RentalTerms)
class RentalTermsAdmin(WorkspaceRows):
    list_display = ("option", "monthly", "mileage_cap", "overage", "minimum_term", "buyout")
    list_select_related = ("option", "instead_of")
    search_fields = ("option__code", "option__name_en", "option__name_zh")

    @display(description=_("monthly price"), ordering="monthly_price")  # type: ignore[untyped-decorator]
    def monthly(self, terms: RentalTerms) -> str:
        return yuan(terms.monthly_price)

    @display(description=_("price above the mileage"), ordering="overage_price")  # type: ignore[untyped-decorator]
    def overage(self, terms: RentalTerms) -> str:
        return yuan(terms.overage_price)

    @display(description=_("buy-out price"), ordering="buyout_price")  # type: ignore[untyped-decorator]
    def buyout(self, terms: RentalTerms) -> str:
        return yuan(terms.buyout_price)


@admin.register(Rule)
class RuleAdmin(WorkspaceRows):
    list_display = ("code", "configurator", "kind", "reason_en", "reason_zh", "owner", "valid_from", "valid_until")
    list_filter = ("configurator", "kind", "owner")
    search_fields = ("code", "reason_en", "reason_zh", "owner", "parameters")


@admin.register(PriceRule)
class PriceRuleAdmin(WorkspaceRows):
    list_display = ("code", "configurator", "label_en", "label_zh", "price", "valid_from", "valid_until")
    list_filter = ("configurator",)
    search_fields = ("code", "label_en", "label_zh", "when")

    @display(description=_("amount"), ordering="amount")  # type: ignore[untyped-decorator]
    def price(self, rule: PriceRule) -> str:
        return yuan(rule.amount)
