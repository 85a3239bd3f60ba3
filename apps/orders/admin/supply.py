"""Cars and the capacity to build them."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Func, OuterRef, Subquery, Value
from django.db.models.functions import Concat
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from unfold.widgets import (
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminSingleDateWidget,
    UnfoldAdminTextInputWidget,
)

from apps.accounts.requests import user_of
from apps.capacity.admin import PoolPage
from apps.catalog.models import CarModel
from apps.common.errors import DomainError
from apps.common.translated import content_language
from apps.common.worded import language_name
from apps.configurator import services as configurator
from apps.orders import naming, services
from apps.orders.admin.base import LookOnlyInline, LookOnlyPage
from apps.orders.models import Allocation, Allotment, Vehicle, Waiting
from apps.orders.services.permissions import SUPPLY
from apps.orders.services.supply import MOST_AT_ONCE


class AllocationInline(LookOnlyInline):
    model = Allocation
    fields = ("order", "since", "ended_at")
    readonly_fields = fields


@admin.register(Vehicle)
class VehiclePage(LookOnlyPage):
    list_display = ("vin", "car_model", "built_at", "km")
    list_filter = (("km", admin.EmptyFieldListFilter), "car_model__brand")
    list_select_related = ("car_model__brand",)
    search_fields = ("vin", "allocations__order__number")
    inlines = (AllocationInline,)
    fields = ("vin", "car_model", "equipment", "built_at", "build", "km", "built_for")

    @admin.display(description=_("as built"))
    def equipment(self, vehicle: Vehicle) -> str:
        return naming.name_options(vehicle.car_model, vehicle.as_built)


@admin.register(Allocation)
class AllocationPage(LookOnlyPage):
    list_display = ("vehicle", "order", "since", "ended_at")
    list_filter = (("ended_at", admin.EmptyFieldListFilter),)
    list_select_related = ("vehicle", "order")
    search_fields = ("vehicle__vin", "order__number")


class SupplyForm(forms.ModelForm):  # type: ignore[type-arg]  # generic in the stubs alone
    """How many more cars the maker builds for us in a month."""

    car_model = forms.ModelChoiceField(
        label=capfirst(_("model")), queryset=CarModel.objects.select_related("brand"), widget=UnfoldAdminSelectWidget
    )
    month = forms.DateField(
        label=capfirst(_("month")),
        help_text=_("Any day of it."),
        widget=UnfoldAdminSingleDateWidget,
        initial=timezone.localdate,
    )
    option = forms.CharField(
        label=capfirst(_("only with this option")),
        required=False,
        max_length=60,
        help_text=_("The option's code. Empty: the allotment of the whole model."),
        widget=UnfoldAdminTextInputWidget,
    )
    number = forms.IntegerField(
        label=_("How many"), min_value=1, max_value=MOST_AT_ONCE, initial=1, widget=UnfoldAdminIntegerFieldWidget
    )

    class Meta:
        model = Allotment
        fields = ()

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        option, car_model = str(cleaned.get("option") or "").strip(), cleaned.get("car_model")
        if option and car_model is not None and option not in option_codes(car_model):
            self.add_error("option", _("The configurator of this model has no such option."))
        return cleaned | {"option": option}


def option_codes(car_model: CarModel) -> set[str]:
    """The codes that a visitor of the configurator can choose."""
    try:
        session = configurator.open_session(car_model.slug)
    except DomainError:
        return set()
    return {option.code for group in session.document.groups for option in group.options}


def _named(rows: Any, slug: Any) -> Any:
    """With ``car_name``: the model's, whose slug the rows have, as the reader calls it."""
    end = content_language()
    names = CarModel.objects.filter(slug=slug).values_list(Concat(f"brand__name_{end}", Value(" "), f"name_{end}"))
    return rows.annotate(car_name=Subquery(names[:1]))


@admin.register(Allotment)
class AllotmentPage(PoolPage):
    form = SupplyForm
    list_display = ("car", "month_text", "only_with", "total", "held", "taken", "used", "left", "closed", "links")
    list_filter = ("closed",)
    search_fields = ("resource", "holds__owner")

    def get_queryset(self, request: HttpRequest) -> Any:
        return _named(
            super().get_queryset(request).of_models(),
            Func(OuterRef("resource"), Value(":"), Value(2), function="split_part"),
        )

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm(SUPPLY)

    def get_fields(self, request: HttpRequest, obj: Allotment | None = None) -> list[str]:
        if obj is None:
            return ["car_model", "month", "option", "number"]
        return ["called", "total", "held", "taken", "used", "closed"]

    @admin.display(description=_("model"))
    def car(self, allotment: Allotment) -> str:
        """Under a name of its own: of a column ``model`` the admin asks itself, whose ``model`` is a class."""
        return getattr(allotment, "car_name", "") or allotment.model

    @admin.display(description=_("only with this option"))
    def only_with(self, allotment: Allotment) -> str:
        return allotment.option or "–"

    @admin.display(description=_("month"))
    def month_text(self, allotment: Allotment) -> str:
        return date_format(allotment.month, "YEAR_MONTH_FORMAT")

    @admin.display(description=pgettext_lazy("capacity", "free"))
    def left(self, allotment: Allotment) -> int:
        return allotment.free

    @admin.display(description=_("look"))
    def links(self, allotment: Allotment) -> SafeString:
        holds = f"{reverse('admin:capacity_hold_changelist')}?pool__id__exact={allotment.pk}"
        moves = f"{reverse('admin:capacity_movement_changelist')}?pool__id__exact={allotment.pk}"
        adjust = reverse("admin:capacity_adjust", args=[allotment.pk])
        rows = ((holds, _("Who holds")), (moves, _("Movements")), (adjust, _("Open or withdraw")))
        return format_html_join(" · ", '<a class="underline" href="{}">{}</a>', rows)

    def save_model(self, request: HttpRequest, obj: Allotment, form: SupplyForm, change: bool) -> None:
        opened = services.open_supply(user=user_of(request), **form.cleaned_data)
        obj.pk, obj.resource = opened.pk, opened.resource


@admin.register(Waiting)
class WaitingPage(LookOnlyPage):
    list_display = ("joined_at", "car", "email", "status", "month", "offer_until", "order")
    list_filter = ("status", "model")
    list_select_related = ("order",)
    search_fields = ("email", "model", "order__number")
    fields = ("car", "build", "email", "user", "language", "status", "month", "joined_at", "offer_until", "order")
    worded = {"language": language_name}

    def get_queryset(self, request: HttpRequest) -> Any:
        return _named(super().get_queryset(request), OuterRef("model"))

    @admin.display(description=_("model"), ordering="model")
    def car(self, waiting: Waiting) -> str:
        return getattr(waiting, "car_name", "") or waiting.model
