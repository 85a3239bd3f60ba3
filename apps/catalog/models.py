"""Brands, models, trims and what a trim measures."""

from decimal import Decimal

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from apps.catalog.querysets import BrandQuerySet, CarModelQuerySet, SpecSheetQuerySet, TrimQuerySet
from apps.catalog.specs import Cycle, SpecDefinition, definition
from apps.common.translated import Translated


class Brand(models.Model):
    """A make, and how close the house is to it."""

    class Relation(models.TextChoices):
        EXCLUSIVE = "exclusive", _("Sold only here")
        PARTNER = "partner", _("Partner brand")
        AFTER_SALES = "after_sales", _("After-sales only")

    slug = models.SlugField(_("slug"), unique=True)
    name_en = models.CharField(_("name (English)"), max_length=80)
    name_zh = models.CharField(_("name (Chinese)"), max_length=80)
    maker_en = models.CharField(_("maker (English)"), max_length=120, blank=True)
    maker_zh = models.CharField(_("maker (Chinese)"), max_length=120, blank=True)
    about_en = models.TextField(_("about (English)"), blank=True)
    about_zh = models.TextField(_("about (Chinese)"), blank=True)
    aliases = models.CharField(_("other names"), max_length=200, blank=True, help_text=_("For the search only."))
    relation = models.CharField(_("relation"), max_length=12, choices=Relation.choices, default=Relation.PARTNER)
    position = models.PositiveSmallIntegerField(_("position"), default=100)
    name = Translated("name")
    maker = Translated("maker")
    about = Translated("about")

    objects = BrandQuerySet.as_manager()

    class Meta:
        verbose_name = _("brand")
        verbose_name_plural = _("brands")
        ordering = ["position", "slug"]
        constraints = [
            models.CheckConstraint(
                name="catalog_brand_relation_known", condition=Q(relation__in=["exclusive", "partner", "after_sales"])
            ),
        ]

    def __str__(self) -> str:
        return self.name


class CarModel(models.Model):
    """One car as a customer speaks of it; what is priced and measured are its trims. Lengths are in millimetres."""

    class Body(models.TextChoices):
        HATCH = "hatch", _("Hatchback")
        SEDAN = "sedan", _("Saloon")
        SUV = "suv", _("SUV")
        MPV = "mpv", _("MPV")
        VAN = "van", _("Van")
        PICKUP = "pickup", _("Pickup")

    class Energy(models.TextChoices):
        ELECTRIC = "bev", _("Electric")
        RANGE_EXTENDER = "erev", _("Range extender")
        PLUG_IN = "phev", _("Plug-in hybrid")
        PETROL = "ice", _("Petrol")

    class Size(models.TextChoices):
        """What a film or a cover is cut to."""

        S = "S", _("Small")
        M = "M", _("Medium")
        L = "L", _("Large")
        XL = "XL", _("Extra large")

    brand = models.ForeignKey(Brand, models.PROTECT, related_name="car_models", verbose_name=_("brand"))
    slug = models.SlugField(_("slug"), unique=True)
    name_en = models.CharField(_("name (English)"), max_length=80)
    name_zh = models.CharField(_("name (Chinese)"), max_length=80)
    tagline_en = models.CharField(_("tagline (English)"), max_length=160, blank=True)
    tagline_zh = models.CharField(_("tagline (Chinese)"), max_length=160, blank=True)
    aliases = models.CharField(_("other names"), max_length=200, blank=True, help_text=_("For the search only."))
    body = models.CharField(_("body"), max_length=8, choices=Body.choices)
    energy = models.CharField(_("energy"), max_length=8, choices=Energy.choices)
    seats = models.PositiveSmallIntegerField(_("seats"), default=5)
    size_class = models.CharField(_("size class"), max_length=2, choices=Size.choices)
    length = models.PositiveSmallIntegerField(_("length"), null=True, blank=True, help_text="mm")
    width = models.PositiveSmallIntegerField(_("width"), null=True, blank=True, help_text="mm")
    height = models.PositiveSmallIntegerField(_("height"), null=True, blank=True, help_text="mm")
    wheelbase = models.PositiveSmallIntegerField(_("wheelbase"), null=True, blank=True, help_text="mm")
    image = models.SlugField(_("picture"), blank=True, help_text=_("Key of the still; empty: a drawn side view."))
    on_sale = models.BooleanField(_("on sale"), default=True)
    exclusive = models.BooleanField(_("sold only here"), default=False)
    highlighted = models.BooleanField(_("on the home page"), default=False)
    # Set by the configurator's publish service: this app may not look up to it.
    configurable = models.BooleanField(_("has a configurator"), default=False, editable=False)
    # Stills that a worker rendered, by view: the digest in their names (rendering.py). They go before those that are shipped.
    rendered = models.JSONField(default=dict, editable=False)
    position = models.PositiveSmallIntegerField(_("position"), default=100)
    # Written by services.index_car_models; search.py says what is in them and why.
    search_grams = ArrayField(models.TextField(), default=list, editable=False)
    search_text = models.TextField(default="", editable=False)
    name = Translated("name")
    tagline = Translated("tagline")

    objects = CarModelQuerySet.as_manager()

    class Meta:
        verbose_name = _("car model")
        verbose_name_plural = _("car models")
        ordering = ["position", "pk"]
        constraints = [
            models.CheckConstraint(
                name="catalog_carmodel_body_known",
                condition=Q(body__in=["hatch", "sedan", "suv", "mpv", "van", "pickup"]),
            ),
            models.CheckConstraint(
                name="catalog_carmodel_energy_known", condition=Q(energy__in=["bev", "erev", "phev", "ice"])
            ),
            models.CheckConstraint(
                name="catalog_carmodel_size_known", condition=Q(size_class__in=["S", "M", "L", "XL"])
            ),
            models.CheckConstraint(name="catalog_carmodel_seats_plausible", condition=Q(seats__range=(1, 20))),
            # The side view is drawn from these: wheels must lie inside the car. All are known, or none is.
            models.CheckConstraint(
                name="catalog_carmodel_dimensions_plausible",
                condition=Q(length=None, width=None, height=None, wheelbase=None)
                | Q(
                    length__range=(2000, 9000),
                    width__range=(1000, 2600),
                    height__range=(1000, 3500),
                    wheelbase__gte=1200,
                    wheelbase__lt=F("length"),
                ),
            ),
        ]
        indexes = [
            GinIndex(name="catalog_carmodel_grams", fields=["search_grams"]),
            models.Index(
                name="catalog_carmodel_shelf", fields=["exclusive", "position", "id"], condition=Q(on_sale=True)
            ),
        ]

    def __str__(self) -> str:
        return self.full_name

    def get_absolute_url(self) -> str:
        return reverse("catalog:detail", args=[self.brand.slug, self.slug])

    @property
    def dimensions(self) -> tuple[int | None, int | None, int | None, int | None]:
        """Length, width, height and wheelbase in mm; all known, or none."""
        return self.length, self.width, self.height, self.wheelbase

    @property
    def full_name(self) -> str:
        """Brand and model, as a headline: "GAC Aion UT Super". Needs ``brand`` selected."""
        return f"{self.brand.name} {self.name}"


