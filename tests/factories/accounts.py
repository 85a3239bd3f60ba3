"""People for tests."""

from itertools import count
from typing import Any

from allauth.account.models import EmailAddress

from apps.accounts.models import Address, ApiToken, User
from apps.accounts.services import AddressDetails, add_address, issue_token

PASSWORD = "correct-horse-battery"
_numbers = count(1)


def make_user(email: str = "", *, verified: bool = True, **fields: Any) -> User:
    """A customer whose e-mail is confirmed unless said otherwise."""
    email = email or f"person{next(_numbers)}@example.com"
    user = User.objects.create_user(email, PASSWORD, **fields)
    EmailAddress.objects.create(user=user, email=user.email, verified=verified, primary=True)
    return user


def make_staff(email: str = "", *, permissions: tuple[str, ...] = (), **fields: Any) -> User:
    """Somebody of the company with these permissions, such as ``orders.view_order``."""
    from django.contrib.auth.models import Permission

    user = make_user(email, is_staff=True, **fields)
    for name in permissions:
        label, codename = name.split(".")
        user.user_permissions.add(Permission.objects.get(content_type__app_label=label, codename=codename))
    return user


def make_address(user: User, **fields: str) -> Address:
    facts = {"recipient": "Li Lei", "phone": "13800138000", "province": "Shanghai", "city": "Shanghai"}
    details = AddressDetails(**(facts | {"street": f"Century Avenue {next(_numbers)}"} | fields))
    return add_address(user=user, details=details)


def make_token(user: User, scope: str = "read", **fields: Any) -> tuple[ApiToken, str]:
    return issue_token(user=user, name="Script", scope=scope, **fields)
