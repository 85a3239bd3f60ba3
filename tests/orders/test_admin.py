"""The back office: every page opens, and every action asks for its permission and a reason."""

from datetime import timedelta
from typing import Any

import pytest
from django.db.models import F
from django.test import Client
from django.utils import timezone

from apps.accounts.models import User
from apps.orders import dashboard
from apps.orders.models import FulfilmentStep, Order, Refund, WorkItem
from apps.stores.models import StoreStaff
from tests.factories.accounts import make_staff, make_user
from tests.factories.orders import delivered_order, make_order, reserved_order, signed_order
from tests.factories.stores import make_store

pytestmark = pytest.mark.django_db
VIEW = "orders.view_order"
PAGES = (
    "allocation", "allotment", "basket", "fulfilmentstep", "order", "partnerjob", "paymentevent",
    "paymentleg", "refund", "sandboxevent", "sandboxpayment", "timer", "transition", "vehicle", "workitem",
)  # fmt: skip


@pytest.fixture
def boss(client: Client) -> Client:
    client.force_login(make_user(is_staff=True, is_superuser=True))
    return client


def as_clerk(client: Client, *permissions: str) -> User:
    clerk = make_staff(permissions=(VIEW, *permissions))
    client.force_login(clerk)
    return clerk


def address(order: Order, action: str) -> str:
    return f"/admin/orders/order/{order.pk}/{action}/"


def test_every_page_opens(boss: Client) -> None:
    order = delivered_order()
    for page in PAGES:
        assert boss.get(f"/admin/orders/{page}/").status_code == 200, page
    text = boss.get(f"/admin/orders/order/{order.pk}/change/").content.decode()
    assert order.number in text


def test_what_was_paid_or_given_back_leads_to_its_order(boss: Client) -> None:
    order = reserved_order()
    leg = order.legs.get(captured__gt=0)
    refund = Refund.objects.create(leg=leg, amount=100, reason="Goodwill", next_at=timezone.now())
    way = f'href="/admin/orders/order/{order.pk}/change/"'
    for page in ("paymentleg/", "paymentevent/", "paymentattempt/", "refund/", f"refund/{refund.pk}/change/"):
        text = boss.get(f"/admin/orders/{page}").content.decode()
        assert way in text, page
        assert order.number in text, page


def test_orders_are_found_by_number_name_and_vin(boss: Client) -> None:
    order = delivered_order()
    vin = order.allocations.get().vehicle.vin
    for words in (order.number, "Li Lei", vin):
        assert order.number in boss.get("/admin/orders/order/", {"q": words}).content.decode()


@pytest.mark.parametrize("more", [0, 4])
def test_the_list_needs_as_many_queries_for_five_as_for_one(
    boss: Client, more: int, django_assert_num_queries: Any
) -> None:
    for _ in range(more + 1):
        make_order()
    boss.get("/admin/orders/order/")
    with django_assert_num_queries(LIST_QUERIES):
        boss.get("/admin/orders/order/")


LIST_QUERIES = 7


@pytest.mark.parametrize(
    ("action", "permission"),
    [
        ("advance", "advance_order"),
        ("cancel", "cancel_any_order"),
        ("refund", "refund_order"),
        ("retry", "advance_order"),
    ],
)
def test_an_action_needs_its_own_permission(client: Client, action: str, permission: str) -> None:
    order = signed_order()
    others = {"orders.advance_order", "orders.cancel_any_order", "orders.refund_order"} - {f"orders.{permission}"}
    as_clerk(client, *others)
    assert client.get(address(order, action)).status_code == 403
    assert client.post(address(order, action), {"reason": "Because"}).status_code == 403
    order.refresh_from_db()
    assert (order.status, Refund.objects.count()) == ("signed", 0)
    as_clerk(client, f"orders.{permission}")
    assert client.get(address(order, action)).status_code == 200


