"""Buying against renting, for every battery of a car that can be rented. Pure."""

from dataclasses import dataclass

from apps.configurator.documents import Document, DocumentOption
from apps.configurator.rental import MONTHS, Comparison, RentalTerms, compare, rent

YEARS, KILOMETRES = 5, 15_000


WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 340, 180, 58, 12, 14, 24


@dataclass(frozen=True, slots=True)
class Chart:
    """The comparison as lines of an SVG picture, in its own units; ``years`` are (x, year), ``marks`` (y, fen)."""

    bought: str
    rented: str
    years: tuple[tuple[int, int], ...]
    marks: tuple[tuple[int, int], ...]
    even: int | None


def chart(comparison: Comparison, terms: RentalTerms) -> Chart:
    """What has been paid by the end of each month, by the function that bills."""
    months = comparison.years * MONTHS
    paid = [0, *(rent(terms, months=month, kilometres=comparison.kilometres) for month in range(1, months + 1))]
    most = max(paid[-1], comparison.buy_price, 1)

    def x(month: int) -> int:
        return LEFT + (WIDTH - LEFT - RIGHT) * month // months

    def y(fen: int) -> int:
        return HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * fen // most

    step = 1 if comparison.years <= YEARS else 3 if comparison.years > 2 * YEARS else 2
    return Chart(
        bought=f"{x(0)},{y(comparison.buy_price)} {x(months)},{y(comparison.buy_price)}",
        rented=" ".join(f"{x(month)},{y(fen)}" for month, fen in enumerate(paid)),
        years=tuple((x(year * MONTHS), year) for year in range(step, comparison.years + 1, step)),
        marks=tuple((y(fen), fen) for fen in dict.fromkeys((0, comparison.buy_price, paid[-1]))),
        even=None if comparison.even_month is None else x(comparison.even_month),
    )


@dataclass(frozen=True, slots=True)
class Offer:
    """A rented battery beside the same one bought."""

    rented: DocumentOption
    bought: DocumentOption
    terms: RentalTerms
    comparison: Comparison
    chart: Chart


def offers(document: Document, *, years: int = YEARS, kilometres: int = KILOMETRES) -> tuple[Offer, ...]:
    """What each costs over ``years`` at ``kilometres`` a year; the price of buying is the difference of the options."""
    found = []
    for option in document.options.values():
        if option.rental is not None:
            bought = document.options[option.rental.instead_of]
            comparison = compare(
                option.rental, buy_price=bought.price - option.price, years=years, kilometres=kilometres
            )
            found.append(Offer(option, bought, option.rental, comparison, chart(comparison, option.rental)))
    return tuple(found)
