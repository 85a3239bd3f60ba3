import pytest
from django.http import QueryDict
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.catalog.filters import CarFilters, parse_filters
from apps.catalog.models import CarModel
from tests.factories.catalog import make_brand, make_car_model, make_trim

BRANDS = {"byd", "gac-aion"}


def read(query: str) -> CarFilters:
    return parse_filters(QueryDict(query), brands=BRANDS).filters


def test_all_parameters_are_read() -> None:
    filters = read(
        "q=ut&brand=byd&brand=gac-aion&body=suv&energy=bev&seats=5&price_min=90000&price_max=100,000&range_min=400&sort=-price"
    )

    assert filters == CarFilters("ut", ("byd", "gac-aion"), ("suv",), ("bev",), (5,), 90_000, 100_000, 400, "-price")


def test_what_cannot_be_understood_is_left_out_and_named() -> None:
    parsed = parse_filters(
        QueryDict("brand=byd&brand=acme&price_max=cheap&seats=five&range_min=-1&sort=zz"), brands=BRANDS
    )

    assert parsed.filters == CarFilters(brand=("byd",))
    assert parsed.ignored == ("brand", "price_max", "seats", "range_min", "sort") or set(parsed.ignored) == {
        "brand", "price_max", "seats", "range_min", "sort",
    }  # fmt: skip


def test_blank_fields_of_the_form_are_no_restriction() -> None:
    assert read("q=&price_min=&price_max=&range_min=&sort=").query == ""


def test_limits_the_wrong_way_round_are_turned() -> None:
    filters = read("price_min=200000&price_max=100000")

    assert (filters.price_min, filters.price_max) == (100_000, 200_000)


def test_a_restriction_can_be_taken_away_alone() -> None:
    filters = read("brand=byd&brand=gac-aion&q=ut&price_max=100000&sort=price")

    assert filters.without("brand", "byd").brand == ("gac-aion",)
    assert filters.without("brand").brand == ()
    assert filters.without("price_max").price_max is None
    assert filters.without("q").q == ""
    assert filters.cleared.query == "?sort=price"
    assert filters.active == 4


@settings(max_examples=30)
@given(st.text(max_size=80))
def test_any_text_is_survived_and_reads_back_the_same(text: str) -> None:
    params = QueryDict(mutable=True)
    params.setlist("brand", [text, "byd"])
    for name in ("q", "body", "energy", "seats", "price_min", "price_max", "range_min", "sort"):
        params[name] = text

    filters = parse_filters(params, brands=BRANDS).filters

    assert parse_filters(QueryDict(filters.query[1:]), brands=BRANDS).filters == filters


@pytest.fixture
def market(db: None) -> None:
    aion, byd = make_brand("gac-aion"), make_brand("byd")
    small = make_car_model("small", brand=aion, seats=4)
    family = make_car_model("family", brand=byd, body="suv", energy="erev", seats=5)
    make_trim(small, price=7_000_000, range_km=300)
    make_trim(small, price=9_000_000, range_km=500)
    make_trim(family, price=15_000_000, range_km=200, energy="erev")
    make_trim(family, price=18_000_000, range_km=620, energy="bev")
    make_trim(make_car_model("gone", brand=byd, on_sale=False), price=1_000_000)


@pytest.mark.usefixtures("market")
@pytest.mark.parametrize(
    ("query", "slugs"),
    [
        ("", ["family", "small"]),
        ("brand=byd", ["family"]),
        ("energy=bev", ["family", "small"]),
        ("energy=erev", ["family"]),
        ("price_max=80000", ["small"]),
        ("price_max=80000&range_min=400", []),
        ("range_min=600", ["family"]),
        ("energy=erev&range_min=600", []),
        ("seats=4&seats=5", ["family", "small"]),
        ("body=suv&seats=4", []),
    ],
)
def test_one_version_must_meet_price_range_and_energy_together(query: str, slugs: list[str]) -> None:
    assert sorted(CarModel.objects.answering(read(query)).values_list("slug", flat=True)) == slugs


@pytest.mark.usefixtures("market")
def test_the_lowest_price_is_that_of_the_versions_that_answer() -> None:
    filters = read("range_min=400")
    cars = {car.slug: car for car in CarModel.objects.answering(filters).with_from_price(filters)}

    assert cars["small"].from_price == 9_000_000  # type: ignore[attr-defined]
    assert cars["small"].range_max == 500  # type: ignore[attr-defined]


@pytest.mark.usefixtures("market")
def test_a_facet_is_counted_with_the_other_facets_applied() -> None:
    counts = CarModel.objects.facet_counts(read("brand=gac-aion&price_max=160000"))

    assert counts == {"brand": {"gac-aion": 1, "byd": 1}, "body": {"hatch": 1}, "seats": {"4": 1}, "energy": {"bev": 1}}
