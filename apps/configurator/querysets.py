"""Reads of the configurator's tables."""

from typing import TYPE_CHECKING, Any

from django.db import models

from apps.catalog.models import Trim

if TYPE_CHECKING:
    from apps.configurator.models import Build, Configurator  # noqa: F401  named in annotations


class ConfiguratorQuerySet(models.QuerySet["Configurator"]):
    def on_sale(self) -> "ConfiguratorQuerySet":
        """Those with a published version, of cars that are on sale."""
        return self.filter(current__isnull=False, car_model__on_sale=True)

    def for_index(self) -> "ConfiguratorQuerySet":
        """The cars on sale as cards, without the documents; annotates ``rentable``: the least price is without the battery."""
        return (
            self.on_sale()
            .annotate(
                rentable=models.Exists(Trim.objects.filter(car_model=models.OuterRef("car_model"), rent_price__gt=0))
            )
            .select_related("car_model__brand", "current")
            .defer("current__document")
            .order_by("car_model__position", "pk")
        )

    def with_draft(self) -> "ConfiguratorQuerySet":
        """With everything that makes the draft document, in a constant number of queries."""
        return self.select_related("car_model__brand", "current").prefetch_related(
            "groups__options__rental__instead_of", "rules", "price_rules"
        )


class BuildQuerySet(models.QuerySet["Build"]):
    def whole(self) -> "BuildQuerySet":
        """With the car and the version they were saved on, without the version's document."""
        return self.select_related("car_model__brand", "version").defer("version__document")

    def for_user(self, user: Any) -> "BuildQuerySet":
        return self.filter(user=user)
