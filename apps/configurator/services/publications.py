"""Asking for a publication, and what somebody else decides about it.

The work between the two is a worker's (``services.checking``); the row is all that both sides share. Every function
checks the permission itself: a button that is hidden is not a refusal. Locks are taken in one order: the car's
configurator, then its publication.
"""

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone

from apps.common.doorbell import ring
from apps.common.errors import NotAllowed
from apps.configurator.documents import digest
from apps.configurator.errors import (
    AnotherPublicationOpen,
    NotDecidable,
    NothingToPublish,
    OwnPublication,
    PublicationNeedsReason,
)
from apps.configurator.models import Configurator, ConfiguratorVersion, Publication
from apps.configurator.services.freezing import check_rows, draft
from apps.configurator.services.permissions import APPROVE, ASK, may, require_permission
from apps.configurator.services.releasing import point_to, snapshot

if TYPE_CHECKING:
    from apps.accounts.models import User

State = Publication.State


def request_publication(
    *, configurator: Configurator, by: "User", restores: ConfiguratorVersion | None = None
) -> Publication:
    """Freeze the draft as it is now (or an earlier version, to be on sale again) and let a worker check it.

    Asked twice for the same, there is one request.

    Raises:
        NotAllowed: without the permission to ask.
        CannotPublish: rows of the draft do not fit together; it names all of them.
        NothingToPublish: that is what is on sale.
        AnotherPublicationOpen: something else is being published for this car.
    """
    require_permission(by, ASK)
    if restores is None:
        check_rows(draft(configurator))
    with transaction.atomic():
        locked = Configurator.objects.select_for_update().get(pk=configurator.pk)
        text = draft(locked) if restores is None else _document_of(locked, restores)
        sha256 = digest(text)
        if locked.current_id and locked.versions.filter(pk=locked.current_id, sha256=sha256).exists():
            raise NothingToPublish
        under_way = Publication.objects.filter(configurator=locked, state__in=Publication.OPEN).first()
        if under_way is not None and under_way.sha256 != sha256:
            raise AnotherPublicationOpen(extra={"publication": under_way.pk})
        if under_way is not None:
            return under_way
        made = Publication.objects.create(
            configurator=locked,
            document=text,
            sha256=sha256,
            restores=restores,
            asked_by=by,
            asked_at=timezone.now(),
        )
        _ring()
    return made


def go_on_in_fallback(*, publication: Publication, by: "User") -> Publication:
    """Publish rules that do not compile all the same: solvers will answer, exactly but slowly.

    Raises:
        NotAllowed, NotDecidable: only what was found too large goes on like this.
    """
    require_permission(by, ASK)
    with transaction.atomic():
        locked = _lock(publication)
        _require_state(locked, State.TOO_LARGE)
        locked.state, locked.fallback = State.QUEUED, True
        locked.percent, locked.attempts, locked.detail = 0, 0, {}
        locked.save(update_fields=["state", "fallback", "percent", "attempts", "detail"])
        _ring()
    return locked


def approve(*, publication: Publication, by: "User") -> ConfiguratorVersion:
    """Put what was checked on sale: one transaction moves the pointer, whatever the draft says by now.

    Raises:
        NotAllowed: without the permission to approve. OwnPublication: who asked does not approve.
        NotDecidable: it is not waiting (any more), for instance because somebody else has decided.
    """
    require_permission(by, APPROVE)
    with transaction.atomic():
        locked = _lock(publication)
        _require_state(locked, State.WAITING)
        if locked.asked_by_id == by.pk:
            raise OwnPublication
        version = locked.restores or snapshot(
            configurator=locked.configurator, text=locked.document, report=locked.report, by=locked.asked_by
        )
        point_to(locked.configurator, version)
        locked.state, locked.version = State.PUBLISHED, version
        locked.approved_by = locked.decided_by = by
        locked.decided_at = timezone.now()
        locked.save(update_fields=["state", "version", "approved_by", "decided_by", "decided_at"])
    return version


def refuse(*, publication: Publication, by: "User", reason: str) -> Publication:
    """Say no, and why.

    Raises:
        NotAllowed, OwnPublication: who asked cancels instead. NotDecidable. PublicationNeedsReason.
    """
    require_permission(by, APPROVE)
    if not reason.strip():
        raise PublicationNeedsReason(field="reason")
    with transaction.atomic():
        locked = _lock(publication)
        _require_state(locked, State.WAITING)
        if locked.asked_by_id == by.pk:
            raise OwnPublication
        return _end(locked, State.REFUSED, by, reason.strip()[:500])


def cancel(*, publication: Publication, by: "User") -> Publication:
    """Take a request back; a compile that is under way stops within a second or two.

    Raises:
        NotAllowed: neither who asked nor somebody who may approve. NotDecidable: it is decided.
    """
    if not (may(by, ASK) and publication.asked_by_id == by.pk) and not may(by, APPROVE):
        raise NotAllowed
    with transaction.atomic():
        locked = _lock(publication)
        _require_state(locked, *Publication.OPEN)
        return _end(locked, State.CANCELLED, by, "")


def _document_of(configurator: Configurator, version: ConfiguratorVersion) -> str:
    if version.configurator_id != configurator.pk:
        raise NotAllowed
    return version.document


def _lock(publication: Publication) -> Publication:
    configurator = Configurator.objects.select_for_update().get(pk=publication.configurator_id)
    locked = Publication.objects.select_for_update().get(pk=publication.pk)
    locked.configurator = configurator
    return locked


def _require_state(publication: Publication, *states: str) -> None:
    if publication.state not in states:
        raise NotDecidable(extra={"state": str(publication.get_state_display())})


def _end(publication: Publication, state: str, by: "User", reason: str) -> Publication:
    publication.state, publication.decided_by, publication.reason = state, by, reason
    publication.decided_at = timezone.now()
    publication.save(update_fields=["state", "decided_by", "reason", "decided_at"])
    return publication


def _ring() -> None:
    from apps.configurator.tasks import work_on_publications

    ring(work_on_publications)
