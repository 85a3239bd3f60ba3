"""Renting a battery against buying it. Pure arithmetic in fen, kilometres, months and years.

A year's charge is twelve monthly prices and the price of every kilometre above the year's mileage. Who leaves before
the minimum term still pays the months up to it (their kilometres are not driven and cost nothing). Buying out ends the
rent and adds the buy-out price.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

MONTHS = 12


@dataclass(frozen=True, slots=True)
class RentalTerms:
    """All that a monthly price depends on. There is no way to make one with a term left out.

    ``monthly_price`` fen a month, ``mileage_cap`` km a year, ``overage_price`` fen a km, ``minimum_term`` months,
    ``buyout_price`` fen, ``instead_of`` the code of the option that buys the same battery.
    """

    monthly_price: int
    mileage_cap: int
    overage_price: int
    minimum_term: int
    buyout_price: int
    instead_of: str = ""

    def __post_init__(self) -> None:
        if min(self.monthly_price, self.mileage_cap, self.overage_price, self.minimum_term, self.buyout_price) <= 0:
            raise ValueError("A rental price needs every one of its terms.")

    @classmethod
    def read(cls, data: Mapping[str, Any]) -> "RentalTerms":
        return cls(**data)

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True, slots=True)
class YearRow:
    """What has been paid for the battery, in fen, at the end of ``year``."""

    year: int
    bought: int
    rented: int
    rented_then_bought: int

    @property
    def difference(self) -> int:
        """What renting has cost more (or, negative, less) than buying."""
        return self.rented - self.bought


@dataclass(frozen=True, slots=True)
class Comparison:
    """Buying against renting for one driver. ``even_month`` is the first month in which renting has cost more."""

    years: int
    kilometres: int
    buy_price: int
    overage_a_year: int
    rows: tuple[YearRow, ...]
    even_month: int | None

    @property
    def last(self) -> YearRow:
        return self.rows[-1]


def overage_charge(terms: RentalTerms, kilometres: int) -> int:
    """The charge of one year, in fen, for the kilometres above what is included."""
    return max(0, kilometres - terms.mileage_cap) * terms.overage_price


def rent(terms: RentalTerms, *, months: int, kilometres: int) -> int:
    """All that renting costs over ``months`` at ``kilometres`` a year, the minimum term included.

    A year that is not full counts its share of the year's kilometres and of the mileage.
    """
    overage = overage_charge(terms, kilometres) * months // MONTHS
    return terms.monthly_price * max(months, terms.minimum_term) + overage


def compare(terms: RentalTerms, *, buy_price: int, years: int, kilometres: int) -> Comparison:
    """Year by year what the battery costs bought (``buy_price``), rented, and rented and then bought out."""
    rows = tuple(
        YearRow(
            year=year,
            bought=buy_price,
            rented=(paid := rent(terms, months=year * MONTHS, kilometres=kilometres)),
            rented_then_bought=paid + terms.buyout_price,
        )
        for year in range(1, years + 1)
    )
    months = range(1, years * MONTHS + 1)
    even = next((month for month in months if rent(terms, months=month, kilometres=kilometres) > buy_price), None)
    return Comparison(years, kilometres, buy_price, overage_charge(terms, kilometres), rows, even)
