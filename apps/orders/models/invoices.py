"""Invoices: who sells, by which running number, what, to whom. Never changed: a red invoice takes one back."""

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from apps.common.translated import Translated
from apps.orders.models.orders import Order
from apps.orders.models.payments import Refund
from apps.orders.models.payouts import Payout


class LegalSeller(models.Model):
    """A company of ours that sells: cars and goods may come from different ones."""

    code = models.SlugField(_("code"), max_length=20, unique=True)
    name_en = models.CharField(_("name (English)"), max_length=120)
    name_zh = models.CharField(_("name (Chinese)"), max_length=120)
    tax_number = models.CharField(_("tax number"), max_length=18)
    address = models.CharField(_("address"), max_length=200, blank=True)

    name = Translated("name")

    class Meta:
        verbose_name = _("legal seller")
        verbose_name_plural = _("legal sellers")
        ordering = ["code"]

    def __str__(self) -> str:
        return str(self.name)


class InvoiceKind(models.TextChoices):
    """Which form it is: a car has one of its own, by which it is registered."""

    VEHICLE = "vehicle", _("Vehicle invoice")
    GOODS = "goods", _("Goods invoice")


class InvoiceSeries(models.Model):
    """The running number of a seller's invoices of a kind. Its row lock is what leaves no gap."""

    seller = models.ForeignKey(LegalSeller, models.PROTECT, related_name="series", verbose_name=_("seller"))
    kind = models.CharField(_("kind"), max_length=10, choices=InvoiceKind)
    last = models.PositiveIntegerField(_("last number"), default=0)

    class Meta:
        verbose_name = _("invoice series")
        verbose_name_plural = _("invoice series")
        constraints = [models.UniqueConstraint(fields=["seller", "kind"], name="invoice_series_once")]

    def __str__(self) -> str:
        return f"{self.seller_id} {self.kind} {self.last}"


class Invoice(models.Model):
    """One invoice. ``amount`` and ``tax`` in fen, negative on a red one, which names its ``original``."""

    order = models.ForeignKey(Order, models.PROTECT, related_name="invoices", verbose_name=_("order"))
    seller = models.ForeignKey(LegalSeller, models.PROTECT, related_name="invoices", verbose_name=_("seller"))
    kind = models.CharField(_("kind"), max_length=10, choices=InvoiceKind)
    number = models.PositiveIntegerField(pgettext_lazy("invoice", "number"))
    original = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="reds", verbose_name=_("takes back")
    )
    refund = models.ForeignKey(
        Refund, models.PROTECT, null=True, blank=True, related_name="invoices", verbose_name=_("refund")
    )
    payout = models.ForeignKey(
        Payout,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="invoices",
        verbose_name=_("credit paid by transfer"),
    )
    party = models.CharField(_("invoice for"), max_length=10, choices=Order.Invoice)
    title = models.CharField(_("name on the invoice"), max_length=120)
    tax_number = models.CharField(_("tax number"), max_length=18, blank=True)
    amount = models.BigIntegerField(_("amount"), help_text="fen")
    tax = models.BigIntegerField(_("tax in it"), help_text="fen")
    lines = models.JSONField(_("lines"))
    issued_at = models.DateTimeField(_("issued"))

    class Meta:
        verbose_name = _("invoice")
        verbose_name_plural = _("invoices")
        ordering = ["issued_at", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["seller", "kind", "number"], name="invoice_number_once"),
            models.UniqueConstraint(
                fields=["order", "seller", "kind"], condition=Q(original=None), name="invoice_one_per_seller_and_kind"
            ),
            models.UniqueConstraint(fields=["original", "refund"], name="invoice_red_once_per_refund"),
            models.UniqueConstraint(fields=["original", "payout"], name="invoice_red_once_per_payout"),
            models.CheckConstraint(condition=Q(number__gt=0), name="invoice_number_positive"),
            models.CheckConstraint(
                condition=Q(original=None, refund=None, payout=None, amount__gt=0)
                | Q(original__isnull=False, refund__isnull=False, payout=None, amount__lt=0)
                | Q(original__isnull=False, refund=None, payout__isnull=False, amount__lt=0),
                name="invoice_red_takes_back",
            ),
        ]

    def __str__(self) -> str:
        return self.full_number

    def get_absolute_url(self) -> str:
        return reverse("orders:invoice", args=[self.order.number, self.pk])

    @property
    def full_number(self) -> str:
        """As printed: seller, form, eight digits."""
        return f"{self.seller.code.upper()}-{'V' if self.kind == InvoiceKind.VEHICLE else 'G'}-{self.number:08d}"

    @property
    def is_red(self) -> bool:
        return self.original_id is not None

    @property
    def net(self) -> int:
        return self.amount - self.tax
