"""How often one caller may call."""

from typing import Any

from rest_framework.throttling import AnonRateThrottle, ScopedRateThrottle, UserRateThrottle


class AnonymousRate(AnonRateThrottle):
    scope = "anonymous"


class RareRate(ScopedRateThrottle):
    """For what sends mail or takes a place: ``rare`` of ``DEFAULT_THROTTLE_RATES`` for each caller."""

    scope_attr = "rare_scope"

    def allow_request(self, request: Any, view: Any) -> bool:
        view.rare_scope = "rare"
        return super().allow_request(request, view)


class UserRate(UserRateThrottle):
    scope = "user"

    def get_cache_key(self, request: Any, view: Any) -> str | None:
        """Guests are counted by ``AnonymousRate`` alone."""
        return super().get_cache_key(request, view) if request.user and request.user.is_authenticated else None
