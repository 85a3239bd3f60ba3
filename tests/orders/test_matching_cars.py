"""Cars that find their orders in the database: who gets one, who waits, and what the maker's feed brings."""

from datetime import timedelta

import pytest
from django.utils import timezone

from apps.orders import services
from apps.orders.fulfilment.drain import run_step
from apps.orders.lifecycle import Status
from apps.orders.matching import Why
from apps.orders.models import FulfilmentStep, Order, PartnerJob, Promise, Vehicle
from apps.orders.services import matching
from tests.factories.configurator import make_configurator
from tests.factories.orders import make_delivery_store, run_until, signed_order

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def _real_time(settings: pytest.FixtureRequest) -> None:
    settings.FULFILMENT_SPEED = 1.0  # type: ignore[attr-defined]


def scheduled(count: int = 2) -> list[Order]:
    """Orders of one build with a place on the line; their cars take ten days more."""
    make_configurator()
    store = make_delivery_store()
    orders = []
    for _ in range(count):  # one after the other: nothing else is due meanwhile
        order = signed_order(delivery_store=store)
        orders.append(order)
        go_on(order)
        PartnerJob.objects.filter(key__startswith=f"{order.pk}:").update(started_at=timezone.now() - DAY)
        go_on(order)
        go_on(order)  # asked once: the step knows when the car is built
        assert order.status == "scheduled"
    return orders


def go_on(order: Order) -> None:
    FulfilmentStep.objects.filter(order=order, status="ready").update(next_at=timezone.now())
    assert run_step(set(Order.objects.exclude(pk=order.pk).values_list("pk", flat=True)))
    order.refresh_from_db()


def build_now(order: Order) -> None:
    """The maker has finished the order's car."""
    job = PartnerJob.objects.filter(partner="maker", key__startswith=f"{order.pk}:")
    job.update(started_at=timezone.now() - 12 * DAY)


def vin_of(order: Order) -> str | None:
    allocation = order.allocations.filter(ended_at=None).select_related("vehicle").first()
    return allocation.vehicle.vin if allocation else None


def test_each_order_gets_the_car_that_was_built_for_it_when_nobody_gains_by_another() -> None:
    first, second = scheduled()
    build_now(second)
    go_on(second)
    assert (second.status, first.status) == ("vin_assigned", "scheduled")
    assert Vehicle.objects.get().built_for == second


def test_a_car_makes_another_order_on_time_and_both_get_one() -> None:
    late, early = scheduled()
    now = timezone.now()
    Promise.objects.filter(order=late).update(first_at=now, last_at=now + 7 * DAY)  # its own takes ten days more
    build_now(early)
    go_on(early)
    assert (vin_of(early), early.status) == (None, "scheduled")
    assert vin_of(late) == Vehicle.objects.get().vin
    go_on(late)
    assert late.status == "vin_assigned"
    assert Promise.objects.get(order=late).why == Why.MOVED
    build_now(late)
    assert matching.take_feed() == 1  # the car built for the one that has another now
    assert matching.match_all() == 1
    go_on(early)
    assert (early.status, Vehicle.objects.count()) == ("vin_assigned", 2)
    assert vin_of(early) != vin_of(late)
    assert matching.take_feed() == 0


def test_a_free_car_of_the_build_goes_to_the_order_that_needs_it_most() -> None:
    orders = scheduled(3)
    row = Promise.objects.get(order=orders[0])
    now = timezone.now()
    Promise.objects.filter(order=orders[1]).update(first_at=now, last_at=now + 6 * DAY)
    car_model = orders[0].car_model
    assert car_model is not None
    Vehicle.objects.create(vin="LNAG12345T0000001", car_model=car_model, as_built=[], built_at=now, build=row.build)
    assert matching.match_all() == 1
    assert [vin_of(order) for order in orders] == [None, "LNAG12345T0000001", None]
    why = dict(Promise.objects.values_list("order", "why"))
    assert why == {orders[0].pk: Why.KEPT, orders[1].pk: Why.MOVED, orders[2].pk: Why.KEPT}
    texts = [matching.explain(one, vin_of(one.order)) for one in Promise.objects.order_by("order")]
    assert texts[0].startswith("The car built for this order;")
    assert texts[1].endswith("LNAG12345T0000001")


def test_a_car_of_another_build_is_nobodys() -> None:
    scheduled(1)
    order = Order.objects.get()
    assert order.car_model is not None
    Vehicle.objects.create(
        vin="LNAG12345T0000001", car_model=order.car_model, as_built=["x"], built_at=timezone.now(), build="other"
    )
    assert matching.match_all() == 0
    assert vin_of(order) is None


def test_a_car_on_its_way_never_changes_hands() -> None:
    late, early = scheduled()
    build_now(early)
    run_until(early, Status.IN_TRANSIT)
    vin = vin_of(early)
    now = timezone.now()
    Promise.objects.filter(order=late).update(first_at=now, last_at=now + DAY)
    assert matching.match_all() == 0
    assert (vin_of(early), vin_of(late)) == (vin, None)


def test_a_cancelled_orders_car_goes_to_the_next() -> None:
    first, second = scheduled()
    build_now(first)
    go_on(first)
    vin = vin_of(first)
    services.cancel(order=first, accept_fee=True)
    for _ in range(4):
        FulfilmentStep.objects.filter(order=first, status="ready").update(next_at=timezone.now())
        run_step()
    now = timezone.now()
    Promise.objects.filter(order=second).update(first_at=now, last_at=now + 6 * DAY)
    assert matching.match_all() == 1
    assert vin_of(second) == vin
