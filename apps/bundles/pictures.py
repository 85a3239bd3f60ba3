"""A film as it looks on the chosen car."""

from apps.bundles.models import Cover
from apps.catalog.composing.recipes import Addresses, Film, addresses, recipe
from apps.catalog.models import CarModel
from apps.catalog.stills import VIEWS, still_of

VIEW = VIEWS[0]
FINISHES = {Cover.Finish.GLOSS: "solid", Cover.Finish.MATTE: "matte", Cover.Finish.SATIN: "satin"}
"""What the studio calls them."""


def picture_of(cover: Cover, car: CarModel | None) -> Addresses | None:
    """The car with the film laid on the whole of it; ``None`` where there is no such picture, and a drawing has to do."""
    if car is None or cover.coverage != Cover.Coverage.FULL:
        return None
    if cover.material == Cover.Material.PROTECTION and cover.finish == Cover.Finish.GLOSS:  # nobody sees it
        still = still_of(car, VIEW)
        return None if still is None else Addresses(still.avif, still.small, still.webp)
    film = Film(
        FINISHES[Cover.Finish(cover.finish)], cover.colour_hex if cover.material == Cover.Material.COLOUR else ""
    )
    wanted = recipe(car.slug, VIEW, "", [], film)
    layers = None if wanted is None else wanted.layers
    return None if wanted is None or layers is None else addresses(wanted, layers)
