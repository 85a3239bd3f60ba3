"""How often one caller may call."""

from typing import Any

from rest_framework.throttling import AnonRateThrottle, UserRateThrottle


class AnonymousRate(AnonRateThrottle):
    scope = "anonymous"


class UserRate(UserRateThrottle):
    scope = "user"

    def get_cache_key(self, request: Any, view: Any) -> str | None:
        """Guests are counted by ``AnonymousRate`` alone."""
        return super().get_cache_key(request, view) if request.user and request.user.is_authenticated else None
