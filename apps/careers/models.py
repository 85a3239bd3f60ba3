"""Open positions and who applies for them. Pay is in thousands of yuan a month; times are aware UTC."""

import uuid
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from apps.careers import pay
from apps.careers.querysets import ApplicationQuerySet, PostingQuerySet
from apps.careers.storage import resume_path, resume_storage
from apps.common.translated import Translated

if TYPE_CHECKING:
    from datetime import datetime


class Posting(models.Model):
    """A position. It is open from ``published_at`` until ``closes_at``; without the first it is a draft."""

    class Department(models.TextChoices):
        STORE = "store", _("Stores")
        WORKSHOP = "workshop", _("Workshop")
        BATTERY = "battery", _("Battery")
        LOGISTICS = "logistics", _("Logistics")
        TECHNOLOGY = "technology", _("Technology")
        DATA = "data", _("Data")
        MARKETING = "marketing", _("Marketing")
        SERVICE = "service", _("Customer service")
        FINANCE = "finance", _("Finance")
        PEOPLE = "people", _("People")

    class Kind(models.TextChoices):
        FULL_TIME = "full_time", _("Full time")
        SHIFT = "shift", _("Shift work")
        PART_TIME = "part_time", _("Part time")
        INTERNSHIP = "internship", _("Internship")

    class Education(models.TextChoices):
        ANY = "any", _("Any education")
        VOCATIONAL = "vocational", _("Vocational school")
        COLLEGE = "college", _("College")
        BACHELOR = "bachelor", _("Bachelor")
        MASTER = "master", _("Master")

    slug = models.SlugField(_("web address"), max_length=80, unique=True)
    title_en = models.CharField(_("title (English)"), max_length=120)
    title_zh = models.CharField(_("title (Chinese)"), max_length=120)
    description_en = models.TextField(_("description (English)"))
    description_zh = models.TextField(_("description (Chinese)"))
    requirements_en = models.TextField(_("requirements (English)"), help_text=_("One on each line."))
    requirements_zh = models.TextField(_("requirements (Chinese)"), help_text=_("One on each line."))
    benefits_en = models.TextField(_("benefits (English)"), blank=True, help_text=_("One on each line."))
    benefits_zh = models.TextField(_("benefits (Chinese)"), blank=True, help_text=_("One on each line."))
    department = models.CharField(_("department"), max_length=12, choices=Department)
    city = models.SlugField(_("city"), max_length=40, help_text=_("As in web addresses: shanghai."))
    city_name_en = models.CharField(_("city (English)"), max_length=40)
    city_name_zh = models.CharField(_("city (Chinese)"), max_length=40)
    kind = models.CharField(_("employment"), max_length=12, choices=Kind, default=Kind.FULL_TIME)
    experience_years = models.PositiveSmallIntegerField(_("experience"), default=0, help_text=_("years"))
    education = models.CharField(_("education"), max_length=12, choices=Education, default=Education.ANY)
    headcount = models.PositiveSmallIntegerField(_("headcount"), default=1, validators=[MinValueValidator(1)])
    salary_min = models.PositiveSmallIntegerField(_("least pay"), help_text=_("thousand yuan a month"))
    salary_max = models.PositiveSmallIntegerField(_("most pay"), help_text=_("thousand yuan a month"))
    salary_months = models.PositiveSmallIntegerField(_("months paid a year"), default=12)
    # Thousand yuan: what a list sorts by, so it is a column; the database computes it and nothing else can.
    yearly_max = models.GeneratedField(
        expression=F("salary_max") * F("salary_months"), output_field=models.IntegerField(), db_persist=True
    )
    published_at = models.DateTimeField(_("published"), null=True, blank=True)
    closes_at = models.DateTimeField(_("closes"), null=True, blank=True)

    title = Translated("title")
    description = Translated("description")
    city_name = Translated("city_name")
    _requirements = Translated("requirements")
    _benefits = Translated("benefits")

    objects = PostingQuerySet.as_manager()

    class Meta:
        verbose_name = pgettext_lazy("job", "posting")
        verbose_name_plural = pgettext_lazy("job", "postings")
        ordering = ["-published_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(salary_min__gt=0, salary_min__lte=F("salary_max")), name="posting_salary_is_a_range"
            ),
            # Chinese pay has a thirteenth month and more; below 12 or above 24 somebody mistyped.
            models.CheckConstraint(condition=Q(salary_months__range=(12, 24)), name="posting_months_plausible"),
            models.CheckConstraint(condition=Q(headcount__gt=0), name="posting_seeks_somebody"),
            models.CheckConstraint(
                condition=Q(closes_at=None) | Q(closes_at__gt=F("published_at")) | Q(published_at=None),
                name="posting_closes_after_it_opens",
            ),
        ]
        indexes = [
            models.Index(fields=["-published_at", "-id"], name="posting_newest"),
            models.Index(fields=["-yearly_max", "-id"], name="posting_best_paid"),
        ]

    def __str__(self) -> str:
        return f"{self.title}, {self.city_name}"

    def get_absolute_url(self) -> str:
        return reverse("careers:detail", args=[self.slug])

    @property
    def requirements(self) -> list[str]:
        return [line for line in self._requirements.splitlines() if line.strip()]

    @property
    def benefits(self) -> list[str]:
        return [line for line in self._benefits.splitlines() if line.strip()]

    @property
    def paragraphs(self) -> list[str]:
        return [part for part in self.description.split("\n\n") if part.strip()]

    @property
    def monthly_pay(self) -> str:
        """``¥35k–65k × 19``, in the reader's way of writing it."""
        return pay.month_range(self.salary_min, self.salary_max, self.salary_months)

    @property
    def yearly_pay(self) -> str:
        """The most that a year may bring: ``¥1.235 million``."""
        return pay.year_total(self.salary_max * self.salary_months)

    @property
    def yearly_min_pay(self) -> str:
        return pay.year_total(self.yearly_min)

    @property
    def yearly_min(self) -> int:
        """Thousand yuan."""
        return self.salary_min * self.salary_months

    def is_open(self, now: "datetime") -> bool:
        if self.published_at is None or self.published_at > now:
            return False
        return self.closes_at is None or self.closes_at > now


