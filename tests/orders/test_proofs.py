"""The long proofs: workers killed on three brokers, the broker gone.

``PROOF_ORDERS=500`` in the environment runs the large ones on all brokers, which takes long; each test prints its figures.
"""

import json
import os
import subprocess
import sys
import time
from collections import Counter
from functools import partial
from pathlib import Path

import pytest
from django.db import connection

from apps.orders import services
from apps.orders.fulfilment.drain import drain, run_step
from apps.orders.models import Allocation, FulfilmentStep, Order, PartnerJob, Refund
from apps.orders.partners import simulation
from apps.outbox.models import Event, Stream
from tests.factories.many import many_signed
from tests.factories.orders import run_until, signed_order
from tests.orders.partnering import ROOT, StandIn, stand_in
from tests.orders.proving import Workers, fate_of, reachable, state_of, wire, work_under_kills
from tests.orders.test_killed_workers import environment
from tests.orders.test_races import together

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.services]
ORDERS = int(os.environ.get("PROOF_ORDERS", "500"))
REDIS = os.environ.get("PROOF_REDIS", "redis://127.0.0.1:6379/13")
RABBIT = os.environ.get("PROOF_RABBIT", "amqp://guest:guest@127.0.0.1:5672//")
# About a tenth of the orders meet one of these, and of all calls every twentieth fails or loses its answer.
FAULTS = (
    "maker.refuse=2,maker.wrong_vin=2,maker.wrong_build=2,carrier.damage=2,workshop.repair=2,"
    "maker.error=3,maker.lost=2,carrier.error=3,carrier.lost=2,workshop.lost=2,store.lost=2"
)


def assert_right(orders: list[Order], partners: StandIn) -> Counter[str]:
    """Every order where its partners' books say, nothing doubled on them, history and events without a gap."""
    faults = simulation.parse(FAULTS)
    expected, found = Counter[str](), Counter[str]()
    for order in orders:
        order.refresh_from_db()
        fate, state = fate_of(order, faults), state_of(order)
        assert state == fate, f"{order.number}: {state} instead of {fate}"
        expected[fate] += 1
        found[state] += 1
        seqs = list(order.transitions.values_list("seq", flat=True))
        assert seqs == list(range(1, order.version + 1))
    for partner, kind in (("maker", "submit_build"), ("carrier", "ship"), ("workshop", "prepare")):
        keys = [key for key, _goes_on, _repeats in partners.jobs(partner)]
        assert len(keys) == len(set(keys))
        asked = {f"{order.pk}:{kind}:1" for order in orders if order.steps.filter(kind=kind).exists()}
        assert set(keys) == asked
    vins = list(Allocation.objects.filter(ended_at=None).values_list("vehicle__vin", flat=True))
    assert len(vins) == len(set(vins))
    for stream in Stream.objects.all():
        numbers = list(Event.objects.filter(stream=stream).order_by("seq").values_list("seq", flat=True))
        assert numbers == list(range(1, stream.last + 1))
    assert found == expected
    return found


def kill_on(broker: str, name: str, number: int, folder: Path, *, every_s: float = 5, most: int = 1_000) -> None:
    with stand_in(folder, faults=FAULTS) as partners:
        orders = many_signed(number)
        with Workers(environment() | partners.settings, folder, broker) as workers:
            took = work_under_kills(workers, every_s=every_s, patience_s=900, most=most)
            killed = workers.killed
        states = assert_right(orders, partners)
        repeats = sum(times for partner in ("maker", "carrier") for _key, _on, times in partners.jobs(partner))
    done = FulfilmentStep.objects.filter(status="done").count()
    print(
        f"\n{name}: {number} orders, {done} steps in {took:.0f} s, {killed} workers killed, {repeats} requests repeated,"
        f" 0 effects doubled: {dict(states)}"
    )


