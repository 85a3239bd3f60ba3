"""Every reusable read of messages."""

from datetime import datetime
from typing import TYPE_CHECKING, Self

from django.db import models

from apps.messaging.kinds import State

if TYPE_CHECKING:
    from apps.messaging.models import Message  # noqa: F401  named in the quoted base below


class MessageQuerySet(models.QuerySet["Message"]):
    def about(self, reference: str) -> Self:
        return self.filter(reference=reference)

    def due(self, now: datetime) -> Self:
        return self.filter(state=State.DUE, next_at__lte=now)

    def without_text(self) -> Self:
        """The log alone: what was written stays where it is."""
        return self.defer("text", "html", "files", "data")
