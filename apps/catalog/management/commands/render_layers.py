"""``render_layers [slug …] [--views front34,side]``: render the layers that pictures of configured cars are composed of."""

import shutil
import time
from itertools import product
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from apps.catalog import photography
from apps.catalog.composing.drawing import Drawer, Variants, changes_of
from apps.catalog.composing.layers import FOLDER
from apps.catalog.composing.recipes import FILM_FINISHES
from apps.catalog.dressing import dressed_cars, dressings
from apps.catalog.looks import image_of, look_of, paints_of
from apps.catalog.models import CarModel
from apps.catalog.stills import VIEWS


class Command(BaseCommand):
    help = "Render the layers of the cars that can be configured. Needs Chromium and the development dependencies."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("slugs", nargs="*", help="models; all with a dressing when none is named")
        parser.add_argument("--views", default="front34", help=f"separated by commas, of {', '.join(VIEWS)}")
        parser.add_argument("--chromium", default=shutil.which("chromium") or "", help="the browser's program")

    def handle(self, *args: Any, **options: Any) -> None:
        views, slugs = options["views"].split(","), options["slugs"] or dressed_cars()
        if unknown := set(views) - set(VIEWS):
            raise CommandError(f"There is no view {', '.join(sorted(unknown))}.")
        if unknown := set(slugs) - set(dressed_cars()):
            raise CommandError(f"There is no dressing for {', '.join(sorted(unknown))}.")
        if not options["chromium"]:
            raise CommandError("There is no chromium on the path; name one with --chromium.")
        wanted = {(slug, view): variants_of(slug, view) for slug, view in product(slugs, views)}
        with photography.photographer(settings.BASE_DIR / "static", options["chromium"]) as camera:
            for (slug, view), variants in wanted.items():
                begun = time.monotonic()
                for file in Drawer(camera).draw(variants, view, FOLDER / image_of(slug) / view):
                    self.stdout.write(f"{slug} {view} {file}, {time.monotonic() - begun:.0f} s")
                    self.stdout.flush()


def variants_of(slug: str, view: str) -> Variants:
    """What is to be rendered of a car; films are looked at from the front alone."""
    look = look_of(slug, CarModel.objects.get(slug=slug).dimensions)
    assert look is not None
    return Variants(look, changes_of(dressings(slug), paints_of(slug)), FILM_FINISHES if view == VIEWS[0] else ())
