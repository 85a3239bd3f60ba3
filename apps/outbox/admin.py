"""Events and what became of them; a dead letter is sent again from here."""

from typing import Any, cast

from django.contrib import admin, messages
from django.contrib.auth.models import PermissionsMixin
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from apps.common.errors import DomainError
from apps.common.looking import LookOnlyInline, LookOnlyPage
from apps.common.worded import facts
from apps.outbox import services, topics
from apps.outbox.models import Attempt, Delivery, Event, Subscription
from apps.outbox.services.delivering import REPLAY


@admin.register(Event)
class EventPage(LookOnlyPage):
    list_display = ("kind", "subject", "seq", "owner", "at")
    list_filter = ("stream__topic", "kind")
    list_select_related = ("stream", "owner")
    worded = {"kind": topics.word, "data": facts}
    search_fields = ("stream__subject", "uid")
    date_hierarchy = "at"

    @admin.display(description=_("subject"), ordering="stream__subject")
    def subject(self, row: Event) -> str:
        return row.stream.subject


@admin.register(Subscription)
class SubscriptionPage(LookOnlyPage):
    list_display = (
        "url",
        "user",
        "told_of",
        "every_event",
        "waiting",
        "dead",
        "failures",
        "paused_until",
        "deleted_at",
    )
    list_filter = ("every_event", ("deleted_at", admin.EmptyFieldListFilter))
    list_select_related = ("user",)
    search_fields = ("url", "user__email")
    empty_text = _("Programs that asked to be told of events are listed here.")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Subscription]:
        rows: QuerySet[Subscription] = super().get_queryset(request)
        return rows.annotate(
            waiting=Count("deliveries", filter=Q(deliveries__status="pending")),
            dead=Count("deliveries", filter=Q(deliveries__status="dead")),
        )

    @admin.display(description=_("topics"))
    def told_of(self, row: Subscription) -> str:
        return _(", ").join(topics.word(name) for name in row.topics)

    @admin.display(description=_("waiting deliveries"), ordering="waiting")
    def waiting(self, row: Any) -> int:
        return int(row.waiting)

    @admin.display(description=_("dead letters"), ordering="dead")
    def dead(self, row: Any) -> int:
        return int(row.dead)


class AttemptInline(LookOnlyInline):
    model = Attempt
    fields = ("number", "at", "took_ms", "answer")


@admin.register(Delivery)
class DeliveryPage(LookOnlyPage):
    list_display = ("kind", "subject", "subscription", "status", "attempts", "answer", "next_at", "delivered_at")
    list_filter = ("status", "event__kind")
    list_select_related = ("event", "stream", "subscription")
    search_fields = ("stream__subject", "subscription__url")
    inlines = (AttemptInline,)
    actions = ("replay",)

    @admin.display(description=_("event"), ordering="event__kind")
    def kind(self, row: Delivery) -> str:
        return topics.word(row.event.kind)

    @admin.display(description=_("subject"), ordering="stream__subject")
    def subject(self, row: Delivery) -> str:
        return row.stream.subject

    def has_replay_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(request.user.has_perm(REPLAY))

    @admin.action(description=_("Send dead letters again"), permissions=["replay"])
    def replay(self, request: HttpRequest, queryset: QuerySet[Delivery]) -> None:
        done = 0
        for delivery in queryset:
            try:
                services.replay(delivery=delivery, user=cast("PermissionsMixin", request.user))
            except DomainError as error:
                messages.warning(request, f"{delivery}: {error}")
            else:
                done += 1
        text = ngettext("%(count)s delivery is sent again.", "%(count)s deliveries are sent again.", done)
        messages.success(request, text % {"count": done})
