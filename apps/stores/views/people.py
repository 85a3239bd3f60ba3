"""Who is asking."""

from typing import cast

from django.http import HttpRequest

from apps.accounts.models import User
from apps.common.requests import signed_in


def person(request: HttpRequest) -> User | None:
    """The signed-in user, or None for a guest."""
    return cast("User", request.user) if signed_in(request) else None
