import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from tests.factories.bundles import make_plan
from tests.factories.catalog import make_car_model, make_trim

pytestmark = pytest.mark.django_db


def test_a_plan_says_how_often_each_job_is_done(client: Client) -> None:
    make_plan(price=328_000, visits=10, kilometres=100_000, items=(("Filter", "滤芯", 2), ("Coolant", "冷却液", 8)))
    page = " ".join(client.get("/bundles/maintenance/").content.decode().split())
    assert '<span>Filter</span><span class="num end-note">5×</span>' in page
    assert '<span>Coolant</span><span class="num end-note">1×</span>' in page
    assert ("100,000" in page, "¥3,280" in page, "¥328 a visit" in page) == (True, True, True)


def test_only_plans_for_the_chosen_car_s_drive_are_shown(client: Client) -> None:
    make_trim(make_car_model("long-range", energy="erev"))
    electric, both = make_plan(energies=["bev"]), make_plan(energies=["bev", "erev"])
    page = client.get("/bundles/maintenance/?fits=long-range").content.decode()
    assert (electric.name_en in page, both.name_en in page) == (False, True)


@pytest.mark.parametrize("number", [1, 5])
def test_the_number_of_queries_does_not_grow(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries, number: int
) -> None:
    for _ in range(number):
        make_plan()
    with django_assert_num_queries(4):
        client.get("/bundles/maintenance/")
