"""What a car's options change of its look: ``data/dressing.toml``. Paints are among the catalogue's looks."""

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from apps.catalog.looks import Look

FILE = Path(__file__).parent / "data" / "dressing.toml"


def dressed_cars() -> list[str]:
    """The cars whose pictures are composed of what is picked."""
    return list(_dressing())


def dressings(car: str) -> Mapping[str, Look]:
    """What a car's options change of its look, by their codes; paints are not among them."""
    return _dressing().get(car, {})


@cache
def _dressing() -> Mapping[str, Mapping[str, Look]]:
    """By car and option."""
    return tomllib.loads(FILE.read_text())
