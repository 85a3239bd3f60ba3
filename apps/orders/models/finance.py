"""Ways of paying that need papers: a bank's loan, and the buyer's old car."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from apps.orders.documents import document_path, document_storage
from apps.orders.models.orders import Order
from apps.orders.models.payments import PaymentLeg


class LoanReferral(models.Model):
    """A buyer handed over to a bank, with documents; its disbursement is the payment. Amounts in fen."""

    class Status(models.TextChoices):
        DRAFT = "draft", pgettext_lazy("loan", "Documents wanted")
        SUBMITTED = "submitted", pgettext_lazy("loan", "With the bank")
        APPROVED = "approved", pgettext_lazy("loan", "Approved")
        DISBURSED = "disbursed", pgettext_lazy("loan", "Paid by the bank")
        DECLINED = "declined", pgettext_lazy("loan", "Declined")
        WITHDRAWN = "withdrawn", pgettext_lazy("loan", "Withdrawn")

    leg = models.OneToOneField(PaymentLeg, models.PROTECT, related_name="loan", verbose_name=_("payment"))
    lender = models.CharField(_("bank"), max_length=60)
    months = models.PositiveSmallIntegerField(pgettext_lazy("loan", "months"))
    status = models.CharField(_("state"), max_length=10, choices=Status, default=Status.DRAFT)
    reference = models.CharField(_("bank's reference"), max_length=100, blank=True)
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    changed_at = models.DateTimeField(_("changed"), auto_now=True)

    class Meta:
        verbose_name = _("loan referral")
        verbose_name_plural = _("loan referrals")
        ordering = ["-created_at"]
        permissions = [("decide_loan", _("Can note what a bank decided"))]
        constraints = [
            models.CheckConstraint(condition=Q(months__gte=6, months__lte=84), name="loan_months"),
        ]

    def __str__(self) -> str:
        return f"{self.lender_name} · {self.get_status_display()}"

    @property
    def lender_name(self) -> str:
        """The column keeps the msgid."""
        return gettext(self.lender)


LOAN_PAIRS = frozenset(
    {
        ("draft", "submitted"),
        ("submitted", "draft"),  # the bank wants another document
        ("submitted", "approved"),
        ("approved", "disbursed"),
        ("submitted", "declined"),
        ("approved", "declined"),
        ("draft", "withdrawn"),
        ("submitted", "withdrawn"),
        ("approved", "withdrawn"),
    }
)


class LoanDocument(models.Model):
    """A paper of a referral, outside the media folder: it is handed out by a view that asks who wants it."""

    class Kind(models.TextChoices):
        IDENTITY = "identity", _("Identity card")
        INCOME = "income", _("Proof of income")
        ADDRESS = "address", _("Proof of address")
        CONTRACT = "contract", _("Loan contract")

    referral = models.ForeignKey(
        LoanReferral, models.CASCADE, related_name="documents", verbose_name=_("loan referral")
    )
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    file = models.FileField(_("file"), storage=document_storage, upload_to=document_path, max_length=200)
    file_kind = models.CharField(_("file type"), max_length=4)
    size = models.PositiveIntegerField(_("size"))
    sha256 = models.CharField("SHA-256", max_length=64)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("user")
    )
    uploaded_at = models.DateTimeField(_("uploaded"), auto_now_add=True)

    class Meta:
        verbose_name = _("loan document")
        verbose_name_plural = _("loan documents")
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["referral", "sha256"], name="loan_document_once")]

    def __str__(self) -> str:
        return f"{self.kind}.{self.file_kind}"


class TradeIn(models.Model):
    """The buyer's old car as a payment. An offer is firm for a week; the car is inspected before the new one is ready."""

    class Status(models.TextChoices):
        ASKED = "asked", pgettext_lazy("trade-in", "Being valued")
        FIRM = "firm", pgettext_lazy("trade-in", "Firm offer")
        APPLIED = "applied", pgettext_lazy("trade-in", "Counted in")
        SHORT = "short", pgettext_lazy("trade-in", "Worth less than offered")
        SETTLED = "settled", pgettext_lazy("trade-in", "Taken")
        LAPSED = "lapsed", pgettext_lazy("trade-in", "Lapsed")

    order = models.ForeignKey(Order, models.PROTECT, related_name="trade_ins", verbose_name=_("order"))
    leg = models.OneToOneField(
        PaymentLeg, models.PROTECT, null=True, blank=True, related_name="trade_in", verbose_name=_("payment")
    )
    status = models.CharField(_("state"), max_length=10, choices=Status, default=Status.ASKED)
    car = models.CharField(_("car"), max_length=100, help_text=_("Make and model."))
    plate = models.CharField(_("plate"), max_length=12)
    year = models.PositiveSmallIntegerField(_("first registered in"))
    mileage = models.PositiveIntegerField(_("mileage"), help_text="km")
    offer = models.BigIntegerField(_("offer"), null=True, blank=True, help_text="fen")
    firm_until = models.DateTimeField(_("firm until"), null=True, blank=True)
    inspected = models.BigIntegerField(_("worth on inspection"), null=True, blank=True, help_text="fen")
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    changed_at = models.DateTimeField(_("changed"), auto_now=True)

    class Meta:
        verbose_name = _("trade-in")
        verbose_name_plural = _("trade-ins")
        ordering = ["-created_at"]
        permissions = [("value_tradein", _("Can value and inspect trade-ins"))]
        constraints = [
            models.UniqueConstraint(
                fields=["order"], condition=~Q(status="lapsed"), name="trade_in_one_live_per_order"
            ),
            models.CheckConstraint(
                condition=Q(status__in=["asked", "lapsed"]) | Q(offer__gt=0, firm_until__isnull=False),
                name="trade_in_offer_is_firm",
            ),
            models.CheckConstraint(
                condition=~Q(status="short") | Q(inspected__gte=0, inspected__lt=F("offer")), name="trade_in_short"
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["applied", "short", "settled"]) | Q(leg__isnull=False),
                name="trade_in_applied_has_leg",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.car} {self.plate}"


TRADE_IN_PAIRS = frozenset(
    {
        ("asked", "firm"),
        ("firm", "firm"),
        ("firm", "applied"),
        ("applied", "settled"),
        ("applied", "short"),
        ("short", "settled"),
        ("asked", "lapsed"),
        ("firm", "lapsed"),
        ("applied", "lapsed"),
        ("short", "lapsed"),
    }
)
