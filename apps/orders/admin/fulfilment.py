"""Steps, timers and work items; a parked step is tried again from here."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.safestring import SafeString
from django.utils.timesince import timesince
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext, pgettext_lazy
from unfold.admin import ModelAdmin

from apps.accounts.requests import user_of
from apps.common.errors import DomainError
from apps.common.worded import facts
from apps.orders import queues, services, wording
from apps.orders.admin import words
from apps.orders.admin.base import LookOnlyPage, TriedAgain
from apps.orders.admin.payouts import link_to_payout
from apps.orders.models import FulfilmentStep, PartnerBehaviour, PartnerJob, Promise, Timer, Transition, WorkItem
from apps.orders.models.partners import PERCENT
from apps.orders.services.matching import explain


@admin.register(FulfilmentStep)
class StepPage(TriedAgain, LookOnlyPage):
    list_display = (
        "order",
        "kind",
        "direction",
        "status",
        "attempts",
        "age",
        "upcoming",
        "calling_until",
        "done_at",
        "error",
    )
    list_filter = ("status", "kind", "direction", "round")
    list_select_related = ("order",)
    search_fields = ("order__number",)
    date_hierarchy = "created_at"
    actions = ("retry",)
    worded = {"direction": words.direction, "error": wording.cause, "result": facts}

    @admin.display(description=_("age"), ordering="created_at")
    def age(self, row: FulfilmentStep) -> str:
        """How long it has been there, until it was done."""
        return timesince(row.created_at, row.done_at)

    def has_retry_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(request.user.has_perm("orders.advance_order"))

    @admin.action(description=_("Try parked steps again"), permissions=["retry"])
    def retry(self, request: HttpRequest, queryset: QuerySet[FulfilmentStep]) -> None:
        done = 0
        for step in queryset.select_related("order"):
            try:
                services.retry_step(step=step, user=user_of(request))
            except DomainError as error:
                messages.warning(request, f"{step}: {error}")
            else:
                done += 1
        text = ngettext("%(count)s step is tried again.", "%(count)s steps are tried again.", done)
        messages.success(request, text % {"count": done})


@admin.register(Timer)
class TimerPage(LookOnlyPage):
    list_display = ("order", "kind", "due_at", "done_at")
    list_filter = ("kind", ("done_at", admin.EmptyFieldListFilter))
    list_select_related = ("order",)
    search_fields = ("order__number",)


@admin.register(Transition)
class TransitionPage(LookOnlyPage):
    list_display = ("order", "seq", "source", "target", "actor", "user", "reason", "at")
    list_filter = ("target", "actor")
    worded = {"actor": words.actor, "reason": words.reason}
    list_select_related = ("order", "user")
    search_fields = ("order__number", "reason")
    date_hierarchy = "at"


@admin.register(PartnerJob)
class PartnerJobPage(LookOnlyPage):
    list_display = ("partner", "work", "number", "started_at", "cancelled_at", "repeats")
    list_filter = ("partner",)
    search_fields = ("key",)
    worded = {"partner": words.partner, "facts": facts}
    fields = ("partner", "work", "number", "facts", "started_at", "cancelled_at", "repeats")

    def get_queryset(self, request: HttpRequest) -> QuerySet[PartnerJob]:
        return PartnerJob.objects.with_order_number()

    @admin.display(description=_("step"))
    def work(self, job: PartnerJob) -> str:
        return str(job)

    @admin.display(description=_("order"))
    def number(self, job: Any) -> str:
        return job.order_number or "–"


@admin.register(Promise)
class PromisePage(LookOnlyPage):
    list_display = ("order", "first_at", "last_at", "expected_at", "credited", "position", "matched_at")
    list_filter = ("why", "order__status")
    list_select_related = ("order",)
    search_fields = ("order__number", "build")
    date_hierarchy = "last_at"

    @admin.display(description=pgettext_lazy("matching", "position"))
    def position(self, row: Promise) -> str:
        return explain(row, None)


@admin.register(PartnerBehaviour)
class PartnerBehaviourPage(ModelAdmin):  # type: ignore[misc]  # it has no types
    """How the simulated partners behave; real ones are not moved by it."""

    list_display = ("partner", *PERCENT, "delay_ms")


class RoleFilter(admin.SimpleListFilter):
    """Who must act."""

    title, parameter_name = _("whose turn it is"), "role"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Any:
        return queues.Role.choices

    def queryset(self, request: HttpRequest, queryset: QuerySet[WorkItem]) -> QuerySet[WorkItem]:
        role = self.value()
        return queues.of_role(queryset, role) if role in queues.Role.values else queryset


class OverdueFilter(admin.SimpleListFilter):
    title, parameter_name = _("overdue"), "overdue"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Any:
        return [("yes", _("Overdue"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[WorkItem]) -> QuerySet[WorkItem]:
        late = queryset.filter(closed_at=None, due__lt=timezone.now())  # type: ignore[misc]  # annotated by queues
        return late if self.value() == "yes" else queryset


class OpenFilter(admin.SimpleListFilter):
    """What is still to be done, unless somebody asks for the rest."""

    title, parameter_name = pgettext_lazy("work item", "state"), "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Any:
        return [("closed", pgettext_lazy("work item", "Closed")), ("all", _("All"))]

    def choices(self, changelist: Any) -> Any:
        """Django's choice for no choice reads "All"."""
        first, *rest = super().choices(changelist)
        return [{**first, "display": pgettext_lazy("work item", "Open")}, *rest]

    def queryset(self, request: HttpRequest, queryset: QuerySet[WorkItem]) -> QuerySet[WorkItem]:
        if self.value() == "all":
            return queryset
        return queryset.filter(closed_at__isnull=self.value() != "closed")


