"""The signed-in person, typed."""

from typing import cast

from django.http import HttpRequest

from apps.accounts.models import User
from apps.common.requests import require_user, signed_in


def user_of(request: HttpRequest) -> User:
    """The signed-in person.

    Raises:
        PermissionDenied: nobody is signed in.
    """
    return cast("User", require_user(request))


def user_or_none(request: HttpRequest) -> User | None:
    """The signed-in person, or None for a guest."""
    return cast("User", request.user) if signed_in(request) else None
