"""The picture of a configured car: a still that is shipped, or one composed for what is picked."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from apps.catalog import cabins
from apps.catalog.composing.layers import layers_of
from apps.catalog.composing.recipes import Addresses, Recipe, addresses, parts_of_look, recipe, shipped
from apps.catalog.dressing import dressings
from apps.catalog.equipment import options_shown
from apps.catalog.looks import image_of
from apps.catalog.stills import INSIDES, VIEWS, insides, names
from apps.configurator.documents import Document, DocumentOption
from apps.configurator.dressing import paint_of, worn

# Groups that change the outline of the car: the stills show the standard one.
SHAPES = frozenset({"body", "wheelbase", "roof-height", "conversion"})
LISTED = VIEWS[0]


@dataclass(frozen=True, slots=True)
class Picture:
    """Addresses of one picture in both formats, ``small`` at half the size, and whether it has the picked paint, body, roof and
    wheels: a picture must not promise anything else. ``within``: it shows the inside, and fills its frame."""

    avif: str
    small: str
    webp: str
    exact: bool
    within: bool = False


def views_of(document: Document) -> tuple[str, ...]:
    """The sides that the car can be looked at from, whatever is picked; the usual one first, those inside last."""
    sides = (view for view in VIEWS[1:] if layers_of(image_of(document.car), view) is not None)
    cabin = cabins.standard(document.car)
    return (LISTED, *sides, *(one.view for one in (insides(cabin) if cabin else ())))


def view_that_shows(document: Document, code: str, view: str) -> str:
    """Where to stand when an option is picked: inside for what shows there, outside for what shows only there, else where one is."""
    within, views = cabins.changes(document.car, code), views_of(document)
    if within and view not in INSIDES:
        return next((one for one in INSIDES if one in views), view)
    if view in INSIDES and not within and is_shown(document, document.options[code]):
        return LISTED
    return view


def picture_of(document: Document, picked: Iterable[str], view: str = LISTED) -> Picture | None:
    """The picture to show of a car with these options picked, from one of its ``views_of``; ``None`` where nothing was rendered."""
    chosen = frozenset(picked)
    if view in INSIDES:
        return _inside(document, chosen, view)
    reshaped = any(
        document.group_of[code].code in SHAPES and not document.options[code].standard
        for code in chosen
        if code in document.options
    )
    composed = _composed(document, chosen, view)
    if composed is not None:
        return Picture(*composed, exact=not reshaped)
    stem, exact = _shipped(document, chosen)
    return Picture(*shipped(stem), exact=exact and not reshaped) if stem else None


def _inside(document: Document, picked: frozenset[str], view: str) -> Picture | None:
    """The still of the cabin with what is picked; where that cannot be had (a group is undecided), one in another cover says so."""
    cabin = cabins.cabin_of(document.car, worn(document, picked))
    if cabin is None:
        return None
    covers = sorted(cabins.COVERS, key=lambda cover: cover != cabin.cover)
    stems = (f"{replace(cabin, cover=cover).stem}-{view}" for cover in covers)
    stem = next((stem for stem in stems if stem in names()), "")
    return Picture(*shipped(stem), exact=stem == f"{cabin.stem}-{view}", within=True) if stem else None


def _composed(document: Document, picked: frozenset[str], view: str) -> Addresses | None:
    """The addresses of the picture that is exactly right: the shipped still if there is one, or one made of layers."""
    wanted = recipe_of(document, picked, view)
    layers = None if wanted is None else wanted.layers
    if wanted is None or layers is None:
        return None
    stem = f"{wanted.image}-{wanted.paint}-{view}"
    if stem in names() and parts_of_look(wanted.car, wanted.paint) == wanted.look:
        return shipped(stem)
    return addresses(wanted, layers)


def recipe_of(document: Document, picked: Iterable[str], view: str = LISTED) -> Recipe | None:
    """What a picture of the car is to be composed of; ``None`` for a car that is not drawn."""
    shown = worn(document, picked)
    paint = next((name for code in shown if (name := paint_of(document, code))), "")
    return recipe(document.car, view, paint, [code for code in shown if code in dressings(document.car)])


def is_shown(document: Document, option: DocumentOption, view: str = LISTED) -> bool:
    """Whether a picture shows if the option is picked: a paint, what the layers know besides, and inside what the cabins know."""
    if view in INSIDES:
        return cabins.changes(document.car, option.code)
    dressed = option.code in dressings(document.car) and layers_of(image_of(document.car), LISTED) is not None
    return bool(option.picture) or dressed


def _shipped(document: Document, picked: frozenset[str]) -> tuple[str, bool]:
    """The best still there is, and whether it shows what is picked."""
    options = document.options.values()
    pictured = [option.picture for option in options if option.code in picked and option.picture in names()]
    standard = [option.picture for option in options if option.standard and option.picture in names()]
    fallback = f"{document.image}-{LISTED}"
    stem = next(iter([*pictured, *standard, *([fallback] if fallback in names() else [])]), "")
    paints = {group.code for group in document.groups if any(option.picture for option in group.options)}
    paint_picked = any(document.group_of[code].code in paints for code in picked if code in document.options)
    return stem, _equipped_as_picked(document, stem, picked) and (bool(pictured) or not paint_picked)


def _equipped_as_picked(document: Document, picture: str, picked: frozenset[str]) -> bool:
    """Whether the roof, the wheels and whatever else the still shows are the picked ones."""
    shown = options_shown(picture) & document.options.keys()
    groups = {document.group_of[code].code for code in shown}
    chosen = {code for code in picked if code in document.options and document.group_of[code].code in groups}
    return chosen <= shown
