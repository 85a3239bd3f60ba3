"""What people looked at: the check before the hand-over, damage, what a buyer refused, a car that comes back."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from apps.orders.models.orders import Order


class Inspection(models.Model):
    """One look at a car. It is open until ``passed`` is known; a check before the hand-over passes by two people."""

    class Kind(models.TextChoices):
        PDI = "pdi", _("Check before the hand-over")
        DAMAGE = "damage", _("Damage")
        HANDOVER = "handover", _("Refused at the hand-over")

    order = models.ForeignKey(Order, models.CASCADE, related_name="inspections", verbose_name=_("order"))
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    round = models.PositiveSmallIntegerField(_("round"), default=0)
    text = models.TextField(_("what was reported"), blank=True)
    found = models.TextField(_("what was found"), blank=True)
    passed = models.BooleanField(_("passed"), null=True, blank=True)
    # Names, because a store's own people need no account with us; an account is noted where there is one.
    first_name = models.CharField(_("first signature"), max_length=100, blank=True)
    second_name = models.CharField(_("second signature"), max_length=100, blank=True)
    first_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("first person"),
    )
    second_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("second person"),
    )
    repair_days = models.PositiveSmallIntegerField(_("days of repair"), null=True, blank=True)
    opened_at = models.DateTimeField(_("opened"))
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True)

    class Meta:
        verbose_name = pgettext_lazy("car", "inspection")
        verbose_name_plural = pgettext_lazy("car", "inspections")
        ordering = ["-opened_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["order", "kind"], condition=Q(closed_at=None), name="inspection_one_open_per_kind"
            ),
            models.CheckConstraint(
                condition=Q(closed_at__isnull=True, passed__isnull=True)
                | Q(closed_at__isnull=False, passed__isnull=False),
                name="inspection_closed_is_decided",
            ),
            models.CheckConstraint(
                condition=~Q(kind="pdi", passed=True)
                | (~Q(first_name="") & ~Q(second_name="") & ~Q(first_name=F("second_name"))),
                name="inspection_passed_by_two",
            ),
            models.CheckConstraint(
                condition=Q(first_by__isnull=True) | Q(second_by__isnull=True) | ~Q(first_by=F("second_by")),
                name="inspection_two_different_people",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.order_id} {self.kind}"


class Waiver(models.Model):
    """Letting a buyer off the fee: asked for by one of us, decided by another."""

    order = models.ForeignKey(Order, models.CASCADE, related_name="waivers", verbose_name=_("order"))
    reason = models.CharField(_("reason"), max_length=300)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("asked by"))
    asked_at = models.DateTimeField(_("asked"))
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("decided by")
    )
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)
    approved = models.BooleanField(_("approved"), null=True, blank=True)

    class Meta:
        verbose_name = _("waiver of the fee")
        verbose_name_plural = _("waivers of fees")
        ordering = ["-asked_at", "-pk"]
        permissions = [("approve_waiver", _("Can approve waivers of fees"))]
        constraints = [
            models.UniqueConstraint(fields=["order"], condition=Q(approved=None), name="waiver_one_open"),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("asked_by")), name="waiver_four_eyes"
            ),
            models.CheckConstraint(
                condition=Q(approved__isnull=True, decided_by__isnull=True, decided_at__isnull=True)
                | Q(approved__isnull=False, decided_by__isnull=False, decided_at__isnull=False),
                name="waiver_decided_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.order_id} {self.asked_at:%Y-%m-%d}"