@pytest.mark.long
@pytest.mark.parametrize(("name", "broker"), [("filesystem", ""), ("redis", REDIS), ("rabbitmq", RABBIT)])
def test_killed_workers_leave_every_order_right_and_double_nothing(name: str, broker: str, tmp_path: Path) -> None:
    if "PROOF_ORDERS" not in os.environ:
        pytest.skip("PROOF_ORDERS says how many orders; 500 take long")
    if broker and not reachable(broker):
        pytest.skip(f"no {name} at {broker.rpartition('@')[2]}")
    kill_on(broker, name, ORDERS, tmp_path)


def test_a_killed_worker_leaves_a_few_orders_right(tmp_path: Path) -> None:
    kill_on("", "filesystem", 8, tmp_path, every_s=1, most=2)


def buy_without_broker(number: int) -> dict[str, object]:
    """Buy through the API while the wire to the broker is cut for five seconds from the first checkout on."""
    address = ("127.0.0.1", 6379)
    with wire(*address) as line:
        surroundings = environment() | {"CELERY_BROKER_URL": f"redis://127.0.0.1:{line.port}/13"}
        command = [sys.executable, "-m", "tests.orders.checking_out", str(number)]
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        process = subprocess.Popen(command, cwd=ROOT, env=surroundings, text=True, **pipes)  # type: ignore[call-overload]
        assert process.stdout.readline().strip() == "ready", process.stderr.read()
        line.cut()
        process.stdin.write("go\n")
        process.stdin.flush()
        time.sleep(5)
        line.mend()
        out, problems = process.communicate(timeout=300)
        assert process.returncode == 0, problems
    return dict(json.loads(out))


@pytest.mark.parametrize("number", [pytest.param(50, marks=pytest.mark.long), 5])
def test_every_checkout_succeeds_while_the_broker_is_gone(number: int) -> None:
    if not os.environ.get("DATABASE_URL") or not reachable(REDIS):
        pytest.skip("needs an outside database and Redis at 127.0.0.1:6379")
    if number > 5 and "PROOF_ORDERS" not in os.environ:
        pytest.skip("one of the large proofs: set PROOF_ORDERS")
    found = buy_without_broker(number)
    assert found["statuses"] == {"201": number}
    assert Order.objects.filter(status="placed").count() == number
    print(f"\nbroker gone: {number} checkouts, all 201, the slowest took {found['slowest']:.2f} s")


KINDS = ("submit_build", "await_slot", "await_build", "ship", "await_arrival", "prepare", "inspect", "await_balance")


@pytest.mark.parametrize("kind", KINDS)
def test_cancelling_in_parallel_with_a_step_undoes_what_was_done(kind: str) -> None:
    orders = [signed_order() for _ in range(3)]
    for order in orders:
        for _ in range(12):
            if order.steps.filter(kind=kind, status="ready").exists():
                break
            assert run_step()
            order.refresh_from_db()
    acts = [partial(services.cancel, order=order, accept_fee=True) for order in orders]
    together(*acts, *[lambda: drain(slice_s=3)] * 3)
    FulfilmentStep.objects.filter(status="ready").update(next_at="2026-01-01T00:00Z")
    drain(slice_s=60)
    for order in orders:
        order.refresh_from_db()
        assert order.status in ("cancelling", "cancelled")
        assert not order.steps.filter(status__in=["ready", "parked"]).exists()
        assert not order.allocations.filter(ended_at=None).exists()
        paid = sum(refund.amount for refund in Refund.objects.filter(leg__order=order)) + order.cancellation_fee
        assert paid == sum(leg.captured for leg in order.legs.all())
    goes_on = PartnerJob.objects.filter(cancelled_at=None, partner__in=["maker", "carrier"])
    assert not goes_on.exists()


def test_the_walk_of_one_order_needs_no_second_look() -> None:
    """The proofs' own yardstick: the fate of an order that meets no fault is the store."""
    order = run_until(signed_order(), "at_store")  # type: ignore[arg-type]
    drain(slice_s=60)
    assert fate_of(order, {}) == state_of(order) == "at_store"
    connection.close()
