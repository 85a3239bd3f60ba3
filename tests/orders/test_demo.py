"""The demo's past orders."""

from datetime import timedelta
from itertools import pairwise

import pytest
from django.conf import settings
from django.utils import timezone

from apps.bundles.models import StockItem
from apps.capacity.services import prove
from apps.common.demo import DemoOptions
from apps.orders import demo
from apps.orders.demo.stories import RECENT, tell
from apps.orders.demo.supply import SLOTS_A_MONTH
from apps.orders.fulfilment.drain import drain
from apps.orders.identifiers import is_order_number, is_vin
from apps.orders.lifecycle import PAIRS, Status
from apps.orders.models import (
    Allotment,
    FulfilmentStep,
    Order,
    PaymentAttempt,
    PaymentEvent,
    PaymentLeg,
    Refund,
    SandboxPayment,
    Vehicle,
)
from apps.orders.services.reconciling import reconcile
from apps.orders.services.signing import contract_hash, hash_of
from tests.factories.accounts import make_staff
from tests.factories.bundles import make_accessory, make_charger, make_cover, make_plan
from tests.factories.configurator import make_configurator
from tests.factories.orders import make_delivery_store

OPTIONS = DemoOptions(orders=40)

# States that no story tells of: some orders are brought there by the services.
UNTOLD = {Status.ALLOC_FAILED, Status.REJECTED, Status.RETURNING, Status.RETURNED}


def load(options: DemoOptions = OPTIONS) -> None:
    demo.load(options, lambda label, done, total: None)


@pytest.fixture
def shop() -> None:
    make_configurator()
    make_cover(), make_plan(), make_charger(), make_accessory(stock=100), make_accessory(stock=100)
    make_delivery_store()
    make_staff(is_superuser=True)


def test_no_story_takes_a_way_that_orders_cannot_take() -> None:
    now = timezone.now()
    for index in range(1_000):
        story = tell(index, now, OPTIONS.random_for(str(index)))
        states = [state for state, _moment in story.way]
        moments = [moment for _state, moment in story.way]
        assert states[0] == Status.PLACED
        assert set(pairwise(states)) <= PAIRS
        assert moments == sorted(moments)
        assert moments[-1] < now
    assert set(RECENT) == set(Status) - UNTOLD


def facts() -> list[tuple[object, ...]]:
    return list(
        Order.objects.order_by("placement_key").values_list(
            "placement_key", "number", "status", "name", "total", "version"
        )
    )


@pytest.mark.django_db
def test_the_past_shows_every_state_and_is_told_once(shop: None) -> None:
    load()
    before = facts()
    assert {fact[2] for fact in before} == set(Status)
    load()
    assert facts() == before
    later = [pool.free for pool in Allotment.objects.of_models() if pool.month > timezone.localdate()]
    assert later == [SLOTS_A_MONTH] * 5
    for payment in SandboxPayment.objects.all():
        order = Order.objects.get(number=payment.subject)
        assert payment.return_url == f"{settings.PUBLIC_URL}{order.get_absolute_url()}"
    load(DemoOptions(orders=OPTIONS.orders + 1))
    assert set(before) < set(facts())


@pytest.mark.django_db
def test_the_past_looks_as_the_services_would_have_left_it(shop: None) -> None:
    load()
    for order in Order.objects.whole():
        history, legs, lines = list(order.transitions.all()), list(order.legs.all()), list(order.lines.all())
        assert [one.seq for one in history] == list(range(1, order.version + 1))
        assert history[-1].target == order.status
        assert order.total == sum(line.total for line in lines) == sum(leg.amount for leg in legs)
        contracts = list(order.contracts.all())
        assert len(contracts) == (order.signed_at is not None)
        for contract in contracts:
            assert contract.sha256 == order.contract_hash == contract_hash(order) == hash_of(contract.data)
        came, went = sum(leg.captured for leg in legs), sum(leg.refunded for leg in legs)
        if order.status in ("ready", "delivered", "completed"):
            assert (came, went) == (order.total, 0)
        if order.status == "cancelled":
            assert came - went == order.cancellation_fee
        assert order.allocations.exists() == any(one.target in ("vin_assigned", "mismatch") for one in history)
        assert is_order_number(order.number)
    assert all(is_vin(vin) for vin in Vehicle.objects.values_list("vin", flat=True))
    assert prove() == []
    assert all(item.available >= 0 for item in StockItem.objects.of_articles())


@pytest.mark.django_db
def test_money_of_the_past_moved_in_the_past(shop: None) -> None:
    load()
    done = Refund.objects.filter(status="done")
    assert done.exists()
    for refund in done.select_related("leg__order"):
        assert refund.done_at is not None
        assert refund.leg.order.placed_at < refund.created_at <= refund.done_at, refund.leg.order.number
    hour_ago = timezone.now() - timedelta(hours=1)
    for payment in SandboxPayment.objects.filter(status="paid"):
        leg = PaymentLeg.objects.get(pk=payment.merchant_key)
        assert leg.captured_at is not None
        assert payment.created_at < leg.captured_at, payment.subject
    for moved in (
        PaymentEvent.objects.filter(received_at__lt=hour_ago),
        PaymentAttempt.objects.filter(created_at__lt=hour_ago),
    ):
        assert moved.count() > 20


@pytest.mark.django_db
def test_a_worker_carries_the_past_on_to_its_ends(shop: None) -> None:
    load()
    for _ in range(3):
        FulfilmentStep.objects.filter(status="ready").update(next_at=timezone.now())
        Refund.objects.filter(status="due").update(next_at=timezone.now())
        drain(slice_s=30)
        for refund in Refund.objects.filter(status="sent").select_related("leg"):
            reconcile(refund.leg)
    assert not FulfilmentStep.objects.filter(status="ready").exclude(kind="await_balance").exists()
    moved = {"placed", "signed", "vin_assigned", "in_transit", "cancelling"}
    assert set(Order.objects.values_list("status", flat=True)) & moved == {"placed"}
    assert Order.objects.filter(status="scheduled").count() == FulfilmentStep.objects.filter(status="parked").count()
