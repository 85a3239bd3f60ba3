"""What is sold beside a car, and the stock of what lies on a shelf.

Money is in fen, lengths are in metres unless said otherwise, times are aware UTC.
"""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MinValueValidator, RegexValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.bundles import querysets
from apps.capacity.kinds import subject
from apps.capacity.models import Pool
from apps.catalog.models import CarModel
from apps.common.translated import Translated, content_language


class Kind(models.TextChoices):
    """What an order line calls each sort of product."""

    COVER = "cover", _("car cover")
    PLAN = "maintenance_plan", _("maintenance plan")
    ACCESSORY = "accessory", _("accessory")
    CHARGER = "charger", _("charger")


class SizeClass(models.TextChoices):
    """How much film a body needs."""

    S = "S", _("Small")
    M = "M", _("Medium")
    L = "L", _("Large")
    XL = "XL", _("Very large")


def _sku_field() -> "models.CharField[str, str]":
    shape = RegexValidator(r"^[A-Z]{2}-[A-Z0-9-]+$", _("Two letters for the kind, a hyphen, then letters and digits."))
    return models.CharField(_("article number"), max_length=32, unique=True, validators=[shape])


class Product(models.Model):
    """What every sort has in common. The first two letters of ``sku`` are the kind, so no two sorts share a number."""

    kind: ClassVar[Kind]

    sku = _sku_field()
    name_en = models.CharField(_("name (English)"), max_length=120)
    name_zh = models.CharField(_("name (Chinese)"), max_length=120)
    summary_en = models.CharField(_("summary (English)"), max_length=240, blank=True)
    summary_zh = models.CharField(_("summary (Chinese)"), max_length=240, blank=True)
    points_en = models.TextField(_("points (English)"), blank=True, help_text=_("One on each line."))
    points_zh = models.TextField(_("points (Chinese)"), blank=True, help_text=_("One on each line."))
    on_sale = models.BooleanField(_("on sale"), default=True)
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    name = Translated("name")
    summary = Translated("summary")
    _points = Translated("points")

    class Meta:
        abstract = True
        ordering = ["position", "sku"]

    def __str__(self) -> str:
        return f"{self.name} ({self.sku})"

    @property
    def points(self) -> list[str]:
        """What the buyer gets, in the reader's language."""
        return [line for line in self._points.splitlines() if line.strip()]


class Cover(Product):
    """A film that is laid on the paint: protection film (TPU) or colour-change film. Its price depends on the body."""

    kind = Kind.COVER

    class Material(models.TextChoices):
        PROTECTION = "tpu", _("paint protection film")
        COLOUR = "colour", _("colour-change film")

    class Finish(models.TextChoices):
        GLOSS = "gloss", _("gloss")
        MATTE = "matte", _("matte")
        SATIN = "satin", _("satin")

    class Coverage(models.TextChoices):
        FULL = "full", _("whole car")
        FRONT = "front", _("front")
        ROOF = "roof", _("roof")

    material = models.CharField(_("material"), max_length=10, choices=Material)
    thickness_um = models.PositiveSmallIntegerField(_("thickness"), help_text="µm")
    finish = models.CharField(_("finish"), max_length=10, choices=Finish)
    coverage = models.CharField(_("coverage"), max_length=10, choices=Coverage)
    colour_en = models.CharField(_("colour (English)"), max_length=40, blank=True)
    colour_zh = models.CharField(_("colour (Chinese)"), max_length=40, blank=True)
    colour_hex = models.CharField(_("colour"), max_length=7, blank=True, validators=[RegexValidator(r"^#[0-9a-f]{6}$")])
    warranty_years = models.PositiveSmallIntegerField(_("warranty"), help_text=_("years"))
    fitting_minutes = models.PositiveSmallIntegerField(_("fitting time"), help_text=_("minutes"))

    colour = Translated("colour")
    objects = querysets.CoverQuerySet.as_manager()

    class Meta(Product.Meta):
        verbose_name = _("car cover")
        verbose_name_plural = _("car covers")
        constraints = [
            models.CheckConstraint(condition=Q(sku__startswith="CV-"), name="cover_sku_names_its_kind"),
            # A clear film has no colour, a colour film must have one.
            models.CheckConstraint(
                condition=Q(material="tpu") | Q(material="colour", colour_hex__regex=r"^#[0-9a-f]{6}$"),
                name="cover_colour_film_has_a_colour",
            ),
            models.CheckConstraint(
                condition=Q(thickness_um__range=(50, 400), warranty_years__lte=15, fitting_minutes__gt=0),
                name="cover_facts_are_plausible",
            ),
        ]

    @property
    def price(self) -> int | None:
        """The price of the smallest body it is made for, in fen; reads ``prices``, so prefetch them."""
        return min((row.price for row in self.prices.all()), default=None)

    def price_for(self, size_class: str) -> int | None:
        """The price on a body of that class, in fen; None when the film is not made for it. Prefetch ``prices``."""
        return next((row.price for row in self.prices.all() if row.size_class == size_class), None)

    @property
    def thickness_mil(self) -> float:
        """Thousandths of an inch, the trade's unit."""
        return round(self.thickness_um / 25.4, 1)


