"""What the list page shows of a question: its facets with counts, a chip for every restriction, ways out of nothing."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from apps.catalog.filters import FEN, CarFilters
from apps.catalog.models import Brand, CarModel
from apps.common.money import yuan

BAND_EDGES = (100_000, 150_000, 250_000)
FACETS: dict[str, str | Promise] = {
    "brand": gettext_lazy("Brand"),
    "body": gettext_lazy("Body"),
    "energy": gettext_lazy("Energy"),
    "seats": gettext_lazy("Seats"),
}
_NAMES: dict[str, str | Promise] = {
    **FACETS,
    "price_min": gettext_lazy("Lowest price"),
    "price_max": gettext_lazy("Highest price"),
    "range_min": gettext_lazy("Electric range"),
}


@dataclass(frozen=True, slots=True)
class Choice:
    """One value of a facet. A value that would leave nothing is shown, but cannot be ticked."""

    value: str
    label: str
    count: int
    chosen: bool

    @property
    def disabled(self) -> bool:
        return not self.count and not self.chosen


@dataclass(frozen=True, slots=True)
class Facet:
    name: str
    label: str | Promise
    choices: tuple[Choice, ...]


@dataclass(frozen=True, slots=True)
class Entry:
    """A way into the list from the home page: cars of one body, how many, from which price, and one of them to be seen."""

    label: str
    query: str
    count: int
    price: int | None
    car_model: CarModel


@dataclass(frozen=True, slots=True)
class Band:
    """A range of prices as a way into the list."""

    label: str
    query: str


@dataclass(frozen=True, slots=True)
class Chip:
    """A restriction in words, and the address without it; ``count`` only where it was worked out."""

    label: str
    query: str
    count: int = 0


def facets(filters: CarFilters, counts: dict[str, dict[str, int]], brands: Iterable[Brand]) -> list[Facet]:
    """Every facet with its values: bodies and energies in their own order, seats ascending, only brands with cars."""
    seats = sorted({int(value) for value in counts["seats"]} | set(filters.seats))
    values: dict[str, list[tuple[str, str]]] = {
        "brand": [(b.slug, b.name) for b in brands if b.slug in counts["brand"] or b.slug in filters.brand],
        "body": [(code, str(label)) for code, label in CarModel.Body.choices],
        "energy": [(code, str(label)) for code, label in CarModel.Energy.choices],
        "seats": [(str(count), _seats(count)) for count in seats],
    }
    return [
        Facet(
            name,
            label,
            tuple(
                Choice(value, text, counts[name].get(value, 0), value in {str(one) for one in getattr(filters, name)})
                for value, text in values[name]
            ),
        )
        for name, label in FACETS.items()
    ]


def entries() -> list[Entry]:
    """One way into the list for each body that is sold, in the bodies' own order."""
    cars: dict[str, Any] = {
        car.body: car for car in CarModel.objects.on_sale().one_of_each_body().select_related("brand")
    }
    return [
        Entry(str(label), CarFilters(body=(code,)).query, cars[code].body_count, cars[code].body_price, cars[code])
        for code, label in CarModel.Body.choices
        if code in cars
    ]


def bands() -> list[Band]:
    """Ranges of prices that cover everything."""
    edges = (None, *BAND_EDGES, None)
    return [_band(low, high) for low, high in pairwise(edges)]


def _band(low: int | None, high: int | None) -> Band:
    query = CarFilters(price_min=low, price_max=high).query
    if low is None:
        return Band(_("up to %(price)s") % {"price": yuan((high or 0) * FEN)}, query)
    if high is None:
        return Band(_("from %(price)s") % {"price": yuan(low * FEN)}, query)
    return Band(_("%(low)s to %(high)s") % {"low": yuan(low * FEN), "high": yuan(high * FEN)}, query)


def active_chips(filters: CarFilters, brands: Sequence[Brand]) -> list[Chip]:
    """One chip for every restriction, in the order of the address."""
    return [Chip(label, less.query) for label, less in _restrictions(filters, brands)]


def ways_out(filters: CarFilters, brands: Sequence[Brand]) -> list[Chip]:
    """When nothing was found: each restriction whose removal would find cars, with how many."""
    found = []
    for name in dict.fromkeys(name for name, _value in filters.pairs() if name != "sort"):
        less = filters.without(name)
        if count := CarModel.objects.answering(less).count():
            label = (
                _("Without “%(words)s”") % {"words": filters.q}
                if name == "q"
                else _("Any: %(name)s") % {"name": _NAMES[name]}
            )
            found.append(Chip(label, less.query, count))
    return found


def _restrictions(filters: CarFilters, brands: Sequence[Brand]) -> list[tuple[str, CarFilters]]:
    labels: dict[str, Any] = {
        "brand": {brand.slug: brand.name for brand in brands},
        "body": dict(CarModel.Body.choices),
        "energy": dict(CarModel.Energy.choices),
    }
    words = [(f"“{filters.q}”", filters.without("q"))] if filters.q else []
    for name in ("brand", "body", "energy"):
        words += [(str(labels[name][value]), filters.without(name, value)) for value in getattr(filters, name)]
    words += [(_seats(value), filters.without("seats", value)) for value in filters.seats]
    limits = (
        ("price_min", _("from %(price)s"), "price"),
        ("price_max", _("up to %(price)s"), "price"),
        ("range_min", _("at least %(km)s km"), "km"),
    )
    for name, text, unit in limits:
        if (value := getattr(filters, name)) is not None:
            shown = yuan(value * FEN) if unit == "price" else value
            words.append((text % {unit: shown}, filters.without(name)))
    return words


def _seats(count: int) -> str:
    return ngettext("%(count)d seat", "%(count)d seats", count) % {"count": count}
