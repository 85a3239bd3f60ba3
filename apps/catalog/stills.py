"""The rendered stills in static/img/cars: ``<image>-<view>.avif`` and ``.webp``, made by the ``render_cars`` command.

``small/`` holds each AVIF at half its size, for lists and phones.
"""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from django.conf import settings

WIDTH, HEIGHT = 1400, 700
SMALL = "small"
SMALL_WIDTH, SMALL_HEIGHT = 700, 350
VIEWS = ("front34", "side", "rear34", "front")


@dataclass(frozen=True, slots=True)
class Still:
    """Paths below static/, without their extension's twin: both an AVIF and a WebP exist."""

    view: str
    avif: str
    small: str
    webp: str
    width: int = WIDTH
    height: int = HEIGHT


def folder() -> Path:
    """Where the stills lie."""
    return Path(settings.BASE_DIR) / "static" / "img" / "cars"


@cache
def names() -> frozenset[str]:
    """The stills that exist. They are static files: the set changes with a release only."""
    return frozenset(path.stem for path in folder().glob("*.webp"))


def still(image: str, view: str = "front34") -> Still | None:
    """The still of a view, or ``None`` where it was not rendered."""
    stem = f"{image}-{view}"
    if not image or view not in VIEWS or stem not in names():
        return None
    return Still(view, f"img/cars/{stem}.avif", f"img/cars/{SMALL}/{stem}.avif", f"img/cars/{stem}.webp")


def stills(image: str) -> list[Still]:
    """All stills of a car, the best first."""
    return [one for view in VIEWS if (one := still(image, view))]
