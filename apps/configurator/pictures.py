"""The stills of a car: which there are, and which may be shown for what is picked."""

from functools import cache

from django.conf import settings

from apps.catalog.equipment import options_shown
from apps.configurator.documents import Document

# Groups that change the outline of the car: the stills show the standard one.
SHAPES = frozenset({"body", "wheelbase", "roof-height", "conversion"})


def picture_of(document: Document, picked: frozenset[str]) -> tuple[str, bool]:
    """The still to show, and whether it has the picked paint, body, roof and wheels: a picture must not promise anything else."""
    options = document.options.values()
    pictured = [option.picture for option in options if option.code in picked and option.picture in stills()]
    standard = [option.picture for option in options if option.standard and option.picture in stills()]
    fallback = f"{document.image}-front34"
    picture = next(iter([*pictured, *standard, *([fallback] if fallback in stills() else [])]), "")
    paints = {group.code for group in document.groups if any(option.picture for option in group.options)}
    paint_picked = any(document.group_of[code].code in paints for code in picked if code in document.options)
    reshaped = any(
        document.group_of[code].code in SHAPES and not document.options[code].standard
        for code in picked
        if code in document.options
    )
    return picture, not reshaped and _equipped_as_picked(document, picture, picked) and (
        bool(pictured) or not paint_picked
    )


def _equipped_as_picked(document: Document, picture: str, picked: frozenset[str]) -> bool:
    """Whether the roof, the wheels and whatever else the still shows are the picked ones."""
    shown = options_shown(picture) & document.options.keys()
    groups = {document.group_of[code].code for code in shown}
    chosen = {code for code in picked if code in document.options and document.group_of[code].code in groups}
    return chosen <= shown


@cache
def stills() -> frozenset[str]:
    """The stills that exist. They are static files: the set changes with a release only."""
    folder = settings.BASE_DIR / "static" / "img" / "cars"
    return frozenset(path.stem for path in folder.glob("*.webp"))
