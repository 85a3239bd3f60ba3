"""Many at once, on real connections."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from functools import partial
from threading import Barrier

import pytest
from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper

from apps.capacity import services as capacity
from apps.common.errors import DomainError
from apps.orders import services
from apps.orders.errors import SoldOut
from apps.orders.fulfilment.drain import drain
from apps.orders.lifecycle import Status
from apps.orders.models import Allotment, FulfilmentStep, Order, PartnerJob, PaymentEvent, Refund, Transition
from apps.orders.services.cancelling import expire
from tests.factories.accounts import make_staff, make_user
from tests.factories.bundles import make_accessory, stock_of
from tests.factories.configurator import make_build, make_configurator
from tests.factories.orders import (
    BASE_URL,
    DEPOSIT,
    captured,
    make_delivery_store,
    make_order,
    make_slots,
    place,
    reserved_order,
    signed_order,
    slots_free,
    slots_held,
    slots_of,
)

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.services]
Act = Callable[[], object]


def together(*acts: Act, at_once: int = 0) -> list[object]:
    """What each act gave, all begun at the same moment (or so many of them): its result, or its refusal."""
    width = at_once or len(acts)
    barrier = Barrier(width)

    def run(numbered: tuple[int, Act]) -> object:
        number, act = numbered
        try:
            if number < width:
                barrier.wait()
            return act()
        except DomainError as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(width) as pool:
        return list(pool.map(run, enumerate(acts)))


def test_fifty_buyers_want_the_last_car_and_one_gets_it() -> None:
    configurator, store, part = make_configurator(), make_delivery_store(), make_accessory(stock=60)
    build = make_build(configurator)
    make_slots(configurator, 1)
    baskets = [services.create_basket() for _ in range(50)]
    for number, basket in enumerate(baskets):
        services.add_line(basket=basket, kind="car", build=build.code)
        if number % 5 == 0:  # whoever wants the part queues for it, and would queue for the car in step
            services.add_line(basket=basket, kind="accessory", sku=part.sku)
    acts = [lambda basket=basket: place(basket, delivery_store=store) for basket in baskets]
    answers = together(*acts, at_once=25)
    assert Counter(type(answer) for answer in answers) == {Order: 1, SoldOut: 49}
    order = Order.objects.get()
    assert (slots_of(order), stock_of(part.sku)) == (["held"], (60, order.lines.count() - 1))
    open_ones = [basket for basket in baskets if services.open_basket(basket_id=basket.pk).ordered_at is None]
    assert len(open_ones) == 49


def test_as_many_cars_as_buyers_are_all_sold() -> None:
    """Nobody hears that it is sold out while a car is only being taken."""
    configurator, store = make_configurator(), make_delivery_store()
    build = make_build(configurator)
    make_slots(configurator, 12)
    baskets = [services.create_basket() for _ in range(12)]
    for basket in baskets:
        services.add_line(basket=basket, kind="car", build=build.code)
    answers = together(*(lambda basket=basket: place(basket, delivery_store=store) for basket in baskets))
    assert [type(answer) for answer in answers] == [Order] * 12
    assert slots_free() == 0


def test_one_key_makes_one_order_from_one_basket_or_from_several() -> None:
    configurator, store, user = make_configurator(), make_delivery_store(), make_user()
    make_slots(configurator, 10)
    build = make_build(configurator)
    basket = services.create_basket()
    services.add_line(basket=basket, kind="car", build=build.code)
    answers = together(*[lambda: place(basket, key="k", delivery_store=store)] * 5)
    assert len({getattr(answer, "pk", answer) for answer in answers}) == 1
    others = [services.create_basket() for _ in range(5)]
    for other in others:
        services.add_line(basket=other, kind="car", build=build.code)
    acts = [lambda other=other: place(other, key="k", user=user, delivery_store=store) for other in others]
    answers = together(*acts)
    assert len({getattr(answer, "pk", answer) for answer in answers}) == 1
    assert (Order.objects.count(), slots_held()) == (2, 2)


def test_one_webhook_ten_times_and_ten_webhooks_once_reserve_once() -> None:
    first, second = make_order(), make_order()
    one = captured(services.request_payment(order=first, base_url=BASE_URL))
    leg = services.request_payment(order=second, base_url=BASE_URL)
    same = together(*[lambda: services.apply_event(one)] * 10)
    assert Counter(same) == {"reserved": 1, "duplicate": 9}
    many = [captured(leg) for _ in range(10)]
    answers = together(*(lambda event=event: services.apply_event(event) for event in many))
    assert Counter(answers) == {"reserved": 1, "already captured": 9}
    for order in (first, second):
        assert order.transitions.filter(target="reserved").count() == 1
        assert order.legs.get(position=1).captured == DEPOSIT
    assert PaymentEvent.objects.count() == 11


def test_a_hold_that_ends_while_the_payment_comes_never_loses_either() -> None:
    configurator = make_configurator()
    orders = [make_order(configurator) for _ in range(8)]
    events = [captured(services.request_payment(order=order, base_url=BASE_URL)) for order in orders]
    acts: list[Act] = []
    for order, event in zip(orders, events, strict=True):
        acts += [partial(expire, order), partial(services.apply_event, event)]
    together(*acts)
    for order in orders:
        order.refresh_from_db()
        ways = list(order.transitions.values_list("target", flat=True))
        assert ways in (["placed", "reserved"], ["placed", "expired", "reserved"])
        assert len(slots_of(order)) == 1
    assert not Refund.objects.exists()


def assert_done_once(orders: list[Order]) -> None:
    """Every order is at its store, by each step once, with nothing lost and nothing doubled."""
    way = ["placed", "reserved", "signed", "scheduled", "vin_assigned", "in_transit", "at_store"]
    kinds = ["submit_build", "await_slot", "await_build", "ship", "await_arrival", "prepare", "inspect"]
    for order in orders:
        history = list(order.transitions.values_list("seq", "target"))
        assert history == list(enumerate(way, start=1))
        steps = list(order.steps.order_by("pk").values_list("kind", "status"))
        assert steps == [*((kind, "done") for kind in kinds), ("await_balance", "ready")]
        assert order.allocations.count() == 1
        assert order.notices.filter(kind="at_store", channel="email").count() == 1
    count = len(orders)
    assert PartnerJob.objects.filter(partner="maker").count() == count
    assert PartnerJob.objects.filter(partner="carrier").count() == count
    assert sum(pool.used for pool in Allotment.objects.of_models()) == count
    assert Transition.objects.count() == count * len(way)


def test_two_workers_at_once_do_each_step_once() -> None:
    make_configurator()
    store = make_delivery_store()
    orders = [signed_order(delivery_store=store) for _ in range(5)]
    together(*[lambda: drain(slice_s=20)] * 3)
    drain(slice_s=20)
    assert_done_once(orders)
    assert set(FulfilmentStep.objects.filter(status="done").values_list("attempts", flat=True)) <= {0, 1, 2, 3}


def test_cancelling_while_workers_work_leaves_nothing_half_done() -> None:
    make_configurator()
    store = make_delivery_store()
    orders = [signed_order(delivery_store=store) for _ in range(6)]
    acts: list[Act] = [lambda: drain(slice_s=20)] * 2
    acts += [partial(services.cancel, order=order, accept_fee=True) for order in orders]
    together(*acts)
    drain(slice_s=20)
    for order in orders:
        order.refresh_from_db()
        assert order.status in (Status.CANCELLED, Status.CANCELLING)  # the gateway was never asked for these payments
        assert not order.allocations.filter(ended_at=None).exists()
        assert not order.steps.filter(status__in=["ready", "parked"]).exists()
        done = set(order.steps.filter(status="done", direction=1).values_list("kind", flat=True))
        undone = set(order.steps.filter(status="done", direction=-1).values_list("kind", flat=True))
        assert done & {"submit_build", "await_build", "ship"} <= undone
        assert sum(refund.amount for refund in Refund.objects.filter(leg__order=order)) == (
            DEPOSIT - order.cancellation_fee
        )
        assert list(order.transitions.values_list("seq", flat=True)) == list(range(1, order.version + 1))
    assert not PartnerJob.objects.filter(cancelled_at=None).exists()


def test_the_same_money_is_not_refunded_by_two_clerks() -> None:
    order = reserved_order()
    leg, clerk = order.legs.get(position=1), make_staff(permissions=("orders.refund_order",))
    answers = together(*[lambda: services.refund(leg=leg, amount=DEPOSIT, reason="Sorry", user=clerk)] * 4)
    assert Counter(type(answer).__name__ for answer in answers) == {"Refund": 1, "NothingToRefund": 3}
    assert Refund.objects.get().amount == DEPOSIT


def test_whoever_waits_for_one_car_hears_of_the_other_that_comes_free() -> None:
    configurator, store, basket = make_configurator(), make_delivery_store(), services.create_basket()
    services.add_line(basket=basket, kind="car", build=make_build(configurator).code)
    resource = make_slots(configurator, 2)
    hold = "SELECT * FROM capacity_hold_all(%s, ARRAY[%s], ARRAY[1], NULL, ARRAY[]::text[], now())"
    other = connection.copy()
    try:
        with ThreadPoolExecutor(1) as pool, other.cursor() as their:
            their.execute("BEGIN")
            their.execute(hold, ["A", resource])
            their.execute(hold, ["B", resource])
            buyer = pool.submit(together, partial(place, basket, delivery_store=store))
            wait_until_waiting(buyer, other.copy())
            their.execute("SELECT capacity_move('B', '', '', ARRAY['held'], 'released', 'release', '', NULL, now())")
            their.execute("COMMIT")
            [order] = buyer.result()
    finally:
        other.close()
    assert isinstance(order, Order), order
    assert slots_of(order) == ["held"]
    assert (slots_held(), capacity.prove()) == (2, [])


def wait_until_waiting(buyer: Future[list[object]], watcher: BaseDatabaseWrapper) -> None:
    """Until the buyer waits for a row that somebody else has locked, or has an answer."""
    waiting = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    with closing(watcher), watcher.cursor() as cursor:
        while not buyer.done():
            cursor.execute(waiting)
            if cursor.fetchone()[0]:
                return
