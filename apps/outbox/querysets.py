"""Every reusable read of the outbox."""

from datetime import datetime
from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Exists, F, OuterRef, Q

if TYPE_CHECKING:
    from apps.outbox.models import Delivery, Stream, Subscription  # noqa: F401  named in strings


class StreamQuerySet(models.QuerySet["Stream"]):
    def waiting(self) -> Self:
        """Those with events that were not passed on yet."""
        return self.filter(relayed__lt=F("last"))


class SubscriptionQuerySet(models.QuerySet["Subscription"]):
    def active(self) -> Self:
        return self.filter(deleted_at=None)

    def for_user(self, user_id: int) -> Self:
        """A client's own, newest first."""
        return self.active().filter(user=user_id)


class DeliveryQuerySet(models.QuerySet["Delivery"]):
    def due(self, now: datetime) -> Self:
        """What can be sent now: nothing in front of it in its stream, and its subscriber not at rest."""
        before = self.model.objects.filter(
            subscription=OuterRef("subscription"), stream=OuterRef("stream"), seq__lt=OuterRef("seq"), status="pending"
        )
        awake = Q(subscription__paused_until=None) | Q(subscription__paused_until__lte=now)
        rows = self.filter(awake, status="pending", next_at__lte=now, subscription__deleted_at=None)
        return rows.filter(~Exists(before))
