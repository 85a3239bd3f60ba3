"""The clerk's actions, demo data and the sitemap."""

from datetime import date
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.test import Client

from apps.accounts.models import User
from apps.common.demo import DemoOptions
from apps.stores import demo
from apps.stores.hours import text
from apps.stores.kinds import Service
from apps.stores.models import Appointment, Bay, City, Store
from apps.stores.sitemaps import StoreSitemap
from tests.factories.accounts import make_staff
from tests.factories.stores import MONDAY, make_appointment, make_store

pytestmark = pytest.mark.django_db


def no_report(label: str, done: int, total: int) -> None: ...


def act(client: Client, action: str, *rows: Appointment) -> Any:
    data = {"action": action, "_selected_action": [str(row.pk) for row in rows]}
    return client.post("/admin/stores/appointment/", data, follow=True)


@pytest.fixture
def clerk(client: Client) -> User:
    demo.load(DemoOptions(stores=0), no_report)
    user = User.objects.create_user("store@kaiche.example", "x", is_staff=True)
    user.groups.add(Group.objects.get(name="Store staff"))
    client.force_login(user)
    return user


def test_store_staff_accept_and_complete_and_hear_what_cannot_be(client: Client, clerk: User) -> None:
    asked = make_appointment(store=make_store(confirms_at_once=False))
    ended = make_appointment()
    Appointment.objects.filter(pk=ended.pk).update(status="cancelled_store")
    page = act(client, "accept", asked, ended).content.decode()
    assert "1 appointment changed." in page
    assert "That is no longer possible" in page
    act(client, "complete", asked)
    asked.refresh_from_db()
    assert asked.status == "closed"
    assert {event.actor for event in asked.events.filter(party="store")} == {clerk}


def test_without_the_permission_there_is_no_action(client: Client) -> None:
    user = User.objects.create_user("clerk@kaiche.example", "x", is_staff=True)
    client.force_login(user)
    mine = make_appointment()
    assert act(client, "cancel", mine).status_code == 403
    mine.refresh_from_db()
    assert mine.status == "confirmed"


def test_every_page_of_the_back_office_opens(admin_client: Client) -> None:
    store = make_appointment().store
    for name in ("store", "bay", "city", "closure", "appointment", "appointmentevent"):
        assert admin_client.get(f"/admin/stores/{name}/").status_code == 200, name
        assert admin_client.get(f"/admin/stores/{name}/", {"q": store.code}).status_code == 200, name
    page = admin_client.get(f"/admin/stores/store/{store.pk}/change/").content.decode()
    assert "Mon-Fri 09:00-18:00; Sat 10:00-16:00" in page


def test_a_closure_is_entered_as_its_first_and_last_day(admin_client: Client) -> None:
    store = make_store()
    sent = {"store": store.pk, "first_day": "2026-12-24", "last_day": "2026-12-26", "reason_en": "x", "reason_zh": "y"}
    assert admin_client.post("/admin/stores/closure/add/", sent).status_code == 302
    closure = store.closures.get()
    assert (closure.days.lower, closure.days.upper) == (date(2026, 12, 24), date(2026, 12, 27))
    address = f"/admin/stores/closure/{closure.pk}/change/"
    page = admin_client.get(address).content.decode()
    assert 'value="2026-12-24"' in page
    assert 'value="2026-12-26"' in page

    wrong = admin_client.post(address, sent | {"last_day": "2026-12-23"})
    assert wrong.context["adminform"].form.errors["last_day"] == ["The last day comes before the first."]
    assert admin_client.post(address, sent | {"first_day": ""}).context["adminform"].form.errors.keys() == {"first_day"}
    closure.refresh_from_db()
    assert closure.last_day == date(2026, 12, 26)
    assert admin_client.post(address, sent | {"last_day": "2026-12-24"}).status_code == 302
    closure.refresh_from_db()
    assert closure.first_day == closure.last_day == date(2026, 12, 24)


def test_a_closure_is_entered_with_its_store(admin_client: Client) -> None:
    store = make_store()
    address = f"/admin/stores/store/{store.pk}/change/"
    form = admin_client.get(address).context
    sent = {name: value for name, value in form["adminform"].form.initial.items() if value is not None}
    for inline in form["inline_admin_formsets"]:
        prefix = inline.formset.prefix
        sent |= {f"{prefix}-TOTAL_FORMS": "0", f"{prefix}-INITIAL_FORMS": "0"}
    sent |= {"closures-TOTAL_FORMS": "1", "closures-0-store": store.pk}
    sent |= {"closures-0-first_day": "2026-12-24", "closures-0-reason_en": "x", "closures-0-reason_zh": "y"}
    assert admin_client.post(address, sent | {"closures-0-last_day": "2026-12-01"}).status_code == 200
    assert not store.closures.exists()
    assert admin_client.post(address, sent | {"closures-0-last_day": "2026-12-25"}).status_code == 302
    assert store.closures.get().last_day == date(2026, 12, 25)


def test_demo_data_is_the_same_again_and_a_larger_network_only_adds() -> None:
    demo.load(DemoOptions(stores=150), no_report)
    rows = list(Store.objects.values_list())
    assert Store.objects.filter(kind="own").count() == 11
    assert Store.objects.filter(kind__in=["swap", "experience"]).count() == 4
    demo.load(DemoOptions(stores=150), no_report)
    assert list(Store.objects.values_list()) == rows
    bays = Bay.objects.count()
    demo.load(DemoOptions(stores=200), no_report)
    assert list(Store.objects.filter(pk__in=[row[0] for row in rows]).values_list()) == rows
    assert Bay.objects.count() > bays


def test_every_demo_city_is_real_and_has_both_names() -> None:
    demo.load(DemoOptions(stores=0), no_report)
    assert City.objects.count() == 347
    assert not City.objects.filter(name_zh="").exists()
    city = City.objects.matching("chongqing").get(province="CQ")
    assert (city.name_zh, round(city.latitude)) == ("重庆", 30)


def test_the_sitemap_lists_our_own_places_alone() -> None:
    own, *_ = make_store(), make_store(kind="cooperative"), make_store(kind="swap")
    assert list(StoreSitemap().items()) == [own]
    assert MONDAY.tzinfo is not None


def test_who_may_only_look_sees_a_store_in_words(client: Client) -> None:
    store = make_store()
    views = ("stores.view_store", "stores.view_bay", "stores.view_closure")
    client.force_login(make_staff(permissions=views))
    page = client.get(f"/admin/stores/store/{store.pk}/change/").content.decode()
    assert text(store.spans) in page
    assert "Opening hours" in page
    assert "test_drive" not in page
    assert str(Service.TEST_DRIVE.label) in page
