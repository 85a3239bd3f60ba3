"""What the stills show of a car's equipment, and what a spec sheet must say for them to be true. Pure.

A picture is a promise: it may show less than a trim has, never more. What a still shows is read from the look that it was
rendered from, so the two cannot part.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from apps.catalog.looks import by_image, in_paint, paints_of

# From the plain to the most. A sheet that says nothing of one of these has the plain one.
RANKS: Mapping[str, tuple[str, ...]] = {
    "roof": ("painted", "glass"),
    "rims": ("plain", "two-tone"),
    "calipers": ("plain", "coloured"),
}
WHEEL_SIZE = "wheel_size"


@dataclass(frozen=True, slots=True)
class Equipment:
    """Codes of the choices that ``specs.py`` defines; the wheels' size in inches."""

    roof: str = "painted"
    rims: str = "plain"
    calipers: str = "plain"
    wheel_size: int | None = None


@dataclass(frozen=True, slots=True)
class Sheet:
    """What a spec sheet says of the same: the choices' codes by key, and the wheels' size where it is given."""

    choices: Mapping[str, str]
    wheel_size: Decimal | None = None


def shown(image: str, paint: str = "") -> Equipment:
    """What the stills of an image show; nothing where no look has that name: then a side view is drawn, without equipment.

    Raises:
        KeyError: the car is not shown in that paint.
    """
    slug = by_image().get(image)
    if slug is None:
        return Equipment()
    look = in_paint(slug, paint)
    wheels = look["wheels"]
    return Equipment(
        roof="glass" if look.get("roof", {}).get("glass") else "painted",
        rims="two-tone" if wheels.get("twoTone") else "plain",
        calipers="coloured" if "caliper" in wheels else "plain",
        wheel_size=wheels["size"],
    )


def excess(equipment: Equipment, sheet: Sheet) -> Iterator[str]:
    """The spec keys of which a picture shows more than the sheet says that the trim has."""
    for key, ranks in RANKS.items():
        if ranks.index(getattr(equipment, key)) > ranks.index(sheet.choices.get(key, ranks[0])):
            yield key
    if sheet.wheel_size is not None and (equipment.wheel_size or 0) > sheet.wheel_size:
        yield WHEEL_SIZE


def options_shown(still: str) -> frozenset[str]:
    """The codes of the configurator's options that a still shows besides its paint, as ``looks.toml`` lists them."""
    image, _, _view = still.rpartition("-")
    slug, paint = by_image().get(image), ""
    if slug is None:
        image, _, paint = image.rpartition("-")
        slug = by_image().get(image)
        if slug is None or paint not in paints_of(slug):
            return frozenset()
    return frozenset(in_paint(slug, paint).get("options", ()))
