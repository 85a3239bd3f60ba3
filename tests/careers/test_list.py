from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from tests.factories.careers import make_posting

pytestmark = pytest.mark.django_db


def _flat(page: str) -> str:
    return " ".join(page.split())


def test_only_open_positions_are_listed(client: Client) -> None:
    now = timezone.now()
    make_posting(title_en="Open job")
    make_posting(title_en="Draft job", published_at=None)
    make_posting(title_en="Future job", published_at=now + timedelta(days=1))
    make_posting(title_en="Closed job", closes_at=now - timedelta(hours=1))
    page = client.get("/careers/").content.decode()
    assert "1 open position" in page
    assert ("Open job" in page, "Draft job" in page, "Future job" in page, "Closed job" in page) == (True, *[False] * 3)


def test_pay_is_shown_by_month_and_year(client: Client) -> None:
    make_posting(salary_min=35, salary_max=65, salary_months=19)
    make_posting(salary_min=4, salary_max=6, salary_months=12)
    page = client.get("/careers/").content.decode()
    assert ("¥35k–65k × 19" in page, "up to ¥1.235 million a year" in page) == (True, True)
    assert ("¥4k–6k a month" in page, "up to ¥72,000 a year" in page) == (True, True)
    chinese = client.get("/zh-hans/careers/").content.decode()
    assert ("3.5–6.5 万 × 19 薪" in chinese, "123.5 万元" in chinese, "4–6 千/月" in chinese) == (True, True, True)


def test_each_filter_counts_with_the_others_in_force(client: Client) -> None:
    make_posting(department="workshop", city="xian")
    make_posting(department="workshop", city="chengdu", city_name_en="Chengdu")
    make_posting(department="data", city="chengdu", city_name_en="Chengdu", kind="internship")
    page = _flat(client.get("/careers/?department=workshop").content.decode())
    assert 'value="workshop" checked>Workshop<span class="n num">2</span>' in page
    assert 'value="data" >Data<span class="n num">1</span>' in page
    assert 'value="chengdu" >Chengdu<span class="n num">1</span>' in page
    assert 'value="internship"' not in page
    assert "2 open positions" in page
    assert "3 open positions" in client.get("/careers/?department=workshop&department=data").content.decode()


def test_search_and_pay_narrow_the_list(client: Client) -> None:
    make_posting(title_en="Battery engineer", title_zh="电池工程师", salary_max=35)
    make_posting(title_en="Battery technician", title_zh="电池技师", salary_max=14)
    for query in ("q=battery+engineer", "q=工程师", "q=battery&salary_min=20"):
        page = client.get(f"/careers/?{query}").content.decode()
        assert ("Battery engineer" in page, "Battery technician" in page) == (True, False)
    assert "No position matches" in client.get("/careers/?q=astronaut").content.decode()


def test_positions_can_be_sorted(client: Client) -> None:
    now = timezone.now()
    make_posting(title_en="Old and rich", salary_max=60, published_at=now - timedelta(days=9))
    make_posting(title_en="New and poor", salary_max=10, closes_at=now + timedelta(days=3))
    for sort, first, second in (
        ("newest", "New and poor", "Old and rich"),
        ("salary", "Old and rich", "New and poor"),
        ("closing", "New and poor", "Old and rich"),
    ):
        page = client.get(f"/careers/?sort={sort}").content.decode()
        assert page.index(first) < page.index(second)


@pytest.mark.parametrize("query", ["?city=nowhere", "?salary_min=x&sort=y&page=z", "?department=moon&city=%00&q=%00"])
def test_nonsense_in_the_address_is_ignored(client: Client, query: str) -> None:
    make_posting()
    assert client.get(f"/careers/{query}").status_code == 200


@pytest.mark.parametrize("number", [1, 8])
def test_the_number_of_queries_does_not_grow(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries, number: int
) -> None:
    for _ in range(number):
        make_posting()
    with django_assert_num_queries(5):
        client.get("/careers/?department=workshop")
