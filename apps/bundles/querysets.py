"""Every reusable read of products and stock."""

from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Count, Exists, Min, OuterRef, Q, Subquery, Value
from django.db.models.functions import Coalesce, Concat

from apps.capacity.kinds import STOCK
from apps.capacity.models import Pool
from apps.capacity.querysets import FREE, PoolQuerySet
from apps.common.translated import translated_column

if TYPE_CHECKING:
    from apps.bundles.models import (  # noqa: F401  type arguments below
        Accessory,
        Charger,
        Cover,
        MaintenancePlan,
        Product,
        StockItem,
    )
    from apps.catalog.models import CarModel


class ProductQuerySet[P: "Product"](models.QuerySet[P]):
    def on_sale(self) -> Self:
        return self.filter(on_sale=True)

    def with_sku(self, sku: str) -> Self:
        return self.filter(sku=sku)


class CoverQuerySet(ProductQuerySet["Cover"]):
    def fitting(self, car_model: "CarModel | None", energy: str | None = None) -> Self:
        """Films made for the size of this car's body; all of them when no car is given."""
        return self if car_model is None else self.for_size(car_model.size_class)

    def for_size(self, size_class: str) -> Self:
        """Films made for bodies of this class."""
        from apps.bundles.models import CoverPrice

        return self.filter(Exists(CoverPrice.objects.filter(cover=OuterRef("pk"), size_class=size_class)))

    def with_prices(self) -> Self:
        return self.prefetch_related("prices")

    def with_from_price(self, size_class: str = "") -> Self:
        """Annotate ``from_price``: the price on that size of body, or the lowest of all sizes, in fen."""
        wanted = Q(prices__size_class=size_class) if size_class else Q()
        return self.annotate(from_price=Min("prices__price", filter=wanted))


class MaintenancePlanQuerySet(ProductQuerySet["MaintenancePlan"]):
    def fitting(self, car_model: "CarModel | None", energy: str | None = None) -> Self:
        """Plans for this car's kind of drive, or for ``energy`` where a trim has another than its model."""
        return self if car_model is None else self.filter(energies__contains=[energy or car_model.energy])

    def with_items(self) -> Self:
        return self.prefetch_related("items")


class StockedQuerySet[P: "Product"](ProductQuerySet[P]):
    def with_available(self) -> Self:
        """Annotate ``available``: how many units anybody may still reserve."""
        pool = Pool.objects.filter(resource=Concat(Value(f"{STOCK}:"), OuterRef("sku")))
        left = pool.values(units_free=FREE)
        return self.annotate(available=Coalesce(Subquery(left), 0))

    def in_stock(self) -> Self:
        """Those of which there is one to sell, with ``available``."""
        return self.with_available().filter(available__gt=0)


class AccessoryQuerySet(StockedQuerySet["Accessory"]):
    def fitting(self, car_model: "CarModel | None", energy: str | None = None) -> Self:
        """Accessories for every car, and those made for this one."""
        if car_model is None:
            return self
        from apps.bundles.models import AccessoryFitment

        made_for_it = AccessoryFitment.objects.filter(accessory=OuterRef("pk"), car_model=car_model.pk)
        return self.filter(Q(fits_all=True) | Exists(made_for_it))

    def matching(self, text: str) -> Self:
        """Each word somewhere in the names, the summaries or the article number, in either language."""
        found = self
        for word in text.split()[:8]:
            found = found.filter(
                Q(name_en__icontains=word)
                | Q(name_zh__icontains=word)
                | Q(summary_en__icontains=word)
                | Q(summary_zh__icontains=word)
                | Q(sku__icontains=word)
            )
        return found

    def in_category(self, category: str) -> Self:
        return self.filter(category=category) if category else self

    def category_counts(self) -> dict[str, int]:
        """How many there are of each category."""
        rows = self.order_by().values_list("category").annotate(number=Count("pk"))
        return dict(rows)

    def sorted_for_reader(self, sort: str = "") -> Self:
        """``price``, ``-price`` or ``name``; otherwise the catalogue's own order."""
        order: tuple[str, ...] = ("position", "pk")
        if sort in ("price", "-price"):
            order = (sort, "pk")
        elif sort == "name":
            order = (translated_column("name"), "pk")
        return self.order_by(*order)

    def one_of_each_category(self) -> Self:
        """The first of every category, for an overview."""
        return self.order_by("category", "position", "pk").distinct("category")

    def made_for_models_first(self) -> Self:
        """Those made for certain models before those that fit every car."""
        return self.order_by("fits_all", "position", "pk")

    def with_car_count(self) -> Self:
        """Annotate ``car_count``: for how many models it was made (0 for one that fits every car)."""
        from apps.bundles.models import AccessoryFitment

        rows = AccessoryFitment.objects.filter(accessory=OuterRef("pk")).order_by().values("accessory")
        return self.annotate(car_count=Coalesce(Subquery(rows.annotate(number=Count("pk")).values("number")), 0))


class ChargerQuerySet(StockedQuerySet["Charger"]):
    def fitting(self, car_model: "CarModel | None", energy: str | None = None) -> Self:
        """Chargers for cars that can be charged; none for a car that cannot."""
        return self if car_model is None else self.filter(energies__contains=[energy or car_model.energy])


class StockItemQuerySet(PoolQuerySet["StockItem"]):
    def of_articles(self) -> Self:
        return self.of_kind(STOCK)
