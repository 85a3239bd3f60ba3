"""Reads of people's own things: always asked of the person."""

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q

if TYPE_CHECKING:
    from apps.accounts.models import Address, ApiToken, User  # noqa: F401


class AddressQuerySet(models.QuerySet["Address"]):
    def for_user(self, user: "User") -> "AddressQuerySet":
        """The person's own addresses, the default one first."""
        return self.filter(user=user).order_by("-is_default", "pk")


class ApiTokenQuerySet(models.QuerySet["ApiToken"]):
    def for_user(self, user: "User") -> "ApiTokenQuerySet":
        """The person's tokens that were not revoked, newest first."""
        return self.filter(user=user, revoked_at=None).order_by("-pk")

    def usable(self, now: datetime) -> "ApiTokenQuerySet":
        """Tokens that still open the door at ``now``, of people who still may come in."""
        alive = Q(expires_at=None) | Q(expires_at__gt=now)
        return self.filter(alive, revoked_at=None, user__is_active=True)
