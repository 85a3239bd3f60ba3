"""What a car's options change of its look: ``dressing.toml``, and the paints of the catalogue's looks."""

import tomllib
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path

from apps.catalog.looks import Look, in_paint, paints_of
from apps.configurator.documents import Document

FILE = Path(__file__).with_name("dressing.toml")


def dressed_cars() -> list[str]:
    """The cars whose options change their look."""
    return list(_dressing())


def dressings(car: str) -> Mapping[str, Look]:
    """What a car's options change of its look, by their codes; paints are not among them."""
    return _dressing().get(car, {})


@cache
def _dressing() -> Mapping[str, Mapping[str, Look]]:
    """By car and option."""
    return tomllib.loads(FILE.read_text())


def worn(document: Document, picked: Iterable[str]) -> list[str]:
    """The options that a picture shows: those picked, and of undecided groups the standard ones; in alphabetical order."""
    decided = {code for code in picked if code in document.options}
    groups = {document.group_of[code].code for code in decided}
    standard = {
        code
        for code, option in document.options.items()
        if option.standard and document.group_of[code].code not in groups
    }
    return sorted(decided | standard)


def paint_of(document: Document, code: str) -> str:
    """The name of the paint that an option stands for; empty for every other option."""
    picture = document.options[code].picture
    return next((name for name in paints_of(document.car) if picture.endswith(f"-{name}-front34")), "")


def dressing_of(document: Document, picked: Iterable[str]) -> Look:
    """What the picked options change of the car's look; an undecided group is as its standard option says."""
    look: Look = {}
    for code in worn(document, picked):
        if paint := paint_of(document, code):
            look["paint"] = in_paint(document.car, paint)["paint"]
        look |= dressings(document.car).get(code, {})
    return look
