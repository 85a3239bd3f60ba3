"""The map: places projected onto the outline in static/img/china.svg, never more than ``MAX_POINTS`` of them.

The network is drawn as clusters that are computed here, one for each square of a grid over the visible part, so that a
page costs the same whether there are four hundred stores or four million.
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.core.cache import cache
from django.db.models import Count

from apps.stores.models import City, Store
from apps.stores.querysets import StoreQuerySet

# The projection of the outline: longitude and latitude scaled for a parallel of 36 degrees.
WEST, NORTH = 73.4, 53.7
SCALE = 900 / ((135.2 - WEST) * math.cos(math.radians(36)))
WIDTH, HEIGHT = 900, 660
MAX_POINTS = 200
# Squares along the longer side of the visible part.
GRID = 20
LABELLED_FROM = 350
# Dots nearer to each other than this share of their radii together are drawn as one.
CLOSE = 0.8
COUNTS_KEPT_S = 300

type Member = tuple[City, int, float, float]


@dataclass(frozen=True, slots=True)
class View:
    """The visible part of the outline, in its units."""

    left: float = 0.0
    top: float = 0.0
    width: float = WIDTH
    height: float = HEIGHT

    @property
    def box(self) -> str:
        return f"{self.left:.1f} {self.top:.1f} {self.width:.1f} {self.height:.1f}"

    def shows(self, x: float, y: float) -> bool:
        return self.left <= x <= self.left + self.width and self.top <= y <= self.top + self.height


@dataclass(frozen=True, slots=True)
class Point:
    """A dot: ``count`` stores around one place, in units of the outline; ``name`` is their largest city."""

    x: float
    y: float
    radius: float
    count: int
    name: str
    slug: str = ""

    @property
    def short(self) -> str:
        """``812``, ``1.2k``, ``14k``."""
        if self.count < 1000:
            return str(self.count)
        thousands = self.count / 1000
        return f"{thousands:.1f}k" if thousands < 9.95 else f"{thousands:.0f}k"

    @property
    def text_y(self) -> float:
        return round(self.y + self.text_size * 0.36, 2)

    @property
    def text_size(self) -> float:
        return round(self.radius * (0.82 if len(self.short) < 4 else 0.7), 2)

    @property
    def is_labelled(self) -> bool:
        """Whether a number fits into the dot and can be read."""
        return self.count >= LABELLED_FROM


@dataclass(frozen=True, slots=True)
class Drawing:
    """All that the template needs: the visible part, the clusters in it and one marked place."""

    view: View
    points: list[Point]
    marker: Point | None = None
    province: str = ""


def project(latitude: float, longitude: float) -> tuple[float, float]:
    x = (longitude - WEST) * math.cos(math.radians(36)) * SCALE
    return round(x, 2), round((NORTH - latitude) * SCALE, 2)


def around(latitude: float, longitude: float, *, width: float = 260.0) -> View:
    """A part with the place in its middle, moved so that it stays on the sheet."""
    x, y = project(latitude, longitude)
    height = width * HEIGHT / WIDTH
    left = min(max(x - width / 2, 0), WIDTH - width)
    return View(round(left, 1), round(min(max(y - height / 2, 0), HEIGHT - height), 1), width, round(height, 1))


def counts_by_city(stores: StoreQuerySet, cache_key: str = "") -> dict[int, int]:
    """How many of the stores each city has. With a key the answer is kept for a few minutes: it is for the eye."""
    kept: dict[int, int] | None = cache.get(cache_key) if cache_key else None
    if kept is None:
        kept = dict(stores.order_by().values_list("city").annotate(number=Count("pk")))
        if cache_key:
            cache.set(cache_key, kept, COUNTS_KEPT_S)
    return kept


def clusters(cities: Iterable[City], counts: Mapping[int, int], view: View) -> list[Point]:
    """The visible cities with stores, gathered by squares; the largest clusters last, so that they lie on top."""
    cell = view.width / GRID
    squares: dict[tuple[int, int], list[Member]] = {}
    for city in cities:
        number = counts.get(city.pk, 0)
        x, y = project(city.latitude, city.longitude)
        if number and view.shows(x, y):
            squares.setdefault((int(x // cell), int(y // cell)), []).append((city, number, x, y))
    points = _apart([(_point(members, view), members) for members in squares.values()], view)
    return sorted(points, key=lambda point: point.count)[-MAX_POINTS:]


def _apart(found: list[tuple[Point, list[Member]]], view: View) -> list[Point]:
    """Clusters of neighbouring squares whose dots would cover each other's numbers become one, the larger taking the smaller."""
    kept: list[tuple[Point, list[Member]]] = []
    for point, members in sorted(found, key=lambda one: one[0].count, reverse=True):
        for place, (other, theirs) in enumerate(kept):
            if math.dist((point.x, point.y), (other.x, other.y)) < CLOSE * (point.radius + other.radius):
                kept[place] = _point(together := [*theirs, *members], view), together
                break
        else:
            kept.append((point, members))
    return [point for point, _members in kept]


def _point(members: list[Member], view: View) -> Point:
    total = sum(number for _, number, _, _ in members)
    main = max(members, key=lambda member: member[1])[0]
    x = sum(x * number for _, number, x, _ in members) / total
    y = sum(y * number for _, number, _, y in members) / total
    size = min(4 + 2.2 * math.log2(1 + total / 40), 18.0)
    return Point(round(x, 1), round(y, 1), round(size * view.width / WIDTH, 2), total, main.name, main.slug)


def network(stores: StoreQuerySet, cities: Iterable[City], *, cache_key: str = "") -> Drawing:
    """The whole country."""
    view = View()
    return Drawing(view, clusters(cities, counts_by_city(stores, cache_key), view))


def neighbourhood(
    stores: StoreQuerySet, cities: Iterable[City], latitude: float, longitude: float, *, cache_key: str = ""
) -> Drawing:
    """The country around a place, the place marked."""
    view = around(latitude, longitude)
    return Drawing(view, clusters(cities, counts_by_city(stores, cache_key), view), _marker(latitude, longitude, view))


def single(store: Store) -> Drawing:
    """Where one store lies; its province in another colour."""
    view = around(store.latitude, store.longitude, width=300.0)
    return Drawing(view, [], _marker(store.latitude, store.longitude, view), store.province)


def _marker(latitude: float, longitude: float, view: View) -> Point:
    x, y = project(latitude, longitude)
    return Point(x, y, round(11 * view.width / WIDTH, 2), 1, "")
