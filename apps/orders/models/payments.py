"""Money: what is due, what came, what went back."""

import uuid
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from apps.common.money import yuan
from apps.orders.lifecycle import LegStatus
from apps.orders.models.orders import Order, OrderLine

if TYPE_CHECKING:
    from apps.orders.models.payouts import Payout


class PaymentLeg(models.Model):
    """One payment of an order: through a gateway, by a bank's loan, with an old car, with coins, or by what we owe the buyer.

    A trigger keeps, at each commit while the order lives, that its legs cover its total exactly: all but the expired and the
    ``replaced`` ones, each less what was ``given_back`` of it because the price fell.
    """

    class Purpose(models.TextChoices):
        DEPOSIT = "deposit", _("Deposit")
        BALANCE = "balance", _("Balance")
        FULL = "full", _("Full payment")
        DELTA = "delta", _("Difference")
        LOAN = "loan", _("Bank loan")
        TRADE_IN = "trade_in", pgettext_lazy("payment", "Trade-in")
        COINS = "coins", pgettext_lazy("payment", "Coins")
        CREDIT = "credit", _("Credit")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    order = models.ForeignKey(Order, models.PROTECT, related_name="legs", verbose_name=_("order"))
    position = models.PositiveSmallIntegerField(_("position"))
    purpose = models.CharField(_("purpose"), max_length=10, choices=Purpose)
    status = models.CharField(_("state"), max_length=20, choices=LegStatus, default=LegStatus.PLANNED)
    amount = models.BigIntegerField(_("amount"), help_text="fen")
    captured = models.BigIntegerField(_("paid"), default=0, help_text="fen")
    refunded = models.BigIntegerField(_("refunded"), default=0, help_text="fen")
    given_back = models.BigIntegerField(_("given back"), default=0, help_text="fen")
    replaced = models.BooleanField(_("replaced by another"), default=False)
    gateway = models.CharField(_("gateway"), max_length=20, blank=True)
    pay_url = models.CharField(_("pay page"), max_length=2000, blank=True)
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
            models.CheckConstraint(
                condition=Q(given_back__gte=0, given_back__lte=F("captured")), name="leg_given_back_within_captured"
            ),
        ]

    def __str__(self) -> str:
        return str(self.get_purpose_display())

    @property
    def by_gateway(self) -> bool:
        """Whether the buyer pays it on a gateway's page."""
        return self.purpose in BY_GATEWAY


BY_GATEWAY = frozenset(
    {
        PaymentLeg.Purpose.DEPOSIT,
        PaymentLeg.Purpose.BALANCE,
        PaymentLeg.Purpose.FULL,
        PaymentLeg.Purpose.DELTA,
    }
)


