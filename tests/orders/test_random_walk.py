"""Orders that are pushed about at random, with what must hold after each push."""

from collections.abc import Callable
from contextlib import suppress
from random import Random

import pytest
from django.db import transaction
from django.db.models import Sum
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apps.accounts.models import User
from apps.capacity.services import prove
from apps.common.errors import DomainError
from apps.configurator.models import Build
from apps.orders import services
from apps.orders.fulfilment.drain import run_step
from apps.orders.gateways import GatewayEvent
from apps.orders.lifecycle import PAIRS, Status
from apps.orders.models import FulfilmentStep, Order, PartnerJob, PaymentLeg, Refund, Timer
from apps.orders.services import timers
from apps.orders.terms import CHECKLIST
from apps.stores.models import Store
from tests.factories.accounts import make_staff
from tests.factories.bundles import make_accessory, stock_of
from tests.factories.configurator import make_build, make_configurator
from tests.factories.orders import BASE_URL, captured, make_delivery_store, make_slots, place, sign, slots_of
from tests.orders.test_events import event, refund_done

pytestmark = pytest.mark.django_db
SLOTS, PARTS = 2, 2
HOLDING = set(Status) - {Status.EXPIRED, Status.CANCELLED, Status.CANCELLING}


class World:
    """A shop with two cars and two parts, a clerk, and whatever the walk has done to it."""

    def __init__(self, build: Build, store: Store, sku: str, clerk: User) -> None:
        self.build, self.store, self.sku, self.clerk = build, store, sku, clerk
        self.last: GatewayEvent | None = None

    def act(self, name: str, chance: Random) -> None:
        """Do it to some order; a refusal is as good as anything."""
        orders = list(Order.objects.order_by("pk"))
        act: Callable[..., object] = getattr(self, name)
        with suppress(DomainError):
            if name in ("order", "repeat", "sweep", "work"):
                act()
            elif orders:
                act(chance.choice(orders))

    def order(self) -> None:
        if Order.objects.count() < 4:
            basket = services.create_basket()
            services.add_line(basket=basket, kind="car", build=self.build.code)
            services.add_line(basket=basket, kind="accessory", sku=self.sku)
            place(basket, delivery_store=self.store)

    def tell(self, one: GatewayEvent) -> None:
        self.last = one
        services.apply_event(one)

    def ask(self, order: Order) -> PaymentLeg:
        return services.request_payment(order=order, base_url=BASE_URL)

    def asked(self, order: Order) -> PaymentLeg | None:
        return order.legs.exclude(gateway="").order_by("-position").first()

    def pay(self, order: Order) -> None:
        self.ask(order)
        self.pay_what_was_asked(order)

    def pay_what_was_asked(self, order: Order) -> None:
        if leg := self.asked(order):
            self.tell(captured(leg))

    def pay_wrongly(self, order: Order) -> None:
        if leg := self.asked(order):
            self.tell(captured(leg, leg.amount + 1))

    def begin_paying(self, order: Order) -> None:
        if leg := self.asked(order):
            self.tell(event(leg, "payment.processing"))

    def fail(self, order: Order) -> None:
        if leg := self.asked(order):
            self.tell(event(leg, "payment.failed"))

    def repeat(self) -> None:
        if self.last is not None:
            services.apply_event(self.last)

    def sweep(self) -> None:
        Timer.objects.filter(done_at=None).update(due_at=timezone.now())
        timers.sweep()

    def sign(self, order: Order) -> None:
        sign(order)

    def cancel(self, order: Order) -> None:
        services.cancel(order=order, accept_fee=True)

    def work(self) -> None:
        FulfilmentStep.objects.filter(status="ready").update(next_at=timezone.now())
        run_step()

    def work_on(self, order: Order) -> None:
        for _ in range(4):
            FulfilmentStep.objects.filter(order=order, status="ready").update(next_at=timezone.now())
            run_step()

    def build_wrongly(self, order: Order) -> None:
        for job in PartnerJob.objects.filter(partner="maker", key__startswith=f"{order.pk}:"):
            PartnerJob.objects.filter(pk=job.pk).update(facts=job.facts | {"as_built": ["red"]})

    def take_it_so(self, order: Order) -> None:
        services.accept_mismatch(order=order)

    def be_generous(self, order: Order) -> None:
        leg = order.legs.filter(captured__gt=0).first()
        if leg is not None:
            services.refund(leg=leg, amount=100, reason="Sorry", user=self.clerk)

    def send_all_back(self, order: Order) -> None:
        leg = order.legs.filter(status="suspect").first()
        if leg is not None:
            services.refund(leg=leg, amount=leg.captured - leg.refunded, reason="Wrong", user=self.clerk)

    def confirm_refunds(self, order: Order) -> None:
        for refund in Refund.objects.filter(leg__order=order).exclude(status="done"):
            self.tell(refund_done(refund))

    def accept(self, order: Order) -> None:
        vin = order.allocations.get(ended_at=None).vehicle.vin if order.status == "ready" else ""
        services.accept_delivery(order=order, vin=vin, signature="Li", checklist=dict.fromkeys(CHECKLIST, True))


ACTS = sorted(name for name in vars(World) if not name.startswith("_") and name not in ("act", "tell", "asked"))


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
    return World(make_build(configurator), make_delivery_store(), make_accessory(stock=PARTS).sku, clerk)


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
