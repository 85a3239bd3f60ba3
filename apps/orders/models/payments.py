"""Money: what is due, what came, what went back."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from apps.orders.lifecycle import LegStatus
from apps.orders.models.orders import Order


class PaymentLeg(models.Model):
    """One payment of an order. The gateway knows it by ``id``."""

    class Purpose(models.TextChoices):
        DEPOSIT = "deposit", _("Deposit")
        BALANCE = "balance", _("Balance")
        FULL = "full", _("Full payment")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    order = models.ForeignKey(Order, models.PROTECT, related_name="legs", verbose_name=_("order"))
    position = models.PositiveSmallIntegerField(_("position"))
    purpose = models.CharField(_("purpose"), max_length=10, choices=Purpose)
    status = models.CharField(_("state"), max_length=20, choices=LegStatus, default=LegStatus.PLANNED)
    amount = models.BigIntegerField(_("amount"), help_text="fen")
    captured = models.BigIntegerField(_("paid"), default=0, help_text="fen")
    refunded = models.BigIntegerField(_("refunded"), default=0, help_text="fen")
    gateway = models.CharField(_("gateway"), max_length=20, blank=True)
    pay_url = models.CharField(_("pay page"), max_length=300, blank=True)
    requested_at = models.DateTimeField(_("requested"), null=True, blank=True)
    captured_at = models.DateTimeField(_("paid at"), null=True, blank=True)
    changed_at = models.DateTimeField(_("changed"), auto_now=True)

    class Meta:
        verbose_name = _("payment")
        verbose_name_plural = _("payments")
        ordering = ["order_id", "position"]
        constraints = [
            models.UniqueConstraint(fields=["order", "position"], name="leg_position"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="leg_amount_positive"),
            models.CheckConstraint(condition=Q(status__in=LegStatus.values), name="leg_status_known"),
            # What came is what was asked for, or nothing, or is being looked at and goes back; what went back never
            # exceeds what came.
            models.CheckConstraint(
                condition=Q(captured=0) | Q(captured=F("amount")) | Q(status__in=["suspect", "refunded"]),
                name="leg_captured_is_the_amount",
            ),
            models.CheckConstraint(
                condition=Q(refunded__gte=0, refunded__lte=F("captured")), name="leg_refunded_within_captured"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.order_id} {self.purpose}"


class PaymentEvent(models.Model):
    """Everything a gateway told us, once each: the inbox that makes repeated and reordered webhooks harmless."""

    gateway = models.CharField(_("gateway"), max_length=20)
    event_id = models.CharField(_("event"), max_length=100)
    kind = models.CharField(_("kind"), max_length=40)
    leg = models.ForeignKey(
        PaymentLeg, models.PROTECT, null=True, blank=True, related_name="events", verbose_name=_("payment")
    )
    amount = models.BigIntegerField(_("amount"), default=0, help_text="fen")
    outcome = models.CharField(_("what it did"), max_length=40, blank=True)
    received_at = models.DateTimeField(_("received"), auto_now_add=True)

    class Meta:
        verbose_name = _("payment event")
        verbose_name_plural = _("payment events")
        ordering = ["-pk"]
        constraints = [models.UniqueConstraint(fields=["gateway", "event_id"], name="payment_event_once")]

    def __str__(self) -> str:
        return f"{self.gateway} {self.event_id} {self.kind}"


class Refund(models.Model):
    """Money on its way back. A due row: a worker asks the gateway, and the gateway's event ends it."""

    class Status(models.TextChoices):
        DUE = "due", _("Due")
        SENT = "sent", _("Sent to the gateway")
        DONE = "done", _("Done")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    leg = models.ForeignKey(PaymentLeg, models.PROTECT, related_name="refunds", verbose_name=_("payment"))
    amount = models.BigIntegerField(_("amount"), help_text="fen")
    status = models.CharField(_("state"), max_length=10, choices=Status, default=Status.DUE)
    reason = models.CharField(_("reason"), max_length=300)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("user")
    )
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    next_at = models.DateTimeField(_("next attempt"))
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    done_at = models.DateTimeField(_("done"), null=True, blank=True)

    class Meta:
        verbose_name = _("refund")
        verbose_name_plural = _("refunds")
        ordering = ["-created_at"]
        constraints = [models.CheckConstraint(condition=Q(amount__gt=0), name="refund_amount_positive")]
        indexes = [models.Index(fields=["next_at"], condition=Q(status="due"), name="refund_due")]

    def __str__(self) -> str:
        return f"{self.amount} {self.status}"
