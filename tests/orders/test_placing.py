"""Placing an order: everything or nothing."""

from typing import Any

import pytest

from apps.bundles.errors import OutOfStock
from apps.bundles.services import adjust
from apps.capacity.models import Hold
from apps.common.errors import DomainError, FieldErrors
from apps.messaging.models import Message
from apps.orders import services
from apps.orders.errors import (
    BasketClosed,
    BasketNotFound,
    BuildNotOrderable,
    EmptyBasket,
    NoDeliveryThere,
    PriceChanged,
    SoldOut,
    TermsNotAccepted,
)
from apps.orders.models import Basket, Order, Timer
from apps.orders.services import Contact, InvoiceData
from tests.factories.accounts import make_user
from tests.factories.bundles import make_accessory, stock_of
from tests.factories.configurator import make_configurator
from tests.factories.orders import CAR_PRICE, CONTACT, make_basket, make_order, make_slots, place, slots_of
from tests.factories.stores import make_store

pytestmark = pytest.mark.django_db
USCC = "91440300708461136T"


def nothing_happened(basket: Basket) -> bool:
    """No order, nothing held, and the basket still open."""
    basket.refresh_from_db()
    rows: list[Any] = [Order.objects, Hold.objects, Timer.objects, Message.objects]
    return basket.ordered_at is None and not any(row.exists() for row in rows)


def test_the_same_key_gives_the_same_order() -> None:
    configurator = make_configurator()
    make_slots(configurator, 2)
    basket = make_basket(configurator)
    order = place(basket, key="once" * 60)
    assert place(basket, key="once" * 60) == order
    with pytest.raises(BasketClosed):
        place(basket, key="twice")
    with pytest.raises(BasketClosed):
        place(basket, key="once" * 60 + "!")
    assert Order.objects.count() == 1
    assert len(slots_of(order)) == 1


def test_one_persons_key_is_not_anothers() -> None:
    configurator = make_configurator()
    make_slots(configurator, 2)
    orders = {place(make_basket(configurator, user=make_user()), key="k").pk for _ in range(2)}
    assert len(orders) == 2


def test_a_price_the_buyer_has_not_seen_is_refused() -> None:
    configurator = make_configurator()
    make_slots(configurator)
    basket = make_basket(configurator)
    with pytest.raises(PriceChanged) as caught:
        place(basket, quoted=CAR_PRICE - 1)
    assert caught.value.extra == {"quoted": CAR_PRICE - 1, "total": CAR_PRICE}
    assert nothing_happened(basket)
    assert place(basket, quoted=CAR_PRICE).total == CAR_PRICE


def test_without_a_slot_nothing_is_held() -> None:
    part = make_accessory()
    basket = make_basket(make_configurator(), ("accessory", part.sku))
    with pytest.raises(SoldOut):
        place(basket)
    assert nothing_happened(basket)
    assert stock_of(part.sku) == (10, 0)


def test_without_a_part_nothing_is_held() -> None:
    configurator, plenty, last = make_configurator(), make_accessory(), make_accessory(stock=1)
    make_slots(configurator)
    basket = make_basket(configurator, ("accessory", plenty.sku), ("accessory", last.sku))
    adjust(sku=last.sku, change=-1, reason="Broken")
    with pytest.raises(OutOfStock):
        place(basket)
    assert nothing_happened(basket)
    assert (stock_of(plenty.sku), stock_of(last.sku)) == ((10, 0), (0, 0))


def test_a_company_is_invoiced_under_its_code() -> None:
    order = make_order(invoice=InvoiceData("company", " Tencent ", f" {USCC.lower()} "))
    assert (order.invoice_kind, order.invoice_title, order.tax_number) == ("company", "Tencent", USCC)


def test_a_person_needs_no_code_and_keeps_none() -> None:
    order = make_order(invoice=InvoiceData("personal", "", "x" * 30))
    assert (order.invoice_kind, order.invoice_title, order.tax_number) == ("personal", "Li Lei", "")


@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        ({"contact": Contact("", "1", "nobody")}, {"contact.name", "contact.phone", "contact.email"}),
        ({"contact": Contact("a\x00b", "13800138000", "a@example.com")}, {"contact.name"}),
        ({"contact": Contact("x" * 101, "13800138000", f"{'x' * 60}@{'y' * 60}.{'z' * 60}.{'w' * 60}.{'v' * 60}.com")},
         {"contact.name", "contact.email"}),
        ({"city": "x" * 101}, {"city"}),
        ({"invoice": InvoiceData("company", "", "123")}, {"invoice.title", "invoice.tax_number"}),
        ({"invoice": InvoiceData("company", "x" * 121, USCC)}, {"invoice.title"}),
        ({"invoice": InvoiceData("personal", "a\x00b")}, {"invoice.title"}),
        ({"invoice": InvoiceData("state")}, {"invoice.kind"}),
        ({"payment_plan": "never"}, {"payment_plan"}),
    ],
)  # fmt: skip
def test_every_fault_of_the_input_is_named(changes: dict[str, Any], fields: set[str]) -> None:
    basket = services.create_basket()
    with pytest.raises(FieldErrors) as caught:
        place(basket, delivery_store=None, **changes)
    assert {field for field, _code, _text in caught.value.errors} == fields
    assert nothing_happened(basket)


def test_a_car_needs_a_store_that_hands_over() -> None:
    configurator = make_configurator()
    make_slots(configurator)
    basket = make_basket(configurator)
    closed = make_store(services=["delivery"], is_active=False)
    for store in (None, make_store(), closed):
        with pytest.raises(NoDeliveryThere):
            place(basket, delivery_store=store)
    assert nothing_happened(basket)


def test_other_reasons_for_which_there_is_no_order() -> None:
    configurator = make_configurator()
    make_slots(configurator)
    owner, basket = make_user(), make_basket(configurator)
    mine = make_basket(configurator, user=owner)
    cases: list[tuple[type[DomainError], Basket, dict[str, Any]]] = [
        (EmptyBasket, services.create_basket(), {}),
        (TermsNotAccepted, basket, {"accept_terms": False}),
        (BasketNotFound, mine, {"user": make_user()}),
        (BasketNotFound, mine, {"user": None}),
    ]
    for error, which, changes in cases:
        with pytest.raises(error):
            place(which, **changes)
    build = basket.lines.get().build
    assert build is not None
    configurator.car_model.on_sale = False
    configurator.car_model.save()
    with pytest.raises((BuildNotOrderable, DomainError)):
        place(basket)
    assert nothing_happened(basket)


def test_a_rented_battery_brings_its_terms_into_the_order() -> None:
    from tests.factories.configurator import make_build

    configurator = make_configurator()
    make_slots(configurator)
    basket = services.create_basket()
    build = make_build(configurator, "rent", "blue", "small")
    services.add_line(basket=basket, kind="car", build=build.code)
    order = place(basket, contact=CONTACT)
    assert order.monthly == 40_000
    assert order.terms is not None
    assert order.terms["mileage_cap"] == 20_000
