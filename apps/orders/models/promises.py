"""When a car was promised, when it is expected, and which car it is to be."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from apps.orders.matching import Why
from apps.orders.models.orders import Order


class Promise(models.Model):
    """The range that was promised on signing, never changed afterwards, and what is expected now.

    ``credit_a_day`` (fen) and ``credit_days`` are the signed terms of a delay; ``credited`` counts the days that were granted.
    ``build`` is the fingerprint of model and options: cars and orders with the same one suit each other. The last four fields
    are the order's position in the last run of the matching, ``why`` in a word.
    """

    order = models.OneToOneField(
        Order, models.CASCADE, primary_key=True, related_name="promise", verbose_name=_("order")
    )
    build = models.CharField(_("fingerprint of the build"), max_length=64, db_index=True)
    first_at = models.DateTimeField(_("promised from"))
    last_at = models.DateTimeField(_("promised until"))
    expected_at = models.DateTimeField(_("expected"))
    credit_a_day = models.BigIntegerField(_("credit for a day's delay"), help_text="fen")
    credit_days = models.PositiveSmallIntegerField(_("days of credit at most"))
    credited = models.PositiveSmallIntegerField(_("days credited"), default=0)
    why = models.CharField(
        pgettext_lazy("matching", "position"),
        max_length=12,
        blank=True,
        choices=[(one.value, one.value) for one in Why],
        editable=False,
    )
    late_days = models.PositiveIntegerField(_("days late"), default=0)
    queue = models.PositiveIntegerField(_("place in the queue"), default=0)
    matched_at = models.DateTimeField(_("matched"), null=True, blank=True)

    class Meta:
        verbose_name = _("promise")
        verbose_name_plural = _("promises")
        ordering = ["last_at"]
        constraints = [
            models.CheckConstraint(condition=Q(first_at__lte=F("last_at")), name="promise_range"),
            models.CheckConstraint(
                condition=Q(credit_a_day__gte=0, credited__lte=F("credit_days")), name="promise_credited_within_terms"
            ),
        ]

    def __str__(self) -> str:
        return gettext("Promise for order %(number)s") % {"number": self.order.number}
