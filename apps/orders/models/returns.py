"""What comes back, and what each thing of it is worth."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from apps.orders.lifecycle import LineStatus
from apps.orders.models.orders import Order, OrderLine


class Return(models.Model):
    """A buyer gives something back: a car with all that came with it, or goods. Open until the store has looked at it."""

    class Cause(models.TextChoices):
        POLICY = "policy", _("Within the days and kilometres for giving it back")
        MISMATCH = "mismatch", _("It is not what was promised")

    class Outcome(models.TextChoices):
        TAKEN = "taken", pgettext_lazy("return", "Taken back")
        REFUSED = "refused", pgettext_lazy("return", "Refused")
        WITHDRAWN = "withdrawn", pgettext_lazy("return", "Withdrawn by the buyer")

    order = models.ForeignKey(Order, models.CASCADE, related_name="returns", verbose_name=_("order"))
    cause = models.CharField(_("cause"), max_length=10, choices=Cause)
    reason = models.CharField(_("reason"), max_length=300)
    km_told = models.PositiveIntegerField(_("kilometres as told"), null=True, blank=True)
    asked_at = models.DateTimeField(_("asked"))
    outcome = models.CharField(_("outcome"), max_length=10, choices=Outcome, blank=True)
    km_found = models.PositiveIntegerField(_("kilometres as found"), null=True, blank=True)
    found = models.TextField(_("what was found"), blank=True)
    deduction = models.BigIntegerField(_("deducted for damage"), default=0, help_text="fen")
    refund = models.BigIntegerField(_("refunded"), null=True, blank=True, help_text="fen")
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("decided by")
    )
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True)

    class Meta:
        verbose_name = pgettext_lazy("order", "return")
        verbose_name_plural = pgettext_lazy("order", "returns")
        ordering = ["-asked_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["order"], condition=Q(closed_at=None), name="return_one_open"),
            models.CheckConstraint(
                condition=Q(closed_at__isnull=True, outcome="") | (Q(closed_at__isnull=False) & ~Q(outcome="")),
                name="return_closed_has_outcome",
            ),
            models.CheckConstraint(
                condition=~Q(outcome="taken") | Q(refund__gte=0, decided_by__isnull=False),
                name="return_taken_is_valued",
            ),
            models.CheckConstraint(condition=Q(deduction__gte=0), name="return_deduction_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.order_id} {self.asked_at:%Y-%m-%d}"


class ReturnLine(models.Model):
    """One line of a return: what it was worth when it came back, and why that much."""

    back = models.ForeignKey(
        Return, models.CASCADE, related_name="lines", verbose_name=pgettext_lazy("order", "return")
    )
    line = models.ForeignKey(OrderLine, models.PROTECT, related_name="returned_in", verbose_name=_("line"))
    value = models.BigIntegerField(_("value"), help_text=_("fen; negative where something was used and not yet billed"))
    why = models.CharField(_("why so much"), max_length=200)
    was = models.CharField(_("state before"), max_length=20, choices=LineStatus, blank=True)

    class Meta:
        verbose_name = _("returned line")
        verbose_name_plural = _("returned lines")
        ordering = ["back_id", "pk"]
        constraints = [models.UniqueConstraint(fields=["back", "line"], name="return_line_once")]

    def __str__(self) -> str:
        return f"{self.line_id}: {self.value}"
