"""Every reusable read of the catalogue."""

from typing import TYPE_CHECKING, Self

from django.contrib.postgres.search import TrigramWordSimilarity
from django.db import models
from django.db.models import Count, Exists, Max, Min, OuterRef, Prefetch, Q, Subquery

from apps.catalog import search

if TYPE_CHECKING:
    from apps.catalog.models import Brand, CarModel, SpecSheet, Trim


class BrandQuerySet(models.QuerySet["Brand"]):
    def with_car_count(self) -> Self:
        """Annotates ``car_count``: how many of the brand's models are on sale."""
        return self.annotate(car_count=Count("car_models", filter=Q(car_models__on_sale=True)))


class TrimQuerySet(models.QuerySet["Trim"]):
    def on_sale(self) -> Self:
        """What can be bought today: the trim and its model are both on sale."""
        return self.filter(on_sale=True, car_model__on_sale=True)

    def with_specs(self) -> Self:
        """Prefetches the sheet in force as ``current_sheets`` (a list of at most one) with its values."""
        from apps.catalog.models import SpecSheet

        sheets = SpecSheet.objects.filter(current=True).prefetch_related("values")
        return self.prefetch_related(Prefetch("sheets", queryset=sheets, to_attr="current_sheets"))


class SpecSheetQuerySet(models.QuerySet["SpecSheet"]):
    def current(self) -> Self:
        return self.filter(current=True)


class CarModelQuerySet(models.QuerySet["CarModel"]):
    def on_sale(self) -> Self:
        """Models on sale that have at least one trim on sale."""
        return self.filter(Exists(self._trims()), on_sale=True)

    def with_from_price(self, trims: "models.QuerySet[Trim] | None" = None) -> Self:
        """Annotates ``from_price`` (fen), ``range_max`` (km), ``range_cycle`` and ``trim_count``.

        They are taken over the trims on sale, or over ``trims`` where a filter left only some of them. Each is read
        from the partial index on trims.
        """
        offers = self._trims() if trims is None else trims.filter(car_model=OuterRef("pk"), on_sale=True)
        farthest = offers.exclude(range_km=None).order_by("-range_km", "pk")
        summary = offers.order_by().values("car_model")
        return self.annotate(
            from_price=Subquery(summary.annotate(n=Min("price")).values("n")),
            range_max=Subquery(summary.annotate(n=Max("range_km")).values("n")),
            range_cycle=Subquery(farthest.values("range_cycle")[:1]),
            trim_count=Subquery(summary.annotate(n=Count("pk")).values("n")),
        )

    def matching(self, words: str) -> Self:
        """Models in which every part of the words is found: Latin, Chinese or pinyin."""
        grams = search.query_grams(words)
        return self.filter(search_grams__contains=grams) if grams else self

    def close_to(self, words: str) -> Self:
        """Models whose names look like the words, the closest first: for "did you mean"."""
        near = search.normalise(words)
        return (
            self.filter(search_text__trigram_word_similar=near)
            .annotate(closeness=TrigramWordSimilarity(near, "search_text"))
            .order_by("-closeness", "position", "pk")
        )

    @staticmethod
    def _trims() -> "models.QuerySet[Trim]":
        from apps.catalog.models import Trim

        return Trim.objects.filter(car_model=OuterRef("pk"), on_sale=True)
