"""Applying, deciding, confirming."""

from datetime import datetime, timedelta
from smtplib import SMTPException
from uuid import UUID

import structlog
from django.core.files.base import File
from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import get_language

from apps.accounts.models import User
from apps.careers import emails, resumes, rules, tasks
from apps.careers.errors import AlreadyApplied, ConsentMissing, PostingClosed, StatusNotPossible
from apps.careers.models import Application, Posting, StatusChange
from apps.careers.storage import RESUMES, resume_storage
from apps.common.doorbell import ring
from apps.common.errors import NotAllowed

log = structlog.get_logger(__name__)
# How long a worker has to send a confirmation before another may try.
MAIL_LEASE = timedelta(minutes=5)
MAILS_AT_ONCE = 20
# What the form promises: the data of an application goes half a year after the decision.
KEPT_AFTER_DECISION = timedelta(days=182)
SWEPT_AFTER = timedelta(days=1)


def apply(
    *,
    posting: Posting,
    name: str,
    email: str,
    phone: str,
    resume: "File[bytes]",
    consent: bool,
    letter: str = "",
    now: datetime | None = None,
) -> Application:
    """Take an application for an open posting and store its résumé; the confirmation is mailed after commit.

    Raises:
        PostingClosed, ConsentMissing, BadResume, ResumeTooLarge, AlreadyApplied: nothing was stored.
    """
    now = now or timezone.now()
    if not posting.is_open(now):
        raise PostingClosed
    if not consent:
        raise ConsentMissing(field="consent")
    size = resume.size or 0
    application = Application(
        posting=posting,
        name=name,
        email=email,
        phone=phone,
        letter=letter,
        resume_kind=resumes.kind_of(resume, size),
        resume_size=size,
        language=get_language() or "en",
        consented_at=now,
        mail_due_at=now,
    )
    _store(application, resume)
    return application


def _store(application: Application, resume: "File[bytes]") -> None:
    """Row and file, or neither. The name is chosen first, so that the row decides who was first."""
    storage = application.resume.storage
    path = application.resume.field.generate_filename(application, "resume")
    application.resume.name = path
    try:
        with transaction.atomic():
            application.save(force_insert=True)
            storage.save(path, resume)
            ring(tasks.send_confirmations)
    except IntegrityError as error:
        if "application_once_a_posting" in str(error):
            raise AlreadyApplied(field="email") from error
        raise
    except BaseException:
        storage.delete(path)
        raise


@transaction.atomic
def change_status(*, application_id: UUID, status: str, actor: User) -> Application:
    """Move an application on; the same status again changes nothing.

    Raises:
        NotAllowed: the actor may not change applications.
        StatusNotPossible: the table in ``rules`` has no such step.
    """
    if not actor.has_perm("careers.change_application"):
        raise NotAllowed
    application = Application.objects.select_for_update().get(pk=application_id)
    old = application.status
    if old == status:
        return application
    if status not in Application.Status.values or not rules.may_become(old, status):
        raise StatusNotPossible(extra={"old": old, "new": status})
    application.status = status
    application.decided_at = timezone.now() if status in rules.DECIDED else None
    application.save(update_fields=["status", "decided_at"])
    StatusChange.objects.create(application=application, old=old, new=status, actor=actor)
    return application


def forget(*, application_id: UUID) -> None:
    """Delete an application with all that belongs to it; one that is gone already stays gone.

    The file goes first: if we die in between, the row is still there to try again, and no file is left without one.
    """
    application = Application.objects.filter(pk=application_id).first()
    if application is not None:
        application.resume.storage.delete(str(application.resume.name))
        application.delete()


def forget_decided(*, now: datetime | None = None) -> int:
    """Forget the applications that were decided half a year ago; returns how many."""
    due = Application.objects.decided_before((now or timezone.now()) - KEPT_AFTER_DECISION)
    ids = list(due.values_list("pk", flat=True))
    for application_id in ids:
        forget(application_id=application_id)
    return len(ids)


def sweep_resumes(*, now: datetime | None = None) -> int:
    """Delete files without a row, left by whoever died while they applied; returns how many.

    A young one may still get its row.
    """
    storage, before, gone = resume_storage(), (now or timezone.now()) - SWEPT_AFTER, 0
    folders = storage.listdir(RESUMES)[0] if storage.exists(RESUMES) else []
    for folder in (f"{RESUMES}/{name}" for name in folders):
        kept = set(Application.objects.filter(resume__startswith=f"{folder}/").values_list("resume", flat=True))
        for path in (f"{folder}/{name}" for name in storage.listdir(folder)[1]):
            if path not in kept and storage.get_modified_time(path) < before:
                storage.delete(path)
                gone += 1
    return gone


def send_confirmations(*, now: datetime | None = None) -> int:
    """Send the confirmations that are due; returns how many went out.

    A row is claimed by moving its next try into the future, in a transaction of its own: a worker that dies while
    sending costs a delay, and two workers never send the same mail at once.
    """
    now = now or timezone.now()
    sent = 0
    for application in _claim(now):
        try:
            emails.confirmation(application).send()
        except (OSError, SMTPException) as error:
            log.warning("confirmation_failed", application=str(application.pk), error=type(error).__name__)
            continue
        Application.objects.filter(pk=application.pk, mailed_at=None).update(mailed_at=timezone.now())
        sent += 1
    return sent


@transaction.atomic
def _claim(now: datetime) -> list[Application]:
    due = Application.objects.awaiting_mail(now).select_related("posting").order_by("mail_due_at")
    rows = list(due.select_for_update(of=("self",), skip_locked=True)[:MAILS_AT_ONCE])
    Application.objects.filter(pk__in=[row.pk for row in rows]).update(
        mail_attempts=F("mail_attempts") + 1, mail_due_at=now + MAIL_LEASE
    )
    return rows
