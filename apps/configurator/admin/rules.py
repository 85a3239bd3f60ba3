"""Rules and price rules, searched over all cars; they are read and written in their car's workspace."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin
from unfold.decorators import display

from apps.common.money import yuan
from apps.configurator.models import PriceRule, Rule


class WorkspaceRows(ModelAdmin):  # type: ignore[misc]  # it has no types
    """A list whose rows open in the workspace, where they are typed and checked; nobody edits JSON here."""

    what: str
    list_select_related = ("configurator__car_model__brand",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Deleting is the workspace's too: it says what it breaks, and it is logged with what stood there."""
        return False

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        row = get_object_or_404(self.model, pk=object_id)
        address = reverse("admin:configurator_editor_workspace", args=[row.configurator_id])
        return HttpResponseRedirect(f"{address}#{self.what}-{row.code}")


@admin.register(Rule)
class RuleAdmin(WorkspaceRows):
    what = "rules"
    list_display = ("code", "configurator", "kind", "reason_en", "reason_zh", "owner", "valid_from", "valid_until")
    list_filter = ("configurator", "kind", "owner")
    search_fields = ("code", "reason_en", "reason_zh", "owner", "parameters")


@admin.register(PriceRule)
class PriceRuleAdmin(WorkspaceRows):
    what = "prices"
    list_display = ("code", "configurator", "label_en", "label_zh", "price", "valid_from", "valid_until")
    list_filter = ("configurator",)
    search_fields = ("code", "label_en", "label_zh", "when")

    @display(description=_("amount"), ordering="amount")  # type: ignore[untyped-decorator]
    def price(self, rule: PriceRule) -> str:
        return yuan(rule.amount)
