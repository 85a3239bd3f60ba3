"""The back office: unfold's admin site under a content policy of its own."""

from collections.abc import Callable
from typing import Any

from django.utils.csp import CSP
from django.views.decorators.csp import csp_override
from unfold.sites import UnfoldAdminSite

# Unfold's interface is built on Alpine, which evaluates expressions in attributes; the policy is looser here and
# nowhere else.
ADMIN_CSP: dict[str, Any] = {
    "default-src": [CSP.NONE],
    "script-src": [CSP.SELF, CSP.UNSAFE_INLINE, CSP.UNSAFE_EVAL],
    "style-src": [CSP.SELF, CSP.UNSAFE_INLINE],
    "img-src": [CSP.SELF, "data:"],
    "font-src": [CSP.SELF],
    "connect-src": [CSP.SELF],
    "form-action": [CSP.SELF],
    "base-uri": [CSP.NONE],
    "frame-ancestors": [CSP.SELF],
}


class BackOffice(UnfoldAdminSite):  # type: ignore[misc]  # it has no types
    """Every view of the site, the login page included, carries ``ADMIN_CSP``."""

    empty_value_display = "–"  # as everywhere else in the shop

    def admin_view(self, view: Callable[..., Any], cacheable: bool = False) -> Callable[..., Any]:
        guarded: Callable[..., Any] = csp_override(ADMIN_CSP)(super().admin_view(view, cacheable))
        return guarded

    def login(self, request: Any, extra_context: Any = None) -> Any:
        return csp_override(ADMIN_CSP)(super().login)(request, extra_context)
