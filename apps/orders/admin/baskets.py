"""What people mean to buy, to be looked at."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext, ngettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from apps.orders.admin.base import LookOnlyInline, LookOnlyPage
from apps.orders.models import Basket, BasketLine


class BasketLineInline(LookOnlyInline):
    model = BasketLine
    fields = ("kind", "build", "sku", "quantity")
    readonly_fields = fields


@admin.register(Basket)
class BasketPage(LookOnlyPage):
    list_display = ("contents", "user", "created_at", "changed_at", "ordered_at")
    list_filter = (("ordered_at", admin.EmptyFieldListFilter),)
    list_select_related = ("user",)
    search_fields = ("=id", "user__email")
    ordering = ("-changed_at",)
    fields = ("contents", "user", "given_codes", "created_at", "changed_at", "ordered_at")
    inlines = (BasketLineInline,)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Basket]:
        found: QuerySet[Basket] = super().get_queryset(request)
        return found.prefetch_related("lines__build__car_model__brand")

    @admin.display(description=_("contents"))
    def contents(self, basket: Basket) -> str:
        """The car by its name, and how many other things there are."""
        lines = list(basket.lines.all())
        cars = [str(line.build.car_model) for line in lines if line.build]
        others = len(lines) - len(cars)
        more = (
            [ngettext("%(count)d other thing", "%(count)d other things", others) % {"count": others}] if others else []
        )
        return str(_(", ")).join([*cars, *more]) or gettext("empty")

    @admin.display(description=pgettext_lazy("campaign", "codes"))
    def given_codes(self, basket: Basket) -> str:
        return ", ".join(basket.codes) or "–"
