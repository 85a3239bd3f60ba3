"""Work on single lines: who did what when, and when somebody comes to the buyer's address."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from apps.orders.lifecycle import LineStatus
from apps.orders.models.orders import OrderLine


class LineStep(models.Model):
    """One step of a line by a rule of ``lifecycle.lines``; never changed. ``amount`` in fen: what a quote asks for, or what went
    back."""

    line = models.ForeignKey(OrderLine, models.CASCADE, related_name="history", verbose_name=_("line"))
    act = models.CharField(_("act"), max_length=30)
    source = models.CharField(pgettext_lazy("state", "from"), max_length=20, choices=LineStatus)
    target = models.CharField(pgettext_lazy("state", "to"), max_length=20, choices=LineStatus)
    actor = models.CharField(_("by"), max_length=10)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("user")
    )
    text = models.CharField(_("text"), max_length=300, blank=True)
    amount = models.BigIntegerField(_("amount"), default=0, help_text="fen")
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("step of a line")
        verbose_name_plural = _("steps of lines")
        ordering = ["line_id", "pk"]
        constraints = [models.CheckConstraint(condition=Q(amount__gte=0), name="line_step_amount_not_negative")]

    def __str__(self) -> str:
        return f"{self.act}: {self.source} → {self.target}"


class LineVisit(models.Model):
    """Somebody comes: to look at the place, or to install. Moving one ends it and makes another."""

    class Kind(models.TextChoices):
        SURVEY = "survey", pgettext_lazy("visit", "Survey")
        INSTALL = "install", pgettext_lazy("visit", "Installation")

    line = models.ForeignKey(OrderLine, models.CASCADE, related_name="visits", verbose_name=_("line"))
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    starts_at = models.DateTimeField(_("begins"))
    address = models.CharField(_("address"), max_length=200)
    done_at = models.DateTimeField(_("done"), null=True, blank=True)
    cancelled_at = models.DateTimeField(_("cancelled"), null=True, blank=True)

    class Meta:
        verbose_name = pgettext_lazy("line", "visit")
        verbose_name_plural = pgettext_lazy("line", "visits")
        ordering = ["starts_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["line"], condition=Q(done_at=None, cancelled_at=None), name="line_visit_one_to_come"
            ),
            models.CheckConstraint(condition=Q(done_at=None) | Q(cancelled_at=None), name="line_visit_one_end"),
            models.CheckConstraint(condition=Q(kind__in=["survey", "install"]), name="line_visit_kind_known"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.starts_at:%Y-%m-%d %H:%M}"

    @property
    def is_to_come(self) -> bool:
        return self.done_at is None and self.cancelled_at is None