@pytest.mark.parametrize("action", ["advance", "cancel", "refund"])
def test_an_action_needs_a_reason(client: Client, action: str) -> None:
    order = reserved_order()
    as_clerk(client, "orders.advance_order", "orders.cancel_any_order", "orders.refund_order")
    assert client.post(address(order, action), {"reason": ""}).status_code == 422
    order.refresh_from_db()
    assert (order.status, Refund.objects.count()) == ("reserved", 0)


def test_a_clerk_cancels_for_the_buyer(client: Client) -> None:
    order = reserved_order()
    clerk = as_clerk(client, "orders.cancel_any_order")
    assert client.post(address(order, "cancel"), {"reason": "Called us"}).status_code == 302
    step = order.transitions.get(target="cancelling")
    assert (step.actor, step.user, step.reason) == ("staff", clerk, "Called us")


def test_a_clerk_refunds_a_part(client: Client) -> None:
    order = reserved_order()
    as_clerk(client, "orders.refund_order")
    leg = order.legs.get(purpose="deposit")
    data = {"leg": str(leg.pk), "amount": "100.50", "reason": "Goodwill", "form_key": "one"}
    assert client.post(address(order, "refund"), data).status_code == 302
    assert [(refund.amount, refund.reason) for refund in Refund.objects.all()] == [(10_050, "Goodwill")]
    client.post(address(order, "refund"), data | {"amount": "99999", "form_key": "two"})
    assert Refund.objects.count() == 1


def test_a_parked_step_is_tried_again(client: Client) -> None:
    order = signed_order()
    FulfilmentStep.objects.filter(order=order).update(status="parked", attempts=8, error="The maker is away")
    as_clerk(client, "orders.advance_order")
    assert "The maker is away" in client.get(address(order, "retry")).content.decode()
    assert client.post(address(order, "retry")).status_code == 302
    step = order.steps.get()
    assert (step.status, step.attempts) == ("ready", 0)


def test_nothing_is_edited_by_hand(boss: Client) -> None:
    order = make_order()
    assert boss.post(f"/admin/orders/order/{order.pk}/change/", {"status": "delivered"}).status_code == 403
    assert boss.post(f"/admin/orders/order/{order.pk}/delete/", {"post": "yes"}).status_code == 403
    order.refresh_from_db()
    assert order.status == "placed"


def test_the_dashboard_counts_todays_orders_and_money(django_assert_num_queries: Any) -> None:
    reserved_order()
    make_order()
    boss = make_user(is_staff=True, is_superuser=True)
    with django_assert_num_queries(7):
        numbers = dashboard.numbers(timezone.now(), boss)
    assert (numbers["orders_today"], numbers["money_today"]) == (2, 200_000)
    assert {bar.label: bar.count for bar in numbers["states"]} == {"Placed": 1, "Reserved": 1}


def test_who_may_not_see_orders_sees_no_numbers(client: Client) -> None:
    client.force_login(make_staff())
    assert "Money received today" not in client.get("/admin/").content.decode()


def test_agreed_facts_are_written_out_not_as_the_table_keeps_them(boss: Client) -> None:
    order = delivered_order()
    text = boss.get(f"/admin/orders/order/{order.pk}/change/").content.decode()
    fee = next(row for row in order.fees if row["status"] == "signed")
    assert f"Signed: ¥{fee['amount'] / 100:,.0f} ({fee['percent']}%)" in text
    assert "Signed by Li Lei" in text
    assert order.contract_hash in text.replace("<wbr>", "")
    assert "&quot;percent&quot;" not in text


def test_an_allotment_names_its_model(boss: Client) -> None:
    order = make_order()
    assert order.car_model is not None
    for prefix, name in (("", "name_en"), ("/zh-hans", "name_zh")):
        page = boss.get(f"{prefix}/admin/orders/allotment/").content.decode().replace("\n", "")
        brand, model = getattr(order.car_model.brand, name), getattr(order.car_model, name)
        assert f">{brand} {model}<" in page


