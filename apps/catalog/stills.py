"""The rendered stills in static/img/cars: ``<image>-<view>.avif`` and ``.webp``, made by the ``render_cars`` command, and of
insides ``<cabin>-<view>``, made by ``render_cabins``.

``small/`` holds each AVIF at half its size, for lists and phones.
"""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import IO, TYPE_CHECKING

from django.conf import settings
from django.core.files.storage import default_storage
from django.templatetags.static import static
from django.urls import reverse

from apps.catalog.cabins import Cabin, standard
from apps.catalog.looks import by_image

if TYPE_CHECKING:
    from apps.catalog.models import CarModel

WIDTH, HEIGHT = 1400, 700
SMALL = "small"
SMALL_WIDTH, SMALL_HEIGHT = 700, 350
VIEWS = ("front34", "side", "rear34", "front")
INSIDES = ("inside", "seats")


KINDS = {"avif": "avif", "small": "small.avif", "webp": "webp"}
"""What the files of a still end in."""
STORED = "cars"
"""Where the files' storage has the stills that a worker rendered."""


@dataclass(frozen=True, slots=True)
class Still:
    """The addresses of a picture; ``source`` is the WebP's file: among those that are shipped, or in the files' storage."""

    view: str
    avif: str
    small: str
    webp: str
    source: str
    stored: bool = False
    width: int = WIDTH
    height: int = HEIGHT

    @property
    def within(self) -> bool:
        """Whether it shows the inside: such a picture has no transparent ground and fills its frame."""
        return self.view in INSIDES


def folder() -> Path:
    """Where the stills lie."""
    return Path(settings.BASE_DIR) / "static" / "img" / "cars"


@cache
def names() -> frozenset[str]:
    """The stills that exist. They are static files: the set changes with a release only."""
    return frozenset(path.stem for path in folder().glob("*.webp"))


def still(image: str, view: str = "front34") -> Still | None:
    """The still of a view, or ``None`` where it was not rendered."""
    return _named(f"{image}-{view}", view) if image and view in VIEWS else None


def insides(cabin: Cabin) -> list[Still]:
    """The stills of an inside."""
    return [one for view in INSIDES if (one := _named(f"{cabin.stem}-{view}", view))]


def _named(stem: str, view: str) -> Still | None:
    if stem not in names():
        return None
    avif, small, webp = (
        static(f"img/cars/{file}") for file in (f"{stem}.avif", f"{SMALL}/{stem}.avif", f"{stem}.webp")
    )
    return Still(view, avif, small, webp, source=f"{stem}.webp")


def still_of(car_model: "CarModel", view: str = VIEWS[0]) -> Still | None:
    """The still of a car: as a worker rendered it (``rendering.py``), else as it is shipped."""
    image, digest = car_model.image or car_model.slug, car_model.rendered.get(view)
    if digest is None:
        return still(car_model.image, view)
    names = [rendered_name(image, view, digest, kind) for kind in KINDS]
    avif, small, webp = (reverse("catalog:rendered", args=[name.rpartition("/")[2]]) for name in names)
    return Still(view, avif, small, webp, source=names[-1], stored=True)


def stills_of(car_model: "CarModel") -> list[Still]:
    """All stills of a car as it comes, the best first."""
    outside = [one for view in VIEWS if (one := still_of(car_model, view))]
    return [*outside, *_as_it_comes(car_model.image)]


def rendered_name(image: str, view: str, digest: str, kind: str) -> str:
    """The name in the files' storage."""
    return f"{STORED}/{image}-{view}.{digest}.{KINDS[kind]}"


def opened(picture: Still) -> IO[bytes]:
    """The WebP of a still."""
    file: IO[bytes] = default_storage.open(picture.source) if picture.stored else (folder() / picture.source).open("rb")
    return file


def stills(image: str) -> list[Still]:
    """All stills that are shipped of a car as it comes, the best first."""
    return [*(one for view in VIEWS if (one := still(image, view))), *_as_it_comes(image)]


def _as_it_comes(image: str) -> list[Still]:
    cabin = standard(by_image().get(image, ""))
    return [] if cabin is None else insides(cabin)
