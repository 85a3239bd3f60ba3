"""What a buyer changed in an order."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from apps.orders.models.orders import Order


class OrderChange(models.Model):
    """One change: what was promised before and after, as the contract has it (``signing.contract_of``). Append-only."""

    order = models.ForeignKey(Order, models.CASCADE, related_name="changes", verbose_name=_("order"))
    seq = models.PositiveIntegerField(pgettext_lazy("sequence", "number"), help_text=_("The transition's."))
    before = models.JSONField(_("before"))
    after = models.JSONField(_("after"))
    difference = models.BigIntegerField(_("difference"), help_text="fen")
    signed = models.BooleanField(_("signed again"))
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("user")
    )
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("change")
        verbose_name_plural = _("changes")
        ordering = ["order_id", "seq"]
        constraints = [models.UniqueConstraint(fields=["order", "seq"], name="change_once_per_step")]

    def __str__(self) -> str:
        return f"{self.order_id}: {self.difference}"
