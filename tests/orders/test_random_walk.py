"""Orders that are pushed about at random, with what must hold after each push."""

from random import Random

import pytest
from django.db import transaction
from django.db.models import Sum
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apps.capacity.services import prove
from apps.orders.lifecycle import PAIRS, Status
from apps.orders.models import FulfilmentStep, Order, Refund
from tests.factories.accounts import make_staff
from tests.factories.bundles import make_accessory, stock_of
from tests.factories.configurator import make_build, make_configurator
from tests.factories.orders import make_delivery_store, make_slots, slots_of
from tests.orders.walking.shop import World, acts_of

pytestmark = pytest.mark.django_db
SLOTS, PARTS = 2, 2
HOLDING = set(Status) - {Status.EXPIRED, Status.CANCELLED, Status.CANCELLING}
ACTS = acts_of(World)


def check(world: World) -> None:
    """The promises that hold whatever happened."""
    orders = list(Order.objects.all())
    for order in orders:
        history = list(order.transitions.order_by("seq").values_list("seq", "source", "target"))
        assert [seq for seq, _, _ in history] == list(range(1, order.version + 1))
        assert all((source, target) in PAIRS for _, source, target in history[1:])
        assert [source for _, source, _ in history[1:]] == [target for _, _, target in history[:-1]]
        assert history[-1][2] == order.status
        assert order.allocations.filter(ended_at=None).count() <= 1
        check_money(order)
    holding = [order for order in orders if order.status in HOLDING]
    for order in orders:
        states = slots_of(order)
        assert len(states) == 1 if order in holding else len(states) <= 1
        assert order in holding or order.status == "cancelling" or set(states) <= {"used"}
    assert prove() == []
    on_hand, reserved = stock_of(world.sku)
    used = [order for order in orders if order.steps.filter(kind="activate", status="done").exists()]
    cancelling = [order for order in orders if order.status == "cancelling"]
    assert on_hand == PARTS - len(used)
    assert len(holding) - len(used) <= reserved <= len(holding) - len(used) + len(cancelling)


def check_money(order: Order) -> None:
    for leg in order.legs.all():
        refunds = Refund.objects.filter(leg=leg)
        done = refunds.filter(status="done").aggregate(sum=Sum("amount"))["sum"] or 0
        owed = refunds.aggregate(sum=Sum("amount"))["sum"] or 0
        assert leg.refunded == done <= owed <= leg.captured
        counted = leg.events.filter(kind="payment.captured", outcome__in=COUNTED).aggregate(sum=Sum("amount"))["sum"]
        assert leg.captured == (counted or 0)
        if order.status in ("expired", "cancelled", "cancelling"):
            kept = leg.captured - owed
            looked_at = order.work_items.filter(kind="payment", closed_at=None).exists()
            assert kept <= order.cancellation_fee or (leg.status == "suspect" and looked_at)
    if order.status in (Status.READY, Status.DELIVERED, Status.COMPLETED):
        paid = order.legs.filter(status__in=["captured", "partially_refunded", "refunded"])
        assert sum(leg.captured for leg in paid) >= order.total


COUNTED = ("reserved", "reserved late", "captured", "suspect", "refunding")


@pytest.fixture
def world() -> World:
    configurator = make_configurator()
    make_slots(configurator, SLOTS)
    clerk = make_staff(permissions=("orders.advance_order", "orders.refund_order"))
    return World(make_build(configurator), make_delivery_store(), make_accessory(stock=PARTS).sku, clerk, SLOTS)


@settings(
    max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(names=st.lists(st.sampled_from(ACTS), min_size=15, max_size=45), seed=st.integers(0, 2**32))
def test_whatever_happens_the_promises_hold(world: World, names: list[str], seed: int) -> None:
    chance = Random(seed)
    world.last = None
    with transaction.atomic():
        for name in ["order", "pay", "order", "pay", "sign", *names]:
            world.act(name, chance)
            check(world)
        assert not FulfilmentStep.objects.exclude(error="").exists()
        transaction.set_rollback(True)
