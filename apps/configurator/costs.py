"""Buying against renting, for every battery of a car that can be rented. Pure."""

from dataclasses import dataclass

from apps.configurator.documents import Document, DocumentOption
from apps.configurator.rental import Comparison, RentalTerms, compare

YEARS, KILOMETRES = 5, 15_000


@dataclass(frozen=True, slots=True)
class Offer:
    """A rented battery beside the same one bought."""

    rented: DocumentOption
    bought: DocumentOption
    terms: RentalTerms
    comparison: Comparison


def offers(document: Document, *, years: int = YEARS, kilometres: int = KILOMETRES) -> tuple[Offer, ...]:
    """What each costs over ``years`` at ``kilometres`` a year; the price of buying is the difference of the options."""
    found = []
    for option in document.options.values():
        if option.rental is not None:
            bought = document.options[option.rental.instead_of]
            comparison = compare(
                option.rental, buy_price=bought.price - option.price, years=years, kilometres=kilometres
            )
            found.append(Offer(option, bought, option.rental, comparison))
    return tuple(found)
