"""What a visitor or an API client asks the network: typed, and turned into a query."""

import re
from dataclasses import dataclass, replace
from datetime import datetime

from apps.stores.errors import BadPlace
from apps.stores.kinds import Kind, Service
from apps.stores.models import City, Store
from apps.stores.querysets import StoreQuerySet

_PLACE = re.compile(r"^\s*(-?\d{1,2}(?:\.\d{1,8})?)\s*,\s*(-?\d{1,3}(?:\.\d{1,8})?)\s*$")
# How far from a place a page looks, in metres; where nothing is that near, the nearest are shown all the same.
REACH_M = 120_000


@dataclass(frozen=True, slots=True)
class Place:
    """Degrees north and east."""

    latitude: float
    longitude: float

    @classmethod
    def parse(cls, text: str) -> "Place":
        """``31.23,121.47``.

        Raises:
            BadPlace: that is no place on earth.
        """
        match = _PLACE.match(text)
        if match is None:
            raise BadPlace(field="near")
        latitude, longitude = float(match[1]), float(match[2])
        if abs(latitude) > 90 or abs(longitude) > 180:
            raise BadPlace(field="near")
        return cls(latitude, longitude)

    def __str__(self) -> str:
        return f"{self.latitude:.5f},{self.longitude:.5f}"


@dataclass(frozen=True, slots=True)
class Search:
    """What is looked for. ``words`` are what is left of a question after the city in it was found."""

    kind: str = ""
    service: str = ""
    open_at: datetime | None = None
    words: str = ""
    place: Place | None = None
    city: City | None = None

    @property
    def cache_key(self) -> str:
        """Names the answer of a question without words and clock; empty for the others."""
        return "" if self.words or self.open_at else f"stores:cities:{self.kind or '-'}:{self.service or '-'}"

    def located(self, question: str) -> "Search":
        """With the place that a question names: all of it is a city, or one of its words is; the rest are words."""
        question = question.strip()[:60]
        whole = City.objects.matching(question).first() if question else None
        if whole is not None:
            return self._at(whole, "")
        words = question.split()
        for index, word in enumerate(words[:4] if len(words) > 1 else []):
            city = City.objects.matching(word).first()
            if city is not None:
                return self._at(city, " ".join(words[:index] + words[index + 1 :]))
        return replace(self, words=question)

    def _at(self, city: City, words: str) -> "Search":
        return replace(self, city=city, words=words, place=Place(city.latitude, city.longitude))

    def filtered(self) -> StoreQuerySet:
        """The stores asked for, in no order yet, wherever they are."""
        stores: StoreQuerySet = Store.objects.active()
        if self.kind in Kind.values:
            stores = stores.of_kind(self.kind)
        if self.service in Service.values:
            stores = stores.offering(self.service)
        if self.open_at is not None:
            stores = stores.open_at(self.open_at)
        if self.words:
            stores = stores.matching(self.words)
        return stores

    def found(self) -> StoreQuerySet:
        """The stores asked for, the nearest first where a place is known, otherwise by code."""
        stores = self.filtered().select_related("city")
        if self.place is None:
            return stores.order_by("code")
        return stores.nearest(self.place.latitude, self.place.longitude)

    def how_many(self, most: int) -> int:
        """How many are within reach of the place, or found at all; counts no further than ``most``."""
        stores = self.filtered()
        if self.place is not None:
            stores = stores.within(self.place.latitude, self.place.longitude, REACH_M)
        return stores[:most].count()
