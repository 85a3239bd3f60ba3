"""Invoices: by line and seller, without a gap, and taken back by red ones."""

from collections.abc import Callable
from functools import partial

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from apps.common.money import yuan
from apps.orders import services
from apps.orders.errors import NotPaid
from apps.orders.fulfilment.drain import run_step
from apps.orders.fulfilment.preparing import missing
from apps.orders.gateways import GatewayEvent
from apps.orders.identifiers import is_uscc
from apps.orders.invoicing import Sold, invoices_of, split, tax_in
from apps.orders.lifecycle import Status
from apps.orders.models import FulfilmentStep, Invoice, InvoiceSeries, Order, Refund
from apps.orders.region import table
from apps.orders.services import invoices
from apps.orders.services.refunds import refundable
from tests.factories.accounts import make_staff
from tests.factories.bundles import make_accessory
from tests.factories.orders import (
    BASE_URL,
    CAR_PRICE,
    make_delivery_store,
    make_order,
    pay,
    ready_order,
    reserved_order,
    run_until,
    sign,
    signed_order,
)
from tests.factories.stores import make_city
from tests.orders.test_races import together

pytestmark = pytest.mark.django_db


@given(st.integers(-(10**9), 10**9), st.lists(st.integers(0, 10**7), min_size=1, max_size=12))
def test_a_split_loses_no_fen_and_is_off_by_less_than_one(amount: int, weights: list[int]) -> None:
    parts = split(amount, weights)
    if not sum(weights):
        assert set(parts) == {0}
        return
    assert sum(parts) == amount
    for part, weight in zip(parts, weights, strict=True):
        assert abs(part * sum(weights) - amount * weight) < sum(weights)


@pytest.mark.parametrize(("amount", "percent", "tax"), [(11300, 13, 1300), (10600, 6, 600), (1, 13, 0), (5, 13, 1)])
def test_the_tax_is_in_the_price(amount: int, percent: int, tax: int) -> None:
    assert tax_in(amount, percent) == tax


def test_a_discount_lowers_every_line_in_its_proportion() -> None:
    lines = [Sold("car", "B", "Car", "车", 1, 9_000_000), Sold("accessory", "A", "Mat", "垫", 2, 600_000, 400_000)]
    found = invoices_of(lines, 9_500_000)
    assert {key: [(one.part, one.amount) for one in rows] for key, rows in found.items()} == {
        ("cars", "vehicle"): [("goods", 8_550_000)],
        ("goods", "goods"): [("goods", 570_000), ("fitting", 380_000)],
    }


def paid_order(*skus: tuple[str, str]) -> Order:
    order = run_until(signed_order(*skus), Status.AT_STORE)
    pay(order)
    return order


def test_a_ready_order_has_a_vehicle_and_a_goods_invoice_over_what_was_paid() -> None:
    part = make_accessory()
    order = ready_order(("accessory", part.sku))
    found = {one.kind: one for one in order.invoices.all()}
    assert set(found) == {"vehicle", "goods"}
    assert found["vehicle"].amount == CAR_PRICE
    assert sum(one.amount for one in found.values()) == order.total
    assert found["vehicle"].seller != found["goods"].seller
    assert (found["vehicle"].title, found["vehicle"].number) == ("Li Lei", 1)
    assert invoices.issue(order) == list(order.invoices.all())


def test_the_company_that_was_named_before_the_deposit_invoices_the_car_whatever_the_table_says_later() -> None:
    shop = make_delivery_store(city=make_city("guangzhou"))
    order = make_order(None, city="Guangzhou", delivery_store=shop)
    told = order.region["company"]
    assert (told["slug"], order.legs.filter(captured__gt=0).exists()) == ("south", False)
    told |= {"slug": "south-2", "name_en": "Kaiche South"}  # as if the table had been another one that day
    Order.objects.filter(pk=order.pk).update(region=order.region)
    pay(order)
    order = run_until(sign(order), Status.AT_STORE)
    pay(order)
    order = run_until(order, Status.READY)
    seller = order.invoices.get().seller
    assert (seller.code, seller.name_en, seller.tax_number) == ("south-2", "Kaiche South", told["tax_number"])
    assert order.invoices.get().full_number == "SOUTH-2-V-00000001"


def test_a_city_that_the_list_does_not_know_is_answered_before_the_first_payment() -> None:
    order = make_order(city="Nowhere")
    assert order.region == {}
    services.request_payment(order=order, base_url=BASE_URL)
    order.refresh_from_db()
    assert (order.region["company"]["slug"], order.region["city"]) == ("north", "Nowhere")
    assert all(is_uscc(one.tax_number) for one in table().companies)


def test_a_car_is_not_ready_before_its_invoice_is_issued() -> None:
    order = run_until(signed_order(), Status.AT_STORE)
    pay(order)
    FulfilmentStep.objects.filter(order=order, status="ready").update(next_at=timezone.now())
    while order.steps.get(status="ready").kind != "await_balance":
        assert run_step()
    order.refresh_from_db()
    assert missing(order) == ["invoice"]
    order.steps.filter(status="ready").update(kind="book_handover", next_at=timezone.now())
    assert run_step()
    order.refresh_from_db()
    assert (order.status, order.appointment) == ("at_store", None)
    assert order.steps.get(kind="book_handover").error.startswith("NotInThisState")
    invoices.issue(order)
    assert missing(order) == []
    order.steps.update(error="")
    assert run_until(order, Status.READY).appointment is not None


