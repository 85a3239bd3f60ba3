"""The signed contracts of an order, the latest of which is in force."""

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from apps.orders.models.orders import Order


class Contract(models.Model):
    """What was promised, as plain data (``signing.contract_of``), and who signed it when. Never rewritten, a trigger sees to it:
    only its rendering is added, once.

    ``sha256`` is that of the data as canonical JSON; the PDF is made of the same data, and carries it.
    """

    order = models.ForeignKey(Order, models.PROTECT, related_name="contracts", verbose_name=_("order"))
    seq = models.PositiveSmallIntegerField(pgettext_lazy("sequence", "number"))
    data = models.JSONField(_("terms"))
    sha256 = models.CharField(_("SHA-256"), max_length=64)
    language = models.CharField(_("language"), max_length=10)
    signature = models.CharField(_("signed by"), max_length=100)
    signed_at = models.DateTimeField(_("signed"))
    pdf = models.BinaryField("PDF", null=True, editable=False)

    class Meta:
        verbose_name = _("contract")
        verbose_name_plural = _("contracts")
        ordering = ["order_id", "seq"]
        constraints = [
            models.UniqueConstraint(fields=["order", "seq"], name="contract_number"),
            models.CheckConstraint(condition=Q(seq__gte=1) & ~Q(signature=""), name="contract_is_signed"),
        ]
        indexes = [models.Index(fields=["signed_at"], condition=Q(pdf=None), name="contract_to_render")]

    def __str__(self) -> str:
        return f"{self.order_id}/{self.seq}"

    def get_absolute_url(self) -> str:
        return reverse("orders:contract", args=[self.order.number, self.seq])