def test_an_orders_page_says_its_language_and_its_payments_in_words(boss: Client) -> None:
    order = make_order()
    leg = order.legs.order_by("position")[0]
    page = boss.get(f"/zh-hans/admin/orders/order/{order.pk}/change/").content.decode()
    assert "英语" in page
    page = boss.get(f"/admin/orders/paymentleg/{leg.pk}/change/").content.decode()
    assert f"¥{leg.amount // 100:,}" in page
    assert "fen</" not in page


def test_jobs_of_partners_say_what_is_done_for_which_order(boss: Client) -> None:
    order = delivered_order()
    page = boss.get("/admin/orders/partnerjob/").content.decode()
    assert "Order the build from the maker" in page
    assert order.number in page


def test_a_car_and_its_allotment_are_named(boss: Client) -> None:
    order = delivered_order()
    vehicle = order.allocations.get().vehicle
    assert "Blue" in boss.get(f"/admin/orders/vehicle/{vehicle.pk}/change/").content.decode()
    assert f"{vehicle.car_model.full_name} · " in boss.get("/admin/capacity/pool/?kind=build").content.decode()


def test_an_orders_page_offers_what_its_state_allows(boss: Client) -> None:
    order = signed_order()
    links = [f'href="{address(order, action)}"' for action in ("advance", "cancel", "refund")]
    page = f"/admin/orders/order/{order.pk}/change/"
    assert all(link in boss.get(page).content.decode() for link in links)
    boss.post(address(order, "cancel"), {"reason": "The buyer asked for it"})
    order.steps.update(status=FulfilmentStep.Status.DONE)
    order.legs.update(refunded=F("captured"))
    assert not any(link in boss.get(page).content.decode() for link in links)
    # Who has its form open still hears why, instead of being turned away.
    assert "no longer be cancelled" in boss.get(address(order, "cancel")).content.decode()


def test_the_overview_of_a_stores_person_is_their_own_work_and_no_money(client: Client) -> None:
    mine, theirs = make_order(), make_order()
    store = make_store()
    for order, place in ((mine, store), (theirs, make_store())):
        order.delivery_store = place
        order.save()
    for order, kind, text in (
        (mine, "pdi", "My inspection"),
        (theirs, "pdi", "Their inspection"),
        (mine, "refund", "Money"),
    ):
        WorkItem.objects.create(order=order, kind=kind, text=text)
    person = as_clerk(client, "orders.inspect_car")
    StoreStaff.objects.create(store=store, user=person)
    page = client.get("/admin/").content.decode()
    assert "My inspection" in page
    assert "Orders today" in page
    for hidden in ("Their inspection", ">Money<", "Money received today", "Late timers", "Finance"):
        assert hidden not in page


def test_work_is_listed_open_first_due_first(boss: Client) -> None:
    now = timezone.now()
    for text, kind, hours, closed in (("Later", "pdi", 0, None), ("Soon", "pdi", 5, None), ("Over", "pdi", 6, now)):
        item = WorkItem.objects.create(order=make_order(), kind=kind, text=text, closed_at=closed)
        WorkItem.objects.filter(pk=item.pk).update(created_at=now - timedelta(hours=hours))
    open_ones = boss.get("/admin/orders/workitem/").content.decode()
    assert open_ones.index("Soon") < open_ones.index("Later")
    assert ">Over<" not in open_ones
    closed_ones = boss.get("/admin/orders/workitem/", {"state": "closed"}).content.decode()
    assert ">Over<" in closed_ones
    assert ">Soon<" not in closed_ones


def test_a_store_is_searched_for_and_not_picked_out_of_all_of_them(boss: Client) -> None:
    other = make_store()
    page = boss.get("/admin/orders/orderline/").content.decode()
    assert other.code not in page
    found = boss.get(
        "/admin/autocomplete/",
        {"term": other.code, "app_label": "orders", "model_name": "order", "field_name": "delivery_store"},
    )
    assert [row["id"] for row in found.json()["results"]] == [str(other.pk)]


def test_a_basket_is_known_by_what_is_in_it(boss: Client) -> None:
    order = signed_order()
    page = boss.get("/admin/orders/basket/").content.decode()
    assert order.car_model is not None
    assert str(order.car_model) in page
