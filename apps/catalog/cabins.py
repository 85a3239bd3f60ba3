"""Which insides of cars there are pictures of: ``data/cabins.toml``. Pure; ``cabin`` renders them."""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from itertools import product
from pathlib import Path
from typing import Any

from apps.catalog.looks import image_of

FILE = Path(__file__).parent / "data" / "cabins.toml"
COVERS = ("fabric", "leather")


@dataclass(frozen=True, slots=True)
class Cabin:
    """What a picture of an inside shows: the car's slug, the name of a colour, the seats' cover, and whether its lines of light are on."""

    car: str
    colour: str
    cover: str
    lit: bool = False

    @property
    def stem(self) -> str:
        """What the names of its stills begin with."""
        return f"{image_of(self.car)}-cabin-{self.colour}-{self.cover}{'-lit' if self.lit else ''}"

    @property
    def shade(self) -> str:
        """The colour as ``#rrggbb``."""
        shade: str = _cabins()[self.car]["colours"][self.colour]
        return shade


def standard(car: str) -> Cabin | None:
    """The inside of a car as it comes; ``None`` for one that is seen from outside only."""
    said = _cabins().get(car)
    return None if said is None else Cabin(car, **said["standard"])


def cabin_of(car: str, options: Iterable[str]) -> Cabin | None:
    """The inside with these options, the rest as it comes; ``None`` as of ``standard``."""
    cabin = standard(car)
    if cabin is None:
        return None
    meant = _cabins()[car]["options"]
    for code in options:
        cabin = replace(cabin, **meant.get(code, {}))
    return cabin


def changes(car: str, option: str) -> bool:
    """Whether an option shows inside."""
    return option in _cabins().get(car, {}).get("options", {})


def cabins_of(car: str) -> list[Cabin]:
    """All that can be ordered of a car, and so are rendered."""
    said = _cabins().get(car, {"colours": ()})
    without = [tuple(pair) for pair in said.get("without", ())]
    every = product(said["colours"], COVERS, (False, True))
    return [Cabin(car, colour, cover, lit) for colour, cover, lit in every if (colour, cover) not in without]


def cars() -> list[str]:
    """The cars that are seen from inside."""
    return list(_cabins())


@cache
def _cabins() -> Mapping[str, Mapping[str, Any]]:
    return tomllib.loads(FILE.read_text())
