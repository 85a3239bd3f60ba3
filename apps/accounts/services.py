"""Every write of the accounts app that allauth does not do itself."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from allauth.account.models import EmailAddress
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from apps.accounts.errors import TooManyAddresses, TooManyTokens
from apps.accounts.models import Address, ApiToken, User

# Tells a leaked key from other random text, for people and for secret scanners.
TOKEN_MARK = "kai_"  # noqa: S105  not a secret
SHOWN = 8
MAX_TOKENS = 20
MAX_ADDRESSES = 20
# Writing the moment of every call would make every read a write.
USE_IS_NOTED_EVERY = timedelta(hours=1)


def token_digest(token: str) -> str:
    """What is stored of a token: it has 256 random bits, so a fast hash without salt is enough."""
    return hashlib.sha256(token.encode()).hexdigest()


@transaction.atomic
def issue_token(
    *, user: User, name: str, scope: str = ApiToken.Scope.READ, expires_at: datetime | None = None
) -> tuple[ApiToken, str]:
    """A new token and its text, which is shown once and kept nowhere.

    Raises:
        TooManyTokens: the person has 20 live ones.
    """
    # Locked, so that two forms sent at once are counted one after the other.
    User.objects.select_for_update(no_key=True).get(pk=user.pk)
    if ApiToken.objects.for_user(user).count() >= MAX_TOKENS:
        raise TooManyTokens(extra={"limit": MAX_TOKENS})
    text = TOKEN_MARK + secrets.token_urlsafe(32)
    token = ApiToken.objects.create(
        user=user,
        name=name,
        prefix=text[:SHOWN],
        digest=token_digest(text),
        scope=scope,
        expires_at=expires_at,
    )
    return token, text


def revoke_token(*, token: ApiToken, now: datetime | None = None) -> bool:
    """Make the token useless at once; returns whether it was usable before."""
    return bool(ApiToken.objects.filter(pk=token.pk, revoked_at=None).update(revoked_at=now or timezone.now()))


def note_use(*, token: ApiToken, now: datetime | None = None) -> None:
    """Remember, to the hour, that the token is in use."""
    now = now or timezone.now()
    old = Q(last_used_at=None) | Q(last_used_at__lt=now - USE_IS_NOTED_EVERY)
    if token.last_used_at is None or token.last_used_at < now - USE_IS_NOTED_EVERY:
        ApiToken.objects.filter(old, pk=token.pk).update(last_used_at=now)


@dataclass(frozen=True, slots=True)
class AddressDetails:
    """What a person says about an address."""

    recipient: str
    phone: str
    province: str
    city: str
    street: str
    postcode: str = ""


@transaction.atomic
def add_address(*, user: User, details: AddressDetails, make_default: bool = False) -> Address:
    """Keep an address; the first one is the default.

    Raises:
        TooManyAddresses: the person has 20.
    """
    User.objects.select_for_update(no_key=True).get(pk=user.pk)
    count = Address.objects.for_user(user).count()
    if count >= MAX_ADDRESSES:
        raise TooManyAddresses(extra={"limit": MAX_ADDRESSES})
    address = Address.objects.create(user=user, **_fields(details))
    if make_default or count == 0:
        set_default_address(address=address)
    return address


@transaction.atomic
def change_address(*, address: Address, details: AddressDetails, make_default: bool = False) -> Address:
    """Write the new details over the old ones. Orders keep the address they were placed with."""
    Address.objects.filter(pk=address.pk).update(**_fields(details))
    if make_default:
        set_default_address(address=address)
    address.refresh_from_db()
    return address


@transaction.atomic
def set_default_address(*, address: Address) -> None:
    """Propose this address first from now on."""
    User.objects.select_for_update(no_key=True).get(pk=address.user_id)
    Address.objects.filter(user=address.user_id, is_default=True).exclude(pk=address.pk).update(is_default=False)
    Address.objects.filter(pk=address.pk).update(is_default=True)
    address.is_default = True


@transaction.atomic
def delete_address(*, address: Address) -> None:
    """Forget the address; where it was the default, the oldest of the others becomes it."""
    owner, was_default = address.user, address.is_default
    address.delete()
    heir = Address.objects.for_user(owner).first() if was_default else None
    if heir:
        set_default_address(address=heir)


def update_profile(*, user: User, name: str, phone: str, language: str) -> User:
    user.name, user.phone, user.language = name, phone, language
    user.save(update_fields=["name", "phone", "language"])
    return user


def has_verified_email(*, user: User) -> bool:
    """Whether the person has shown that the account's e-mail address is theirs."""
    return bool(EmailAddress.objects.filter(user=user, email=user.email, verified=True).exists())


def _fields(details: AddressDetails) -> dict[str, str]:
    return {name: getattr(details, name) for name in AddressDetails.__slots__}