class CoverPrice(models.Model):
    """What a film costs, laid on a body of one size class. No row: it is not made for that class."""

    cover = models.ForeignKey(Cover, on_delete=models.CASCADE, related_name="prices", verbose_name=_("car cover"))
    size_class = models.CharField(_("body size"), max_length=2, choices=SizeClass)
    price = models.BigIntegerField(_("price"), help_text="fen")

    class Meta:
        verbose_name = _("price by body size")
        verbose_name_plural = _("prices by body size")
        constraints = [
            models.UniqueConstraint(fields=["cover", "size_class"], name="cover_one_price_a_size"),
            models.CheckConstraint(condition=Q(price__gt=0), name="cover_price_is_positive"),
            models.CheckConstraint(condition=Q(size_class__in=["S", "M", "L", "XL"]), name="cover_price_size_known"),
        ]

    def __str__(self) -> str:
        return f"{self.cover_id} {self.size_class}"


def _energies() -> "ArrayField[list[str], list[str]]":
    """The kinds of drive a product is made for."""
    kinds = models.CharField(max_length=10, choices=CarModel.Energy)
    return ArrayField(kinds, verbose_name=_("drives it fits"))


class MaintenancePlan(Product):
    """Visits paid ahead: so many within so many months or kilometres, whichever comes first."""

    kind = Kind.PLAN

    price = models.BigIntegerField(_("price"), help_text="fen")
    visits = models.PositiveSmallIntegerField(_("visits"))
    months = models.PositiveSmallIntegerField(_("months"))
    kilometres = models.PositiveIntegerField(_("kilometres"), null=True, blank=True, help_text=_("empty: no limit"))
    energies = _energies()

    objects = querysets.MaintenancePlanQuerySet.as_manager()

    class Meta(Product.Meta):
        verbose_name = _("maintenance plan")
        verbose_name_plural = _("maintenance plans")
        constraints = [
            models.CheckConstraint(condition=Q(sku__startswith="MP-"), name="plan_sku_names_its_kind"),
            models.CheckConstraint(condition=Q(price__gt=0), name="plan_price_is_positive"),
            models.CheckConstraint(
                condition=Q(visits__gt=0, months__gt=0) & (Q(kilometres=None) | Q(kilometres__gt=0)),
                name="plan_promises_something",
            ),
            # A plan for no drive at all could never be sold.
            models.CheckConstraint(condition=Q(energies__len__gt=0), name="plan_fits_some_drive"),
        ]

    @property
    def kilometres_text(self) -> str:
        """``100,000``, in Chinese ``10 万``; empty without a limit."""
        if self.kilometres is None:
            return ""
        if content_language() == "zh" and self.kilometres % 1000 == 0:
            return f"{self.kilometres / 10_000:g} 万"
        return f"{self.kilometres:,}"

    @property
    def price_per_visit(self) -> int:
        """Fen, rounded down to whole yuan: for comparison only, never charged."""
        return self.price // self.visits // 100 * 100


class PlanItem(models.Model):
    """One job of a plan, done at every ``every``-th visit."""

    plan = models.ForeignKey(
        MaintenancePlan, on_delete=models.CASCADE, related_name="items", verbose_name=_("maintenance plan")
    )
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    name_en = models.CharField(_("name (English)"), max_length=120)
    name_zh = models.CharField(_("name (Chinese)"), max_length=120)
    every = models.PositiveSmallIntegerField(_("every … visits"), default=1, validators=[MinValueValidator(1)])

    name = Translated("name")

    class Meta:
        verbose_name = _("job of a plan")
        verbose_name_plural = _("jobs of a plan")
        ordering = ["position", "pk"]
        constraints = [models.CheckConstraint(condition=Q(every__gt=0), name="plan_item_comes_around")]

    def __str__(self) -> str:
        return self.name

    def times(self, visits: int) -> int:
        """How often it is done in a plan of that many visits."""
        return visits // self.every


