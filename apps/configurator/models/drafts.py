"""The draft: what a product manager edits. Visitors only ever see a published version of it."""

from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from apps.catalog.models import CarModel
from apps.common.translated import Translated
from apps.configurator.querysets import ConfiguratorQuerySet

CODE = RegexValidator(r"^[a-z0-9]+(-[a-z0-9]+)*$", _("Lower-case letters, digits and single hyphens."))
COLOUR = RegexValidator(r"^#[0-9a-f]{6}$", _("A colour such as #2f6b60."))


def default_markets() -> list[str]:
    return ["CN"]


class Configurator(models.Model):
    """The configurable side of one car model: its base price, its markets, and which version is on sale."""

    car_model = models.OneToOneField(
        CarModel, on_delete=models.PROTECT, related_name="configurator", verbose_name=_("car model")
    )
    base_price = models.BigIntegerField(_("base price"), help_text=_("fen; what the car costs before any option"))
    markets = ArrayField(models.CharField(max_length=12), verbose_name=_("markets"), default=default_markets)
    current = models.ForeignKey(
        "ConfiguratorVersion",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        editable=False,
        verbose_name=_("version on sale"),
    )

    objects = ConfiguratorQuerySet.as_manager()

    class Meta:
        verbose_name = _("configurator")
        verbose_name_plural = _("configurators")
        ordering = ["car_model__slug"]
        constraints = [
            # Options may be free, but no car is.
            models.CheckConstraint(condition=Q(base_price__gt=0), name="configurator_base_price_positive"),
            models.CheckConstraint(condition=Q(markets__len__gt=0), name="configurator_has_a_market"),
        ]

    def __str__(self) -> str:
        return str(self.car_model)

    def get_absolute_url(self) -> str:
        return reverse("configurator:configure", args=[self.car_model.slug])

    @property
    def code(self) -> str:
        return self.car_model.slug

    @property
    def configurator_id(self) -> int:
        """The car's own key: every row of a draft says which car it is of."""
        return self.pk


class OptionGroup(models.Model):
    """One decision of the visitor: exactly one of its options, or any of them."""

    class Pick(models.TextChoices):
        ONE = "one", _("exactly one")
        ANY = "any", _("any number")

    configurator = models.ForeignKey(
        Configurator, on_delete=models.CASCADE, related_name="groups", verbose_name=_("configurator")
    )
    code = models.CharField(_("code"), max_length=40, validators=[CODE])
    name_en = models.CharField(_("name (English)"), max_length=80)
    name_zh = models.CharField(_("name (Chinese)"), max_length=80)
    name = Translated("name")
    pick = models.CharField(_("pick"), max_length=3, choices=Pick, default=Pick.ONE)
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        verbose_name = _("option group")
        verbose_name_plural = _("option groups")
        ordering = ["configurator", "position", "code"]
        constraints = [
            # Addresses and table rules name a group by its code.
            models.UniqueConstraint(fields=["configurator", "code"], name="optiongroup_code_unique_in_car"),
            # Target of the composite foreign key that keeps an option and its group in one car (see 0002).
            models.UniqueConstraint(fields=["id", "configurator"], name="optiongroup_id_and_car"),
            models.CheckConstraint(condition=Q(pick__in=["one", "any"]), name="optiongroup_pick_known"),
        ]

    def __str__(self) -> str:
        return f"{self.configurator}: {self.name}"


