"""The back office as it is served for real: with hashed and packed static files a missing one would be an error 500."""

import re
import urllib.parse
import urllib.request
from http.cookiejar import CookieJar

import pytest

from tests.e2e.conftest import Portal

pytestmark = [pytest.mark.services]
PAGES = (
    "",
    "orders/order/",
    "orders/vehicle/",
    "stores/store/",
    "stores/appointment/",
    "catalog/carmodel/",
    "catalog/carmodel/add/",
    "configurator/configurator/",
    "bundles/accessory/",
    "bundles/accessory/add/",
    "careers/application/",
    "accounts/user/",
)


class Visitor:
    """A browser's cookies and nothing else of it."""

    def __init__(self, base: str) -> None:
        self.base = base
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))

    def get(self, path: str) -> str:
        with self.opener.open(self.base + path, timeout=120) as answer:
            assert answer.status == 200
            return str(answer.read().decode())

    def sign_in(self, email: str) -> str:
        token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', self.get("admin/login/"))
        assert token
        fields = {"csrfmiddlewaretoken": token[1], "username": email, "password": "kaiche-demo", "next": "/admin/"}
        with self.opener.open(
            f"{self.base}admin/login/", urllib.parse.urlencode(fields).encode(), timeout=120
        ) as answer:
            return str(answer.url)


def test_every_list_and_an_order_open(portal: Portal) -> None:
    visitor = Visitor(portal.url)
    assert visitor.sign_in("admin@kaiche.example").endswith("/admin/")
    for path in PAGES:
        visitor.get(f"admin/{path}")
    order = re.search(r"/(admin/orders/order/\d+/change/)", visitor.get("admin/orders/order/"))
    assert order
    assert "K" in visitor.get(order[1])


def test_a_customer_does_not_get_in(portal: Portal) -> None:
    assert "/login/" in Visitor(portal.url).sign_in("wang@kaiche.example")
