"""The back office of the stores: the network, and what a store does with its appointments.

Every change of an appointment goes through the services; the rows themselves cannot be edited.
"""

from collections.abc import Callable
from datetime import date
from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy
from unfold.admin import ModelAdmin, TabularInline
from unfold.contrib.filters.admin import RangeDateTimeFilter

from apps.accounts.requests import user_of
from apps.common.errors import DomainError
from apps.stores import services
from apps.stores.admin_forms import BayForm, ClosureForm
from apps.stores.forms import StoreAdminForm
from apps.stores.hours import text
from apps.stores.kinds import Service
from apps.stores.lifecycle import Party, Status
from apps.stores.models import Appointment, AppointmentEvent, Bay, City, Closure, Store, StoreStaff

Step = Callable[[Appointment], Appointment]


class BayServices:
    """What is done in a bay is ticked by who may change it, and in words for who may look."""

    readonly_fields = ("offered",)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        ticked = obj is None or self.has_change_permission(request, obj)  # type: ignore[attr-defined]  # it is the admin's
        return ["store", "number", "services" if ticked else "offered", "is_active"]

    @admin.display(description=pgettext_lazy("bay", "Services"))
    def offered(self, bay: Bay) -> str:
        return _(", ").join(str(Service(one).label) for one in bay.services)


class ClosureDays:
    """A closure's days, as its form has them."""

    @admin.display(description=gettext_lazy("First day"), ordering="days")
    def first_day(self, closure: Closure) -> date:
        return closure.first_day

    @admin.display(description=gettext_lazy("Last day"))
    def last_day(self, closure: Closure) -> date:
        return closure.last_day


class BayInline(BayServices, TabularInline):  # type: ignore[misc]
    model = Bay
    form = BayForm
    extra = 0

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """The store is the page's own."""
        return super().get_fields(request, obj)[1:]


class StaffInline(TabularInline):  # type: ignore[misc]
    model = StoreStaff
    extra = 0
    autocomplete_fields = ["user"]


class ClosureInline(ClosureDays, TabularInline):  # type: ignore[misc]
    model = Closure
    form = ClosureForm
    fields = ("first_day", "last_day", "reason_en", "reason_zh")
    extra = 0


@admin.register(City)
class CityAdmin(ModelAdmin):  # type: ignore[misc]
    list_display = ["name_en", "name_zh", "province", "population"]
    list_filter = ["province"]
    search_fields = ["name_en", "name_zh", "slug"]
    exclude = ["grams"]


@admin.register(Store)
class StoreAdmin(ModelAdmin):  # type: ignore[misc]
    form = StoreAdminForm
    list_display = ["code", "name_en", "name_zh", "kind", "city", "province", "confirms_at_once", "is_active"]
    list_filter = ["kind", "province", "confirms_at_once", "is_active"]
    list_select_related = ["city"]
    search_fields = ["search_text"]
    autocomplete_fields = ["city"]
    readonly_fields = ["offered"]
    inlines = [BayInline, ClosureInline, StaffInline]
    show_full_result_count = False

    @admin.display(description=gettext_lazy("Opening hours"))
    def opening(self, store: Store) -> str:
        """For who may look and not change."""
        return text(store.spans)

    @admin.display(description=gettext_lazy("services"))
    def offered(self, store: Store) -> str:
        return ", ".join(name for _code, name in store.service_names) or "–"

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """What a store offers follows from its bays."""
        super().save_related(request, form, formsets, change)
        services.refresh_services(store=form.instance)

    def view_on_site(self, store: Store) -> str:
        from django.urls import reverse

        return reverse("stores:detail", args=[store.code])


