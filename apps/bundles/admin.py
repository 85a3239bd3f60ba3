"""The back office of products and stock. Stock is changed by the service alone, always with a reason."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from unfold.admin import ModelAdmin, TabularInline

from apps.accounts.requests import user_of
from apps.bundles import services
from apps.bundles.forms import AdjustmentForm
from apps.bundles.models import (
    Accessory,
    AccessoryFitment,
    Charger,
    Cover,
    CoverPrice,
    MaintenancePlan,
    PlanItem,
    StockItem,
)
from apps.capacity import naming
from apps.capacity.admin import PoolPage
from apps.capacity.models import Pool
from apps.common.errors import DomainError
from apps.common.money import yuan
from apps.common.yuan_forms import InYuan


class ProductAdmin(InYuan, ModelAdmin):  # type: ignore[misc]  # it has no types
    search_fields = ("sku", "name_en", "name_zh")
    list_editable = ("on_sale",)
    actions = ("take_off_sale", "put_on_sale")

    @admin.action(description=_("Take off sale"), permissions=["change"])
    def take_off_sale(self, request: HttpRequest, products: QuerySet[Any]) -> None:
        products.update(on_sale=False)

    @admin.action(description=_("Put on sale"), permissions=["change"])
    def put_on_sale(self, request: HttpRequest, products: QuerySet[Any]) -> None:
        products.update(on_sale=True)

    @admin.display(description=_("price"), ordering="price")
    def price_text(self, product: Any) -> str:
        return yuan(product.price)


class CoverPriceInline(InYuan, TabularInline):  # type: ignore[misc]  # it has no types
    model = CoverPrice
    extra = 0


@admin.register(Cover)
class CoverAdmin(ProductAdmin):
    list_display = ("sku", "name_en", "name_zh", "material", "finish", "coverage", "from_price", "on_sale")
    list_filter = ("on_sale", "material", "finish", "coverage")
    inlines = (CoverPriceInline,)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Cover]:
        rows: Any = super().get_queryset(request)
        return rows.with_from_price()  # type: ignore[no-any-return]

    @admin.display(description=_("lowest price"), ordering="from_price")
    def from_price(self, cover: Any) -> str:
        return yuan(cover.from_price) if cover.from_price is not None else "–"


class PlanItemInline(TabularInline):  # type: ignore[misc]  # it has no types
    model = PlanItem
    extra = 0


@admin.register(MaintenancePlan)
class MaintenancePlanAdmin(ProductAdmin):
    list_display = ("sku", "name_en", "name_zh", "visits", "months", "kilometres", "price_text", "on_sale")
    list_filter = ("on_sale", "visits", "months")
    inlines = (PlanItemInline,)


class FitmentInline(TabularInline):  # type: ignore[misc]  # it has no types
    model = AccessoryFitment
    autocomplete_fields = ("car_model",)
    extra = 0

    def get_queryset(self, request: HttpRequest) -> QuerySet[AccessoryFitment]:
        rows: QuerySet[AccessoryFitment] = super().get_queryset(request)
        return rows.select_related("car_model__brand")


@admin.register(Accessory)
class AccessoryAdmin(ProductAdmin):
    list_display = (
        "sku",
        "name_en",
        "name_zh",
        "category",
        "price_text",
        "needs_fitting",
        "fits_all",
        "left",
        "on_sale",
    )
    list_filter = ("on_sale", "category", "needs_fitting", "fits_all")
    inlines = (FitmentInline,)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Accessory]:
        rows: Any = super().get_queryset(request)
        return rows.with_available()  # type: ignore[no-any-return]

    @admin.display(description=_("available"), ordering="available")
    def left(self, accessory: Any) -> int:
        return int(accessory.available)


@admin.register(Charger)
class ChargerAdmin(ProductAdmin):
    list_display = ("sku", "name_en", "name_zh", "power_kw", "phases", "price_text", "left", "on_sale")
    list_filter = ("on_sale", "phases", "installation_included")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Charger]:
        rows: Any = super().get_queryset(request)
        return rows.with_available()  # type: ignore[no-any-return]

    @admin.display(description=_("available"), ordering="available")
    def left(self, charger: Any) -> int:
        return int(charger.available)


@admin.register(AccessoryFitment)
class AccessoryFitmentAdmin(ModelAdmin):  # type: ignore[misc]  # it has no types
    list_display = ("accessory", "car_model")
    list_select_related = ("accessory", "car_model__brand")
    search_fields = ("accessory__sku", "accessory__name_en", "accessory__name_zh", "car_model__slug")
    autocomplete_fields = ("accessory", "car_model")


@admin.register(StockItem)
class StockItemAdmin(PoolPage):
    list_display = ("called", "there", "promised", "left", "adjust_link")
    search_fields = ("resource",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[StockItem]:
        rows: Any = super().get_queryset(request)
        return rows.of_articles()  # type: ignore[no-any-return]

    @admin.display(description=_("article"), ordering="resource")
    def called(self, pool: Pool) -> str:
        return str(pool)

    @admin.display(description=pgettext_lazy("stock", "on hand"))
    def there(self, item: StockItem) -> int:
        return item.on_hand

    @admin.display(description=pgettext_lazy("stock", "reserved"))
    def promised(self, item: StockItem) -> int:
        return item.reserved

    @admin.display(description=_("available"))
    def left(self, item: StockItem) -> int:
        return item.available

    @admin.display(description=_("stock"))
    def adjust_link(self, item: StockItem) -> SafeString:
        adjust = reverse("admin:bundles_adjust", args=[item.pk])
        holds = f"{reverse('admin:capacity_hold_changelist')}?pool__id__exact={item.pk}"
        moves = f"{reverse('admin:capacity_movement_changelist')}?pool__id__exact={item.pk}"
        links = ((adjust, _("Adjust")), (holds, _("Who holds it")), (moves, _("Movements")))
        return format_html_join(" · ", '<a class="underline" href="{}">{}</a>', links)

    def get_urls(self) -> list[URLPattern]:
        own = [path("<int:pk>/adjust/", self.admin_site.admin_view(self.adjust), name="bundles_adjust")]
        urls: list[URLPattern] = super().get_urls()
        return own + urls

    def adjust(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Change what is on hand, with the reason."""
        user = user_of(request)
        if not user.has_perm("bundles.change_stockitem"):
            raise PermissionDenied
        item = get_object_or_404(StockItem.objects.of_articles(), pk=pk)
        naming.name_pools([item])
        form = AdjustmentForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            try:
                item = services.adjust(sku=item.sku, actor=user, **form.cleaned_data)
            except DomainError as error:
                form.add_error(error.field, str(error))
            else:
                text = _("%(sku)s: %(on_hand)s on hand now.") % {"sku": item.sku, "on_hand": item.on_hand}
                self.message_user(request, text, messages.SUCCESS)
                return redirect("admin:bundles_stockitem_changelist")
        context = self.admin_site.each_context(request) | {"form": form, "item": item, "title": str(item)}
        status = 422 if form.errors else 200
        return TemplateResponse(request, "bundles/admin/adjust.html", context, status=status)