class Option(models.Model):
    """One thing that can be picked. Its price is paid once; what costs monthly has ``RentalTerms``."""

    configurator = models.ForeignKey(
        Configurator, on_delete=models.CASCADE, related_name="options", verbose_name=_("configurator")
    )
    group = models.ForeignKey(
        OptionGroup, on_delete=models.CASCADE, related_name="options", verbose_name=pgettext_lazy("option", "group")
    )
    code = models.CharField(_("code"), max_length=40, validators=[CODE])
    name_en = models.CharField(_("name (English)"), max_length=120)
    name_zh = models.CharField(_("name (Chinese)"), max_length=120)
    name = Translated("name")
    description_en = models.CharField(_("description (English)"), max_length=300, blank=True)
    description_zh = models.CharField(_("description (Chinese)"), max_length=300, blank=True)
    description = Translated("description")
    price = models.BigIntegerField(_("price"), default=0, help_text=_("fen, once; negative for what is left out"))
    standard = models.BooleanField(_("standard"), default=False, help_text=_("part of the car as it is advertised"))
    colour = models.CharField(_("swatch colour"), max_length=7, blank=True, validators=[COLOUR])
    picture = models.SlugField(
        _("picture"), blank=True, help_text=_("the still in static/img/cars that shows the car with this option")
    )
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        verbose_name = _("option")
        verbose_name_plural = _("options")
        ordering = ["configurator", "group__position", "position", "code"]
        constraints = [
            # Choices, rules and shared addresses name an option by its code alone.
            models.UniqueConstraint(fields=["configurator", "code"], name="option_code_unique_in_car"),
            models.CheckConstraint(
                condition=Q(colour="") | Q(colour__regex=r"^#[0-9a-f]{6}$"), name="option_colour_is_hex"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} · {self.name}"


class RentalTerms(models.Model):
    """What renting a battery costs, whole: there is no monthly price in this database without all its terms."""

    option = models.OneToOneField(Option, on_delete=models.CASCADE, related_name="rental", verbose_name=_("option"))
    instead_of = models.ForeignKey(
        Option,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("instead of buying"),
        help_text=_("the option that buys the same battery"),
    )
    monthly_price = models.BigIntegerField(_("monthly price"), help_text=_("fen a month"))
    mileage_cap = models.PositiveIntegerField(_("mileage included"), help_text=_("kilometres a year"))
    overage_price = models.BigIntegerField(_("price above the mileage"), help_text=_("fen a kilometre"))
    minimum_term = models.PositiveSmallIntegerField(_("minimum term"), help_text=_("months"))
    buyout_price = models.BigIntegerField(_("buy-out price"), help_text=_("fen; buys the battery at any later time"))

    class Meta:
        verbose_name = _("rental terms")
        verbose_name_plural = _("rental terms")
        constraints = [
            # A term of zero would be a term that was never filled in.
            models.CheckConstraint(
                condition=Q(monthly_price__gt=0)
                & Q(mileage_cap__gt=0)
                & Q(overage_price__gt=0)
                & Q(minimum_term__gt=0)
                & Q(buyout_price__gt=0),
                name="rentalterms_complete",
            ),
            models.CheckConstraint(condition=~Q(option=F("instead_of")), name="rentalterms_two_options"),
        ]

    def __str__(self) -> str:
        return str(self.option)

    @property
    def code(self) -> str:
        return self.option.code

    @property
    def configurator_id(self) -> int:
        return self.option.configurator_id


class Validity(models.Model):
    """Half-open dates: valid from the first day until, not including, the last."""

    valid_from = models.DateField(_("valid from"), null=True, blank=True)
    valid_until = models.DateField(
        _("valid until"), null=True, blank=True, help_text=_("the first day it is not valid")
    )

    class Meta:
        abstract = True


class Rule(Validity):
    """What goes together. ``parameters`` depend on ``kind``; ``apps.configurator.rules`` says how and checks them."""

    class Kind(models.TextChoices):
        REQUIRES = "requires", pgettext_lazy("rule", "requires")
        EXCLUDES = "excludes", pgettext_lazy("rule", "excludes")
        AT_LEAST = "at_least", pgettext_lazy("rule", "at least")
        AT_MOST = "at_most", pgettext_lazy("rule", "at most")
        AVAILABLE = "available", pgettext_lazy("rule", "available")
        TABLE = "table", pgettext_lazy("rule", "table")

    configurator = models.ForeignKey(
        Configurator, on_delete=models.CASCADE, related_name="rules", verbose_name=_("configurator")
    )
    code = models.CharField(_("code"), max_length=40, validators=[CODE])
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    parameters: "models.JSONField[dict[str, Any]]" = models.JSONField(_("parameters"))
    reason_en = models.CharField(_("reason (English)"), max_length=200)
    reason_zh = models.CharField(_("reason (Chinese)"), max_length=200)
    reason = Translated("reason")
    owner = models.CharField(_("owner"), max_length=80, help_text=_("who answers for this rule"))

    class Meta:
        verbose_name = _("rule")
        verbose_name_plural = _("rules")
        ordering = ["configurator", "code"]
        constraints = [
            models.UniqueConstraint(fields=["configurator", "code"], name="rule_code_unique_in_car"),
            models.CheckConstraint(
                condition=Q(kind__in=["requires", "excludes", "at_least", "at_most", "available", "table"]),
                name="rule_kind_known",
            ),
            # An empty interval would silently switch a rule off.
            models.CheckConstraint(
                condition=Q(valid_from__isnull=True) | Q(valid_until__isnull=True) | Q(valid_from__lt=F("valid_until")),
                name="rule_validity_not_empty",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} · {self.reason}"


class PriceRule(Validity):
    """An amount that is added (or taken off) when all of ``when`` holds: ``"tow"`` picked, ``"!tow"`` not picked."""

    configurator = models.ForeignKey(
        Configurator, on_delete=models.CASCADE, related_name="price_rules", verbose_name=_("configurator")
    )
    code = models.CharField(_("code"), max_length=40, validators=[CODE])
    when: "models.JSONField[list[str]]" = models.JSONField(
        pgettext_lazy("rule", "when"), help_text=_('a list such as ["long", "!tow"]; ! means not picked')
    )
    amount = models.BigIntegerField(_("amount"), help_text=_("fen; negative for a discount"))
    label_en = models.CharField(_("label (English)"), max_length=120)
    label_zh = models.CharField(_("label (Chinese)"), max_length=120)
    label = Translated("label")

    class Meta:
        verbose_name = _("price rule")
        verbose_name_plural = _("price rules")
        ordering = ["configurator", "code"]
        constraints = [
            models.UniqueConstraint(fields=["configurator", "code"], name="pricerule_code_unique_in_car"),
            models.CheckConstraint(
                condition=Q(valid_from__isnull=True) | Q(valid_until__isnull=True) | Q(valid_from__lt=F("valid_until")),
                name="pricerule_validity_not_empty",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} · {self.label}"
