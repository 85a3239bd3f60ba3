"""The rendered stills in static/img/cars: ``<image>-<view>.avif`` and ``.webp``, made by the ``render_cars`` command, and of
insides ``<cabin>-<view>``, made by ``render_cabins``.

``small/`` holds each AVIF at half its size, for lists and phones.
"""

import hashlib
import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import IO, TYPE_CHECKING

from django.conf import settings
from django.core.files.storage import default_storage
from django.templatetags.static import static
from django.urls import reverse

from apps.catalog.cabins import Cabin, standard
from apps.catalog.looks import by_image, look_of

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
    """The still of a car: as a worker rendered it (``rendering.py``) if that is how it looks now, else as it is shipped.

    A car that no release brought pictures of keeps those of how it looked before until it has new ones.
    """
    kept = car_model.rendered.get(view)
    shipped = still(car_model.image, view)
    if kept is None or (shipped is not None and kept != digest_of(car_model)):
        return shipped
    names = [rendered_name(car_model.image or car_model.slug, view, kept, kind) for kind in KINDS]
    avif, small, webp = (reverse("catalog:rendered", args=[name.rpartition("/")[2]]) for name in names)
    return Still(view, avif, small, webp, source=names[-1], stored=True)


def stills_of(car_model: "CarModel") -> list[Still]:
    """All stills of a car as it comes, the best first."""
    outside = [one for view in VIEWS if (one := still_of(car_model, view))]
    cabin = standard(by_image().get(car_model.image, ""))
    return outside if cabin is None else [*outside, *insides(cabin)]


def digest_of(car_model: "CarModel") -> str:
    """Of everything that a still of a car shows: how it looks, and how cars are drawn by this release. Empty without a look."""
    look = look_of(car_model.slug, car_model.dimensions)
    if look is None:
        return ""
    said = json.dumps([_drawing(), look], sort_keys=True)
    return hashlib.sha256(said.encode()).hexdigest()[:16]


@cache
def _drawing() -> str:
    """A digest of the modules that cars are modelled and photographed by; they change with a release only."""
    modules = sorted((Path(settings.BASE_DIR) / "static" / "js" / "car").rglob("*.js"))
    return hashlib.sha256(b"".join(module.read_bytes() for module in modules)).hexdigest()


def rendered_name(image: str, view: str, digest: str, kind: str) -> str:
    """The name in the files' storage."""
    return f"{STORED}/{image}-{view}.{digest}.{KINDS[kind]}"


def opened(picture: Still) -> IO[bytes]:
    """The WebP of a still."""
    file: IO[bytes] = default_storage.open(picture.source) if picture.stored else (folder() / picture.source).open("rb")
    return file