@admin.register(Bay)
class BayAdmin(BayServices, ModelAdmin):  # type: ignore[misc]
    form = BayForm
    list_display = ["store", "number", "offered", "is_active"]
    list_select_related = ["store"]
    search_fields = ["store__code"]
    autocomplete_fields = ["store"]
    show_full_result_count = False

    def save_model(self, request: HttpRequest, obj: Bay, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        services.refresh_services(store=obj.store)


@admin.register(Closure)
class ClosureAdmin(ClosureDays, ModelAdmin):  # type: ignore[misc]
    form = ClosureForm
    fields = ["store", "first_day", "last_day", "reason_en", "reason_zh"]
    list_display = ["store", "first_day", "last_day", "reason_en", "reason_zh"]
    list_select_related = ["store"]
    search_fields = ["store__code", "reason_en", "reason_zh"]
    autocomplete_fields = ["store"]


class EventInline(TabularInline):  # type: ignore[misc]
    model = AppointmentEvent
    extra = 0
    can_delete = False
    fields = ["seq", "before", "after", "party", "who", "reason", "at"]
    readonly_fields = fields

    @admin.display(description=gettext_lazy("user"))
    def who(self, row: AppointmentEvent) -> str:
        return str(row.actor or "–")

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Appointment)
class AppointmentAdmin(ModelAdmin):  # type: ignore[misc]
    list_display = ["starts", "service", "status", "store", "bay", "name", "phone", "reference"]
    list_filter = ["status", "service", ("created_at", RangeDateTimeFilter), "store__kind"]
    list_filter_submit = True
    list_select_related = ["store", "bay"]
    search_fields = ["=id", "store__code", "name", "phone", "email", "reference"]
    inlines = [EventInline]
    actions = [
        "accept",
        "decline",
        "check_in",
        "start",
        "ask",
        "to_check",
        "make_ready",
        "complete",
        "no_show",
        "cancel",
    ]
    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Rows change by actions alone, for those who may act for stores."""
        return False

    def has_run_permission(self, request: HttpRequest) -> bool:
        return user_of(request).has_perm("stores.run_store")

    @admin.display(description=gettext_lazy("begins"), ordering="during")
    def starts(self, row: Appointment) -> str:
        """By the store's own clock."""
        return date_format(row.starts_at.astimezone(row.store.zone), "SHORT_DATETIME_FORMAT")

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        names: list[str] = super().get_fields(request, obj)
        return ["starts" if name == "during" else name for name in names if name != "starts"]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return [*super().get_readonly_fields(request, obj), "starts"]

    def _each(self, request: HttpRequest, chosen: "QuerySet[Appointment]", step: Step) -> None:
        """One transaction each: what is refused does not hold up the others, and says why."""
        done = 0
        for mine in chosen.select_related("store"):
            try:
                step(mine)
            except DomainError as error:
                self.message_user(request, f"{mine}: {error}", messages.ERROR)
            else:
                done += 1
        if done:
            text = ngettext("%(number)d appointment changed.", "%(number)d appointments changed.", done)
            self.message_user(request, text % {"number": done}, messages.SUCCESS)

    @admin.action(description=gettext_lazy("Accept"), permissions=["run"])
    def accept(self, request: HttpRequest, chosen: "QuerySet[Appointment]") -> None:
        self._each(request, chosen, lambda mine: services.accept(mine, actor=user_of(request)))

    @admin.action(description=gettext_lazy("Decline"), permissions=["run"])
    def decline(self, request: HttpRequest, chosen: "QuerySet[Appointment]") -> None:
        reason = _("declined in the back office")
        self._each(request, chosen, lambda mine: services.decline(mine, actor=user_of(request), reason=reason))

    @admin.action(description=gettext_lazy("Customer is there"), permissions=["run"])
    def check_in(self, request: HttpRequest, chosen: "QuerySet[Appointment]") -> None:
        self._each(request, chosen, lambda mine: services.arrive(mine, actor=user_of(request)))

    def _step(self, request: HttpRequest, chosen: "QuerySet[Appointment]", to: Status) -> None:
        self._each(request, chosen, lambda mine: services.move_on(mine, to, actor=user_of(request)))

    @admin.action(description=gettext_lazy("Begin work"), permissions=["run"])
    def start(self, request: HttpRequest, chosen: "QuerySet[Appointment]") -> None:
        self._step(request, chosen, Status.IN_SERVICE)

    @admin.action(description=gettext_lazy("Wait for the customer's approval"), permissions=["run"])
    def ask(self, request: HttpRequest, chosen: "QuerySet[Appointment]") -> None:
        self._step(request, chosen, Status.AWAITING_APPROVAL)

    @admin.action(description=gettext_lazy("Hand to quality check"), permissions=["run"])
    def to_check(self, request: HttpRequest, chosen: "QuerySet[Appointment]") -> None:
        self._step(request, chosen, Status.QUALITY_CHECK)

    @admin.action(description=pgettext_lazy("appointment", "Ready"), permissions=["run"])
    def make_ready(self, request: HttpRequest, chosen: "QuerySet[Appointment]") -> None:
        self._step(request, chosen, Status.READY)

    @admin.action(description=gettext_lazy("Complete"), permissions=["run"])
    def complete(self, request: HttpRequest, chosen: "QuerySet[Appointment]") -> None:
        self._each(request, chosen, lambda mine: services.complete(mine, actor=user_of(request)))

    @admin.action(description=gettext_lazy("Nobody came"), permissions=["run"])
    def no_show(self, request: HttpRequest, chosen: "QuerySet[Appointment]") -> None:
        self._each(request, chosen, lambda mine: services.mark_no_show(mine, actor=user_of(request)))

    @admin.action(description=gettext_lazy("Cancel for the store"), permissions=["run"])
    def cancel(self, request: HttpRequest, chosen: "QuerySet[Appointment]") -> None:
        self._each(request, chosen, lambda mine: services.cancel(mine, by=Party.STORE, actor=user_of(request)))


@admin.register(AppointmentEvent)
class AppointmentEventAdmin(ModelAdmin):  # type: ignore[misc]
    list_display = ["appointment", "seq", "before", "after", "party", "who", "at"]
    fields = ["appointment", "seq", "before", "after", "party", "who", "reason", "at"]
    list_filter = ["after", "party"]
    list_select_related = ["appointment__store", "actor"]
    search_fields = ["=appointment__id"]

    @admin.display(description=gettext_lazy("user"))
    def who(self, row: AppointmentEvent) -> str:
        return str(row.actor or "–")

    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
