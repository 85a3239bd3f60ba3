"""The pictures of a car: which stills there are, which may be shown for what is picked, and how it looks in 3D."""

import json
import tomllib
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path

from django.conf import settings

from apps.catalog.equipment import options_shown
from apps.catalog.looks import Look, in_paint, paints_of
from apps.configurator.documents import Document, DocumentOption

# Groups that change the outline of the car: the stills show the standard one.
SHAPES = frozenset({"body", "wheelbase", "roof-height", "conversion"})
DRESSING = Path(__file__).parent / "dressing.toml"


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


def dressing_of(document: Document, picked: Iterable[str]) -> str:
    """What the picked options change of the car's look, as JSON; an undecided group is as its standard option says."""
    options = document.options
    decided = {code for code in picked if code in options}
    groups = {document.group_of[code].code for code in decided}
    standard = {
        code for code, option in options.items() if option.standard and document.group_of[code].code not in groups
    }
    look: Look = {}
    for code in sorted(decided | standard):
        look |= _changed_by(document, options[code])
    return json.dumps(look, separators=(",", ":"))


def _changed_by(document: Document, option: DocumentOption) -> Look:
    changed: Look = {}
    for name in paints_of(document.car):
        if option.picture.endswith(f"-{name}-front34"):
            changed["paint"] = in_paint(document.car, name)["paint"]
    return changed | dict(_dressing().get(document.car, {}).get(option.code, {}))


@cache
def _dressing() -> Mapping[str, Mapping[str, Look]]:
    """By car and option."""
    return tomllib.loads(DRESSING.read_text())


@cache
def stills() -> frozenset[str]:
    """The stills that exist. They are static files: the set changes with a release only."""
    folder = settings.BASE_DIR / "static" / "img" / "cars"
    return frozenset(path.stem for path in folder.glob("*.webp"))