class Trim(models.Model):
    """What can be bought: a price and a spec sheet. Prices are list prices in fen."""

    car_model = models.ForeignKey(CarModel, models.PROTECT, related_name="trims", verbose_name=_("car model"))
    code = models.SlugField(_("code"), unique=True)
    name_en = models.CharField(_("name (English)"), max_length=80)
    name_zh = models.CharField(_("name (Chinese)"), max_length=80)
    energy = models.CharField(_("energy"), max_length=8, choices=CarModel.Energy.choices)
    price = models.BigIntegerField(_("price with battery"), help_text="fen")
    # Never shown on its own: a rented battery's price is only fair beside its full terms, which the configurator has.
    rent_price = models.BigIntegerField(_("price without battery"), null=True, blank=True, help_text="fen")
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    on_sale = models.BooleanField(_("on sale"), default=True)
    # Copied from the current sheet by services.publish_sheet, so that lists filter and sort on an indexed column.
    range_km = models.PositiveSmallIntegerField(_("electric range"), null=True, editable=False, help_text="km")
    range_cycle = models.CharField(_("test cycle"), max_length=4, choices=Cycle.choices, blank=True, editable=False)
    name = Translated("name")

    objects = TrimQuerySet.as_manager()

    class Meta:
        verbose_name = _("trim")
        verbose_name_plural = _("trims")
        ordering = ["position", "pk"]
        constraints = [
            models.CheckConstraint(name="catalog_trim_price_positive", condition=Q(price__gt=0)),
            models.CheckConstraint(
                name="catalog_trim_rent_below_price",
                condition=Q(rent_price__gt=0, rent_price__lt=F("price")) | Q(rent_price=None),
            ),
            models.CheckConstraint(
                name="catalog_trim_energy_known", condition=Q(energy__in=["bev", "erev", "phev", "ice"])
            ),
            # A range without its test cycle is no measurement.
            models.CheckConstraint(
                name="catalog_trim_range_has_cycle",
                condition=Q(range_km=None, range_cycle="")
                | Q(range_km__gt=0, range_cycle__in=["CLTC", "WLTC", "NEDC"]),
            ),
        ]
        indexes = [
            models.Index(
                name="catalog_trim_offer",
                fields=["car_model", "price"],
                include=["range_km"],
                condition=Q(on_sale=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.car_model} {self.name}"


class SpecSheet(models.Model):
    """What a trim measured at one time. A change of specs is a new version; older ones stay as they were."""

    trim = models.ForeignKey(Trim, models.CASCADE, related_name="sheets", verbose_name=_("trim"))
    version = models.PositiveIntegerField(pgettext_lazy("spec sheet", "version"))
    current = models.BooleanField(_("current"), default=True)
    note = models.CharField(_("what changed"), max_length=200, blank=True)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    objects = SpecSheetQuerySet.as_manager()

    class Meta:
        verbose_name = _("spec sheet")
        verbose_name_plural = _("spec sheets")
        ordering = ["trim", "-version"]
        constraints = [
            models.UniqueConstraint(name="catalog_specsheet_version_once", fields=["trim", "version"]),
            models.CheckConstraint(name="catalog_specsheet_version_from_one", condition=Q(version__gte=1)),
            # One sheet is in force; two would make prices and tables disagree.
            models.UniqueConstraint(name="catalog_specsheet_one_current", fields=["trim"], condition=Q(current=True)),
        ]

    def __str__(self) -> str:
        return f"{self.trim} v{self.version}"


class SpecValue(models.Model):
    """One measured value: a number in the unit of its definition, or a text in two languages."""

    sheet = models.ForeignKey(SpecSheet, models.CASCADE, related_name="values", verbose_name=_("spec sheet"))
    key = models.CharField(_("spec key"), max_length=40)
    number = models.DecimalField(
        pgettext_lazy("value", "number"), max_digits=12, decimal_places=3, null=True, blank=True
    )
    text_en = models.CharField(_("text (English)"), max_length=120, blank=True)
    text_zh = models.CharField(_("text (Chinese)"), max_length=120, blank=True)
    unit = models.CharField(_("unit"), max_length=16, blank=True)
    cycle = models.CharField(_("test cycle"), max_length=4, choices=Cycle.choices, blank=True)
    text = Translated("text")

    class Meta:
        verbose_name = _("spec value")
        verbose_name_plural = _("spec values")
        ordering = ["sheet", "key", "cycle"]
        constraints = [
            models.UniqueConstraint(name="catalog_specvalue_key_once", fields=["sheet", "key", "cycle"]),
            models.CheckConstraint(
                name="catalog_specvalue_number_or_text",
                condition=Q(number__isnull=False, text_en="", text_zh="")
                | (Q(number=None) & ~Q(text_en="") & ~Q(text_zh="")),
            ),
            models.CheckConstraint(
                name="catalog_specvalue_cycle_known", condition=Q(cycle__in=["", "CLTC", "WLTC", "NEDC"])
            ),
        ]

    def __str__(self) -> str:
        return f"{self.key}={self.value}"

    @property
    def value(self) -> Decimal | str:
        """The number, or the text in the reader's language."""
        return self.text if self.number is None else self.number

    @property
    def definition(self) -> SpecDefinition:
        return definition(self.key)


class RenderJob(models.Model):
    """Somebody wants a car's stills rendered anew, and how far a worker is with it."""

    class State(models.TextChoices):
        WAITING = "waiting", pgettext_lazy("a job", "waiting")
        WORKING = "working", pgettext_lazy("a job", "under way")
        DONE = "done", pgettext_lazy("a job", "done")
        FAILED = "failed", pgettext_lazy("a job", "failed")
        CANCELLED = "cancelled", pgettext_lazy("a job", "cancelled")

    OPEN = (State.WAITING, State.WORKING)

    car_model = models.ForeignKey(CarModel, models.CASCADE, related_name="render_jobs", verbose_name=_("car model"))
    views = ArrayField(models.CharField(max_length=10), verbose_name=_("views"))
    state = models.CharField(_("state"), max_length=9, choices=State.choices, default=State.WAITING)
    done = models.PositiveSmallIntegerField(_("pictures done"), default=0)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    problem = models.CharField(_("problem"), max_length=20, blank=True)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("asked by")
    )
    asked_at = models.DateTimeField(_("asked at"), auto_now_add=True)
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)

    class Meta:
        verbose_name = _("picture job")
        verbose_name_plural = _("picture jobs")
        ordering = ["-asked_at"]
        constraints = [
            models.UniqueConstraint(
                name="catalog_renderjob_one_open", fields=["car_model"], condition=Q(state__in=["waiting", "working"])
            ),
            models.CheckConstraint(
                name="catalog_renderjob_state_known",
                condition=Q(state__in=["waiting", "working", "done", "failed", "cancelled"]),
            ),
            models.CheckConstraint(
                name="catalog_renderjob_ended",
                condition=Q(state__in=["waiting", "working"], ended_at=None)
                | (Q(state__in=["done", "failed", "cancelled"]) & Q(ended_at__isnull=False)),
            ),
            models.CheckConstraint(name="catalog_renderjob_views", condition=Q(views__len__gte=1)),
        ]

    def __str__(self) -> str:
        return f"{self.car_model.slug} {self.done}/{len(self.views)}"

    @property
    def is_open(self) -> bool:
        return self.state in self.OPEN
