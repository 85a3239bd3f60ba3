"""Stores, their bays and what is booked in them.

Times are aware UTC; opening hours and days are in the store's own zone. Coordinates are WGS 84 degrees.
"""

import uuid
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import (
    ArrayField,
    DateRangeField,
    DateTimeRangeField,
    IntegerRangeField,
    RangeOperators,
)
from django.contrib.postgres.indexes import GinIndex, GistIndex, OpClass
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from apps.common.translated import Translated
from apps.stores import hours as week
from apps.stores import querysets
from apps.stores.expressions import ToEarth
from apps.stores.kinds import Kind, Province, Service
from apps.stores.lifecycle import ACTIVE, CHANGEABLE, Party, Status, is_final

_LATITUDE = [MinValueValidator(-90), MaxValueValidator(90)]
_LONGITUDE = [MinValueValidator(-180), MaxValueValidator(180)]


class City(models.Model):
    """A real city, to look for stores in. ``grams`` is what the search finds it by."""

    slug = models.SlugField(_("slug"), max_length=60, unique=True)
    name_en = models.CharField(_("name (English)"), max_length=60)
    name_zh = models.CharField(_("name (Chinese)"), max_length=60)
    province = models.CharField(_("province"), max_length=2, choices=Province)
    latitude = models.FloatField(_("latitude"), validators=_LATITUDE)
    longitude = models.FloatField(_("longitude"), validators=_LONGITUDE)
    population = models.PositiveIntegerField(_("population"), default=0)
    grams = ArrayField(models.CharField(max_length=12), verbose_name=_("search"), default=list, editable=False)

    name = Translated("name")
    objects = querysets.CityQuerySet.as_manager()

    class Meta:
        verbose_name = _("city")
        verbose_name_plural = _("cities")
        ordering = ["-population", "pk"]
        indexes = [GinIndex(fields=["grams"], name="city_grams")]

    def __str__(self) -> str:
        return self.name


class Store(models.Model):
    """A place of the network: a shop, a workshop or a swap station."""

    code = models.CharField(
        pgettext_lazy("store", "code"),
        max_length=12,
        unique=True,
        validators=[RegexValidator(r"^[A-Z]{2}-[0-9]{4,8}$")],
    )
    kind = models.CharField(_("kind"), max_length=12, choices=Kind)
    name_en = models.CharField(_("name (English)"), max_length=120)
    name_zh = models.CharField(_("name (Chinese)"), max_length=120)
    city = models.ForeignKey(City, on_delete=models.PROTECT, related_name="stores", verbose_name=_("city"))
    province = models.CharField(_("province"), max_length=2, choices=Province)
    district_en = models.CharField(_("district (English)"), max_length=60, blank=True)
    district_zh = models.CharField(_("district (Chinese)"), max_length=60, blank=True)
    address_en = models.CharField(_("address (English)"), max_length=160)
    address_zh = models.CharField(_("address (Chinese)"), max_length=160)
    phone = models.CharField(_("phone"), max_length=20, blank=True)
    latitude = models.FloatField(_("latitude"), validators=_LATITUDE)
    longitude = models.FloatField(_("longitude"), validators=_LONGITUDE)
    time_zone = models.CharField(_("time zone"), max_length=40, default="Asia/Shanghai")
    services = ArrayField(
        models.CharField(max_length=20, choices=Service),
        verbose_name=_("services"),
        default=list,
        blank=True,
        help_text=_("What its bays can do."),
    )
    # Minutes since Monday 00:00 in the store's own zone; see hours.py.
    hours = ArrayField(IntegerRangeField(), verbose_name=_("opening hours"), default=list, blank=True)
    confirms_at_once = models.BooleanField(
        _("confirms at once"), default=True, help_text=_("Otherwise somebody of the store accepts each booking.")
    )
    is_active = models.BooleanField(_("active"), default=True)
    # The names in one column under a trigram index, written by the database itself.
    search_text = models.GeneratedField(
        expression=Lower(querysets.joined_text("code", "name_en", "name_zh", "district_en", "district_zh")),
        output_field=models.TextField(),
        db_persist=True,
        editable=False,
    )

    # In metres, where ``nearest`` put it.
    distance_m: float | None = None

    name = Translated("name")
    district = Translated("district")
    address = Translated("address")
    objects = querysets.StoreQuerySet.as_manager()

    class Meta:
        verbose_name = _("store")
        verbose_name_plural = _("stores")
        ordering = ["code"]
        permissions = [("run_store", _("Can act for every store"))]
        constraints = [
            models.CheckConstraint(
                condition=Q(latitude__range=(-90, 90), longitude__range=(-180, 180)), name="store_is_on_earth"
            ),
            models.CheckConstraint(condition=Q(kind__in=Kind.values), name="store_kind_is_known"),
        ]
        indexes = [
            # Nearest first, whatever the filters; and a small index of its own for each kind that is rare among all,
            # where walking through everybody else to the nearest would be slow.
            GistIndex(OpClass(ToEarth("latitude", "longitude"), name="gist_cube_ops"), name="store_place"),
            GistIndex(
                OpClass(ToEarth("latitude", "longitude"), name="gist_cube_ops"),
                name="store_place_swap",
                condition=Q(kind="swap"),
            ),
            GistIndex(
                OpClass(ToEarth("latitude", "longitude"), name="gist_cube_ops"),
                name="store_place_experience",
                condition=Q(kind="experience"),
            ),
            GinIndex(OpClass(F("search_text"), name="gin_trgm_ops"), name="store_search_text"),
            GinIndex(fields=["services"], name="store_services"),
            models.Index(fields=["city", "kind"], name="store_city_kind"),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.code})"

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)

    @property
    def spans(self) -> list[week.Span]:
        """The opening hours, typed."""
        return [week.Span(span.lower, span.upper) for span in self.hours]

    @property
    def service_names(self) -> list[tuple[str, str]]:
        """(code, name) of each service, in the order of ``Service``."""
        return [(service.value, str(service.label)) for service in Service if service.value in self.services]


