"""The order, its frozen lines and its history."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Case, F, Q, Value, When
from django.urls import reverse
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from apps.catalog.models import CarModel
from apps.common.translated import Translated
from apps.messaging.models import Message
from apps.messaging.querysets import MessageQuerySet
from apps.orders.lifecycle import Family, Flag, LineStatus, Status
from apps.orders.models.kinds import LineKind
from apps.orders.querysets import OrderQuerySet
from apps.stores.models import Appointment, Store


class Order(models.Model):
    """What was promised, frozen: it never looks back into the catalogue. Money in fen.

    ``status`` is moved by ``services.transitions.move`` alone; a trigger refuses every pair that ``lifecycle`` does not
    know. A guest reaches the order by ``token``.
    """

    class Plan(models.TextChoices):
        DEPOSIT = "deposit", _("Deposit now, the rest before hand-over")
        FULL = "full", _("Everything now")

    class Invoice(models.TextChoices):
        PERSONAL = "personal", _("A person")
        COMPANY = "company", _("A company")

    number = models.CharField(pgettext_lazy("order", "number"), max_length=12, unique=True)
    secret = models.UUIDField(default=uuid.uuid4, editable=False)
    placement_key = models.CharField(max_length=100, null=True, blank=True, unique=True, editable=False)
    basket_id = models.UUIDField(null=True, blank=True, unique=True, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="orders", verbose_name=_("user")
    )
    status = models.CharField(_("state"), max_length=20, choices=Status, default=Status.PLACED)
    disputed = models.BooleanField(_("payment contested"), default=False)
    frozen = models.BooleanField(_("stopped for an inspection"), default=False)
    version = models.PositiveIntegerField(_("version"), default=0, help_text=_("How many transitions it has seen."))
    car_model = models.ForeignKey(
        CarModel, models.PROTECT, null=True, blank=True, related_name="orders", verbose_name=_("model")
    )
    name = models.CharField(pgettext_lazy("person", "name"), max_length=100)
    phone = models.CharField(_("phone"), max_length=20)
    email = models.EmailField(_("e-mail"))
    language = models.CharField(_("language"), max_length=10, default="en")
    city = models.CharField(_("city"), max_length=100)
    invoice_kind = models.CharField(_("invoice for"), max_length=10, choices=Invoice, default=Invoice.PERSONAL)
    invoice_title = models.CharField(_("name on the invoice"), max_length=120)
    tax_number = models.CharField(_("tax number"), max_length=18, blank=True)
    delivery_store = models.ForeignKey(
        Store, models.PROTECT, null=True, blank=True, related_name="orders", verbose_name=_("store")
    )
    appointment = models.OneToOneField(
        Appointment, models.SET_NULL, null=True, blank=True, related_name="order", verbose_name=_("hand-over")
    )
    payment_plan = models.CharField(_("payment"), max_length=10, choices=Plan)
    total = models.BigIntegerField(_("total"), help_text="fen")
    monthly = models.BigIntegerField(_("a month"), null=True, blank=True, help_text="fen")
    terms = models.JSONField(_("rental terms"), null=True, blank=True)
    discount = models.BigIntegerField(pgettext_lazy("money", "saved"), default=0, help_text="fen")
    trace = models.JSONField(_("how the total came about"), default=list, blank=True)
    vouchers = models.JSONField(_("uses of codes"), default=list, blank=True)
    region = models.JSONField(_("region's answers"), default=dict, blank=True)
    fees = models.JSONField(_("table of fees"), default=list, blank=True)
    contract_hash = models.CharField(_("contract's SHA-256"), max_length=64, blank=True)
    signature = models.CharField(_("signed by"), max_length=100, blank=True)
    signed_at = models.DateTimeField(_("signed"), null=True, blank=True)
    handover = models.JSONField(_("hand-over record"), null=True, blank=True)
    insurance = models.JSONField(_("insurance that was seen"), null=True, blank=True)
    cancellation_fee = models.BigIntegerField(_("cancellation fee"), default=0, help_text="fen")
    placed_at = models.DateTimeField(_("placed"))
    changed_at = models.DateTimeField(_("changed"), auto_now=True)

    objects = OrderQuerySet.as_manager()

    class Meta:
        verbose_name = _("order")
        verbose_name_plural = _("orders")
        ordering = ["-placed_at", "-pk"]
        permissions = [
            ("advance_order", _("Can move orders on")),
            ("cancel_any_order", _("Can cancel orders for buyers")),
            ("refund_order", _("Can refund payments")),
            ("inspect_car", _("Can inspect cars and sign for them")),
            ("take_back_car", _("Can take cars and goods back")),
            ("clear_dispute", _("Can clear contested payments")),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(status__in=Status.values), name="order_status_known"),
            models.CheckConstraint(condition=Q(total__gt=0), name="order_total_positive"),
            models.CheckConstraint(
                condition=Q(cancellation_fee__gte=0, cancellation_fee__lte=models.F("total")),
                name="order_fee_within_total",
            ),
            # A rental price that lacks its terms cannot be promised.
            models.CheckConstraint(
                condition=Q(monthly__isnull=True) | Q(terms__isnull=False), name="order_monthly_has_terms"
            ),
            # From signing on the contract's hash and the buyer's signature are there.
            models.CheckConstraint(
                condition=Q(status__in=["placed", "expired", "reserved", "cancelling", "cancelled", "completed"])
                | (~Q(contract_hash="") & ~Q(signature="") & Q(signed_at__isnull=False)),
                name="order_signed_has_contract",
            ),
            models.CheckConstraint(
                condition=Q(invoice_kind="personal") | ~Q(tax_number=""), name="order_company_has_tax_number"
            ),
        ]
        indexes = [
            models.Index(fields=["user", "-placed_at"], name="order_of_user"),
            models.Index(fields=["status", "-placed_at"], name="order_by_status"),
            models.Index(fields=["email"], name="order_email"),
        ]

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        return reverse("orders:detail", args=[self.number])

    @property
    def token(self) -> str:
        """What lets a guest in. It is derived, not stored: the table alone opens nothing."""
        return salted_hmac("apps.orders.token", self.secret.hex, algorithm="sha256").hexdigest()[:40]

    def opens_with(self, token: str) -> bool:
        """Whether this is the order's token, compared in constant time."""
        return bool(token) and constant_time_compare(token, self.token)

    @property
    def flags(self) -> frozenset[Flag]:
        """What stops the order at the moment."""
        return frozenset(flag for flag in Flag if getattr(self, flag.value))

    @property
    def notices(self) -> MessageQuerySet:
        """The messages about the order itself, newest first."""
        return Message.objects.about(self.number)

    @property
    def has_car(self) -> bool:
        return self.car_model_id is not None


