"""Which picture a dressed car gets: what its paint, its film and its options change of its look, by name.

A name is made of the palette alone: one of the car's paints and options that the dressing knows. So there are only so many
pictures, and nobody can have a server compose any other. A film's colour is in the shop's hands, not in the palette; there the digest
stands for the name, because only who has the portal's key can make one.
"""

import json
import re
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.templatetags.static import static
from django.urls import reverse
from django.utils.crypto import salted_hmac

from apps.catalog.composing.layers import PARTS, Layers, layers_of
from apps.catalog.dressing import dressings
from apps.catalog.looks import Look, image_of, in_paint, paints_of
from apps.catalog.stills import SMALL, SMALL_WIDTH, WIDTH

SEPARATOR = "~"
OWN_PAINT = "-"
FILM = re.compile(r"film-(?P<finish>solid|matte|satin)-(?P<colour>[0-9a-f]{6})?")
FILM_FINISHES = ("matte", "satin", "solid")


@dataclass(frozen=True, slots=True)
class Film:
    """What is laid over the paint: a finish of the studio's, and the colour as ``#rrggbb``; a clear film has none."""

    finish: str
    colour: str = ""

    @property
    def name(self) -> str:
        return f"film-{self.finish}-{self.colour.removeprefix('#')}"


@dataclass(frozen=True, slots=True)
class Recipe:
    """A car (its slug), a view, the name of a paint, a film over it, and the codes of the options that dress the car."""

    car: str
    view: str
    paint: str
    options: tuple[str, ...]
    image: str
    film: Film | None = None

    @property
    def name(self) -> str:
        films = [] if self.film is None else [self.film.name]
        return SEPARATOR.join([self.paint or OWN_PAINT, *films, *self.options])

    @property
    def layers(self) -> Layers | None:
        """What it is composed of, or ``None`` where nothing was rendered that it needs."""
        found = layers_of(self.image, self.view)
        return found if found is not None and found.has(self.look) else None

    @property
    def look(self) -> Look:
        """The parts of the look that the layers vary."""
        look: Look = parts_of_look(self.car, self.paint)
        for code in self.options:
            look |= dressings(self.car)[code]
        if self.film is not None:
            look["paint"] = {"color": self.film.colour or look["paint"]["color"], "finish": self.film.finish}
        return look

    def digest(self, layers: Layers) -> str:
        """Of everything that the picture depends on: an address with it never shows anything else."""
        said = json.dumps([layers.digest, self.look], sort_keys=True)
        return salted_hmac("apps.catalog.composing", said, algorithm="sha256").hexdigest()[:16]


def parts_of_look(car: str, paint: str = "") -> Look:
    """Paint, roof, wheels and interior as the stills of a car show them."""
    drawn = in_paint(car, paint)
    parts: dict[str, Any] = {part: drawn[part] for part in PARTS if part in drawn}
    return {"roof": {}} | parts | {"interior": {"color": drawn["interior"]}}


def recipe(car: str, view: str, paint: str, options: list[str], film: Film | None = None) -> Recipe | None:
    """``None`` for a car, a paint or an option that the palette does not know, and for an option named twice."""
    image, known = image_of(car), dressings(car)
    if not image or (paint and paint not in paints_of(car)) or not set(options) <= known.keys():
        return None
    return Recipe(car, view, paint, tuple(options), image, film) if sorted(set(options)) == options else None


def named(car: str, view: str, name: str) -> Recipe | None:
    """The recipe with this name; ``None`` as of ``recipe``."""
    paint, *options = name.split(SEPARATOR)
    film = None
    if options and (laid := FILM.fullmatch(options[0])):
        film = Film(laid["finish"], f"#{laid['colour']}" if laid["colour"] else "")
        options = options[1:]
    return recipe(car, view, "" if paint == OWN_PAINT else paint, options, film)


class Addresses(NamedTuple):
    """Where a picture is, as AVIF, as AVIF of half the size, and as WebP."""

    avif: str
    small: str
    webp: str


def addresses(wanted: Recipe, layers: Layers) -> Addresses:
    """Of a picture that is composed."""
    digest = wanted.digest(layers)
    return Addresses(
        *(
            reverse("catalog:still", args=[wanted.car, wanted.view, width, wanted.name, digest, kind])
            for width, kind in ((WIDTH, "avif"), (SMALL_WIDTH, "avif"), (WIDTH, "webp"))
        )
    )


def shipped(stem: str) -> Addresses:
    """Of a still that was rendered whole, by its name without an ending."""
    return Addresses(*(static(f"img/cars/{file}") for file in (f"{stem}.avif", f"{SMALL}/{stem}.avif", f"{stem}.webp")))
