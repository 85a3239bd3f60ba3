"""Which picture a configured car gets: what its options change of its look, by name, and the address of that picture.

A name is made of the palette alone: one of the car's paints and options that the dressing knows. So there are only so many
pictures, and nobody can have a server compose any other.
"""

import hashlib
import json
from dataclasses import dataclass
from typing import Any

from apps.catalog.looks import Look, image_of, in_paint, paints_of
from apps.configurator.composing.layers import PARTS, Layers, layers_of
from apps.configurator.dressing import dressings

SEPARATOR = "~"
OWN_PAINT = "-"


@dataclass(frozen=True, slots=True)
class Recipe:
    """A car (its slug), a view, the name of a paint and the codes of the options that dress it."""

    car: str
    view: str
    paint: str
    options: tuple[str, ...]
    image: str

    @property
    def name(self) -> str:
        return SEPARATOR.join([self.paint or OWN_PAINT, *self.options])

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
        return look

    def digest(self, layers: Layers) -> str:
        """Of everything that the picture depends on: an address with it never shows anything else."""
        said = json.dumps([layers.digest, self.look], sort_keys=True)
        return hashlib.sha256(said.encode()).hexdigest()[:12]


def parts_of_look(car: str, paint: str = "") -> Look:
    """Paint, roof, wheels and interior as the stills of a car show them."""
    drawn = in_paint(car, paint)
    parts: dict[str, Any] = {part: drawn[part] for part in PARTS if part in drawn}
    return {"roof": {}} | parts | {"interior": {"color": drawn["interior"]}}


def recipe(car: str, view: str, paint: str, options: list[str]) -> Recipe | None:
    """``None`` for a car, a paint or an option that the palette does not know, and for an option named twice."""
    image, known = image_of(car), dressings(car)
    if not image or (paint and paint not in paints_of(car)) or not set(options) <= known.keys():
        return None
    return Recipe(car, view, paint, tuple(options), image) if sorted(set(options)) == options else None


def named(car: str, view: str, name: str) -> Recipe | None:
    """The recipe with this name; ``None`` as of ``recipe``."""
    paint, *options = name.split(SEPARATOR)
    return recipe(car, view, "" if paint == OWN_PAINT else paint, options)
