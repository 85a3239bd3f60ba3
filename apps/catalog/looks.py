"""How each car is drawn: its dimensions from the catalogue, everything else from ``data/looks.toml``. Pure.

A look is the spec that ``static/js/car`` builds a car from. It is also what a still shows: ``equipment.py`` reads it.
"""

import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

Look = dict[str, Any]
FILE = Path(__file__).parent / "data" / "looks.toml"
SIDES = ("length", "width", "height", "wheelbase")
# What the file says about a car's stills, and is no part of the car.
ASIDE = frozenset({"dimensions", "paints", "image", "options"})


@cache
def looks() -> Mapping[str, Mapping[str, Any]]:
    """What ``looks.toml`` says, by the slug of the model."""
    return tomllib.loads(FILE.read_text())


@cache
def by_image() -> Mapping[str, str]:
    """The slug of the model that an image's name stands for."""
    return {image_of(slug): slug for slug in looks()}


def image_of(slug: str) -> str:
    """What the names of a model's stills begin with; empty for a model without a look."""
    drawn = looks().get(slug)
    return "" if drawn is None else str(drawn.get("image", slug))


def look_of(slug: str, dimensions: Sequence[int | None], paint: str = "") -> Look | None:
    """The look of a model with these outer measures (length, width, height, wheelbase in mm), in its own paint or a named one.

    ``None`` where the file has no such car, or neither it nor the catalogue knows the measures.
    """
    drawn = looks().get(slug)
    if drawn is None:
        return None
    measures = list(dimensions) if all(dimensions) else drawn.get("dimensions")
    if measures is None:
        return None
    dressed = in_paint(slug, paint)
    look = {key: value for key, value in dressed.items() if key not in ASIDE}
    look["dims"] = dict(zip(SIDES, measures, strict=True))
    look["interior"] = {"color": drawn["interior"]}
    return look


def in_paint(slug: str, paint: str = "") -> Mapping[str, Any]:
    """What the file says of a car in one of its paints: a paint may bring wheels and options of its own.

    Raises:
        KeyError: there is no such car, or it is not shown in that paint.
    """
    drawn = looks()[slug]
    if not paint:
        return drawn
    other = dict(drawn["paints"][paint])
    colour = {"color": other.pop("color"), "finish": other.pop("finish")}
    return {**drawn, **other, "paint": colour}


def paints_of(slug: str) -> Mapping[str, Mapping[str, Any]]:
    """The paints that a model is also shown in, by the name that stands in the picture's."""
    paints: Mapping[str, Mapping[str, Any]] = looks().get(slug, {}).get("paints", {})
    return paints
