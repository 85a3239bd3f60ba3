"""What the pages of this app's back office share."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin, TabularInline

from apps.common.money import yuan


class LookOnly:
    """Rows that services alone write: they can be looked at, not added, changed or deleted."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class LookOnlyPage(LookOnly, ModelAdmin):  # type: ignore[misc]  # it has no types
    list_per_page = 50
    show_full_result_count = False


class LookOnlyInline(LookOnly, TabularInline):  # type: ignore[misc]  # it has no types
    extra = 0
    can_delete = False
    tab = True
    show_change_link = False


def amount_column(field: str, label: Any) -> Any:
    """A column that shows fen as yuan."""

    @admin.display(description=label, ordering=field)
    def column(self: Any, row: Any) -> str | SafeString:
        value = getattr(row, field)
        return "" if value is None else yuan(value)

    return column


TOTAL, AMOUNT = _("total"), _("amount")
