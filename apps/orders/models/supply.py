"""Capacity and cars: what can be promised, and which car belongs to which order."""

from datetime import date

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.capacity import kinds
from apps.capacity.models import Pool
from apps.catalog.models import CarModel
from apps.orders.models.orders import Order
from apps.orders.querysets import AllotmentQuerySet


class Allotment(Pool):
    """Cars that the maker builds for us in a month: the pool ``build:<model>:<option or *>:<month>``."""

    objects = AllotmentQuerySet.as_manager()  # type: ignore[misc]  # narrower than the pool's

    class Meta:
        proxy = True
        verbose_name = _("allotment")
        verbose_name_plural = _("allotments")
        ordering = ["resource"]

    @property
    def model(self) -> str:
        return kinds.build_parts(self.resource)[0]

    @property
    def option(self) -> str:
        """The option's code; empty for the whole model."""
        return kinds.build_parts(self.resource)[1].replace(kinds.ANY, "")

    @property
    def month(self) -> date:
        return kinds.build_parts(self.resource)[2]


class Vehicle(models.Model):
    """A car that exists."""

    vin = models.CharField("VIN", max_length=17, unique=True)
    car_model = models.ForeignKey(CarModel, models.PROTECT, related_name="vehicles", verbose_name=_("model"))
    as_built = models.JSONField(_("as built"), default=list, help_text=_("The options it really has."))
    built_at = models.DateTimeField(_("built"))
    build = models.CharField(_("fingerprint of the build"), max_length=64, blank=True, db_index=True)
    # A car that came back is nobody's new car: the matching passes it over, and the store sells it as what it is.
    km = models.PositiveIntegerField(_("kilometres when it came back"), null=True, blank=True)
    built_for = models.ForeignKey(
        Order, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("built for")
    )

    class Meta:
        verbose_name = _("vehicle")
        verbose_name_plural = _("vehicles")
        ordering = ["-built_at", "-pk"]
        constraints = [
            # ISO 3779: 17 characters without I, O and Q; the check digit is checked in Python.
            models.CheckConstraint(condition=Q(vin__regex=r"^[A-HJ-NPR-Z0-9]{17}$"), name="vehicle_vin_shape"),
        ]

    def __str__(self) -> str:
        return self.vin


class Allocation(models.Model):
    """Which car is whose. Ended allocations stay as history."""

    vehicle = models.ForeignKey(Vehicle, models.PROTECT, related_name="allocations", verbose_name=_("vehicle"))
    order = models.ForeignKey(Order, models.PROTECT, related_name="allocations", verbose_name=_("order"))
    since = models.DateTimeField(_("since"))
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)

    class Meta:
        verbose_name = _("allocation")
        verbose_name_plural = _("allocations")
        ordering = ["-since", "-pk"]
        constraints = [
            # One car is one buyer's, and one buyer's order has one car.
            models.UniqueConstraint(fields=["vehicle"], condition=Q(ended_at=None), name="allocation_one_per_vehicle"),
            models.UniqueConstraint(fields=["order"], condition=Q(ended_at=None), name="allocation_one_per_order"),
        ]

    def __str__(self) -> str:
        return f"{self.vehicle} → {self.order}"