class OrderLine(models.Model):
    """One thing that was bought, with the names, prices and facts of that day."""

    order = models.ForeignKey(Order, models.CASCADE, related_name="lines", verbose_name=_("order"))
    position = models.PositiveSmallIntegerField(_("position"))
    kind = models.CharField(_("kind"), max_length=20, choices=LineKind)
    status = models.CharField(_("state"), max_length=20, choices=LineStatus, default=LineStatus.PENDING)
    code = models.CharField(_("build or SKU"), max_length=60)
    name_en = models.CharField(_("name (English)"), max_length=200)
    name_zh = models.CharField(_("name (Chinese)"), max_length=200)
    quantity = models.PositiveSmallIntegerField(_("quantity"), default=1)
    unit_price = models.BigIntegerField(_("unit price"), help_text="fen")
    fitting_price = models.BigIntegerField(_("fitting"), default=0, help_text="fen")
    discount = models.BigIntegerField(pgettext_lazy("money", "saved"), default=0, help_text="fen")
    total = models.BigIntegerField(_("total"), help_text="fen")
    service = models.CharField(_("service"), max_length=20, blank=True)
    trace = models.JSONField(_("how the price came about"), default=list, blank=True)
    facts = models.JSONField(_("facts"), default=dict, blank=True)
    visits_left = models.PositiveSmallIntegerField(_("visits left"), null=True, blank=True)
    # What it is by nature says which way it takes; the database works it out, so that no writer can forget it.
    family = models.GeneratedField(
        expression=Case(
            When(kind=LineKind.CAR, then=Value(Family.VEHICLE.value)),
            When(kind=LineKind.PLAN, then=Value(Family.ENTITLEMENT.value)),
            When(kind=LineKind.CHARGER, facts__contains={"needs_fitting": True}, then=Value(Family.INSTALL.value)),
            When(kind__in=[LineKind.LEASE, LineKind.WARRANTY, LineKind.TRADE_IN, LineKind.MADE], then=F("kind")),
            default=Value(Family.GOODS.value),
        ),
        output_field=models.CharField(_("family"), max_length=20, choices=Family),
        db_persist=True,
    )
    active_until = models.DateField(_("active until"), null=True, blank=True)

    name = Translated("name")

    class Meta:
        verbose_name = _("order line")
        verbose_name_plural = _("order lines")
        ordering = ["order_id", "position"]
        constraints = [
            models.UniqueConstraint(fields=["order", "position"], name="order_line_position"),
            models.CheckConstraint(
                condition=Q(
                    total=(models.F("unit_price") + models.F("fitting_price")) * models.F("quantity")
                    - models.F("discount")
                ),
                name="order_line_total_is_the_sum",
            ),
            models.CheckConstraint(condition=Q(discount__gte=0, total__gte=0), name="order_line_never_below_zero"),
            models.CheckConstraint(condition=Q(quantity__gte=1), name="order_line_quantity_positive"),
            models.CheckConstraint(condition=Q(status__in=LineStatus.values), name="order_line_status_known"),
        ]

    def __str__(self) -> str:
        return f"{self.name} × {self.quantity}"

    @property
    def gross(self) -> int:
        """Before campaigns."""
        return (self.unit_price + self.fitting_price) * self.quantity


class Transition(models.Model):
    """One step of the header. Append-only (a trigger sees to it), numbered without gaps."""

    order = models.ForeignKey(Order, models.CASCADE, related_name="transitions", verbose_name=_("order"))
    seq = models.PositiveIntegerField(pgettext_lazy("sequence", "number"))
    source = models.CharField(pgettext_lazy("state", "from"), max_length=20, choices=Status, blank=True)
    target = models.CharField(pgettext_lazy("state", "to"), max_length=20, choices=Status)
    actor = models.CharField(_("by"), max_length=10)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("user")
    )
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    key = models.CharField(_("key"), max_length=100, null=True, blank=True)  # noqa: DJ001  unique where there is one
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("transition")
        verbose_name_plural = _("transitions")
        ordering = ["order_id", "seq"]
        constraints = [
            models.UniqueConstraint(fields=["order", "seq"], name="transition_number"),
            # The same key again is the same step: whoever repeats it gets what it did.
            models.UniqueConstraint(fields=["order", "key"], name="transition_key"),
        ]

    def __str__(self) -> str:
        return f"{self.get_source_display() or '–'} → {self.get_target_display()}"
