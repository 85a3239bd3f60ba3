"""Every reusable read of orders."""

from datetime import datetime
from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Func, OuterRef, Prefetch, Q, Subquery, Value
from django.db.models.functions import Cast

from apps.capacity.kinds import BUILD
from apps.capacity.querysets import PoolQuerySet

if TYPE_CHECKING:
    from django.contrib.auth.models import AbstractBaseUser, AnonymousUser

    from apps.orders.models import Allotment, Basket, Order, PartnerJob, Waiting  # noqa: F401  named in annotations


class BasketQuerySet(models.QuerySet["Basket"]):
    def open(self) -> Self:
        """Still being filled."""
        return self.filter(ordered_at=None)

    def for_user(self, user: "AbstractBaseUser | AnonymousUser") -> Self:
        return self.filter(user_id=user.pk) if user.is_authenticated else self.none()

    def with_lines(self) -> Self:
        """With the lines and the cars of their builds, in two queries."""
        from apps.orders.models import BasketLine

        lines = BasketLine.objects.select_related("build__car_model__brand", "build__version").order_by("pk")
        return self.prefetch_related(Prefetch("lines", queryset=lines))


class OrderQuerySet(models.QuerySet["Order"]):
    def for_user(self, user: "AbstractBaseUser | AnonymousUser") -> Self:
        """A person's own orders, and nobody else's."""
        return self.filter(user_id=user.pk) if user.is_authenticated else self.none()

    def whole(self) -> Self:
        """With everything that a page or an answer about one order shows, in a fixed number of queries."""
        from apps.orders.models import Allocation, Contract

        live = Allocation.objects.filter(ended_at=None).select_related("vehicle")
        return self.select_related(
            "delivery_store__city", "car_model__brand", "appointment__store__city"
        ).prefetch_related(
            "lines__history",
            "lines__visits",
            "legs",
            "credits__payouts",
            "transitions",
            "steps",
            "timers",
            Prefetch("contracts", queryset=Contract.objects.defer("data", "pdf")),
            Prefetch("allocations", queryset=live, to_attr="live"),
        )

    def for_list(self) -> Self:
        """With what a row of a list shows."""
        return self.select_related("car_model__brand").prefetch_related("lines")

    def claimable(self, *, email: str) -> Self:
        """Orders that a guest placed with this (verified) address."""
        return self.filter(user=None, email__iexact=email)

    def locked(self, pk: int) -> "Order":
        """The order as it is now, held until the end of the transaction. Always the first lock taken."""
        return self.select_for_update(of=("self",)).get(pk=pk)

    def placed_between(self, first: datetime, last: datetime) -> Self:
        return self.filter(placed_at__gte=first, placed_at__lt=last)


class AllotmentQuerySet(PoolQuerySet["Allotment"]):
    def of_models(self) -> Self:
        return self.of_kind(BUILD)


class PartnerJobQuerySet(models.QuerySet["PartnerJob"]):
    def with_order_number(self) -> Self:
        """Annotate ``order_number``: of the order whose step asked for the job, as the key says; None for other keys."""
        from apps.orders.models import Order

        order = Func(OuterRef("key"), Value(r"^(\d{1,18}):"), function="substring")
        found = Order.objects.filter(pk=Cast(order, models.BigIntegerField()))
        return self.annotate(order_number=Subquery(found.values("number")))


class WaitingQuerySet(models.QuerySet["Waiting"]):
    def queued(self) -> Self:
        """Those who still have a place: waiting, or with an offer."""
        return self.filter(status__in=["waiting", "offered"])

    def waiting_for(self, model: str) -> Self:
        """Who waits for a model, whoever came first in front."""
        return self.filter(model=model, status="waiting").order_by("joined_at", "pk")

    def up_to(self, entry: "Waiting") -> Self:
        """This one and those in front of it."""
        return self.filter(Q(joined_at__lt=entry.joined_at) | Q(joined_at=entry.joined_at, pk__lte=entry.pk))

    def over(self, now: datetime) -> Self:
        """Offers whose time is over."""
        return self.filter(status="offered", offer_until__lte=now).order_by("offer_until", "pk")

    def models_waited_for(self) -> "models.QuerySet[Waiting, str]":
        return self.filter(status="waiting").order_by("model").values_list("model", flat=True).distinct()
