"""Orders pushed about at random by everybody at once: changes, refusals, damage, disputes, returns; with what must hold after each."""

import uuid
from random import Random

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apps.capacity.services import prove
from apps.ledger.services import prove as prove_ledger
from apps.orders import services
from apps.orders.gateways import GatewayEvent
from apps.orders.lifecycle import TRANSITIONS, Actor, Status
from apps.orders.models import FulfilmentStep, Order, Refund
from apps.orders.services import legs
from apps.outbox.models import Event
from apps.promotions.engine import replay
from tests.factories.accounts import make_staff
from tests.factories.bundles import make_accessory
from tests.factories.configurator import make_build, make_configurator
from tests.factories.orders import make_delivery_store, make_slots, slots_of
from tests.orders.test_random_walk import SLOTS, World

pytestmark = pytest.mark.django_db
WAYS = {rule.pair for rule in TRANSITIONS}
# Here the payments need not cover the total: the order has ended, or is being undone.
ENDED = {Status.EXPIRED, Status.CANCELLING, Status.CANCELLED, Status.RETURNING, Status.RETURNED}
SIGNED = {"signature": "Li Lei", "accept_fees": True, "id_consent": True}


class Wild(World):
    """The same shop, in which buyers change their minds, makers refuse, carriers drop cars and banks contest payments."""

    others: list[str]

    def change(self, order: Order) -> None:
        code = self.others[order.version % len(self.others)]
        services.change(order=order, build=code, **SIGNED)  # type: ignore[arg-type]

    def leave_out(self, order: Order) -> None:
        services.change(order=order, quantities={2: 0}, **SIGNED)  # type: ignore[arg-type]

    def maker_refuses(self, order: Order) -> None:
        services.refuse_build(order=order, reason="No place")

    def other_slot(self, order: Order) -> None:
        services.other_slot(order=order)

    def rebuild(self, order: Order) -> None:
        services.rebuild(order=order)

    def damage(self, order: Order) -> None:
        services.report_damage(order=order, text="Hail", user=self.clerk)

    def inspect(self, order: Order) -> None:
        services.close_inspection(order=order, passed=order.version % 2 == 0, found="Looked at", user=self.clerk)

    def reject(self, order: Order) -> None:
        services.reject_delivery(order=order, reason="A scratch")

    def fix(self, order: Order) -> None:
        services.fix(order=order, found="Polished", user=self.clerk)

    def give_back(self, order: Order) -> None:
        services.ask_to_return(order=order, reason="Too big", km=10)

    def keep(self, order: Order) -> None:
        services.close_return(order=order, reason="", actor=Actor.BUYER)

    def take_back(self, order: Order) -> None:
        services.take_back(order=order, found="As it left", km=12, user=self.clerk)

    def contest(self, order: Order) -> None:
        leg = order.legs.filter(status__in=["captured", "partially_refunded"]).exclude(gateway="credit").first()
        if leg is not None:
            self.tell(self.about(leg, "dispute.opened", leg.captured - leg.refunded))

    def bank_decides(self, order: Order) -> None:
        leg = order.legs.filter(status="disputed").first()
        if leg is not None:
            kind = "dispute.won" if order.version % 2 else "dispute.lost"
            self.tell(self.about(leg, kind, leg.captured - leg.refunded))

    def finance_clears(self, order: Order) -> None:
        services.clear_dispute(order=order, reason="Looked at", user=self.clerk)

    def about(self, leg: object, kind: str, amount: int) -> GatewayEvent:
        key = str(leg.pk)  # type: ignore[attr-defined]
        return GatewayEvent("sandbox", uuid.uuid4().hex, kind, key, amount, f"case-{key[:8]}")


HELPERS = ("act", "tell", "asked", "about")
ACTS = sorted({name for one in (World, Wild) for name in vars(one) if not name.startswith("_")} - {*HELPERS, "others"})


def check(world: Wild) -> None:
    with connection.cursor() as cursor:  # what the database checks at each commit
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
    for order in Order.objects.all():
        history = list(order.transitions.order_by("seq").values_list("seq", "source", "target"))
        assert [seq for seq, _, _ in history] == list(range(1, order.version + 1))
        assert {(source, target) for _, source, target in history} <= WAYS
        assert [source for _, source, _ in history[1:]] == [target for _, _, target in history[:-1]]
        assert history[-1][2] == order.status
        assert order.allocations.filter(ended_at=None).count() <= 1
        assert len([state for state in slots_of(order) if state != "used"]) <= 1
        check_money(order)
    assert sum(len(slots_of(order)) for order in Order.objects.all()) <= SLOTS  # no oversell
    assert (prove(), prove_ledger()) == ([], [])
    for stream in set(Event.objects.values_list("stream", flat=True)):
        numbers = list(Event.objects.filter(stream=stream).order_by("seq").values_list("seq", flat=True))
        assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))


def check_money(order: Order) -> None:
    assert order.total == sum(line.total for line in order.lines.all()) == replay(order.trace)
    if order.status not in ENDED:
        assert sum(map(legs.owed, legs.counting(order))) == order.total
        assert len(slots_of(order)) >= 1
    for leg in order.legs.all():
        owed = sum(Refund.objects.filter(leg=leg).exclude(status="done").values_list("amount", flat=True))
        assert 0 <= leg.refunded <= leg.captured
        if order.status in (Status.EXPIRED, Status.CANCELLED) and leg.purpose != "credit":
            looked_at = leg.status in ("suspect", "disputed") or order.disputed
            assert leg.captured - leg.refunded - owed <= order.cancellation_fee or looked_at


@pytest.fixture
def world() -> Wild:
    configurator = make_configurator()
    make_slots(configurator, SLOTS)
    rights = ("advance_order", "refund_order", "inspect_car", "take_back_car", "clear_dispute")
    clerk = make_staff(permissions=tuple(f"orders.{right}" for right in rights))
    made = Wild(make_build(configurator), make_delivery_store(), make_accessory(stock=2).sku, clerk)
    choices = (("buy", "red", "large"), ("buy", "blue", "large"), ("rent", "blue", "small"))
    made.others = [make_build(configurator, *one).code for one in choices]
    return made


@settings(
    max_examples=5, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(names=st.lists(st.sampled_from(ACTS), min_size=20, max_size=45), seed=st.integers(0, 2**32))
def test_whatever_anybody_does_the_promises_hold(world: Wild, names: list[str], seed: int) -> None:
    chance = Random(seed)
    world.last = None
    begin = ["order", "pay", "order", "pay", "change", "sign", "sign", "work_on", "pay", "work_on", "work_on"]
    with transaction.atomic():
        for name in [*begin, *names]:
            with transaction.atomic():
                world.act(name, chance)
            check(world)
        assert not FulfilmentStep.objects.exclude(error="").exists()
        transaction.set_rollback(True)
