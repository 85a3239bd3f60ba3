"""A person's own saved cars: name one, take one off the list, bring along what was saved before signing in."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import ProtectedError

from apps.configurator.errors import NotConfigurable, NotYours, UnknownMarket
from apps.configurator.models import Build
from apps.configurator.services.builds import BuildQuote, quote_build
from apps.configurator.services.sessions import OpenSession, open_session

if TYPE_CHECKING:
    from django.contrib.auth.models import AbstractBaseUser


@transaction.atomic
def rename_build(*, code: str, user: "AbstractBaseUser", name: str) -> Build:
    """Give an own build a name; an empty one takes it away.

    Raises:
        NotYours: the user has no such build (whether or not somebody else has).
    """
    build = _own(code, user)
    build.name = name.strip()
    build.save(update_fields=["name"])
    return build


def forget_build(*, code: str, user: "AbstractBaseUser") -> None:
    """Delete an own build. One that lies in a basket or was ordered stays for the order, without its owner and name.

    Raises:
        NotYours: the user has no such build.
    """
    with transaction.atomic():
        build = _own(code, user)
        try:
            with transaction.atomic():
                build.delete()
        except ProtectedError:
            Build.objects.filter(pk=build.pk).update(user=None, name="")


@transaction.atomic
def adopt_builds(*, user: "AbstractBaseUser", codes: Iterable[str]) -> int:
    """Put a guest's builds on the user's list; those that belong to somebody stay theirs. Returns how many."""
    return Build.objects.filter(code__in=list(codes), user__isnull=True).update(user_id=user.pk)


def quote_builds(builds: Sequence[Build]) -> list[BuildQuote]:
    """``quote_build`` for many: each car's current version is opened once."""
    sessions: dict[tuple[str, str], OpenSession | None] = {}
    quotes = []
    for build in builds:
        key = (build.car_model.slug, build.market)
        if key not in sessions:
            try:
                sessions[key] = open_session(*key)
            except (NotConfigurable, UnknownMarket):
                sessions[key] = None
        quotes.append(quote_build(build, sessions[key]))
    return quotes


def _own(code: str, user: "AbstractBaseUser") -> Build:
    build = Build.objects.select_for_update().for_user(user).filter(code=code).first()
    if build is None:
        raise NotYours
    return build
