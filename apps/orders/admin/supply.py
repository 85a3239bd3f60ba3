"""Cars and the capacity to build them."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminIntegerFieldWidget

from apps.accounts.requests import user_of
from apps.orders import services
from apps.orders.admin.base import LookOnlyInline, LookOnlyPage
from apps.orders.models import Allocation, BuildSlot, Vehicle
from apps.orders.services.permissions import SUPPLY
from apps.orders.services.supply import MOST_AT_ONCE


class AllocationInline(LookOnlyInline):
    model = Allocation
    fields = ("order", "since", "ended_at")
    readonly_fields = fields


@admin.register(Vehicle)
class VehiclePage(LookOnlyPage):
    list_display = ("vin", "car_model", "built_at")
    list_filter = ("car_model__brand",)
    list_select_related = ("car_model__brand",)
    search_fields = ("vin", "allocations__order__number")
    inlines = (AllocationInline,)


@admin.register(Allocation)
class AllocationPage(LookOnlyPage):
    list_display = ("vehicle", "order", "since", "ended_at")
    list_filter = (("ended_at", admin.EmptyFieldListFilter),)
    list_select_related = ("vehicle", "order")
    search_fields = ("vehicle__vin", "order__number")


class SupplyForm(forms.ModelForm):  # type: ignore[type-arg]  # generic in the stubs alone
    """How many more cars the maker builds for us."""

    number = forms.IntegerField(
        label=_("How many"), min_value=1, max_value=MOST_AT_ONCE, initial=1, widget=UnfoldAdminIntegerFieldWidget
    )

    class Meta:
        model = BuildSlot
        fields = ("car_model",)


@admin.register(BuildSlot)
class BuildSlotPage(LookOnlyPage):
    form = SupplyForm
    fields = ("car_model", "number")
    autocomplete_fields = ("car_model",)
    list_display = ("id", "car_model", "order", "taken_at", "used")
    list_filter = ("car_model", ("order", admin.EmptyFieldListFilter), "used")
    list_select_related = ("car_model__brand", "order")
    search_fields = ("order__number",)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm(SUPPLY)

    def get_fields(self, request: HttpRequest, obj: BuildSlot | None = None) -> tuple[str, ...]:
        return ("car_model", "number") if obj is None else ("car_model", "order", "taken_at", "used")

    def save_model(self, request: HttpRequest, obj: BuildSlot, form: SupplyForm, change: bool) -> None:
        number = form.cleaned_data["number"]
        opened = services.open_supply(car_model=obj.car_model, number=number, user=user_of(request))
        obj.pk = opened[0].pk
