"""Credits that leave by bank transfer, because no payment of the order can take them."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Upper
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from apps.common.money import yuan
from apps.orders.models.payments import Credit


class Payout(models.Model):
    """What is left of a credit at the end, to be sent to the buyer's bank account. One clerk notes the transfer, another confirms
    it; what is set aside for it counts as used of its credit. Triggers keep the states' order and what is over as it is."""

    class Status(models.TextChoices):
        DUE = "due", pgettext_lazy("payout", "To be transferred")
        NOTED = "noted", pgettext_lazy("payout", "Transferred, to be confirmed")
        PAID = "paid", pgettext_lazy("payout", "Paid out")
        VOID = "void", pgettext_lazy("payout", "No longer owed")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    credit = models.ForeignKey(Credit, models.PROTECT, related_name="payouts", verbose_name=_("credit"))
    amount = models.BigIntegerField(_("amount"), help_text="fen")
    status = models.CharField(_("state"), max_length=10, choices=Status, default=Status.DUE)
    reference = models.CharField(_("bank's reference"), max_length=64, blank=True)
    paid_on = models.DateField(_("day of the transfer"), null=True, blank=True)
    noted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("noted by")
    )
    noted_at = models.DateTimeField(pgettext_lazy("payout", "noted"), null=True, blank=True)
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("confirmed by"),
    )
    confirmed_at = models.DateTimeField(pgettext_lazy("payout", "confirmed"), null=True, blank=True)
    reason = models.CharField(_("why it was not confirmed"), max_length=300, blank=True)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    class Meta:
        verbose_name = _("credit paid by transfer")
        verbose_name_plural = _("credits paid by transfer")
        ordering = ["-created_at"]
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="payout_amount_positive"),
            models.CheckConstraint(
                condition=Q(status__in=["due", "noted", "paid", "void"]), name="payout_status_known"
            ),
            models.UniqueConstraint(fields=["credit"], condition=~Q(status="void"), name="payout_one_per_credit"),
            # One transfer is one payout, however its reference is written.
            models.UniqueConstraint(Upper("reference"), condition=~Q(reference=""), name="payout_reference_once"),
            models.CheckConstraint(
                condition=Q(
                    ~Q(reference=""),
                    status__in=["noted", "paid"],
                    paid_on__isnull=False,
                    noted_by__isnull=False,
                    noted_at__isnull=False,
                )
                | Q(status__in=["due", "void"], reference="", paid_on=None, noted_by=None, noted_at=None),
                name="payout_noted_is_whole",
            ),
            models.CheckConstraint(
                condition=Q(status="paid", confirmed_by__isnull=False, confirmed_at__isnull=False)
                | Q(~Q(status="paid"), confirmed_by=None, confirmed_at=None),
                name="payout_paid_is_confirmed",
            ),
            models.CheckConstraint(
                condition=Q(confirmed_by=None) | ~Q(confirmed_by=F("noted_by")), name="payout_two_people"
            ),
        ]
        indexes = [
            models.Index(fields=["created_at"], condition=Q(status__in=["due", "noted"]), name="payout_waiting"),
        ]

    def __str__(self) -> str:
        return f"{yuan(self.amount)} · {self.get_status_display()}"
