"""The books in the back office: they can be read, and nothing else."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from apps.common.looking import LookOnlyInline, LookOnlyPage
from apps.common.money import yuan
from apps.common.worded import words
from apps.ledger.models import Account, Currency, Entry, Posting
from apps.ledger.words import KINDS, account


def _shown(amount: int, currency: str) -> str:
    return yuan(amount) if currency == Currency.CNY else f"{amount:,}"


class PostingInline(LookOnlyInline):
    model = Posting
    fields = ("called", "shown")
    readonly_fields = fields
    tab = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Posting]:
        rows: QuerySet[Posting] = super().get_queryset(request)
        return rows.select_related("account")

    @admin.display(description=_("account"))
    def called(self, row: Posting) -> str:
        return account(row.account.code)

    @admin.display(description=_("amount"))
    def shown(self, row: Posting) -> str:
        return _shown(row.amount, row.account.currency)


@admin.register(Entry)
class EntryPage(LookOnlyPage):
    list_display = ("at", "kind", "subject", "size")
    list_filter = ("kind",)
    search_fields = ("=subject", "=key")
    date_hierarchy = "at"
    inlines = (PostingInline,)
    worded = {"kind": words(KINDS)}


@admin.register(Account)
class AccountPage(LookOnlyPage):
    list_display = ("code", "currency", "guarded", "total")
    list_filter = ("currency", "guarded")
    search_fields = ("code",)
    worded = {"code": account}
    fields = readonly_fields = ("code", "currency", "guarded", "total")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Account]:
        return Account.objects.with_sum()

    @admin.display(description=_("balance"))
    def total(self, account: Any) -> str:
        return _shown(account.sum, account.currency)
