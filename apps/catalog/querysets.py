"""Every reusable read of the catalogue."""

from typing import TYPE_CHECKING, Any, Self

from django.contrib.postgres.expressions import ArraySubquery
from django.contrib.postgres.search import TrigramWordSimilarity
from django.db import models
from django.db.models import (
    Case,
    CharField,
    Count,
    Exists,
    F,
    Max,
    Min,
    OuterRef,
    Prefetch,
    Q,
    Subquery,
    Value,
    When,
    Window,
)
from django.db.models.functions import Abs, Cast, Coalesce, RowNumber

from apps.catalog import search
from apps.catalog.filters import FEN, CarFilters

CLOSE = 0.4  # two letters wrong in a word of seven; the default 0.6 misses "dolfin"

if TYPE_CHECKING:
    from apps.catalog.models import Brand, CarModel, SpecSheet, Trim  # noqa: F401  named in strings


class BrandQuerySet(models.QuerySet["Brand"]):
    def with_car_count(self) -> Self:
        """Annotates ``car_count``: how many of the brand's models are on sale."""
        counted = self.annotate(car_count=Count("car_models", filter=Q(car_models__on_sale=True)))
        return counted.order_by("position", "slug")  # a grouped query forgets the default order

    def selling(self) -> Self:
        """Brands with a car on sale."""
        from apps.catalog.models import CarModel

        return self.filter(pk__in=CarModel.objects.on_sale().values("brand"))