class Application(models.Model):
    """Somebody who wants the job. The id is random, the résumé lies outside everything a web server shows."""

    class Status(models.TextChoices):
        RECEIVED = "received", pgettext_lazy("application", "received")
        REVIEW = "review", pgettext_lazy("application", "in review")
        INTERVIEW = "interview", pgettext_lazy("application", "interview")
        OFFER = "offer", pgettext_lazy("application", "offer made")
        HIRED = "hired", pgettext_lazy("application", "hired")
        REJECTED = "rejected", pgettext_lazy("application", "rejected")
        WITHDRAWN = "withdrawn", pgettext_lazy("application", "withdrawn")

    class FileKind(models.TextChoices):
        PDF = "pdf", "PDF"
        DOCX = "docx", "Word"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    posting = models.ForeignKey(
        Posting, on_delete=models.PROTECT, related_name="applications", verbose_name=pgettext_lazy("job", "posting")
    )
    name = models.CharField(_("applicant"), max_length=100)
    email = models.EmailField(_("e-mail"))
    phone = models.CharField(_("phone"), max_length=20)
    letter = models.TextField(_("cover letter"), max_length=4000, blank=True)
    resume = models.FileField(_("résumé"), storage=resume_storage, upload_to=resume_path, max_length=200)
    resume_kind = models.CharField(_("file type"), max_length=4, choices=FileKind)
    resume_size = models.PositiveIntegerField(_("file size"), help_text=_("bytes"))
    language = models.CharField(_("language"), max_length=10, default="en")
    consented_at = models.DateTimeField(_("agreed to the use of the data"))
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.RECEIVED)
    notes = models.TextField(_("notes"), blank=True, help_text=_("Seen by colleagues only."))
    created_at = models.DateTimeField(pgettext_lazy("application", "received"), auto_now_add=True)
    decided_at = models.DateTimeField(_("decided"), null=True, editable=False)
    # The confirmation by mail: this row is its outbox.
    mailed_at = models.DateTimeField(_("confirmation sent"), null=True, editable=False)
    mail_attempts = models.PositiveSmallIntegerField(default=0, editable=False)
    mail_due_at = models.DateTimeField(null=True, editable=False)

    objects = ApplicationQuerySet.as_manager()

    class Meta:
        verbose_name = _("application")
        verbose_name_plural = _("applications")
        ordering = ["-created_at", "-pk"]
        permissions = [("download_resume", _("Can download résumés"))]
        constraints = [
            # One application a person and posting, however the address is spelt and however often one clicks.
            models.UniqueConstraint("posting", Lower("email"), name="application_once_a_posting"),
            models.CheckConstraint(
                condition=Q(resume_size__range=(1, 10 * 1024 * 1024), resume_kind__in=["pdf", "docx"]),
                name="application_resume_accepted",
            ),
            models.CheckConstraint(
                condition=Q(status__in=["received", "review", "interview", "offer", "hired", "rejected", "withdrawn"]),
                name="application_status_known",
            ),
        ]
        indexes = [
            models.Index(fields=["mail_due_at"], condition=Q(mailed_at=None), name="application_mail_due"),
            models.Index(fields=["decided_at"], condition=~Q(decided_at=None), name="application_decided"),
            models.Index(fields=["status", "-created_at"], name="application_by_status"),
        ]

    def __str__(self) -> str:
        return f"{self.name}: {self.posting_id}"


class StatusChange(models.Model):
    """Who moved an application from one status to the next."""

    application = models.ForeignKey(
        Application, on_delete=models.CASCADE, related_name="changes", verbose_name=_("application")
    )
    old = models.CharField(_("old status"), max_length=10, choices=Application.Status)
    new = models.CharField(_("new status"), max_length=10, choices=Application.Status)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("who")
    )
    at = models.DateTimeField(_("when"), auto_now_add=True)

    class Meta:
        verbose_name = _("change of status")
        verbose_name_plural = _("changes of status")
        ordering = ["pk"]
        constraints = [models.CheckConstraint(condition=~Q(old=F("new")), name="status_change_changes")]

    def __str__(self) -> str:
        return f"{self.old} → {self.new}"
