"""Campaigns: what is taken off, for whom, when, and which of them count together."""

from decimal import Decimal
from typing import Any

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from apps.capacity.kinds import voucher
from apps.common.translated import Translated
from apps.promotions.querysets import CampaignQuerySet


class StackingGroup(models.Model):
    """Of one group the best campaign counts; different groups add up, in the order of their position."""

    code = models.SlugField(_("code"), max_length=40, unique=True)
    name_en = models.CharField(_("name (English)"), max_length=80)
    name_zh = models.CharField(_("name (Chinese)"), max_length=80)
    position = models.PositiveSmallIntegerField(
        _("position"), unique=True, help_text=_("Lower numbers are taken off first.")
    )

    name = Translated("name")

    class Meta:
        verbose_name = _("stacking group")
        verbose_name_plural = _("stacking groups")
        ordering = ["position"]

    def __str__(self) -> str:
        return self.name


def _list(label: Any, help_text: Any) -> "ArrayField[list[str], list[str]]":
    return ArrayField(
        models.CharField(max_length=60), verbose_name=label, default=list, blank=True, help_text=help_text
    )


class Campaign(models.Model):
    """One promise of a lower price. Empty conditions are always met; the dates are half-open. Money in fen."""

    class Kind(models.TextChoices):
        FIXED = "fixed", pgettext_lazy("campaign", "an amount off")
        PERCENT = "percent", pgettext_lazy("campaign", "percent off")
        FREE = "free", pgettext_lazy("campaign", "one for free")
        BUNDLE = "bundle", pgettext_lazy("campaign", "together for a price")

    slug = models.SlugField(_("short name"), max_length=60, unique=True)
    name_en = models.CharField(_("name (English)"), max_length=120)
    name_zh = models.CharField(_("name (Chinese)"), max_length=120)
    group = models.ForeignKey(StackingGroup, models.PROTECT, related_name="campaigns", verbose_name=_("stacking group"))
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    is_active = models.BooleanField(_("active"), default=True)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    amount = models.BigIntegerField(
        _("amount"), default=0, help_text=_("fen: what is taken off, or the price together")
    )
    percent = models.DecimalField(_("percent"), max_digits=5, decimal_places=2, default=Decimal(0))
    most = models.BigIntegerField(_("at most"), null=True, blank=True, help_text="fen")
    targets = _list(_("taken off"), _("“car”, kinds of plans and parts, or article numbers; empty: everything."))
    starts_on = models.DateField(pgettext_lazy("period", "from"), null=True, blank=True)
    ends_on = models.DateField(_("until before"), null=True, blank=True, help_text=_("The first day without it."))
    car_models = _list(_("models"), _("Short names of the models it is for."))
    options = _list(_("options"), _("Codes of options the car must have."))
    things = _list(_("needs in the basket"), _("Kinds or article numbers that must all be there."))
    cities = _list(_("cities"), _("Short names of the cities of registration."))
    markets = _list(_("markets"), _("CN, …"))
    segments = _list(_("customers"), _("Groups of customers, for instance plus."))
    first_order = models.BooleanField(_("first order only"), default=False)
    least = models.BigIntegerField(_("from a total of"), default=0, help_text="fen")
    needs_code = models.BooleanField(_("needs a code"), default=False)

    name = Translated("name")
    objects = CampaignQuerySet.as_manager()

    class Meta:
        verbose_name = _("campaign")
        verbose_name_plural = _("campaigns")
        ordering = ["group", "position", "slug"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on=None) | Q(starts_on=None) | Q(ends_on__gt=F("starts_on")), name="campaign_lasts"
            ),
            models.CheckConstraint(
                condition=Q(kind="percent", percent__gt=0, percent__lte=100)
                | Q(kind__in=["fixed", "bundle"], amount__gt=0)
                | Q(kind="free"),
                name="campaign_takes_something_off",
            ),
            models.CheckConstraint(condition=Q(most=None) | Q(most__gt=0), name="campaign_most_positive"),
            # A bundle says what belongs together; something free says what.
            models.CheckConstraint(
                condition=~Q(kind="bundle") | Q(things__len__gte=2), name="campaign_bundle_names_its_things"
            ),
            models.CheckConstraint(condition=~Q(kind="free") | Q(targets__len__gte=1), name="campaign_free_names_what"),
        ]

    def __str__(self) -> str:
        return self.name


class Code(models.Model):
    """A word that opens a campaign. Its uses are a pool of capacity, so that its limits hold exactly."""

    campaign = models.ForeignKey(Campaign, models.CASCADE, related_name="codes", verbose_name=_("campaign"))
    code = models.CharField(
        pgettext_lazy("campaign", "code"),
        max_length=40,
        unique=True,
        validators=[RegexValidator(r"^[A-Z0-9-]{3,40}$", _("Capital letters, digits and hyphens, at least three."))],
    )
    limit = models.PositiveIntegerField(
        _("uses in all"), null=True, blank=True, help_text=_("Empty: as often as anybody likes.")
    )
    limit_each = models.PositiveIntegerField(
        _("uses a customer"), null=True, blank=True, help_text=_("Customers are known by their e-mail.")
    )

    class Meta:
        verbose_name = pgettext_lazy("campaign", "code")
        verbose_name_plural = pgettext_lazy("campaign", "codes")
        ordering = ["code"]
        constraints = [
            models.CheckConstraint(condition=Q(code__regex=r"^[A-Z0-9-]{3,40}$"), name="code_shape"),
            models.CheckConstraint(condition=Q(limit_each=None) | Q(limit_each__gt=0), name="code_each_positive"),
        ]

    def __str__(self) -> str:
        return self.code

    def pools(self, customer: str) -> dict[str, int]:
        """What one use by this customer takes, and how much of it there is at first."""
        found: dict[str, int] = {}
        if self.limit is not None:
            found[voucher(self.code)] = self.limit
        if self.limit_each is not None and customer:
            found[voucher(self.code, customer)] = self.limit_each
        return found


class Member(models.Model):
    """Somebody who belongs to a group of customers for a time, for instance to PLUS."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="memberships", verbose_name=_("user")
    )
    segment = models.SlugField(_("group of customers"), max_length=40)
    starts_on = models.DateField(pgettext_lazy("period", "from"))
    ends_on = models.DateField(_("until before"), null=True, blank=True)

    class Meta:
        verbose_name = pgettext_lazy("promotions", "member")
        verbose_name_plural = pgettext_lazy("promotions", "members")
        ordering = ["segment", "-starts_on"]
        constraints = [
            models.CheckConstraint(condition=Q(ends_on=None) | Q(ends_on__gt=F("starts_on")), name="member_for_a_time"),
            models.UniqueConstraint(fields=["user", "segment", "starts_on"], name="member_once"),
        ]

    def __str__(self) -> str:
        return f"{self.segment}: {self.user_id}"