class TrimQuerySet(models.QuerySet["Trim"]):
    def on_sale(self) -> Self:
        """What can be bought today: the trim and its model are both on sale."""
        return self.filter(on_sale=True, car_model__on_sale=True)

    def answering(self, filters: CarFilters, *, skip: str = "") -> Self:
        """Trims on sale within the price, range and energy asked for; ``skip`` leaves one facet out."""
        asked = Q(on_sale=True)
        if filters.energy and skip != "energy":
            asked &= Q(energy__in=filters.energy)
        if filters.price_min is not None:
            asked &= Q(price__gte=filters.price_min * FEN)
        if filters.price_max is not None:
            asked &= Q(price__lte=filters.price_max * FEN)
        if filters.range_min is not None:
            asked &= Q(range_km__gte=filters.range_min)
        return self.filter(asked)

    def matching(self, words: str) -> Self:
        """Trims of the models that the words find, those of the closest name first."""
        from apps.catalog.models import CarModel

        found = self.filter(car_model__in=CarModel.objects.matching(words).values("pk"))
        closeness = TrigramWordSimilarity(search.normalise(words), "car_model__search_text")
        return found.annotate(closeness=closeness).order_by(
            "-closeness", "car_model__position", "car_model", "position"
        )

    def siblings_first(self, car_models: "list[int]") -> Self:
        """Trims of these models before the others, then in the order of the showroom: of each model one, then the second."""
        sibling = Case(When(car_model__in=car_models, then=0), default=1)
        turn = Window(RowNumber(), partition_by="car_model", order_by=["position", "pk"])
        showroom = ("-car_model__exclusive", "car_model__position", "car_model")
        return self.annotate(turn=turn).order_by(sibling, "turn", *showroom)

    def for_comparison(self) -> Self:
        """Trims with what a comparison shows of them: model, brand and the sheet in force."""
        return self.select_related("car_model__brand").with_specs()

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

    def with_from_price(self, filters: CarFilters | None = None) -> Self:
        """Annotates ``from_price`` (fen), ``range_max`` (km), ``range_cycle``, ``energies``, ``trim_count``,
        ``first_trim`` (the code of the cheapest) and ``rentable`` (there is a version with a rented battery).

        They are taken over the trims on sale, or over those that answer ``filters``.
        """
        offers = self._trims(filters)
        summary = offers.order_by().values("car_model")
        farthest = offers.exclude(range_km=None).order_by("-range_km", "pk")
        return self.annotate(
            from_price=Subquery(summary.annotate(n=Min("price")).values("n")),
            range_max=Subquery(summary.annotate(n=Max("range_km")).values("n")),
            range_cycle=Subquery(farthest.values("range_cycle")[:1]),
            trim_count=Subquery(summary.annotate(n=Count("pk")).values("n")),
            first_trim=Subquery(offers.order_by("price", "pk").values("code")[:1]),
            range_or_zero=Coalesce(Subquery(summary.annotate(n=Max("range_km")).values("n")), 0),
            rentable=Exists(offers.exclude(rent_price=None)),
            energies=ArraySubquery(offers.order_by("energy").values("energy").distinct()),
        )

    def with_offers(self) -> Self:
        """Prefetches the trims on sale as ``offers``, with their specs."""
        from apps.catalog.models import Trim

        return self.prefetch_related(Prefetch("trims", Trim.objects.on_sale().with_specs(), to_attr="offers"))

    def answering(self, filters: CarFilters, *, skip: str = "") -> Self:
        """Models on sale that answer the question; ``skip`` leaves one facet out, to count its values."""
        asked = Q(on_sale=True)
        for facet, column in (("brand", "brand__slug__in"), ("body", "body__in"), ("seats", "seats__in")):
            if facet != skip and getattr(filters, facet):
                asked &= Q(**{column: getattr(filters, facet)})
        found = self.filter(Exists(self._trims(filters, skip=skip)), asked)
        return found.matching(filters.q) if filters.q else found

    def sorted_for(self, filters: CarFilters) -> Self:
        """In the order asked for; needs ``with_from_price``. A question in words comes closest first."""
        if filters.sort == "price":
            return self.order_by("from_price", "position", "pk")
        if filters.sort == "-price":
            return self.order_by("-from_price", "position", "pk")
        if filters.sort == "-range":
            return self.order_by(F("range_max").desc(nulls_last=True), "position", "pk")
        if filters.q:
            closeness = TrigramWordSimilarity(search.normalise(filters.q), "search_text")
            return self.annotate(closeness=closeness).order_by("-closeness", "-exclusive", "position", "pk")
        return self.order_by("-exclusive", "position", "pk")

    def one_of_each_body(self) -> Self:
        """A car for each body, rather not the exclusive one, which opens the page anyway; annotates ``body_count`` and ``body_price``."""
        alike = self.filter(body=OuterRef("body")).order_by().values("body")
        return (
            self.annotate(
                body_count=Subquery(alike.annotate(n=Count("pk", distinct=True)).values("n")),
                body_price=Subquery(alike.annotate(n=Min("trims__price", filter=Q(trims__on_sale=True))).values("n")),
            )
            .order_by("body", "exclusive", "-highlighted", "position", "pk")
            .distinct("body")
        )

    def near_price(self, price: int) -> Self:
        """The models whose lowest price (fen) is closest first; needs ``with_from_price``."""
        return self.order_by(Abs(F("from_price") - price), "position", "pk")

    def facet_counts(self, filters: CarFilters) -> dict[str, dict[str, int]]:
        """How many models each value of each facet would leave, the other facets applied. One query."""
        from apps.catalog.models import Trim

        parts: list[models.QuerySet[Any, Any]] = [
            self._counted(self.answering(filters, skip=facet), facet, column, Count("pk"))
            for facet, column in (("brand", "brand__slug"), ("body", "body"), ("seats", "seats"))
        ]
        models_left = self.answering(filters, skip="energy")
        trims = Trim.objects.answering(filters, skip="energy").filter(car_model__in=models_left.values("pk"))
        parts.append(self._counted(trims, "energy", "energy", Count("car_model", distinct=True)))
        counts: dict[str, dict[str, int]] = {"brand": {}, "body": {}, "seats": {}, "energy": {}}
        for facet, value, number in parts[0].union(*parts[1:], all=True).order_by():
            counts[facet][value] = number
        return counts

    @staticmethod
    def _counted(
        rows: "models.QuerySet[Any]", facet: str, column: str, count: Count
    ) -> "models.QuerySet[Any, tuple[str, str, int]]":
        named = rows.order_by().values(value=Cast(column, CharField()))
        counted: models.QuerySet[Any, tuple[str, str, int]] = named.annotate(
            facet=Value(facet), number=count
        ).values_list("facet", "value", "number")
        return counted

    def matching(self, words: str) -> Self:
        """Models in which every part of the words is found: Latin, Chinese or pinyin."""
        grams = search.query_grams(words)
        return self.filter(search_grams__contains=grams) if grams else self

    def close_to(self, words: str) -> Self:
        """Models whose names look like the words, the closest first: for "did you mean".

        It reads every name, some 10 ms for 5,000 models, and is asked only when nothing was found.
        """
        near = search.normalise(words)
        closeness = TrigramWordSimilarity(near, "search_text")
        return self.annotate(closeness=closeness).filter(closeness__gte=CLOSE).order_by("-closeness", "position", "pk")

    @staticmethod
    def _trims(filters: CarFilters | None = None, *, skip: str = "") -> "TrimQuerySet":
        from apps.catalog.models import Trim

        return Trim.objects.answering(filters or CarFilters(), skip=skip).filter(car_model=OuterRef("pk"))
