"""Back-office pages of rows that services alone write."""

from typing import Any, ClassVar

from django.http import HttpRequest
from django.utils.functional import Promise
from unfold.admin import ModelAdmin, TabularInline

from apps.common.worded import Worded


class LookOnly:
    """Rows that can be looked at, not added, changed or deleted."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class LookOnlyPage(LookOnly, Worded, ModelAdmin):  # type: ignore[misc]  # it has no types
    list_per_page = 50
    show_full_result_count = False
    # What an empty list says of itself, where that is not that its rows come by themselves.
    empty_text: ClassVar[str | Promise] = ""


class LookOnlyInline(LookOnly, Worded, TabularInline):  # type: ignore[misc]  # it has no types
    extra = 0
    can_delete = False
    tab = True
    show_change_link = False
    # The columns say what a row is; its title said it again, or a number.
    show_title = False
