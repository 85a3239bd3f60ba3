"""The sandbox gateway's own books: a second party that happens to live in the same database."""

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class SandboxPayment(models.Model):
    """A payment as the gateway sees it; its pay page is reached by ``id``."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    merchant_key = models.CharField(_("merchant's key"), max_length=100, unique=True)
    amount = models.BigIntegerField(_("amount"), help_text="fen")
    refunded = models.BigIntegerField(_("refunded"), default=0, help_text="fen")
    status = models.CharField(_("state"), max_length=12, default="open")
    subject = models.CharField(_("subject"), max_length=120)
    return_url = models.CharField(max_length=300)
    webhook_url = models.CharField(max_length=300)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    class Meta:
        verbose_name = _("sandbox payment")
        verbose_name_plural = _("sandbox payments")
        ordering = ["-created_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(status__in=["open", "paid", "failed", "closed"]), name="sandbox_payment_status"
            ),
            models.CheckConstraint(
                condition=Q(refunded__gte=0, refunded__lte=models.F("amount")), name="sandbox_refunded_within_amount"
            ),
        ]

    def __str__(self) -> str:
        return self.subject


class SandboxEvent(models.Model):
    """A webhook that the gateway owes its merchant; tried again until it is taken."""

    payment = models.ForeignKey(SandboxPayment, models.CASCADE, related_name="events", verbose_name=_("payment"))
    event_id = models.CharField(_("event"), max_length=100)
    kind = models.CharField(_("kind"), max_length=40)
    amount = models.BigIntegerField(_("amount"), help_text="fen")
    reference = models.CharField(_("reference"), max_length=100, blank=True)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    next_at = models.DateTimeField(_("next attempt"))
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    delivered_at = models.DateTimeField(_("delivered"), null=True, blank=True)
    answer = models.CharField(_("last answer"), max_length=100, blank=True)

    class Meta:
        verbose_name = _("sandbox event")
        verbose_name_plural = _("sandbox events")
        ordering = ["-pk"]
        indexes = [models.Index(fields=["next_at"], condition=Q(delivered_at=None), name="sandbox_event_due")]

    def __str__(self) -> str:
        return f"{self.kind} {self.event_id}"
