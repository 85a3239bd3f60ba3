"""What a visitor or an API client asks of the car list: one reading of the parameters for both. Pure.

``brand``, ``body``, ``energy`` and ``seats`` may be given several times and mean "any of these"; different facets mean
"and". ``price_min`` and ``price_max`` are whole yuan, ``range_min`` is kilometres of electric range.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, fields, replace
from typing import Any

from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _

from apps.catalog.search import MAX_QUERY

BODIES = ("hatch", "sedan", "suv", "mpv", "van", "pickup")
ENERGIES = ("bev", "erev", "phev", "ice")
SORTS: dict[str, str | Promise] = {
    "": _("Recommended"),
    "price": _("Price, low to high"),
    "-price": _("Price, high to low"),
    "-range": _("Electric range, longest first"),
}
MAX_YUAN = 100_000_000
MAX_KM = 10_000
FEN = 100


@dataclass(frozen=True, slots=True)
class CarFilters:
    """A valid question. Empty and ``None`` mean "no matter"."""

    q: str = ""
    brand: tuple[str, ...] = ()
    body: tuple[str, ...] = ()
    energy: tuple[str, ...] = ()
    seats: tuple[int, ...] = ()
    price_min: int | None = None
    price_max: int | None = None
    range_min: int | None = None
    sort: str = ""

    def pairs(self) -> Iterator[tuple[str, str]]:
        """The question as parameters, in a fixed order, so that one question has one address."""
        for field in fields(self):
            value = getattr(self, field.name)
            for one in value if isinstance(value, tuple) else (value,):
                if one not in ("", None):
                    yield field.name, str(one)

    @property
    def query(self) -> str:
        """``?brand=byd&sort=price``, or nothing."""
        pairs = list(self.pairs())
        return f"?{urlencode(pairs)}" if pairs else ""

    @property
    def active(self) -> int:
        """How many restrictions there are; the sorting is none."""
        return sum(1 for name, _value in self.pairs() if name != "sort")

    def without(self, name: str, value: Any = None) -> "CarFilters":
        """The question less one restriction, or less one value of it."""
        old = getattr(self, name)
        new: Any = tuple(one for one in old if value is not None and one != value) if isinstance(old, tuple) else None
        change: dict[str, Any] = {name: "" if isinstance(old, str) else new}
        return replace(self, **change)

    @property
    def cleared(self) -> "CarFilters":
        return CarFilters(sort=self.sort)


@dataclass(frozen=True, slots=True)
class ParsedFilters:
    """What could be understood, and the names of the parameters that could not."""

    filters: CarFilters
    ignored: tuple[str, ...] = ()


def parse_filters(params: QueryDict, *, brands: Collection[str]) -> ParsedFilters:
    """Read the parameters. ``brands`` are the slugs that exist. Blank values are no restriction and no mistake."""
    ignored: list[str] = []

    def chosen(name: str, known: Collection[str]) -> tuple[str, ...]:
        given = [value for value in params.getlist(name) if value]
        if any(value not in known for value in given):
            ignored.append(name)
        return tuple(dict.fromkeys(value for value in given if value in known))

    def number(name: str, largest: int) -> int | None:
        text = params.get(name, "").replace(",", "").strip()
        if not text:
            return None
        if text.isascii() and text.isdigit() and int(text[:12]) <= largest:
            return int(text) or None
        ignored.append(name)
        return None

    low, high = number("price_min", MAX_YUAN), number("price_max", MAX_YUAN)
    if low is not None and high is not None and low > high:
        low, high = high, low
    filters = CarFilters(
        q=" ".join(params.get("q", "").replace("\x00", "").split())[:MAX_QUERY],
        brand=chosen("brand", brands),
        body=chosen("body", BODIES),
        energy=chosen("energy", ENERGIES),
        seats=tuple(sorted({int(value) for value in chosen("seats", _SEATS)})),
        price_min=low,
        price_max=high,
        range_min=number("range_min", MAX_KM),
        sort=next(iter(chosen("sort", SORTS)), ""),
    )
    return ParsedFilters(filters, tuple(ignored))


_SEATS = tuple(str(count) for count in range(1, 21))
