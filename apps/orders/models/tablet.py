"""What a store's tablet noted at a hand-over, perhaps without a connection, and sent later."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.orders.models.orders import Order


class HandoverEntry(models.Model):
    """One note of a tablet: a photo, or the end of the hand-over with every point and the signature.

    ``nonce`` was made on the tablet: however often an entry is sent, it is one. ``result`` is what came of it, which a
    repeated sending gets as its answer. ``recorded_at`` is the tablet's clock, ``received_at`` ours.
    """

    class Kind(models.TextChoices):
        PHOTO = "photo", _("Photo")
        FINISH = "finish", _("End of the hand-over")

    nonce = models.UUIDField(_("nonce"), unique=True)
    order = models.ForeignKey(Order, models.CASCADE, related_name="handover_entries", verbose_name=_("order"))
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    item = models.CharField(_("point"), max_length=20, blank=True)
    data = models.JSONField(_("facts"), default=dict, blank=True)
    photo = models.BinaryField(_("photo"), null=True, blank=True)
    digest = models.CharField(_("SHA-256 of what was sent"), max_length=64)
    result = models.JSONField(_("result"), default=dict, blank=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("user"))
    recorded_at = models.DateTimeField(_("recorded"))
    received_at = models.DateTimeField(_("received"), auto_now_add=True)

    class Meta:
        verbose_name = _("note of a hand-over")
        verbose_name_plural = _("notes of hand-overs")
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="photo", photo__isnull=False) | (~Q(kind="photo") & Q(photo=None)),
                name="handover_photo_has_picture",
            ),
            models.CheckConstraint(condition=Q(kind__in=["photo", "finish"]), name="handover_entry_kind_known"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.nonce}"
