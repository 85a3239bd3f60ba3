"""What a rented battery costs against a bought one."""

import pytest

from apps.configurator.rental import RentalTerms, compare, overage_charge, rent

TERMS = RentalTerms(40_000, 20_000, 15, 24, 3_800_000, "buy")


def test_kilometres_above_the_cap_cost_the_overage_price() -> None:
    assert overage_charge(TERMS, 25_000) == 5_000 * 15
    assert overage_charge(TERMS, 20_000) == 0


def test_rent_over_two_years() -> None:
    assert rent(TERMS, months=24, kilometres=25_000) == 24 * 40_000 + 2 * 75_000


def test_the_minimum_term_is_owed_by_who_leaves_early() -> None:
    assert rent(TERMS, months=6, kilometres=10_000) == 24 * 40_000


def test_comparison_names_the_first_month_in_which_renting_has_cost_more() -> None:
    found = compare(TERMS, buy_price=4_000_000, years=10, kilometres=15_000)
    assert found.even_month == 101
    assert [row.rented for row in found.rows][:3] == [960_000, 960_000, 1_440_000]
    assert found.last.rented == 4_800_000
    assert found.last.rented_then_bought == 8_600_000
    assert found.last.difference == 800_000


def test_comparison_without_a_month_when_renting_stays_cheaper() -> None:
    assert compare(TERMS, buy_price=4_000_000, years=5, kilometres=15_000).even_month is None


@pytest.mark.parametrize("place", range(5))
def test_a_price_that_lacks_a_term_cannot_be_made(place: int) -> None:
    values = [40_000, 20_000, 15, 24, 3_800_000]
    values[place] = 0
    with pytest.raises(ValueError):
        RentalTerms(*values)  # type: ignore[arg-type]  # that is the point
