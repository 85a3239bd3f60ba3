"""The log of messages. Who may see that something was sent need not see what."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from unfold.admin import ModelAdmin

from apps.common.worded import Worded, language_name
from apps.messaging import composers
from apps.messaging.kinds import State
from apps.messaging.models import Message

READ_TEXT = "messaging.read_message_text"


@admin.register(Message)
class MessageAdmin(Worded, ModelAdmin):  # type: ignore[misc]
    worded = {"kind": composers.title, "language": language_name}
    list_display = ["created_at", "kind", "channel", "recipient", "about", "state", "why", "sent_at"]
    list_filter = ["state", "channel", "topic", "kind", "language"]
    search_fields = ["=reference", "=recipient", "=key"]
    show_full_result_count = False
    actions = ["send_again"]

    def get_queryset(self, request: HttpRequest) -> "QuerySet[Message]":
        found: QuerySet[Message] = super().get_queryset(request)
        return found.defer("text", "html", "files", "data")

    @admin.display(description=gettext_lazy("reference"), ordering="reference")
    def about(self, message: Message) -> str:
        """An order by its number; what has none is known by a few of its id's digits, as in addresses."""
        return message.reference.partition("-")[0] or "–"

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        log = ["kind", "channel", "recipient", "user", "reference", "topic", "language", "zone", "state", "why"]
        log += ["attempts", "error", "created_at", "next_at", "expires_at", "sent_at", "provider_id", "key"]
        return self.in_words([*log, "subject", "text"] if request.user.has_perm(READ_TEXT) else log)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return self.get_fields(request, obj)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Rows change by the action alone."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_resend_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("messaging.change_message")

    @admin.action(description=gettext_lazy("Try again"), permissions=["resend"])
    def send_again(self, request: HttpRequest, chosen: "QuerySet[Message]") -> None:
        """Only what could not be sent: nobody gets the same twice."""
        rows = Message.objects.filter(pk__in=chosen.values("pk"), state=State.FAILED)
        number = rows.update(state=State.DUE, attempts=0, next_at=timezone.now())
        text = ngettext("%(number)d message is tried again.", "%(number)d messages are tried again.", number)
        self.message_user(
            request, text % {"number": number} if number else _("Only failed ones are tried again."), messages.INFO
        )
