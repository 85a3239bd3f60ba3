"""What is worked out ahead or beside a request: compiled circuits, and prices where none could be compiled.

An ``Artefact`` is known by its key (SHA-256 of the rules in a context and of the compiler's version), so whoever has the
same rules shares it, and nothing in it can go stale. A trigger refuses every change but of ``needed_at`` (see 0004).
"""

from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Artefact(models.Model):
    """One compiled circuit, or the verdict that there is none within the budget (``data`` is null)."""

    key = models.CharField(_("key"), max_length=64, unique=True)
    compiler = models.PositiveIntegerField(_("compiler's version"))
    data = models.BinaryField(_("data"), null=True)
    sha256 = models.CharField(_("SHA-256"), max_length=64, blank=True, help_text=_("of the data"))
    size = models.PositiveIntegerField(_("size"), default=0, help_text=_("bytes"))
    edges = models.PositiveIntegerField(_("edges"), help_text=_("of the circuit, or where compiling was given up"))
    cars = models.TextField(_("buildable cars"), blank=True, help_text=_("exactly; it outgrows every number"))
    seconds = models.FloatField(_("seconds"), help_text=_("of computing time to compile it"))
    created_at = models.DateTimeField(_("compiled"))
    needed_at = models.DateTimeField(_("last needed"), help_text=_("what nothing needs any more goes after a while"))

    class Meta:
        verbose_name = _("artefact")
        verbose_name_plural = _("artefacts")
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(key__length=64), name="artefact_has_its_key"),
            # Bytes and their hash come together; a verdict has neither.
            models.CheckConstraint(
                condition=Q(data__isnull=True, sha256="", size=0, cars="")
                | (Q(data__isnull=False, sha256__length=64, size__gt=0) & ~Q(cars="")),
                name="artefact_whole_or_verdict",
            ),
        ]
        indexes = [models.Index(fields=["needed_at"], name="artefact_needed")]

    def __str__(self) -> str:
        return self.key[:12]

    @property
    def compiled(self) -> bool:
        return bool(self.sha256)


class ArtefactRequest(models.Model):
    """A circuit that a process found missing: a worker compiles it, visitors are answered by solving until then."""

    key = models.CharField(_("key"), max_length=64, unique=True)
    model: "models.JSONField[dict[str, Any]]" = models.JSONField(
        pgettext_lazy("solver", "model"), help_text=_("in the interchange format")
    )
    asked_at = models.DateTimeField(_("asked"))
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    error = models.TextField(_("error"), blank=True)

    class Meta:
        verbose_name = _("artefact to compile")
        verbose_name_plural = _("artefacts to compile")
        ordering = ["asked_at", "pk"]
        constraints = [models.CheckConstraint(condition=Q(key__length=64), name="artefactrequest_has_its_key")]

    def __str__(self) -> str:
        return self.key[:12]


class SolvedAnswer(models.Model):
    """All totals after a click where nothing could be compiled: solved once, in the background, for every visitor.

    ``key`` is the SHA-256 of the document's hash, the market, the interval between rule changes and the choices. The
    ``model`` is kept only until it is answered.
    """

    class State(models.TextChoices):
        QUEUED = "queued", _("being calculated")
        DONE = "done", _("calculated")
        FAILED = "failed", _("given up")

    key = models.CharField(_("key"), max_length=64, unique=True)
    document = models.CharField(_("document"), max_length=64, help_text=_("its SHA-256"))
    state = models.CharField(_("state"), max_length=6, choices=State, default=State.QUEUED)
    model: "models.JSONField[dict[str, Any] | None]" = models.JSONField(pgettext_lazy("solver", "model"), null=True)
    choices: "models.JSONField[list[str]]" = models.JSONField(_("choices"))
    answer: "models.JSONField[dict[str, Any] | None]" = models.JSONField(_("answer"), null=True)
    asked_at = models.DateTimeField(_("last asked"))
    done_at = models.DateTimeField(_("answered"), null=True)
    seconds = models.FloatField(_("seconds"), default=0)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)

    class Meta:
        verbose_name = _("solved answer")
        verbose_name_plural = _("solved answers")
        ordering = ["-asked_at", "-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(key__length=64), name="solvedanswer_has_its_key"),
            models.CheckConstraint(
                condition=Q(state="queued", model__isnull=False, answer__isnull=True, done_at__isnull=True)
                | Q(state="done", model__isnull=True, answer__isnull=False, done_at__isnull=False)
                | Q(state="failed", model__isnull=True, answer__isnull=True, done_at__isnull=False),
                name="solvedanswer_state",
            ),
        ]
        indexes = [
            models.Index(fields=["asked_at"], condition=Q(state="queued"), name="solvedanswer_queue"),
            models.Index(fields=["asked_at"], name="solvedanswer_asked"),
        ]

    def __str__(self) -> str:
        return self.key[:12]
