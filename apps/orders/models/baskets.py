"""What somebody means to buy. Prices are never stored here: they are those of the moment."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from apps.configurator.models import Build
from apps.orders.models.kinds import LineKind
from apps.orders.querysets import BasketQuerySet


class Basket(models.Model):
    """Reached by its unguessable id, or by its owner."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, null=True, blank=True, related_name="baskets", verbose_name=_("user")
    )
    offer = models.UUIDField(_("offer of the waiting list"), null=True, blank=True, editable=False)
    codes = models.JSONField(pgettext_lazy("campaign", "codes"), default=list, blank=True)
    ordered_at = models.DateTimeField(_("ordered"), null=True, blank=True)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    changed_at = models.DateTimeField(_("changed"), auto_now=True)

    objects = BasketQuerySet.as_manager()

    class Meta:
        verbose_name = _("basket")
        verbose_name_plural = _("baskets")
        constraints = [
            # A person fills one basket at a time, on every device.
            models.UniqueConstraint(fields=["user"], condition=Q(ordered_at=None), name="basket_one_open_per_user"),
        ]
        indexes = [models.Index(fields=["changed_at"], name="basket_changed")]

    def __str__(self) -> str:
        begun = date_format(localtime(self.created_at), "SHORT_DATETIME_FORMAT")
        return gettext("Basket begun %(at)s") % {"at": begun}


class BasketLine(models.Model):
    """A configured car by its build, anything else by its stock number."""

    basket = models.ForeignKey(Basket, models.CASCADE, related_name="lines", verbose_name=_("basket"))
    kind = models.CharField(_("kind"), max_length=20, choices=LineKind)
    build = models.ForeignKey(
        Build, models.PROTECT, null=True, blank=True, related_name="basket_lines", verbose_name=_("build")
    )
    sku = models.CharField(_("SKU"), max_length=60, blank=True)
    quantity = models.PositiveSmallIntegerField(_("quantity"), default=1)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    class Meta:
        verbose_name = _("basket line")
        verbose_name_plural = _("basket lines")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["basket"], condition=Q(kind="car"), name="basket_one_car"),
            models.UniqueConstraint(fields=["basket", "sku"], condition=~Q(kind="car"), name="basket_one_line_per_sku"),
            models.CheckConstraint(
                condition=Q(kind="car", build__isnull=False, sku="", quantity=1)
                | (~Q(kind="car") & Q(build__isnull=True) & ~Q(sku="")),
                name="basket_line_is_a_build_or_a_sku",
            ),
            models.CheckConstraint(condition=Q(quantity__gte=1), name="basket_line_quantity_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.sku or self.build_id} × {self.quantity}"