class PaymentAttempt(models.Model):
    """A payment as one gateway was asked for it: a leg has a new one when the buyer changes the gateway or the page is over.

    The gateway knows it by ``id`` (the first attempt's is the leg's); ``reference`` is its name for the page, ``transaction``
    for the money.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    leg = models.ForeignKey(PaymentLeg, models.CASCADE, related_name="attempts", verbose_name=_("payment"))
    gateway = models.CharField(_("gateway"), max_length=20)
    amount = models.BigIntegerField(_("amount"), help_text="fen")
    reference = models.CharField(_("gateway's reference"), max_length=120, blank=True)
    transaction = models.CharField(_("gateway's transaction"), max_length=120, blank=True)
    pay_url = models.CharField(_("pay page"), max_length=2000, blank=True)
    captured = models.BooleanField(_("paid"), default=False)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True)

    class Meta:
        verbose_name = _("payment attempt")
        verbose_name_plural = _("payment attempts")
        ordering = ["created_at"]
        constraints = [
            # Only one of them is waited for, and only one paid the leg.
            models.UniqueConstraint(fields=["leg"], condition=Q(closed_at=None), name="attempt_one_open_per_leg"),
            models.UniqueConstraint(fields=["leg"], condition=Q(captured=True), name="attempt_one_captured_per_leg"),
            models.UniqueConstraint(
                fields=["gateway", "transaction"], condition=~Q(transaction=""), name="attempt_transaction_once"
            ),
        ]
        indexes = [models.Index(fields=["-created_at", "-id"], name="attempt_newest")]

    def __str__(self) -> str:
        return f"{self.gateway} · {yuan(self.amount)}"


class PaymentEvent(models.Model):
    """Everything a gateway told us, once each: the inbox that makes repeated and reordered webhooks harmless."""

    gateway = models.CharField(_("gateway"), max_length=20)
    event_id = models.CharField(_("event"), max_length=100)
    kind = models.CharField(_("kind"), max_length=40)
    leg = models.ForeignKey(
        PaymentLeg, models.PROTECT, null=True, blank=True, related_name="events", verbose_name=_("payment")
    )
    transaction = models.CharField(_("gateway's transaction"), max_length=120, blank=True)
    amount = models.BigIntegerField(_("amount"), default=0, help_text="fen")
    outcome = models.CharField(_("what it did"), max_length=40, blank=True)
    received_at = models.DateTimeField(_("received"), auto_now_add=True)

    class Meta:
        verbose_name = _("payment event")
        verbose_name_plural = _("payment events")
        ordering = ["-pk"]
        constraints = [models.UniqueConstraint(fields=["gateway", "event_id"], name="payment_event_once")]
        indexes = [models.Index(fields=["-received_at", "-id"], name="payment_event_newest")]

    def __str__(self) -> str:
        return f"{self.gateway} · {self.kind}"


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
    # By hand: the form that asked for it, which may be sent again.
    key = models.CharField(_("key"), max_length=64, null=True, blank=True, unique=True)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("user")
    )
    line = models.ForeignKey(
        OrderLine, models.PROTECT, null=True, blank=True, related_name="refunds", verbose_name=_("only for this line")
    )
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("confirmed by"),
    )
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    error = models.CharField(_("error"), max_length=300, blank=True)
    transaction = models.CharField(_("gateway's transaction"), max_length=120, blank=True)
    next_at = models.DateTimeField(_("next attempt"))
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    done_at = models.DateTimeField(_("done"), null=True, blank=True)

    class Meta:
        verbose_name = _("refund")
        verbose_name_plural = _("refunds")
        ordering = ["-created_at"]
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="refund_amount_positive"),
            # Who asks for money to leave the house does not say alone that it has left.
            models.CheckConstraint(
                condition=Q(confirmed_by=None) | Q(user=None) | ~Q(user=F("confirmed_by")), name="refund_two_people"
            ),
        ]
        indexes = [models.Index(fields=["next_at"], condition=Q(status="due"), name="refund_due")]

    def __str__(self) -> str:
        return f"{yuan(self.amount)} · {self.get_status_display()}"


class Credit(models.Model):
    """What we owe the buyer besides: for a delay, a car not as ordered, a price that fell. It lowers the next unpaid leg, and
    what is left over at the end is paid out."""

    class Kind(models.TextChoices):
        DELAY = "delay", _("Delay")
        MISMATCH = "mismatch", _("Not as ordered")
        PRICE_PROTECTION = "price_protection", _("Price protection")
        CHANGE = "change", _("Change of the order")
        GOODWILL = "goodwill", _("Goodwill")

    order = models.ForeignKey(Order, models.PROTECT, related_name="credits", verbose_name=_("order"))
    key = models.CharField(_("key"), max_length=100, unique=True)
    kind = models.CharField(_("kind"), max_length=20, choices=Kind)
    amount = models.BigIntegerField(_("amount"), help_text="fen")
    used = models.BigIntegerField(_("used"), default=0, help_text="fen")
    lapsed = models.BigIntegerField(_("lapsed"), default=0, help_text="fen")
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    class Meta:
        verbose_name = _("credit")
        verbose_name_plural = _("credits")
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="credit_amount_positive"),
            models.CheckConstraint(
                condition=Q(used__gte=0, lapsed__gte=0, amount__gte=F("used") + F("lapsed")),
                name="credit_used_within_amount",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} · {yuan(self.amount)}"

    @property
    def open(self) -> int:
        """What of it is still owed, in fen."""
        return self.amount - self.used - self.lapsed

    @property
    def payout(self) -> "Payout | None":
        """By what transfer the rest of it goes out, or has gone; read from what is prefetched."""
        return next((one for one in self.payouts.all() if one.status != "void"), None)
