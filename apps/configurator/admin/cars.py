"""Cars, groups, options and rental terms: the draft's rows one by one; the workspace shows them together."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin, StackedInline, TabularInline
from unfold.decorators import action, display

from apps.common.money import yuan
from apps.configurator.editor.urls import urls
from apps.configurator.models import Configurator, Option, OptionGroup, RentalTerms


class OptionForm(forms.ModelForm):  # type: ignore[type-arg]
    """An option and its group belong to one car."""

    class Meta:
        model = Option
        fields = (
            "configurator",
            "group",
            "code",
            "name_en",
            "name_zh",
            "description_en",
            "description_zh",
            "price",
            "standard",
            "colour",
            "picture",
            "position",
        )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        group, configurator = cleaned.get("group"), cleaned.get("configurator")
        if group and configurator and group.configurator_id != configurator.pk:
            self.add_error("group", _("This group belongs to another car."))
        return cleaned


class RentalTermsForm(forms.ModelForm):  # type: ignore[type-arg]
    """Both options belong to one car, and are two."""

    class Meta:
        model = RentalTerms
        fields = (
            "option",
            "instead_of",
            "monthly_price",
            "mileage_cap",
            "overage_price",
            "minimum_term",
            "buyout_price",
        )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        option, instead = cleaned.get("option"), cleaned.get("instead_of")
        if option and instead and (option == instead or option.configurator_id != instead.configurator_id):
            self.add_error("instead_of", _("Choose another option of the same car."))
        return cleaned


class GroupInline(TabularInline):  # type: ignore[misc]  # it has no types
    model = OptionGroup
    extra = 0
    fields = ("position", "code", "name_en", "name_zh", "pick")
    show_change_link = True


class RentalInline(StackedInline):  # type: ignore[misc]  # it has no types
    model = RentalTerms
    form = RentalTermsForm
    fk_name = "option"
    extra = 0
    autocomplete_fields = ("instead_of",)


@admin.register(Configurator)
class ConfiguratorAdmin(ModelAdmin):  # type: ignore[misc]  # it has no types
    list_display = ("car_model", "workspace", "price", "number_of_options", "number_of_rules", "current")
    list_select_related = ("car_model__brand", "current__configurator__car_model")
    search_fields = ("car_model__slug", "car_model__name_en", "car_model__name_zh")
    autocomplete_fields = ("car_model",)
    readonly_fields = ("current",)
    inlines = (GroupInline,)
    actions_detail = ("open_workspace",)

    def get_urls(self) -> list[Any]:
        return [*urls(self.admin_site), *super().get_urls()]

    @display(description=_("rules and options"))  # type: ignore[untyped-decorator]
    def workspace(self, configurator: Configurator) -> str:
        address = reverse("admin:configurator_editor_workspace", args=[configurator.pk])
        return format_html('<a href="{}">{}</a>', address, gettext("Open the workspace"))

    @action(description=_("Open the workspace"))  # type: ignore[untyped-decorator]
    def open_workspace(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return HttpResponseRedirect(reverse("admin:configurator_editor_workspace", args=[object_id]))

    def get_queryset(self, request: HttpRequest) -> QuerySet[Configurator]:
        counted: QuerySet[Configurator] = super().get_queryset(request)
        return counted.annotate(
            option_count=Count("options", distinct=True), rule_count=Count("rules", distinct=True)
        ).defer("current__document")

    @display(description=_("base price"))  # type: ignore[untyped-decorator]
    def price(self, configurator: Configurator) -> str:
        return yuan(configurator.base_price)

    @display(description=_("options"))  # type: ignore[untyped-decorator]
    def number_of_options(self, configurator: Any) -> int:
        return int(configurator.option_count)

    @display(description=_("rules"))  # type: ignore[untyped-decorator]
    def number_of_rules(self, configurator: Any) -> int:
        return int(configurator.rule_count)


@admin.register(OptionGroup)
class OptionGroupAdmin(ModelAdmin):  # type: ignore[misc]  # it has no types
    list_display = ("code", "configurator", "name_en", "name_zh", "pick", "position")
    list_filter = ("configurator", "pick")
    list_select_related = ("configurator__car_model",)
    search_fields = ("code", "name_en", "name_zh")
    autocomplete_fields = ("configurator",)


@admin.register(Option)
class OptionAdmin(ModelAdmin):  # type: ignore[misc]  # it has no types
    form = OptionForm
    list_display = ("code", "configurator", "group", "name_en", "name_zh", "amount", "standard")
    list_filter = ("configurator", "standard")
    list_select_related = ("configurator__car_model", "group__configurator__car_model")
    search_fields = ("code", "name_en", "name_zh")
    autocomplete_fields = ("configurator", "group")
    inlines = (RentalInline,)

    @display(description=_("price"), ordering="price")  # type: ignore[untyped-decorator]
    def amount(self, option: Option) -> str:
        return yuan(option.price)


@admin.register(RentalTerms)
class RentalTermsAdmin(ModelAdmin):  # type: ignore[misc]  # it has no types
    form = RentalTermsForm
    list_display = ("option", "monthly_price", "mileage_cap", "overage_price", "minimum_term", "buyout_price")
    list_select_related = ("option",)
    search_fields = ("option__code", "option__name_en", "option__name_zh")
    autocomplete_fields = ("option", "instead_of")
