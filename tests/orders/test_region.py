"""What the city decides is said before any money, kept with the order, and never changed afterwards."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from apps.orders.region import Case, answer, promise_of, table
from apps.orders.services.placing import city_named
from apps.stores.models import City
from tests.factories.configurator import make_configurator
from tests.factories.orders import make_basket, make_delivery_store, make_slots, place
from tests.factories.stores import make_city

CASE = Case("shanghai-sh", "SH", 10_980_000, "bev", "personal", date(2026, 11, 27))
SCRAP, SOLD = "scrap-2026.scrapped", "replace-2026.transferred"


def amounts(case: Case) -> dict[str, int]:
    return {one.programme.slug: one.amount for one in answer(case).verdicts if one.eligible}


def reasons(case: Case) -> dict[str, str]:
    return {one.programme.slug: one.why for one in answer(case).verdicts if one.why}


def changed(**fields: object) -> Case:
    from dataclasses import replace

    return replace(CASE, **fields)  # type: ignore[arg-type]


def test_the_company_of_the_province_invoices_and_another_everywhere_else() -> None:
    assert [answer(changed(province=one)).company.slug for one in ("SH", "GD", "XJ")] == ["east", "south", "north"]


def test_a_subsidy_needs_the_buyers_word_and_is_a_share_with_a_ceiling() -> None:
    assert (amounts(CASE), reasons(CASE)["scrap-2026"]) == ({}, "answers")
    assert amounts(changed(answers=frozenset({SCRAP}))) == {"scrap-2026": 1_317_600}
    assert amounts(changed(answers=frozenset({SCRAP}), price=30_000_000)) == {"scrap-2026": 2_000_000}


def test_of_one_kind_a_buyer_has_the_better_one() -> None:
    both = changed(answers=frozenset({SCRAP, SOLD}))
    assert (amounts(both), reasons(both)["replace-2026"]) == ({"scrap-2026": 1_317_600}, "other")


def test_a_company_petrol_cars_and_other_years_get_none() -> None:
    asked = frozenset({SCRAP})
    assert reasons(changed(answers=asked, invoice="company"))["scrap-2026"] == "invoice"
    assert answer(changed(answers=asked, energy="petrol")).verdicts == ()
    assert answer(changed(answers=asked, day=date(2027, 1, 1))).verdicts == ()


def test_a_citys_voucher_is_lost_when_the_invoice_comes_from_another_city() -> None:
    assert reasons(changed(city="hangzhou-zj", province="ZJ"))["hangzhou-consumer"] == "invoice_city"
    assert amounts(changed(city="guangzhou-gd", province="GD")) == {"guangzhou-consumer": 300_000}
    assert reasons(changed(city="guangzhou-gd", province="GD", price=9_000_000))["guangzhou-consumer"] == "least"


def test_a_table_without_a_company_for_the_rest_is_refused(tmp_path: Path) -> None:
    bad = tmp_path / "regions.toml"
    row = '[[company]]\nslug="a"\nname_en="A"\nname_zh="A"\ncity="x"\ntax_number="1"\nprovinces=["SH"]\n'
    bad.write_text(f"as_of = 2026-01-01\n{row}")
    with pytest.raises(ValueError, match="everywhere else"):
        table(bad)
    assert {type(one.percent) for one in table().programmes} == {Decimal}


@pytest.mark.django_db
def test_an_order_keeps_what_it_was_told_whatever_the_table_says_later() -> None:
    make_city("shanghai")
    configurator = make_configurator()
    make_slots(configurator)
    order = place(make_basket(configurator), delivery_store=make_delivery_store(), region_answers=[SCRAP])
    assert order.status == "placed"  # before any payment
    promise = promise_of(order.region)
    assert promise is not None
    assert (promise.company_en, promise.city) == ("Kaiche Auto Sales (Shanghai) Co., Ltd.", "shanghai-sh")
    assert [(one.slug, one.amount) for one in promise.subsidies] == [("scrap-2026", 1_080_000)]
    asked = table.cache_info()
    order.refresh_from_db()
    assert promise_of(order.region) == promise
    assert table.cache_info() == asked  # nobody has looked into it again


@pytest.mark.django_db
def test_a_city_is_known_by_its_slug_and_both_names() -> None:
    here = {"latitude": 31.3, "longitude": 120.6}
    city = City.objects.create(slug="suzhou", name_en="Suzhou", name_zh="苏州", province="JS", population=9, **here)
    City.objects.create(slug="suzhou-ah", name_en="Suzhou", name_zh="宿州", province="AH", population=5, **here)
    assert [city_named(one) for one in ("suzhou", " SUZHOU ", "苏州", "nowhere")] == [city, city, city, None]
    assert City.objects.count() == 2
