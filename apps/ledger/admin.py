"""The books in the back office: they can be read, and nothing else."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin, TabularInline

from apps.common.money import yuan
from apps.common.worded import Worded, words
from apps.ledger.models import Account, Currency, Entry, Posting
from apps.ledger.words import KINDS, account


class _LookOnly:
    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


def _shown(amount: int, currency: str) -> str:
    return yuan(amount) if currency == Currency.CNY else f"{amount:,}"


class PostingInline(_LookOnly, TabularInline):  # type: ignore[misc]  # it has no types
    model = Posting
    fields = ("account", "shown")
    readonly_fields = fields
    extra = 0

    def get_queryset(self, request: HttpRequest) -> QuerySet[Posting]:
        rows: QuerySet[Posting] = super().get_queryset(request)
        return rows.select_related("account")

    @admin.display(description=_("amount"))
    def shown(self, row: Posting) -> str:
        return _shown(row.amount, row.account.currency)


@admin.register(Entry)
class EntryPage(_LookOnly, Worded, ModelAdmin):  # type: ignore[misc]  # it has no types
    list_display = ("at", "kind", "subject", "key", "size")
    list_filter = ("kind",)
    search_fields = ("=subject", "=key")
    date_hierarchy = "at"
    list_per_page = 50
    show_full_result_count = False
    inlines = (PostingInline,)
    worded = {"kind": words(KINDS)}


@admin.register(Account)
class AccountPage(_LookOnly, Worded, ModelAdmin):  # type: ignore[misc]  # it has no types
    list_display = ("code", "currency", "guarded", "total")
    list_filter = ("currency", "guarded")
    search_fields = ("code",)
    list_per_page = 50
    show_full_result_count = False
    worded = {"code": account}
    fields = readonly_fields = ("code", "currency", "guarded", "total")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Account]:
        return Account.objects.with_sum()

    @admin.display(description=_("balance"))
    def total(self, account: Any) -> str:
        return _shown(account.sum, account.currency)
