"""What buyers were credited because their car's price fell before it was theirs."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.orders.models.orders import Order


class PriceFall(models.Model):
    """One fall of the price of an order's car, credited once. Money in fen."""

    order = models.ForeignKey(Order, models.PROTECT, related_name="price_falls", verbose_name=_("order"))
    price = models.BigIntegerField(_("price of that day"), help_text="fen")
    amount = models.BigIntegerField(_("credited"), help_text="fen")
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("price protection")
        verbose_name_plural = _("price protections")
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(fields=["order", "price"], name="price_fall_once"),
            models.CheckConstraint(condition=Q(amount__gt=0, price__gte=0), name="price_fall_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.order_id} −{self.amount}"
