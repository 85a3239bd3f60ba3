"""``render_cabins [slug …] [--missing]``: render the insides of cars, in every version that can be ordered."""

import tempfile
import time
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from PIL import Image

from apps.catalog import photography
from apps.catalog.cabins import Cabin, cabins_of, cars
from apps.catalog.stills import HEIGHT, INSIDES, WIDTH, folder, names

HOW = "uv run --with bpy==5.3.0 manage.py render_cabins"
SAMPLES = 16  # light paths a pixel; what they leave of noise is taken out afterwards


class Command(BaseCommand):
    help = f"Render the insides of cars into static/img/cars: {HOW}"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("slugs", nargs="*", help="models; all that are seen from inside when none is named")
        parser.add_argument("--missing", action="store_true", help="leave alone what is there already")

    def handle(self, *args: Any, **options: Any) -> None:
        slugs = options["slugs"] or cars()
        if unknown := set(slugs) - set(cars()):
            raise CommandError(f"There is no inside of {', '.join(sorted(unknown))}.")
        try:
            from apps.catalog.cabin.scene import photograph
        except ModuleNotFoundError as error:
            raise CommandError(f"{error}. Run it with Blender: {HOW}") from error
        with tempfile.TemporaryDirectory() as scratch:
            for cabin, view in _wanted(slugs, missing=options["missing"]):
                begun = time.monotonic()
                file = Path(scratch) / "cabin.png"
                photograph(cabin, view, file, size=(WIDTH, HEIGHT), samples=SAMPLES)
                with Image.open(file) as picture:
                    avif, _webp = photography.store(picture.convert("RGBA"), folder(), f"{cabin.stem}-{view}")
                photography.shrink(folder(), f"{cabin.stem}-{view}")
                self.stdout.write(
                    f"{cabin.stem}-{view}: {avif.stat().st_size // 1024} KiB, {time.monotonic() - begun:.0f} s"
                )
                self.stdout.flush()


def _wanted(slugs: list[str], *, missing: bool) -> Iterator[tuple[Cabin, str]]:
    for slug in slugs:
        for cabin, view in product(cabins_of(slug), INSIDES):
            if not (missing and f"{cabin.stem}-{view}" in names()):
                yield cabin, view
