"""What is published: snapshots that never change."""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Length
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from apps.configurator.models.drafts import Configurator

models.CharField.register_lookup(Length)


class ConfiguratorVersion(models.Model):
    """A published snapshot. A trigger refuses every change of it, whoever asks (see 0002)."""

    configurator = models.ForeignKey(
        Configurator, on_delete=models.PROTECT, related_name="versions", verbose_name=_("configurator")
    )
    number = models.PositiveIntegerField(pgettext_lazy("version", "number"))
    document = models.TextField(_("document"), help_text=_("canonical JSON"))
    sha256 = models.CharField(_("SHA-256"), max_length=64)
    report: "models.JSONField[dict[str, Any]]" = models.JSONField(_("report"), default=dict)
    published_at = models.DateTimeField(_("published"))
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("published by"),
    )

    class Meta:
        verbose_name = _("published version")
        verbose_name_plural = _("published versions")
        ordering = ["configurator", "-number"]
        constraints = [
            # Two people who publish at once do not both become number 7.
            models.UniqueConstraint(fields=["configurator", "number"], name="version_number_unique_in_car"),
            models.CheckConstraint(condition=Q(sha256__length=64), name="version_has_its_hash"),
        ]

    def __str__(self) -> str:
        return f"{self.configurator} v{self.number}"