def test_nothing_is_invoiced_before_it_is_paid() -> None:
    order = signed_order()
    with pytest.raises(NotPaid):
        invoices.issue(order)
    assert (Invoice.objects.count(), InvoiceSeries.objects.count()) == (0, 0)


def refund(order: Order, amount: int) -> Refund:
    leg = order.legs.get(purpose="balance")
    made = services.refund(
        leg=leg, amount=amount, reason="Scratch", user=make_staff(permissions=("orders.refund_order",))
    )
    event = GatewayEvent("sandbox", f"r{made.pk}", "refund.done", str(leg.pk), amount, str(made.pk))
    assert services.apply_event(event) == "refunded"
    return made


def test_a_refund_is_a_red_invoice_that_names_its_original() -> None:
    part = make_accessory()
    order = ready_order(("accessory", part.sku))
    first = refund(order, 100_001)
    reds = list(order.invoices.filter(refund=first))
    assert sum(red.amount for red in reds) == -100_001
    assert {red.original for red in reds} == set(order.invoices.filter(original=None))
    assert all(red.number > red.original.number and red.tax < 0 for red in reds if red.original)
    refund(order, 50_000)
    assert sum(one.amount for one in order.invoices.all()) == order.total - 150_001


def test_red_invoices_take_back_every_fen_of_every_line() -> None:
    part = make_accessory()
    order = ready_order(("accessory", part.sku))
    for amount in (33_333, 1, 77_777):
        refund(order, amount)
    for blue in order.invoices.filter(original=None):
        left = {(line["code"], line["part"]): line["amount"] for line in blue.lines}
        for red in blue.reds.all():
            for line in red.lines:
                left[line["code"], line["part"]] += line["amount"]
        assert all(amount >= 0 for amount in left.values())
    assert refundable(order.legs.get(purpose="balance")) == order.legs.get(purpose="balance").amount - 111_111


def test_an_order_that_was_never_invoiced_has_no_red_one() -> None:
    order = reserved_order()
    leg = order.legs.get(position=1)
    made = services.refund(leg=leg, amount=5, reason="x", user=make_staff(permissions=("orders.refund_order",)))
    services.apply_event(GatewayEvent("sandbox", "r", "refund.done", str(leg.pk), 5, str(made.pk)))
    assert not Invoice.objects.exists()


@pytest.mark.parametrize(
    "query",
    [
        "UPDATE orders_invoice SET amount = amount + 1",
        "DELETE FROM orders_invoice",
        "UPDATE orders_invoiceseries SET last = last + 2",
        "UPDATE orders_invoiceseries SET last = last - 1",
        "UPDATE orders_invoiceseries SET last = last + 1; SET CONSTRAINTS ALL IMMEDIATE",
        "DELETE FROM orders_invoiceseries",
    ],
)
def test_numbers_and_invoices_are_not_rewritten(query: str) -> None:
    invoices.issue(paid_order())
    connection.check_constraints()
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(query)
    assert Invoice.objects.get().number == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.services
def test_numbers_run_without_a_gap_when_many_issue_at_once_and_some_fail() -> None:
    orders = [paid_order() for _ in range(6)]

    def fails(order: Order) -> None:
        with transaction.atomic():
            invoices.issue(order)
            raise NotPaid  # the number that it drew is nobody's

    acts: list[Callable[[], object]] = [partial(invoices.issue, order) for order in orders]
    acts += [partial(invoices.issue, orders[0]), partial(invoices.issue, orders[1])]
    acts += [partial(fails, order) for order in orders[:4]]
    together(*acts)
    numbers = sorted(Invoice.objects.values_list("number", flat=True))
    assert numbers == list(range(1, 7))
    assert InvoiceSeries.objects.get().last == 6


def test_the_buyer_reads_them_as_page_and_by_api_and_nobody_else(client: Client) -> None:
    order = ready_order()
    found = order.invoices.get()
    page = f"/orders/{order.number}/invoices/{found.pk}/"
    api = f"/api/v1/orders/{order.number}/invoices/"
    assert client.get(page).status_code == 404
    assert client.get(api).status_code == 404
    [row] = client.get(api, headers={"X-Order-Token": order.token}).json()
    assert (row["number"], row["amount"], row["takes_back"]) == (found.full_number, order.total, None)
    client.get(f"/orders/{order.number}/?token={order.token}")
    text = client.get(page).content.decode()
    assert found.full_number in text
    assert "机动车销售发票" in client.get(f"/zh-hans{page}").content.decode()
    other = ready_order()
    assert client.get(f"/orders/{order.number}/invoices/{other.invoices.get().pk}/").status_code == 404


def test_the_back_office_reads_them(client: Client) -> None:
    order = make_order()
    assert not order.invoices.exists()
    client.force_login(make_staff(permissions=("orders.view_invoice",)))
    assert client.get("/admin/orders/invoice/").status_code == 200
    invoice = ready_order().invoices.get()
    page = client.get(f"/admin/orders/invoice/{invoice.pk}/change/").content.decode()
    for line in invoice.lines:
        assert f"{line['name_en']} × {line['quantity']}" in page
        assert yuan(line["amount"]) in page
    assert "name_en" not in page
    assert client.get("/admin/orders/legalseller/").status_code == 403
