"""Structured data and the addresses in a page's head."""

import json
import re
from typing import Any

import pytest
from django.test import Client
from django.utils.html import escape

from apps.common.linked import crumbs, script
from tests.factories.catalog import make_car_model, make_trim
from tests.factories.stores import make_store


def documents(page: str) -> list[dict[str, Any]]:
    found = re.search(r'<script type="application/ld\+json" nonce="[^"]{16,}">(.*?)</script>', page, re.DOTALL)
    assert found
    read: list[dict[str, Any]] = json.loads(found[1])
    return read


def test_a_document_cannot_end_its_script() -> None:
    text = script({"@type": "Thing", "name": "</script><!--&\u2028", "image": None})
    assert not set("<>&\u2028") & set(text)
    assert json.loads(text) == {"@context": "https://schema.org/", "@type": "Thing", "name": "</script><!--&\u2028"}


def test_crumbs_are_numbered_from_the_first() -> None:
    items = crumbs(("Cars", "/cars/"), ("Aion", "/cars/?brand=aion"))["itemListElement"]
    assert [(one["position"], one["name"]) for one in items] == [(1, "Cars"), (2, "Aion")]
    assert items[0]["item"] == "http://localhost:8000/cars/"


@pytest.mark.django_db
def test_a_car_offers_at_the_prices_that_the_page_shows(client: Client) -> None:
    model = make_car_model()
    make_trim(car_model=model, price=8_990_000)
    make_trim(car_model=model, price=11_990_050)
    page = client.get(model.get_absolute_url()).content.decode()
    car, way = documents(page)
    assert (car["@type"], car["name"], car["brand"]["name"]) == ("Car", model.full_name, model.brand.name)
    offers = car["offers"]
    assert (offers["lowPrice"], offers["highPrice"], offers["offerCount"]) == ("89900.00", "119900.50", 2)
    assert offers["priceCurrency"] == "CNY"
    assert "¥89,900" in page
    assert way["itemListElement"][-1]["item"] == f"http://localhost:8000{model.get_absolute_url()}"


@pytest.mark.django_db
@pytest.mark.parametrize(("configurable", "availability"), [(True, "MadeToOrder"), (False, "InStoreOnly")])
def test_what_is_built_on_order_is_not_said_to_be_in_stock(
    client: Client, configurable: bool, availability: str
) -> None:
    model = make_car_model(configurable=configurable)
    make_trim(car_model=model)
    offer = documents(client.get(model.get_absolute_url()).content.decode())[0]["offers"]
    assert (offer["@type"], offer["availability"]) == ("Offer", f"https://schema.org/{availability}")


@pytest.mark.django_db
def test_a_car_that_is_not_sold_here_has_no_offer(client: Client) -> None:
    model = make_car_model(on_sale=False)
    make_trim(car_model=model)
    assert "offers" not in documents(client.get(model.get_absolute_url()).content.decode())[0]


@pytest.mark.django_db
def test_a_store_tells_when_and_where(client: Client) -> None:
    store = make_store()
    shop, _way = documents(client.get(f"/stores/{store.code}/").content.decode())
    assert shop["branchCode"] == store.code
    assert shop["geo"] == {"@type": "GeoCoordinates", "latitude": store.latitude, "longitude": store.longitude}
    assert {row["dayOfWeek"] for row in shop["openingHoursSpecification"]} <= {
        *("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
    }
    assert all(
        re.fullmatch(r"\d\d:\d\d", row[end]) for row in shop["openingHoursSpecification"] for end in ("opens", "closes")
    )


@pytest.mark.django_db
def test_a_page_names_itself_and_its_translation_whatever_was_asked_of_it(client: Client) -> None:
    for path in ("/cars/?brand=aion", "/zh-hans/cars/?q=1"):
        page = client.get(path).content.decode()
        own = path.partition("?")[0]
        assert f'<link rel="canonical" href="http://localhost:8000{escape(own)}">' in page
        for code, address in (("en", "/cars/"), ("zh-Hans", "/zh-hans/cars/"), ("x-default", "/cars/")):
            assert f'hreflang="{code}" href="http://localhost:8000{address}"' in page
