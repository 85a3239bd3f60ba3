"""A request to publish, from the question to the decision of somebody else."""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext as now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from apps.configurator.models.drafts import Configurator
from apps.configurator.models.versions import ConfiguratorVersion
from apps.configurator.problems import sentence


class Publication(models.Model):
    """One request to publish. The document is frozen when it is asked for: what is checked is what is published.

    A worker moves it from ``queued`` to ``waiting``; then somebody else than who asked approves or refuses. A trigger
    (see 0004) refuses every other way, and every change of what was asked.
    """

    class State(models.TextChoices):
        QUEUED = "queued", pgettext_lazy("publication", "queued")
        COMPILING = "compiling", pgettext_lazy("publication", "being compiled")
        CHECKING = "checking", pgettext_lazy("publication", "being checked")
        TOO_LARGE = "too_large", pgettext_lazy("publication", "too entangled to compile")
        WAITING = "waiting", pgettext_lazy("publication", "waiting for a second person")
        PUBLISHED = "published", pgettext_lazy("publication", "published")
        REFUSED = "refused", pgettext_lazy("publication", "refused")
        CANCELLED = "cancelled", pgettext_lazy("publication", "cancelled")
        FAILED = "failed", pgettext_lazy("publication", "failed the checks")

    WORK = (State.QUEUED, State.COMPILING, State.CHECKING)
    """A worker has something to do."""
    OPEN = (*WORK, State.TOO_LARGE, State.WAITING)
    """Not decided yet; a car has at most one of these."""

    configurator = models.ForeignKey(
        Configurator, on_delete=models.PROTECT, related_name="publications", verbose_name=_("configurator")
    )
    state = models.CharField(_("state"), max_length=9, choices=State, default=State.QUEUED)
    document = models.TextField(_("document"), help_text=_("canonical JSON"))
    sha256 = models.CharField(_("SHA-256"), max_length=64)
    restores = models.ForeignKey(
        ConfiguratorVersion,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("earlier version"),
        help_text=_("that is to be on sale again, as it was"),
    )
    direct = models.BooleanField(
        _("without a second person"), default=False, help_text=_("by a command, for demo data; never from a page")
    )
    fallback = models.BooleanField(
        _("in fallback mode"), default=False, help_text=_("goes on although the rules do not compile")
    )
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("asked by"),
    )
    asked_at = models.DateTimeField(_("asked"))
    percent = models.PositiveSmallIntegerField(_("progress"), default=0)
    detail: "models.JSONField[dict[str, Any]]" = models.JSONField(_("what is being done"), default=dict)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    report: "models.JSONField[dict[str, Any]]" = models.JSONField(_("report"), default=dict)
    problems: "models.JSONField[list[dict[str, Any]]]" = models.JSONField(_("problems"), default=list)
    checked_at = models.DateTimeField(_("checked"), null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("decided by"),
    )
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("approved by"),
    )
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)
    reason = models.CharField(_("reason"), max_length=500, blank=True)
    version = models.ForeignKey(
        ConfiguratorVersion,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="publications",
        verbose_name=_("version"),
    )

    class Meta:
        verbose_name = _("publication")
        verbose_name_plural = _("publications")
        ordering = ["-asked_at", "-pk"]
        permissions = [("approve_publication", _("Can approve a publication"))]
        constraints = [
            models.CheckConstraint(condition=Q(sha256__length=64), name="publication_has_its_hash"),
            models.CheckConstraint(condition=Q(percent__lte=100), name="publication_percent"),
            # Four eyes: nobody approves what they asked for.
            models.CheckConstraint(
                condition=Q(approved_by__isnull=True) | Q(asked_by__isnull=True) | ~Q(approved_by=F("asked_by")),
                name="publication_four_eyes",
            ),
            models.CheckConstraint(
                condition=~Q(state="published")
                | (
                    Q(version__isnull=False, decided_at__isnull=False) & (Q(direct=True) | Q(approved_by__isnull=False))
                ),
                name="publication_published_by_somebody",
            ),
            models.CheckConstraint(
                condition=~Q(state="refused") | (Q(decided_by__isnull=False, decided_at__isnull=False) & ~Q(reason="")),
                name="publication_refused_with_reason",
            ),
            # Two waiting for one car: whoever approves the older one would undo the newer.
            models.UniqueConstraint(
                fields=["configurator"],
                condition=Q(state__in=["queued", "compiling", "checking", "too_large", "waiting"]),
                name="publication_one_open_per_car",
            ),
        ]
        indexes = [
            models.Index(
                fields=["asked_at"], condition=Q(state__in=["queued", "compiling", "checking"]), name="publication_work"
            )
        ]

    def __str__(self) -> str:
        return f"{self.configurator} · {self.get_state_display()}"

    @property
    def is_open(self) -> bool:
        return self.state in self.OPEN

    @property
    def is_working(self) -> bool:
        """Whether a page should ask again soon."""
        return self.state in self.WORK

    @property
    def words(self) -> str:
        """What is being done now, or what came of it, in the reader's language."""
        market, part, parts = (self.detail.get(name, "") for name in ("market", "part", "parts"))
        if self.state == self.State.COMPILING and parts:
            text = now("Compiling the rules for %(market)s (%(part)s of %(parts)s): %(edges)s edges so far.")
            return text % {"market": market, "part": part, "parts": parts, "edges": self.detail.get("edges", 0)}
        if self.state == self.State.CHECKING and parts:
            text = now("Asking the solvers the same for %(market)s (%(part)s of %(parts)s).")
            return text % {"market": market, "part": part, "parts": parts}
        return str(self.get_state_display())

    @property
    def problem_texts(self) -> list[str]:
        """Why it failed, in the reader's language."""
        return [sentence(problem) for problem in self.problems]

    @property
    def warning_texts(self) -> list[str]:
        """What will be wrong on a later day, in the reader's language."""
        return [sentence(problem) for problem in self.report.get("warnings", [])]
