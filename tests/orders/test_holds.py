"""What an order holds: months, options, installers' days; holds that end while somebody pays; many at once."""

from collections import Counter
from datetime import timedelta

import pytest
from django.utils import timezone

from apps.bundles.errors import OutOfStock
from apps.capacity import kinds
from apps.capacity import services as capacity
from apps.capacity.models import Hold, Pool
from apps.orders import services
from apps.orders.errors import SoldOut
from apps.orders.models import Order, Refund
from apps.orders.services import supply
from apps.orders.services.cancelling import expire
from tests.factories.bundles import make_accessory
from tests.factories.configurator import make_build, make_configurator
from tests.factories.orders import (
    BASE_URL,
    captured,
    make_basket,
    make_delivery_store,
    make_order,
    make_slots,
    months_from_now,
    place,
    reserved_order,
    slots_held,
    slots_of,
)
from tests.orders.test_races import together

pytestmark = pytest.mark.django_db


def lose_the_hold() -> None:
    """The order's timer was lost for so long that capacity's own sweep has ended the hold."""
    Hold.objects.update(until=timezone.now() - timedelta(seconds=1))
    assert capacity.expire()


def test_without_a_wish_the_first_month_that_has_a_car_left_is_taken() -> None:
    configurator, store = make_configurator(), make_delivery_store()
    for number in (0, 2):
        make_slots(configurator, 1, month=months_from_now(number))
    orders = [place(make_basket(configurator), delivery_store=store) for _ in range(2)]
    months = [order.lines.get().facts["build_month"] for order in orders]
    assert months == [f"{months_from_now(number):%Y-%m}" for number in (0, 2)]
    with pytest.raises(SoldOut) as refusal:
        place(make_basket(configurator), delivery_store=store)
    assert refusal.value.extra["alternative"] is None


def test_a_month_that_is_full_is_refused_with_the_nearest_that_is_not() -> None:
    configurator, store = make_configurator(), make_delivery_store()
    wanted, other = months_from_now(1), months_from_now(3)
    make_slots(configurator, 1, month=wanted)
    make_slots(configurator, 1, month=other)
    place(make_basket(configurator), delivery_store=store, build_month=wanted)
    basket = make_basket(configurator)
    with pytest.raises(SoldOut) as refusal:
        place(basket, delivery_store=store, build_month=wanted)
    assert refusal.value.extra["alternative"] == {"month": f"{other:%Y-%m}"}
    assert f"The nearest month is {refusal.value.extra['nearest']}." in str(refusal.value)
    assert place(basket, delivery_store=store, build_month=other).status == "placed"


def test_an_option_that_has_run_out_is_named_and_other_cars_are_still_built() -> None:
    configurator, store = make_configurator(), make_delivery_store()
    basket = make_basket(configurator)
    option = services.price_basket(basket).lines[0].details["options"][0]
    make_slots(configurator, 5)
    make_slots(configurator, 1, option=option["code"])
    place(basket, delivery_store=store)
    with pytest.raises(SoldOut) as refusal:
        place(make_basket(configurator), delivery_store=store)
    assert refusal.value.extra["alternative"]["without"] == [option["code"]]
    assert option["name_en"] in str(refusal.value)
    assert capacity.prove() == []


def test_fitted_parts_hold_the_installers_and_a_full_day_moves_on() -> None:
    configurator, store = make_configurator(), make_delivery_store()
    part = make_accessory(needs_fitting=True, fitting_price=100, fitting_minutes=300)
    make_slots(configurator, 2)
    orders = [place(make_basket(configurator, ("accessory", part.sku)), delivery_store=store) for _ in range(2)]
    days = [order.lines.get(kind="car").facts["fitting_day"] for order in orders]
    pools = Pool.objects.of_kind(kinds.INSTALL)
    assert len(set(days)) == 2
    assert days == sorted(days)
    assert [(pool.total, pool.held) for pool in pools] == [(480, 300), (480, 300)]


def test_a_hold_that_was_lost_while_the_buyer_pays_is_taken_up_again() -> None:
    order = make_order()
    leg = services.request_payment(order=order, base_url=BASE_URL)
    lose_the_hold()
    assert slots_of(order) == []
    assert services.apply_event(captured(leg)) == "reserved"
    assert (slots_of(order), capacity.prove()) == (["taken"], [])


def test_a_lost_hold_that_went_to_somebody_else_ends_in_a_refund() -> None:
    configurator, store = make_configurator(), make_delivery_store()
    order = make_order(configurator, delivery_store=store)
    leg = services.request_payment(order=order, base_url=BASE_URL)
    lose_the_hold()
    other = place(make_basket(configurator), delivery_store=store)
    assert services.apply_event(captured(leg)) == "refunding"
    order.refresh_from_db()
    assert (order.status, slots_of(order), slots_of(other)) == ("expired", [], ["held"])
    assert Refund.objects.get().amount == leg.amount


def test_while_a_payment_is_processing_the_hold_lives_on() -> None:
    order = make_order()
    leg = services.request_payment(order=order, base_url=BASE_URL)
    leg.status = "processing"
    leg.save(update_fields=["status"])
    Hold.objects.update(until=timezone.now() - timedelta(seconds=1))
    assert expire(order) is False
    assert capacity.expire() == {}
    assert slots_of(order) == ["held"]


def test_an_exchange_keeps_the_old_when_the_new_is_not_to_be_had_and_never_blocks_itself() -> None:
    part = make_accessory(stock=1)
    order = reserved_order(("accessory", part.sku))
    lines = list(order.lines.all())
    supply.exchange(order, lines)
    assert (slots_of(order), Pool.objects.get(resource=kinds.stock(part.sku)).taken) == (["taken"], 1)
    lines[1].quantity = 2
    with pytest.raises(OutOfStock):
        supply.exchange(order, lines)
    assert (slots_of(order), Pool.objects.get(resource=kinds.stock(part.sku)).taken) == (["taken"], 1)
    supply.exchange(order, lines[:1])
    assert Pool.objects.get(resource=kinds.stock(part.sku)).free == 1
    assert capacity.prove() == []


@pytest.mark.services
@pytest.mark.django_db(transaction=True)
def test_of_sixty_buyers_one_gets_the_last_part_and_of_fifty_same_keys_comes_one_order() -> None:
    part, store = make_accessory(stock=1), make_delivery_store()
    baskets = [services.create_basket() for _ in range(60)]
    for basket in baskets:
        services.add_line(basket=basket, kind="accessory", sku=part.sku)
    answers = together(
        *(lambda basket=basket: place(basket, delivery_store=None, payment_plan="full") for basket in baskets)
    )
    assert Counter(type(answer) for answer in answers) == {Order: 1, OutOfStock: 59}
    configurator = make_configurator()
    make_slots(configurator, 50)
    one = services.create_basket()
    services.add_line(basket=one, kind="car", build=make_build(configurator).code)
    same = together(*[lambda: place(one, key="once", delivery_store=store)] * 50)
    assert len({getattr(answer, "pk", answer) for answer in same}) == 1
    assert (Order.objects.count(), slots_held(), capacity.prove()) == (2, 1, [])