class StoreStaff(models.Model):
    """Somebody of the company who works at a store, and acts for it and no other."""

    store = models.ForeignKey(Store, on_delete=models.CASCADE, related_name="staff", verbose_name=_("store"))
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="store_posts", verbose_name=_("person")
    )

    class Meta:
        verbose_name = _("person of a store")
        verbose_name_plural = _("people of stores")
        ordering = ["store_id", "pk"]
        constraints = [models.UniqueConstraint(fields=["store", "user"], name="store_staff_once")]

    def __str__(self) -> str:
        return f"{self.user} · {self.store_id}"


class Bay(models.Model):
    """A place where one job is done at a time. The bays are a store's capacity."""

    store = models.ForeignKey(Store, on_delete=models.CASCADE, related_name="bays", verbose_name=_("store"))
    number = models.PositiveSmallIntegerField(_("number"))
    services = ArrayField(models.CharField(max_length=20, choices=Service), verbose_name=_("services"))
    is_active = models.BooleanField(_("active"), default=True)

    class Meta:
        verbose_name = _("bay")
        verbose_name_plural = _("bays")
        ordering = ["store_id", "number"]
        constraints = [models.UniqueConstraint(fields=["store", "number"], name="bay_number_unique_in_store")]

    def __str__(self) -> str:
        return str(_("Bay %(number)s")) % {"number": self.number}


class Closure(models.Model):
    """Days on which a store is closed whatever its hours say. Half-open range of local days."""

    store = models.ForeignKey(Store, on_delete=models.CASCADE, related_name="closures", verbose_name=_("store"))
    days = DateRangeField(_("days"))
    reason_en = models.CharField(_("reason (English)"), max_length=80)
    reason_zh = models.CharField(_("reason (Chinese)"), max_length=80)

    reason = Translated("reason")

    class Meta:
        verbose_name = _("closure")
        verbose_name_plural = _("closures")
        constraints = [
            models.CheckConstraint(
                condition=Q(days__isempty=False, days__lower_inf=False, days__upper_inf=False),
                name="closure_has_first_and_last_day",
            ),
        ]
        indexes = [models.Index(fields=["store"], name="closure_store")]

    def __str__(self) -> str:
        return f"{self.first_day} – {self.last_day}: {self.reason}"

    @property
    def first_day(self) -> date:
        first: date = self.days.lower
        return first

    @property
    def last_day(self) -> date:
        after: date = self.days.upper
        return after - timedelta(days=1)


