"""Cars and the capacity to build them."""

from django.contrib import admin

from apps.orders.admin.base import LookOnlyInline, LookOnlyPage
from apps.orders.models import Allocation, BuildSlot, Vehicle


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


@admin.register(BuildSlot)
class BuildSlotPage(LookOnlyPage):
    list_display = ("id", "car_model", "order", "taken_at", "used")
    list_filter = ("car_model", ("order", admin.EmptyFieldListFilter), "used")
    list_select_related = ("car_model__brand", "order")
    search_fields = ("order__number",)
