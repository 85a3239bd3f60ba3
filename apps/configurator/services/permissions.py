"""What staff may do to a car's configurator."""

from typing import TYPE_CHECKING

from apps.common.errors import NotAllowed

if TYPE_CHECKING:
    from apps.accounts.models import User

ASK, APPROVE = "configurator.add_publication", "configurator.approve_publication"


def may(user: "User | None", permission: str) -> bool:
    """Whether somebody of the staff has the permission."""
    return user is not None and user.is_staff and user.has_perm(permission)


def require_permission(user: "User | None", permission: str) -> None:
    """Refuse whoever may not.

    Raises:
        NotAllowed
    """
    if not may(user, permission):
        raise NotAllowed
