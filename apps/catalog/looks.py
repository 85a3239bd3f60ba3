"""How each car is drawn: its dimensions from the catalogue, everything else from ``data/looks.toml``. Pure.

A look is the spec that ``static/js/car`` builds a car from.
"""

import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

Look = dict[str, Any]
FILE = Path(__file__).parent / "data" / "looks.toml"
SIDES = ("length", "width", "height", "wheelbase")


@cache
def looks() -> Mapping[str, Mapping[str, Any]]:
    """What ``looks.toml`` says, by the slug of the model."""
    return tomllib.loads(FILE.read_text())


def look_of(slug: str, dimensions: Sequence[int | None], paint: Mapping[str, str] | None = None) -> Look | None:
    """The look of a model with these outer measures (length, width, height, wheelbase in mm), in this paint.

    ``None`` where the file has no such car, or neither it nor the catalogue knows the measures.
    """
    drawn = looks().get(slug)
    if drawn is None:
        return None
    measures = list(dimensions) if all(dimensions) else drawn.get("dimensions")
    if measures is None:
        return None
    look = {key: value for key, value in drawn.items() if key not in ("dimensions", "paints")}
    look["dims"] = dict(zip(SIDES, measures, strict=True))
    look["interior"] = {"color": drawn["interior"]}
    if paint is not None:
        look["paint"] = dict(paint)
    return look


def paints_of(slug: str) -> Mapping[str, Mapping[str, str]]:
    """The paints that a model is also shown in, by the name that stands in the picture's: colour and finish."""
    paints: Mapping[str, Mapping[str, str]] = looks().get(slug, {}).get("paints", {})
    return paints