class Accessory(Product):
    """A part for all cars, or for those in ``cars``; with fitting labour where a store must fit it."""

    kind = Kind.ACCESSORY

    class Category(models.TextChoices):
        INTERIOR = "interior", _("Interior")
        EXTERIOR = "exterior", _("Exterior")
        ELECTRONICS = "electronics", _("Electronics")
        LOAD = "load", _("Carrying and towing")
        CHARGING = "charging", _("Charging and power")
        SAFETY = "safety", _("Safety")
        CARE = "care", _("Care")
        CAMPING = "camping", _("Camping")
        WHEELS = "wheels", _("Wheels and tyres")
        COMMERCIAL = "commercial", _("Commercial use")

    category = models.CharField(_("category"), max_length=12, choices=Category)
    price = models.BigIntegerField(_("price"), help_text="fen")
    needs_fitting = models.BooleanField(_("fitted by a store"), default=False)
    fitting_price = models.BigIntegerField(_("fitting labour"), default=0, help_text="fen")
    fitting_minutes = models.PositiveSmallIntegerField(_("fitting time"), default=0, help_text=_("minutes"))
    max_quantity = models.PositiveSmallIntegerField(_("at most in one order"), default=5)
    fits_all = models.BooleanField(_("fits every car"), default=False)
    cars = models.ManyToManyField(
        CarModel, through="AccessoryFitment", related_name="accessories", verbose_name=_("models it fits")
    )

    objects = querysets.AccessoryQuerySet.as_manager()

    class Meta(Product.Meta):
        verbose_name = _("accessory")
        verbose_name_plural = _("accessories")
        constraints = [
            models.CheckConstraint(condition=Q(sku__startswith="AC-"), name="accessory_sku_names_its_kind"),
            models.CheckConstraint(
                condition=Q(price__gt=0, fitting_price__gte=0, max_quantity__gt=0), name="accessory_price_is_positive"
            ),
            # Labour is charged exactly where somebody works.
            models.CheckConstraint(
                condition=Q(needs_fitting=True, fitting_minutes__gt=0)
                | Q(needs_fitting=False, fitting_minutes=0, fitting_price=0),
                name="accessory_labour_only_when_fitted",
            ),
        ]
        indexes = [models.Index(fields=["category", "position"], name="accessory_category")]


class AccessoryFitment(models.Model):
    """This accessory was made for, and tried on, this model."""

    accessory = models.ForeignKey(
        Accessory, on_delete=models.CASCADE, related_name="fitments", verbose_name=_("accessory")
    )
    car_model = models.ForeignKey(CarModel, on_delete=models.CASCADE, related_name="+", verbose_name=_("model"))

    class Meta:
        verbose_name = _("fitment")
        verbose_name_plural = _("fitments")
        constraints = [models.UniqueConstraint(fields=["accessory", "car_model"], name="fitment_once_a_model")]

    def __str__(self) -> str:
        return f"{self.accessory} · {self.car_model}"


class Charger(Product):
    """A charging pile for home. ``price`` includes the cable, and the installation where it says so."""

    kind = Kind.CHARGER

    class Phases(models.IntegerChoices):
        ONE = 1, _("single-phase")
        THREE = 3, _("three-phase")

    price = models.BigIntegerField(_("price"), help_text="fen")
    power_kw = models.DecimalField(_("power"), max_digits=5, decimal_places=1, help_text="kW")
    phases = models.PositiveSmallIntegerField(_("phases"), choices=Phases)
    cable_m = models.PositiveSmallIntegerField(_("supply cable included"), help_text="m")
    price_per_extra_metre = models.BigIntegerField(_("each further metre"), help_text="fen")
    installation_included = models.BooleanField(_("installation included"), default=True)
    fitting_minutes = models.PositiveSmallIntegerField(_("installation time"), default=0, help_text=_("minutes"))
    energies = _energies()

    objects = querysets.ChargerQuerySet.as_manager()

    class Meta(Product.Meta):
        verbose_name = _("charger")
        verbose_name_plural = _("chargers")
        constraints = [
            models.CheckConstraint(condition=Q(sku__startswith="CH-"), name="charger_sku_names_its_kind"),
            models.CheckConstraint(
                condition=Q(price__gt=0, price_per_extra_metre__gte=0), name="charger_price_is_positive"
            ),
            # Chinese homes: 7 kW is the most that one phase carries.
            models.CheckConstraint(
                condition=Q(power_kw__gt=0) & (Q(phases=3) | Q(phases=1, power_kw__lte=7)),
                name="charger_power_possible",
            ),
            models.CheckConstraint(
                condition=Q(installation_included=False) | Q(fitting_minutes__gt=0),
                name="charger_installation_takes_time",
            ),
            models.CheckConstraint(condition=Q(energies__len__gt=0), name="charger_fits_some_drive"),
        ]


class StockItem(Pool):
    """What lies on the shelf of one article: the pool ``stock:<sku>``, under the names of the shop floor."""

    objects = querysets.StockItemQuerySet.as_manager()  # type: ignore[misc]  # narrower than the pool's

    class Meta:
        proxy = True
        verbose_name = _("stock")
        verbose_name_plural = _("stock")
        ordering = ["resource"]

    def __str__(self) -> str:
        return self.name or self.sku

    @property
    def sku(self) -> str:
        return subject(self.resource)

    @property
    def available(self) -> int:
        return self.free