class Appointment(models.Model):
    """A bay of a store, taken by somebody for a time. Its id is unguessable: who knows it may see and change it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    store = models.ForeignKey(Store, on_delete=models.PROTECT, related_name="appointments", verbose_name=_("store"))
    bay = models.ForeignKey(Bay, on_delete=models.PROTECT, related_name="appointments", verbose_name=_("bay"))
    service = models.CharField(_("service"), max_length=20, choices=Service)
    status = models.CharField(_("state"), max_length=20, choices=Status)
    during = DateTimeRangeField(_("time"))
    reference = models.CharField(
        _("reference"), max_length=64, blank=True, help_text=_("What it belongs to, such as an order's number.")
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="appointments",
        verbose_name=_("customer"),
    )
    name = models.CharField(pgettext_lazy("person", "name"), max_length=100, blank=True)
    phone = models.CharField(_("phone"), max_length=20, blank=True)
    email = models.EmailField(_("e-mail"), blank=True)
    note = models.CharField(_("note"), max_length=500, blank=True)
    language = models.CharField(_("language"), max_length=10, default="en", choices=settings.LANGUAGES)
    hold_expires_at = models.DateTimeField(_("held until"), null=True, blank=True)
    answer_by = models.DateTimeField(_("store answers by"), null=True, blank=True)
    replaces = models.OneToOneField(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="replaced_by",
        verbose_name=_("moved from"),
    )
    created_at = models.DateTimeField(_("made"), auto_now_add=True)
    changed_at = models.DateTimeField(_("changed"), auto_now=True)

    objects = querysets.AppointmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("appointment")
        verbose_name_plural = _("appointments")
        ordering = ["-created_at", "pk"]
        constraints = [
            # One job at a time in a bay: the truth behind every race for a slot.
            ExclusionConstraint(
                name="appointment_bay_taken_once",
                expressions=[("bay", RangeOperators.EQUAL), ("during", RangeOperators.OVERLAPS)],
                condition=Q(status__in=ACTIVE),
            ),
            # Empty and endless ranges overlap nothing or everything.
            models.CheckConstraint(
                condition=Q(
                    during__isempty=False,
                    during__lower_inf=False,
                    during__upper_inf=False,
                    during__lower_inc=True,
                    during__upper_inc=False,
                ),
                name="appointment_time_is_a_period",
            ),
            models.CheckConstraint(condition=Q(status__in=Status.values), name="appointment_state_is_known"),
            models.CheckConstraint(
                condition=~Q(status="held") | Q(hold_expires_at__isnull=False), name="appointment_hold_ends"
            ),
            models.CheckConstraint(
                condition=~Q(status="requested") | Q(answer_by__isnull=False), name="appointment_request_ends"
            ),
        ]
        indexes = [
            models.Index(
                fields=["hold_expires_at"], name="appointment_held_until", condition=Q(status=Status.HELD.value)
            ),
            models.Index(
                fields=["answer_by"], name="appointment_answer_by", condition=Q(status=Status.REQUESTED.value)
            ),
            models.Index(fields=["reference"], name="appointment_reference", condition=~Q(reference="")),
            GistIndex(fields=["store", "during"], name="appointment_store_during"),
            models.Index(fields=["phone"], name="appointment_guest_phone", condition=Q(user=None)),
        ]

    def __str__(self) -> str:
        """By the store's own clock, as everywhere."""
        begins = date_format(self.starts_at.astimezone(self.store.zone), "SHORT_DATETIME_FORMAT")
        return f"{self.get_service_display()} · {begins}"

    @property
    def starts_at(self) -> datetime:
        begin: datetime = self.during.lower
        return begin

    @property
    def ends_at(self) -> datetime:
        end: datetime = self.during.upper
        return end

    @property
    def customer_name(self) -> str:
        """Who it is for, as far as we know; reads ``user``."""
        return self.name or (self.user.get_full_name() if self.user else "")

    @property
    def is_final(self) -> bool:
        return is_final(self.status)

    @property
    def is_changeable(self) -> bool:
        """Whether the customer may move or cancel it, as far as its state goes."""
        return self.status in CHANGEABLE


class AppointmentEvent(models.Model):
    """A change of an appointment's state: who, when, why. Rows are only ever added."""

    appointment = models.ForeignKey(
        Appointment, on_delete=models.CASCADE, related_name="events", verbose_name=_("appointment")
    )
    seq = models.PositiveSmallIntegerField(pgettext_lazy("sequence", "number"))
    before = models.CharField(pgettext_lazy("state", "from"), max_length=20, choices=Status, blank=True)
    after = models.CharField(pgettext_lazy("state", "to"), max_length=20, choices=Status)
    party = models.CharField(_("by"), max_length=10, choices=Party)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("change of an appointment")
        verbose_name_plural = _("changes of appointments")
        ordering = ["appointment_id", "seq"]
        constraints = [models.UniqueConstraint(fields=["appointment", "seq"], name="appointment_event_seq_unique")]

    def __str__(self) -> str:
        return f"{self.get_before_display() or '–'} → {self.get_after_display()}"
