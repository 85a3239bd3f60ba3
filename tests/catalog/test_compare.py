import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from apps.catalog.comparison import best_of, spec_table
from apps.catalog.models import Trim
from apps.catalog.specs import definition
from tests.factories.catalog import make_brand, make_car_model, make_sheet, make_trim

pytestmark = pytest.mark.django_db
QUERIES = 4  # trims, sheets, values, suggestions


def address(*codes: str) -> str:
    return "/cars/compare/?" + "&".join(f"trim={code}" for code in codes)


def test_rows_that_differ_are_marked_and_the_best_is_named(client: Client) -> None:
    first, second = make_trim(code="a", range_km=None), make_trim(code="b", range_km=None)
    make_sheet(first, range=(500, "CLTC"), battery=54, zero_to_100=7.5)
    make_sheet(second, range=(600, "CLTC"), battery=54, zero_to_100=8.1)

    rows = {row.definition.key: row for group in spec_table(list(Trim.objects.for_comparison())) for row in group.rows}

    assert [cell.best for cell in rows["range"].cells] == [False, True]
    assert [cell.best for cell in rows["zero_to_100"].cells] == [True, False]
    assert (rows["battery"].differs, [cell.best for cell in rows["battery"].cells]) == (False, [False, False])
    html = client.get(address("a", "b")).content.decode()
    assert html.count("</svg>Best</span>") == 2
    assert "(differs)" in html


def test_energy_and_body_are_marked_where_they_differ_and_the_price_only_there(client: Client) -> None:
    make_trim(make_car_model("small", body="hatch"), code="a", price=9_000_000, energy="bev")
    make_trim(make_car_model("large", body="suv"), code="b", price=9_000_000, energy="bev")
    rows = re.findall(
        r'<tr (class="differs")?><th scope="row">(\w[\w ]*)', client.get(address("a", "b")).content.decode()
    )
    assert rows[:3] == [("", "List price"), ("", "Energy"), ('class="differs"', "Body")]


def test_of_each_model_one_is_offered_before_the_second_of_any(client: Client) -> None:
    for model in ("one", "two"):
        car = make_car_model(model)
        for number in range(3):
            make_trim(car, code=f"{model}-{number}", name_en=f"{model} {number}", position=number)
    offered = [one["trim"].code for one in client.get(address("two-1")).context["suggestions"]]
    assert offered == ["two-0", "two-2", "one-0", "one-1", "one-2"]
    assert [one["trim"].code for one in client.get("/cars/compare/").context["suggestions"]][:2] == ["one-0", "two-0"]


def test_ranges_of_different_cycles_are_never_ranked() -> None:
    make_sheet(make_trim(code="a", range_km=None), range=(500, "CLTC"))
    make_sheet(make_trim(code="b", range_km=None), range=(400, "WLTC"))

    rows = [row for group in spec_table(list(Trim.objects.for_comparison())) for row in group.rows]

    assert [row.cycle for row in rows] == ["CLTC", "WLTC"]
    assert not any(cell.best for row in rows for cell in row.cells)


@pytest.mark.parametrize(
    ("key", "numbers", "best"),
    [
        ("battery", [54, 60, None], 60),
        ("consumption", [12, 11], 11),
        ("battery", [54, None], None),
        ("battery", [54, 54], None),
        ("length", [4000, 5000], None),
    ],
)
def test_best_is_only_said_where_there_is_something_to_rank(
    key: str, numbers: list[int | None], best: int | None
) -> None:
    assert best_of(numbers, definition(key)) == best


def test_columns_stand_in_the_order_asked_for_and_can_be_removed(client: Client) -> None:
    for code in "abc":
        make_trim(code=code, name_en=f"Version {code}")
    html = client.get(address("c", "a")).content.decode()

    assert html.index("Version c") < html.index("Version a")
    assert 'href="/cars/compare/?trim=a"' in html
    assert 'href="/cars/compare/?trim=c&amp;trim=a&amp;trim=b"' in html


def test_a_sixth_version_is_left_out_and_said_so(client: Client) -> None:
    for code in "abcdef":
        make_trim(code=code)
    html = client.get(address(*"abcdef")).content.decode()

    assert html.count('class="carhead"') == 5
    assert "1 was left out" in html
    assert 'name="add"' not in html


def test_unknown_and_repeated_codes_are_ignored(client: Client) -> None:
    make_trim(code="a")

    assert client.get(address("a", "a", "nope", "")).content.decode().count('class="carhead"') == 1


def test_words_find_versions_to_add(client: Client) -> None:
    make_trim(make_car_model("dolphin", brand=make_brand("byd", name_zh="比亚迪")), code="d", name_en="Blue")
    make_trim(make_car_model("ut"), code="u", name_en="Green")
    html = client.get("/cars/compare/?add=比亚迪", headers={"HX-Request": "true"}).content.decode()

    assert "Blue" in html
    assert "Green" not in html
    assert re.match(r'\s*<div id="suggestions"', html)


def test_queries_do_not_grow_with_columns(client: Client, django_assert_num_queries: Callable[..., Any]) -> None:
    for code in "abcdefgh":
        make_trim(code=code)
    client.get(address("a"))
    with django_assert_num_queries(QUERIES):
        client.get(address("a"))
    with django_assert_num_queries(QUERIES):
        client.get(address(*"abcd"))
