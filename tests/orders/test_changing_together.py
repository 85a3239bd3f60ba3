"""Changes that meet something else, on real connections."""

from functools import partial

import pytest

from apps.capacity.services import prove
from apps.ledger.services import prove as prove_ledger
from apps.orders import services
from apps.orders.errors import NotInThisState, Overtaken, SoldOut
from apps.orders.models import Order, OrderChange, Refund
from apps.orders.services import legs
from apps.promotions.engine import replay
from tests.factories.configurator import make_build, make_configurator
from tests.factories.orders import (
    BASE_URL,
    CAR_PRICE,
    captured,
    make_basket,
    make_delivery_store,
    make_order,
    make_slots,
    pay,
    place,
    reserved_order,
    signed_order,
    slots_held,
    slots_of,
)
from tests.orders.test_changing import SIGNED
from tests.orders.test_races import Act, together

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.services]


def is_sound(order: Order) -> bool:
    order.refresh_from_db()
    history = list(order.transitions.values_list("seq", flat=True))
    covered = sum(map(legs.owed, legs.counting(order)))
    assert history == list(range(1, order.version + 1))
    assert (prove(), prove_ledger()) == ([], [])
    return order.status in ("cancelling", "cancelled") or covered == order.total == replay(order.trace)


def test_two_changes_at_once_are_one_after_the_other_and_neither_overwrites_unseen() -> None:
    configurator = make_configurator()
    order = reserved_order()
    builds = [make_build(configurator, "buy", *choices).code for choices in (("red", "large"), ("blue", "large"))]
    seen = order.version
    answers = together(*(partial(services.change, order=order, build=code, version=seen) for code in builds))
    assert sorted(type(answer).__name__ for answer in answers) == ["Order", "Overtaken"]
    assert any(isinstance(answer, Overtaken) for answer in answers)
    assert is_sound(order)
    assert (OrderChange.objects.count(), slots_of(order)) == (1, ["taken"])


def test_one_key_ten_times_changes_once() -> None:
    configurator = make_configurator()
    order = reserved_order()
    code = make_build(configurator, "buy", "red", "large").code
    answers = together(*[partial(services.change, order=order, build=code, key="k")] * 10)
    assert {type(answer) for answer in answers} == {Order}
    assert is_sound(order)
    assert OrderChange.objects.count() == 1


def test_a_change_and_a_cancellation_end_cancelled_with_everything_back() -> None:
    configurator, store = make_configurator(), make_delivery_store()
    code = make_build(configurator, "buy", "red", "large").code
    orders = [reserved_order(delivery_store=store) for _ in range(6)]
    acts: list[Act] = []
    for order in orders:
        acts += [partial(services.change, order=order, build=code), partial(services.cancel, order=order)]
    answers = together(*acts)
    assert {type(answer) for answer in answers} <= {Order, NotInThisState}
    for order in orders:
        assert is_sound(order)
        paid = sum(leg.captured for leg in order.legs.all())
        assert paid == sum(refund.amount for refund in Refund.objects.filter(leg__order=order))
    assert slots_held() == 0


def test_a_change_while_the_payment_comes_never_loses_money() -> None:
    """The balance of a signed order is paid while it is changed: what was paid counts, what is missing is asked for."""
    configurator, store = make_configurator(), make_delivery_store()
    code = make_build(configurator, "buy", "red", "large").code
    orders = [signed_order(delivery_store=store) for _ in range(6)]
    events = [captured(services.request_payment(order=order, base_url=BASE_URL)) for order in orders]
    acts: list[Act] = []
    for order, event in zip(orders, events, strict=True):
        acts += [partial(services.change, order=order, build=code, **SIGNED), partial(services.apply_event, event)]
    together(*acts)
    for order in orders:
        assert is_sound(order)
        assert order.total == CAR_PRICE + 500_000
        paid = sum(leg.captured for leg in order.legs.all())
        back = sum(refund.amount for refund in Refund.objects.filter(leg__order=order))
        assert paid - back + legs.outstanding(order) == order.total


def test_the_last_red_car_goes_to_one_of_those_who_change() -> None:
    configurator, store = make_configurator(), make_delivery_store()
    orders = [reserved_order(delivery_store=store) for _ in range(5)]
    make_slots(configurator, 1, option="red")
    code = make_build(configurator, "buy", "red", "large").code
    answers = together(*(partial(services.change, order=order, build=code) for order in orders))
    assert sorted(type(answer).__name__ for answer in answers) == ["Order", *["SoldOut"] * 4]
    assert sum(isinstance(answer, SoldOut) for answer in answers) == 4
    assert all(is_sound(order) for order in orders)
    assert sorted(len(slots_of(order)) for order in orders) == [1, 1, 1, 1, 2]


def test_a_change_and_a_new_buyer_want_the_last_car() -> None:
    """The one who changes never loses the place that they have."""
    configurator, store = make_configurator(), make_delivery_store()
    order = make_order(configurator, delivery_store=store)
    pay(order)
    make_slots(configurator, 1)
    code = make_build(configurator, "buy", "red", "large").code
    basket = make_basket(configurator)
    change, bought = together(
        partial(services.change, order=order, build=code), partial(place, basket, delivery_store=store)
    )
    assert isinstance(change, Order), change
    assert isinstance(bought, Order), bought
    assert is_sound(order)
    assert slots_held() == 2
