"""The cars that can be configured: a list, and the start of a new draft. All else is in a car's workspace."""

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin
from unfold.decorators import action, display
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget, UnfoldAdminTextInputWidget

from apps.accounts.requests import user_of
from apps.common.money import yuan
from apps.common.yuan_forms import ONE_FEN, YuanField
from apps.configurator.editor.places import address_of
from apps.configurator.editor.urls import urls
from apps.configurator.models import Configurator
from apps.configurator.screen import market_names
from apps.configurator.services.drafts import start_draft


class NewCarForm(forms.ModelForm):  # type: ignore[type-arg]
    """What a draft begins with."""

    base_price = YuanField(label=_("Base price in yuan"), least=ONE_FEN, widget=UnfoldAdminTextInputWidget())
    markets = forms.MultipleChoiceField(label=_("Markets"), widget=UnfoldAdminCheckboxSelectMultipleWidget())

    class Meta:
        model = Configurator
        fields = ("car_model", "base_price", "markets")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["markets"].choices = [*market_names().items()]  # type: ignore[attr-defined]


@admin.register(Configurator)
class ConfiguratorAdmin(ModelAdmin):  # type: ignore[misc]  # it has no types
    """Nothing is changed or deleted here: the workspace logs who changed what."""

    form = NewCarForm
    list_display = ("car", "workspace", "price", "number_of_options", "number_of_rules", "current")
    list_select_related = ("car_model__brand", "current__configurator__car_model__brand")
    search_fields = ("car_model__slug", "car_model__name_en", "car_model__name_zh")
    autocomplete_fields = ("car_model",)
    actions_detail = ("open_workspace",)

    def get_urls(self) -> list[Any]:
        return [*urls(self.admin_site), *super().get_urls()]

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        found = get_object_or_404(Configurator, pk=object_id)
        return HttpResponseRedirect(address_of(None, found.pk))

    def save_model(self, request: HttpRequest, obj: Configurator, form: NewCarForm, change: bool) -> None:
        made = start_draft(by=user_of(request), **form.cleaned_data)
        obj.pk = made.pk

    def save_related(self, *args: Any) -> None:
        """A draft begins without rows."""

    def log_addition(self, *args: Any) -> None:
        """``start_draft`` has written the entry already."""

    def response_add(
        self, request: HttpRequest, obj: Configurator, post_url_continue: str | None = None
    ) -> HttpResponse:
        return HttpResponseRedirect(address_of(None, obj.pk))

    @display(description=_("car model"), ordering="car_model")  # type: ignore[untyped-decorator]
    def car(self, configurator: Configurator) -> str:
        return configurator.car_model.full_name

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
