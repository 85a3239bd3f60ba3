"""``render_cars [slug …] [--views front34,side] [--missing]``: render the stills of the catalogue's cars."""

import shutil
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db.models import QuerySet
from PIL import Image

from apps.catalog import photography
from apps.catalog.looks import Look, look_of, paints_of
from apps.catalog.models import CarModel
from apps.catalog.stills import SMALL, VIEWS, folder

LISTED = VIEWS[0]


class Command(BaseCommand):
    help = "Render the stills of cars into static/img/cars. Needs Chromium and the development dependencies."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("slugs", nargs="*", help="models; all that have a look when none is named")
        parser.add_argument("--views", default="front34", help=f"separated by commas, of {', '.join(VIEWS)}")
        parser.add_argument(
            "--ratio", type=float, default=photography.RATIO, help="pixels drawn for one that is kept, a side"
        )
        parser.add_argument("--missing", action="store_true", help="leave alone what is there already")
        parser.add_argument("--chromium", default=shutil.which("chromium") or "", help="the browser's program")

    def handle(self, *args: Any, **options: Any) -> None:
        views = options["views"].split(",")
        if unknown := set(views) - set(VIEWS):
            raise CommandError(f"There is no view {', '.join(sorted(unknown))}.")
        if not options["chromium"]:
            raise CommandError("There is no chromium on the path; name one with --chromium.")
        pictures = [one for car in _cars(options["slugs"]) for one in _pictures_of(car, views)]
        if options["missing"]:
            pictures = [one for one in pictures if not _is_there(one.stem)]
        if pictures:
            self._render(pictures, options["chromium"], options["ratio"])
        for stem in sorted(path.stem for path in folder().glob("*.avif")):
            if not (folder() / SMALL / f"{stem}.avif").exists():
                photography.shrink(folder(), stem)

    def _render(self, pictures: Sequence["_Picture"], chromium: str, ratio: float) -> None:
        """One after the other; a picture is packed and the next car modelled while another is drawn."""
        packed: list[Future[None]] = []
        with (
            ThreadPoolExecutor(1) as packer,
            photography.photographer(settings.BASE_DIR / "static", chromium) as camera,
        ):
            for number, picture in enumerate(pictures, start=1):
                begun = time.monotonic()
                coming = next((one for one in pictures[number:] if one.car != picture.car), None)
                for one in (picture, coming):
                    if one is not None:
                        camera.prepare(one.look)
                drawn = camera.picture(picture.look, picture.view, ratio=ratio)
                packed.append(packer.submit(_pack, drawn, picture.stem))
                took = time.monotonic() - begun
                self.stdout.write(f"{number}/{len(pictures)} {picture.stem}, {took:.1f} s")
                self.stdout.flush()
        for done in packed:
            done.result()


def _pack(drawn: Image.Image, stem: str) -> None:
    photography.store(drawn, folder(), stem)
    photography.shrink(folder(), stem)


@dataclass(frozen=True, slots=True)
class _Picture:
    car: str
    stem: str
    look: Look
    view: str


def _cars(slugs: Sequence[str]) -> QuerySet[CarModel]:
    cars = CarModel.objects.order_by("slug")
    if not slugs:
        return cars
    if missing := set(slugs) - set(cars.values_list("slug", flat=True)):
        raise CommandError(f"There is no model {', '.join(sorted(missing))}.")
    return cars.filter(slug__in=slugs)


def _pictures_of(car: CarModel, views: Sequence[str]) -> Iterator[_Picture]:
    """The views in the car's own paint, then the picture of lists in each paint that it is also shown in."""
    look = look_of(car.slug, car.dimensions)
    if look is None:
        return
    image = car.image or car.slug
    for view in views:
        yield _Picture(car.slug, f"{image}-{view}", look, view)
    for name in paints_of(car.slug) if LISTED in views else ():
        painted = look_of(car.slug, car.dimensions, name)
        assert painted is not None
        yield _Picture(car.slug, f"{image}-{name}-{LISTED}", painted, LISTED)


def _is_there(stem: str) -> bool:
    return all((folder() / f"{stem}.{kind}").exists() for kind in ("avif", "webp"))
