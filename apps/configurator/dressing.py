"""What a picture shows of a car's options: which of them are worn, and how the car looks with them."""

from collections.abc import Iterable

from apps.catalog.dressing import dressings
from apps.catalog.looks import Look, in_paint, paints_of
from apps.configurator.documents import Document


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
