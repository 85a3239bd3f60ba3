"""Types of requests, and who is asking."""

from typing import TYPE_CHECKING, cast

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails

if TYPE_CHECKING:
    from django.contrib.auth.models import AbstractBaseUser


class HtmxRequest(HttpRequest):
    """A request that passed the htmx middleware, as every one does here."""

    htmx: HtmxDetails


def is_htmx(request: HttpRequest) -> bool:
    """Whether htmx asks for a fragment; a boosted or restored page is a page."""
    details = cast("HtmxRequest", request).htmx
    return bool(details) and not details.boosted and not details.history_restore_request


def signed_in(request: HttpRequest) -> bool:
    return bool(getattr(request.user, "is_authenticated", False))


def require_user(request: HttpRequest) -> "AbstractBaseUser":
    """The signed-in user.

    Raises:
        PermissionDenied: nobody is signed in; a view that can say so nicely uses ``login_required`` first.
    """
    if not signed_in(request):
        raise PermissionDenied
    return cast("AbstractBaseUser", request.user)
