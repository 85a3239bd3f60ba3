"""Every reusable read of stores and appointments."""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, Self
from uuid import UUID
from zoneinfo import ZoneInfo

from django.contrib.postgres.fields import DateTimeRangeField
from django.db import models
from django.db.models import Exists, F, OuterRef, Q, Value
from django.db.models.functions import Concat

from apps.catalog.search import query_grams
from apps.stores.expressions import Chord, EarthDistance, InBox, IsOpen, ToEarth
from apps.stores.hours import minute_of_week
from apps.stores.lifecycle import ACTIVE, Status

if TYPE_CHECKING:
    from django.contrib.auth.models import AbstractBaseUser, AnonymousUser

    from apps.stores.models import Appointment, City, Store  # noqa: F401  named in the quoted bases below


def joined_text(*columns: str) -> Concat:
    """Columns with a space between them."""
    parts: list[Any] = []
    for column in columns:
        parts += [F(column), Value(" ")]
    return Concat(*parts[:-1], output_field=models.TextField())


class CityQuerySet(models.QuerySet["City"]):
    def matching(self, words: str) -> Self:
        """Cities whose name holds all the words, in either language or in pinyin; the largest first."""
        grams = query_grams(words)
        return self.filter(grams__contains=grams) if grams else self.none()

    def nearest(self, latitude: float, longitude: float) -> Self:
        """The nearest first. There are hundreds, so this needs no index."""
        here = ToEarth(Value(latitude), Value(longitude))
        return self.order_by(EarthDistance(here, ToEarth("latitude", "longitude")), "pk")


class StoreQuerySet(models.QuerySet["Store"]):
    def active(self) -> Self:
        return self.filter(is_active=True)

    def offering(self, service: str) -> Self:
        return self.filter(services__contains=[service])

    def of_kind(self, kind: str) -> Self:
        return self.filter(kind=kind)

    def open_at(self, moment: datetime) -> Self:
        """Stores whose doors are open then, each by its own clock, and not closed for the day."""
        from apps.stores.models import Closure

        zones = self.model._default_manager.order_by().values_list("time_zone", flat=True).distinct()
        found = Q(pk__in=[])
        for name in zones:
            zone = ZoneInfo(name)
            minute = minute_of_week(moment, zone)
            closed = Closure.objects.filter(store=OuterRef("pk"), days__contains=moment.astimezone(zone).date())
            found |= Q(IsOpen(Value(minute), F("hours"))) & Q(time_zone=name) & ~Q(Exists(closed))
        return self.filter(found)

    def within(self, latitude: float, longitude: float, metres: float) -> Self:
        """No farther than that along the surface, by the index."""
        here, there = ToEarth(Value(latitude), Value(longitude)), ToEarth("latitude", "longitude")
        return self.alias(_away=EarthDistance(here, there)).filter(InBox(here, Value(metres), there), _away__lte=metres)

    def nearest(self, latitude: float, longitude: float) -> Self:
        """The nearest first, with ``distance_m``, by the index: quick as long as only the first rows are taken.

        Nothing may be added to the order: PostgreSQL before 17 would sort the whole table instead.
        """
        here, there = ToEarth(Value(latitude), Value(longitude)), ToEarth("latitude", "longitude")
        return self.annotate(distance_m=EarthDistance(here, there)).order_by(Chord(there, here))

    def matching(self, words: str) -> Self:
        """Stores that hold every word in code, name, district or city."""
        from apps.stores.models import City

        found = self
        for word in words.lower().split()[:6]:
            cities = list(City.objects.matching(word).order_by().values_list("pk", flat=True)[:400])
            found = found.filter(Q(search_text__contains=word) | Q(city__in=cities))
        return found

    def for_staff(self, user: "AbstractBaseUser | AnonymousUser") -> Self:
        """What somebody of the company may act for: every store, with the permission; otherwise where they work."""
        if not getattr(user, "is_staff", False) or not user.is_active:
            return self.none()
        allowed = user.has_perm("stores.run_store") if hasattr(user, "has_perm") else False
        return self if allowed else self.filter(staff__user_id=user.pk)


class AppointmentQuerySet(models.QuerySet["Appointment"]):
    def active(self) -> Self:
        """Those that take a bay."""
        return self.filter(status__in=ACTIVE)

    def for_user(self, user: "AbstractBaseUser | AnonymousUser") -> Self:
        """A person's own; none for a guest, who reaches one by its id."""
        return self.filter(user_id=user.pk) if user.is_authenticated else self.none()

    def for_reference(self, reference: str) -> Self:
        return self.filter(reference=reference) if reference else self.none()

    def visible_to(self, user: "AbstractBaseUser | AnonymousUser") -> Self:
        """A guest's appointments are open to whoever knows the id; a signed-in person's to that person alone."""
        mine = Q(user_id=user.pk) if user.is_authenticated else Q(pk__in=[])
        return self.filter(Q(user=None) | mine)

    def taking(self, bays: Sequence[int], begin: datetime, end: datetime, now: datetime) -> Self:
        """Those that keep these bays busy in a period; a hold that has run out keeps nothing."""
        period = Value((begin, end), output_field=DateTimeRangeField())
        overdue = Q(status=Status.HELD, hold_expires_at__lte=now)
        return self.active().filter(bay__in=bays, during__overlap=period).exclude(overdue)

    def overdue(self, now: datetime) -> Self:
        """Holds that ran out and requests nobody answered."""
        held = Q(status=Status.HELD, hold_expires_at__lte=now)
        return self.filter(held | Q(status=Status.REQUESTED, answer_by__lte=now))

    def with_store(self) -> Self:
        return self.select_related("store__city", "bay", "user")

    def without(self, pk: "UUID | None") -> Self:
        return self.exclude(pk=pk) if pk else self
