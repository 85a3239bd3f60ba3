"""The comparison of buying and renting at the edges of the form, and the picture of it."""

import pytest
from django.test import Client

from apps.configurator.costs import HEIGHT, WIDTH, chart, offers
from apps.configurator.models import Configurator
from apps.configurator.rental import RentalTerms, compare, rent
from apps.configurator.services import open_session

TERMS = RentalTerms(40_000, 20_000, 15, 24, 3_800_000, "buy")


@pytest.mark.parametrize("years", [1, 5, 15])
@pytest.mark.parametrize("kilometres", [0, 20_000, 20_001, 200_000])
def test_every_row_is_what_would_be_billed(years: int, kilometres: int) -> None:
    found = compare(TERMS, buy_price=4_000_000, years=years, kilometres=kilometres)
    assert [row.rented for row in found.rows] == [
        rent(TERMS, months=12 * year, kilometres=kilometres) for year in range(1, years + 1)
    ]
    assert found.overage_a_year == max(0, kilometres - 20_000) * 15


@pytest.mark.parametrize(("years", "kilometres"), [(1, 0), (5, 15_000), (15, 200_000)])
def test_the_picture_ends_where_the_table_ends_and_stays_inside_its_frame(years: int, kilometres: int) -> None:
    found = compare(TERMS, buy_price=4_000_000, years=years, kilometres=kilometres)
    picture = chart(found, TERMS)
    points = [tuple(map(int, point.split(","))) for point in picture.rented.split()]
    assert len(points) == 12 * years + 1
    assert all(0 <= x <= WIDTH and 0 <= y <= HEIGHT for x, y in points)
    assert {fen for _y, fen in picture.marks} == {0, 4_000_000, found.last.rented}
    assert {fen: y for y, fen in picture.marks}[found.last.rented] == points[-1][1]


@pytest.mark.django_db
def test_the_price_of_buying_is_the_difference_of_the_two_options(car: Configurator) -> None:
    (offer,) = offers(open_session("small-car").document, years=2, kilometres=30_000)
    assert offer.comparison.buy_price == 4_000_000
    assert offer.comparison.last.rented == 24 * 40_000 + 2 * 150_000


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("years", "kilometres", "status"), [(1, 0, 200), (15, 200_000, 200), (16, 0, 422), (1, 200_001, 422)]
)
def test_the_form_takes_its_edges_and_nothing_beyond(
    car: Configurator, client: Client, years: int, kilometres: int, status: int
) -> None:
    response = client.get("/configure/small-car/battery/", {"years": years, "kilometres": kilometres})
    assert response.status_code == status
