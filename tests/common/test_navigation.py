"""The back office's menu."""

from collections import Counter

import pytest
from django.apps import apps
from django.contrib import admin
from django.contrib.auth.models import AnonymousUser
from django.test import Client, RequestFactory

from apps.common.navigation import GROUPS, groups
from tests.factories.accounts import make_staff, make_user


def test_every_page_of_the_back_office_is_in_the_menu_once() -> None:
    pages = Counter(apps.get_model(page) for _title, _folded, pages in GROUPS for page, _icon in pages)
    assert set(pages.values()) == {1}
    assert set(admin.site._registry) <= set(pages)


def titles(user: object) -> list[str]:
    request = RequestFactory().get("/admin/")
    request.user = user  # type: ignore[assignment]
    return [item["title"] for group in groups(request) for item in group["items"]]


@pytest.mark.django_db
def test_the_menu_shows_what_one_may_look_at_and_nothing_else() -> None:
    assert titles(AnonymousUser()) == ["Overview"]
    assert titles(make_user()) == ["Overview"]
    assert titles(make_staff(permissions=("orders.view_order",))) == ["Overview", "Orders"]


@pytest.mark.django_db
def test_the_menu_is_on_the_first_page(client: Client) -> None:
    client.force_login(make_staff(permissions=("stores.view_store", "orders.view_refund")))
    page = client.get("/zh-hans/admin/").content.decode()
    assert 'href="/zh-hans/admin/stores/store/"' in page
    assert 'href="/zh-hans/admin/orders/refund/"' in page
    assert "/admin/orders/order/" not in page
