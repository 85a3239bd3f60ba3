"""Who waits for a car that is sold out."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from apps.configurator.models import Build
from apps.orders.models.orders import Order
from apps.orders.querysets import WaitingQuerySet


class Waiting(models.Model):
    """One place in the queue for a model's build slots, reached by its unguessable ``token``.

    An offer is a hold of capacity under ``owner`` until ``offer_until``: no unit can be offered twice.
    """

    class Status(models.TextChoices):
        WAITING = "waiting", pgettext_lazy("queue", "waiting")
        OFFERED = "offered", pgettext_lazy("queue", "offered")
        TAKEN = "taken", pgettext_lazy("queue", "taken")
        EXPIRED = "expired", pgettext_lazy("queue", "expired")
        LEFT = "left", pgettext_lazy("queue", "left")

    token = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    model = models.SlugField(_("model"), max_length=80)
    build = models.ForeignKey(Build, models.PROTECT, related_name="+", verbose_name=_("build"))
    options = models.JSONField(_("options"), default=list)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("user")
    )
    email = models.EmailField(_("e-mail"))
    language = models.CharField(_("language"), max_length=10, default="en")
    status = models.CharField(_("state"), max_length=10, choices=Status, default=Status.WAITING)
    month = models.DateField(_("month"), null=True, blank=True)
    joined_at = models.DateTimeField(pgettext_lazy("waiting list", "joined"))
    offer_until = models.DateTimeField(_("offered until"), null=True, blank=True)
    order = models.ForeignKey(Order, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("order"))

    objects = WaitingQuerySet.as_manager()

    class Meta:
        verbose_name = pgettext_lazy("queue", "waiting buyer")
        verbose_name_plural = _("waiting list")
        ordering = ["joined_at", "pk"]
        constraints = [
            # Joining again is the same place.
            models.UniqueConstraint(
                fields=["model", "email"], condition=Q(status__in=["waiting", "offered"]), name="waiting_one_place"
            ),
            models.CheckConstraint(
                condition=Q(status__in=["waiting", "offered", "taken", "expired", "left"]), name="waiting_status_known"
            ),
            models.CheckConstraint(
                condition=~Q(status="offered") | Q(offer_until__isnull=False, month__isnull=False),
                name="waiting_offer_ends",
            ),
        ]
        indexes = [
            models.Index(fields=["model", "joined_at", "id"], condition=Q(status="waiting"), name="waiting_queue"),
            models.Index(fields=["offer_until"], condition=Q(status="offered"), name="waiting_offers"),
        ]

    def __str__(self) -> str:
        return self.email

    def get_absolute_url(self) -> str:
        return reverse("orders:waiting", args=[self.token])

    @property
    def owner(self) -> str:
        """Under which name an offer is held."""
        return f"waiting:{self.pk}"
