"""A gateway's daily file, and what each of its lines belongs to."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from apps.orders.models.payments import PaymentLeg, Refund


class SettlementFile(models.Model):
    """A file as it was taken, once: its SHA-256 is unique. Amounts in fen."""

    gateway = models.CharField(_("gateway"), max_length=20)
    day = models.DateField(_("day"))
    sha256 = models.CharField("SHA-256", max_length=64, unique=True)
    name = models.CharField(_("file"), max_length=200, blank=True)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("user")
    )
    imported_at = models.DateTimeField(_("imported"), auto_now_add=True)
    differences = models.PositiveIntegerField(_("differences"), default=0)
    fees = models.BigIntegerField(_("fees"), default=0, help_text="fen")
    paid_out = models.BigIntegerField(_("paid out"), default=0, help_text="fen")

    class Meta:
        verbose_name = _("settlement file")
        verbose_name_plural = _("settlement files")
        ordering = ["-day", "-pk"]
        permissions = [("import_settlement", _("Can import settlement files"))]

    def __str__(self) -> str:
        return f"{self.gateway} {self.day}"


class SettlementLine(models.Model):
    """One line of it, matched to a payment or a refund of ours, or a difference."""

    class Result(models.TextChoices):
        MATCHED = "matched", _("Matched")
        UNKNOWN = "unknown", _("Unknown to us")
        AMOUNT = "amount", _("Another amount")
        STATE = "state", _("Not paid or refunded here")
        REPEATED = "repeated", _("Settled before")
        NOTED = "noted", _("Noted")

    file = models.ForeignKey(SettlementFile, models.CASCADE, related_name="lines", verbose_name=_("settlement file"))
    position = models.PositiveIntegerField(pgettext_lazy("file", "line"))
    kind = models.CharField(_("kind"), max_length=10)
    transaction = models.CharField(_("gateway's transaction"), max_length=120)
    amount = models.BigIntegerField(_("amount"), help_text="fen")
    fee = models.BigIntegerField(_("fee"), default=0, help_text="fen")
    text = models.CharField(_("text"), max_length=200, blank=True)
    leg = models.ForeignKey(
        PaymentLeg, models.PROTECT, null=True, blank=True, related_name="settled", verbose_name=_("payment")
    )
    refund = models.ForeignKey(
        Refund, models.PROTECT, null=True, blank=True, related_name="settled", verbose_name=_("refund")
    )
    result = models.CharField(_("result"), max_length=10, choices=Result)

    class Meta:
        verbose_name = _("settlement line")
        verbose_name_plural = _("settlement lines")
        ordering = ["file_id", "position"]
        constraints = [
            models.UniqueConstraint(fields=["file", "position"], name="settlement_line_position"),
            # A payment and a refund are settled once.
            models.UniqueConstraint(
                fields=["leg"], condition=models.Q(result="matched", kind="payment"), name="settlement_leg_once"
            ),
            models.UniqueConstraint(
                fields=["refund"], condition=models.Q(result="matched", kind="refund"), name="settlement_refund_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.transaction}"
