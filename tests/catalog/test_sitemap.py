import pytest
from django.contrib.sites.requests import RequestSite
from django.test import RequestFactory

from apps.catalog.sitemaps import CarModelSitemap
from tests.factories.catalog import make_car_model, make_trim

pytestmark = pytest.mark.django_db


def test_every_car_on_sale_is_listed_in_both_languages() -> None:
    make_trim(make_car_model("ut"))
    make_trim(make_car_model("gone", on_sale=False))
    site = RequestSite(RequestFactory().get("/"))

    urls = CarModelSitemap().get_urls(site=site, protocol="https")

    assert [url["location"] for url in urls] == [
        "https://testserver/cars/gac-aion/ut/",
        "https://testserver/zh-hans/cars/gac-aion/ut/",
    ]
