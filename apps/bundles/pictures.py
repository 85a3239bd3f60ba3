"""A film as it looks on the chosen car."""

from dataclasses import dataclass

from django.templatetags.static import static

from apps.bundles.models import Cover
from apps.catalog.composing.recipes import Film, addresses, recipe
from apps.catalog.models import CarModel
from apps.catalog.stills import VIEWS, still

VIEW = VIEWS[0]
FINISHES = {Cover.Finish.GLOSS: "solid", Cover.Finish.MATTE: "matte", Cover.Finish.SATIN: "satin"}
"""What the studio calls them."""


@dataclass(frozen=True, slots=True)
class FilmPicture:
    """Addresses of one picture, ``small`` at half the size."""

    avif: str
    small: str
    webp: str


def picture_of(cover: Cover, car: CarModel | None) -> FilmPicture | None:
    """The car with the film laid on the whole of it; ``None`` where there is no such picture, and a drawing has to do."""
    if car is None or cover.coverage != Cover.Coverage.FULL:
        return None
    if cover.material == Cover.Material.PROTECTION and cover.finish == Cover.Finish.GLOSS:  # nobody sees it
        shown = still(car.image, VIEW)
        return FilmPicture(static(shown.avif), static(shown.small), static(shown.webp)) if shown else None
    film = Film(
        FINISHES[Cover.Finish(cover.finish)], cover.colour_hex if cover.material == Cover.Material.COLOUR else ""
    )
    wanted = recipe(car.slug, VIEW, "", [], film)
    layers = None if wanted is None else wanted.layers
    return None if wanted is None or layers is None else FilmPicture(*addresses(wanted, layers))
