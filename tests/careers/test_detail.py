import json
import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from tests.factories.careers import make_posting

pytestmark = pytest.mark.django_db


def _json_ld(page: str) -> tuple[str, dict[str, object]]:
    found = re.search(r'<script type="application/ld\+json" nonce="([^"]{16,})">(.*?)</script>', page, re.DOTALL)
    assert found
    return found[1], json.loads(found[2])[0]


def test_search_engines_read_the_posting_as_data(client: Client) -> None:
    make_posting(slug="technician", experience_years=2, education="bachelor", headcount=3)
    response = client.get("/careers/technician/")
    nonce, data = _json_ld(response.content.decode())
    assert f"'nonce-{nonce}'" in response.headers["Content-Security-Policy"]
    assert data["@type"] == "JobPosting"
    assert data["url"] == "http://testserver/careers/technician/"
    assert data["baseSalary"] == {
        "@type": "MonetaryAmount",
        "currency": "CNY",
        "value": {"@type": "QuantitativeValue", "minValue": 9000, "maxValue": 14000, "unitText": "MONTH"},
    }
    assert data["experienceRequirements"] == {"@type": "OccupationalExperienceRequirements", "monthsOfExperience": 24}


def test_nothing_in_a_posting_breaks_out_of_the_script(client: Client) -> None:
    evil = "</script><script>alert(1)</script>&<!--\u2028"
    make_posting(slug="technician", title_en=evil, description_en=evil)
    page = client.get("/careers/technician/").content.decode()
    assert "<script>alert" not in page
    _nonce, data = _json_ld(page)
    assert data["title"] == evil
    assert "<p>&lt;/script&gt;" in str(data["description"])


def test_a_closed_position_says_so_and_leaves_the_search_engines(client: Client) -> None:
    make_posting(slug="technician", closes_at=timezone.now() - timedelta(minutes=1))
    page = client.get("/careers/technician/").content.decode()
    assert "This position is no longer open." in page
    assert ("ld+json" in page, "/careers/technician/apply/" in page) == (False, False)


@pytest.mark.parametrize("number", [1, 6])
def test_the_number_of_queries_does_not_grow(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries, number: int
) -> None:
    make_posting(slug="technician")
    for _ in range(number):
        make_posting()
    with django_assert_num_queries(2):
        client.get("/careers/technician/")


def test_chinese_readers_read_chinese(client: Client) -> None:
    make_posting(slug="technician", title_en="Technician", title_zh="机电技师")
    page = client.get("/zh-hans/careers/technician/").content.decode()
    assert ("机电技师" in page, "Technician" in page) == (True, False)
