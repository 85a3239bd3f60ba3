"""The cars people save."""

from typing import Any

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from apps.catalog.models import CarModel
from apps.configurator.models.versions import ConfiguratorVersion
from apps.configurator.querysets import BuildQuerySet


class Build(models.Model):
    """A car somebody saved: what was chosen, and word for word and fen for fen what it cost then."""

    code = models.CharField(_("code"), max_length=8, unique=True)
    name = models.CharField(_("name"), max_length=60, blank=True, help_text=_("the owner's own, shown to nobody else"))
    car_model = models.ForeignKey(
        CarModel, on_delete=models.PROTECT, related_name="builds", verbose_name=_("car model")
    )
    version = models.ForeignKey(
        ConfiguratorVersion, on_delete=models.PROTECT, related_name="builds", verbose_name=_("version")
    )
    market = models.CharField(_("market"), max_length=12)
    choices = ArrayField(models.CharField(max_length=40), verbose_name=_("choices"))
    lines: "models.JSONField[list[dict[str, Any]]]" = models.JSONField(_("lines"))
    price_trace: "models.JSONField[list[dict[str, Any]]]" = models.JSONField(_("price trace"))
    total = models.BigIntegerField(_("total"), help_text=_("fen, once"))
    monthly = models.BigIntegerField(_("monthly"), null=True, blank=True, help_text=_("fen a month"))
    terms: "models.JSONField[dict[str, Any] | None]" = models.JSONField(_("rental terms"), null=True, blank=True)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="builds",
        verbose_name=_("user"),
    )
    created_at = models.DateTimeField(_("saved"), auto_now_add=True)

    objects = BuildQuerySet.as_manager()

    class Meta:
        verbose_name = _("saved build")
        verbose_name_plural = _("saved builds")
        ordering = ["-created_at", "-pk"]
        constraints = [
            # The alphabet of apps.configurator.codes; its check character is checked when a code is read.
            models.CheckConstraint(condition=Q(code__regex=r"^[2-9A-HJKMNP-Z]{8}$"), name="build_code_in_alphabet"),
            models.CheckConstraint(condition=Q(total__gt=0), name="build_total_positive"),
            # A monthly price without its terms cannot be stored, hence not shown.
            models.CheckConstraint(
                condition=Q(monthly__isnull=True, terms__isnull=True) | Q(monthly__gt=0, terms__isnull=False),
                name="build_monthly_price_has_terms",
            ),
        ]

    def __str__(self) -> str:
        return self.code

    def get_absolute_url(self) -> str:
        return reverse("configurator:build", args=[self.code])
