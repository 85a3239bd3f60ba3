"""Publish without a second person: the way in for demo data and for tests, and for nothing else.

Only ``demo`` may import this (a contract in ``pyproject.toml``): people publish through ``services.publications``.
"""

from dataclasses import asdict
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone

from apps.configurator.documents import digest, read
from apps.configurator.models import Configurator, ConfiguratorVersion, Publication
from apps.configurator.services.checking import CLICKS, check
from apps.configurator.services.freezing import check_rows, draft
from apps.configurator.services.releasing import point_to, snapshot

if TYPE_CHECKING:
    from django.contrib.auth.models import AbstractBaseUser


def publish(
    *, configurator: Configurator, by: "AbstractBaseUser | None" = None, clicks: int = CLICKS
) -> ConfiguratorVersion:
    """Publish the draft at once and without a second person.

    The same checks and the same last step as ``publications``, in this process; ``clicks``: after how many random ones
    per set of rules the solvers are asked the same. An unchanged draft is the version it already is.

    Raises:
        CannotPublish: a rule that makes no sense, no buildable car, a dead standard option; it names all of them.
    """
    text = draft(configurator)
    sha256 = digest(text)
    asked = timezone.now()
    current = Configurator.objects.select_related("current").get(pk=configurator.pk).current
    if current is not None and current.sha256 == sha256:
        return current
    check_rows(text)
    report = check(read(text), fallback=True, apart=False, clicks=clicks)  # seconds, so before anything is locked
    with transaction.atomic():
        locked = Configurator.objects.select_for_update().get(pk=configurator.pk)
        if locked.current is not None and locked.current.sha256 == sha256:
            return locked.current  # somebody else has just published the same
        version = snapshot(configurator=locked, text=text, report=asdict(report), by=by)
        point_to(locked, version)
        Publication.objects.create(
            configurator=locked,
            state=Publication.State.PUBLISHED,
            direct=True,
            document=text,
            sha256=sha256,
            asked_by_id=by.pk if by is not None else None,
            asked_at=asked,
            percent=100,
            report=version.report,
            checked_at=version.published_at,
            decided_at=version.published_at,
            version=version,
        )
    return version