@admin.register(WorkItem)
class WorkItemPage(LookOnlyPage):
    list_display = ("told", "order", "kind", "role", "due", "owner", "payout_link")
    fields = ("told", "order", "payout_link", "kind", "role", "due", "owner", "created_at", "closed_at")
    readonly_fields = fields
    list_filter = (OpenFilter, RoleFilter, OverdueFilter, "kind")
    list_select_related = ("order", "owner", "payout")
    search_fields = ("order__number", "text")
    search_help_text = _("Order number, or words of the English text and of what people wrote")
    actions = ("take", "close")

    def get_queryset(self, request: HttpRequest) -> Any:
        """``due`` is no column of the table: it has to be there before anybody orders by it."""
        return queues.with_due(WorkItem.objects.all()).order_by(*self.get_ordering(request))

    def get_ordering(self, request: HttpRequest) -> tuple[str, ...]:
        return ("due", "pk")

    @admin.display(description=_("text"), ordering="text")
    def told(self, item: WorkItem) -> str:
        return wording.of(item)

    @admin.display(description=WorkItem._meta.get_field("payout").verbose_name)
    def payout_link(self, item: WorkItem) -> SafeString | str:
        return link_to_payout(item.payout) if item.payout else "–"

    @admin.display(description=_("whose turn it is"))
    def role(self, item: WorkItem) -> str:
        return str(queues.queue_of(item.kind).role.label)

    @admin.display(description=_("due"), ordering="due")
    def due(self, item: Any) -> str:
        return date_format(timezone.localtime(item.due), "SHORT_DATETIME_FORMAT")

    @admin.action(description=_("It is mine"), permissions=["work"])
    def take(self, request: HttpRequest, queryset: QuerySet[WorkItem]) -> None:
        for item in queryset:
            services.take_work_item(item=item, user=user_of(request))
        messages.success(request, _("Done."))

    def has_work_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(request.user.has_perm("orders.advance_order"))

    @admin.action(description=_("Close"), permissions=["work"])
    def close(self, request: HttpRequest, queryset: QuerySet[WorkItem]) -> None:
        done = 0
        for item in queryset:
            try:
                services.close_work_item(item=item, user=user_of(request))
            except DomainError as error:
                messages.warning(request, f"{item}: {error}")
            else:
                done += 1
        if done:
            messages.success(request, _("Done."))
