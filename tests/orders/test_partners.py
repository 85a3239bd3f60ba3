"""What happens between us and the partners: lost answers, silence, refusals, wrong cars, damage, news."""

import json
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, connections, transaction
from django.test import Client
from django.utils import timezone

from apps.orders import services
from apps.orders.fulfilment.drain import LEASE, run_step
from apps.orders.lifecycle import Status
from apps.orders.models import FulfilmentStep, Order, PartnerBehaviour, PartnerJob
from apps.orders.partners import PartnerFailed, simulation
from apps.outbox import signing
from tests.factories.accounts import make_staff
from tests.factories.orders import pay, run_until, signed_order
from tests.orders.partnering import SECRET, StandIn, maker_meanwhile, stand_in

pytestmark = pytest.mark.django_db


def behave(partner: str, **faults: int) -> None:
    PartnerBehaviour.objects.update_or_create(partner=partner, defaults=faults)


def step_of(order: Order) -> FulfilmentStep:
    return order.steps.get(status__in=["ready", "parked"])


def go_on(order: Order) -> None:
    FulfilmentStep.objects.filter(order=order, status="ready").update(next_at=timezone.now())
    assert run_step()
    order.refresh_from_db()


@pytest.mark.django_db(transaction=True)
@pytest.mark.services
def test_nothing_is_locked_and_no_transaction_is_open_while_a_partner_is_asked(settings: Any) -> None:
    order, seen, ours = signed_order(), [], connections["default"]

    def look() -> None:
        try:
            with connection.cursor() as cursor:  # whoever wants the rows gets them at once
                cursor.execute("SELECT 1 FROM orders_order WHERE id = %s FOR UPDATE NOWAIT", [order.pk])
                cursor.execute(
                    "SELECT calling_until FROM orders_fulfilmentstep WHERE order_id = %s FOR UPDATE NOWAIT", [order.pk]
                )
                seen.append((ours.in_atomic_block, cursor.fetchone()[0] is not None))
        finally:
            connection.close()

    with maker_meanwhile(look) as settings.MAKER_URL:
        assert run_step()
    assert seen == [(False, True)]
    assert list(order.steps.values_list("kind", "status")) == [("submit_build", "done"), ("await_slot", "ready")]


def test_an_answer_that_was_lost_is_asked_for_again_and_nothing_is_doubled() -> None:
    order = signed_order()
    behave("maker", lost=100)
    go_on(order)
    step = step_of(order)
    assert (step.kind, step.attempts, step.calling_until) == ("submit_build", 1, None)
    assert step.error == "PartnerFailed: the maker's answer was lost"
    assert PartnerJob.objects.count() == 1
    behave("maker", lost=0)
    go_on(order)
    assert step_of(order).kind == "await_slot"
    assert PartnerJob.objects.values_list("repeats", flat=True).get() == 1


def test_a_partner_that_fails_for_ever_parks_the_step_and_a_clerk_lets_it_go_on() -> None:
    order = signed_order()
    behave("maker", error=100)
    for _ in range(8):
        go_on(order)
    step = step_of(order)
    assert (step.status, step.attempts) == ("parked", 8)
    assert not PartnerJob.objects.exists()
    behave("maker", error=0)
    services.retry_step(step=step, user=make_staff(permissions=("orders.advance_order",)))
    run_until(order, Status.SCHEDULED)
    assert not order.work_items.filter(closed_at=None).exists()


def test_a_refused_build_leaves_the_choice_to_the_buyer() -> None:
    behave("maker", refuse=100)
    order = run_until(signed_order(), Status.ALLOC_FAILED)
    assert order.work_items.get(closed_at=None).kind == "allocation"
    assert not order.steps.filter(status="ready").exists()
    services.cancel(order=order, accept_fee=True)
    order.refresh_from_db()
    assert order.cancellation_fee == 0
    go_on(order)
    assert PartnerJob.objects.get().cancelled_at is not None


def test_a_wrong_vin_waits_for_a_person_and_gives_nobody_a_car() -> None:
    behave("maker", wrong_vin=100)
    order = run_until(signed_order(), Status.SCHEDULED)
    go_on(order)
    step = step_of(order)
    assert (order.status, step.kind, step.status) == ("scheduled", "await_build", "parked")
    assert "wrong check digit" in order.work_items.get().text
    assert not order.allocations.exists()
    behave("maker", wrong_vin=0)  # the maker has put it right
    services.retry_step(step=step, user=make_staff(permissions=("orders.advance_order",)))
    run_until(order, Status.VIN_ASSIGNED)


def test_another_car_than_was_signed_for_is_a_mismatch() -> None:
    behave("maker", wrong_build=100)
    order = run_until(signed_order(), Status.MISMATCH)
    assert order.work_items.get(closed_at=None).kind == "mismatch"


def test_damage_in_transit_stops_everything_until_the_inspection_has_ended() -> None:
    behave("carrier", damage=100)
    order = run_until(signed_order(), Status.IN_TRANSIT)
    for _ in range(3):
        go_on(order)
    assert (order.status, order.frozen, step_of(order).kind) == ("in_transit", True, "await_arrival")
    assert [item.text for item in order.work_items.filter(closed_at=None)] == [
        "Inspect the damage: Dent in the left rear door"
    ]
    clerk = make_staff(permissions=("orders.inspect_car",))
    services.close_inspection(order=order, passed=True, found="Polished away", user=clerk)
    run_until(order, Status.AT_STORE)


def test_what_the_workshop_finds_it_puts_right_first(settings: pytest.FixtureRequest) -> None:
    behave("workshop", repair=100)
    order = run_until(signed_order(), Status.AT_STORE)
    settings.FULFILMENT_SPEED = 1000.0  # type: ignore[attr-defined]
    go_on(order)
    PartnerJob.objects.filter(partner="workshop").update(started_at=timezone.now() - timedelta(seconds=1.5))
    go_on(order)
    assert order.work_items.get(closed_at=None).text == "The workshop puts right: Scratch on the bonnet"
    PartnerJob.objects.filter(partner="workshop").update(started_at=timezone.now() - timedelta(seconds=9))
    go_on(order)
    assert (step_of(order).kind, order.work_items.filter(closed_at=None).count()) == ("inspect", 0)


def test_a_request_that_is_under_way_when_the_buyer_cancels_is_taken_back_after_it() -> None:
    order = signed_order()
    from apps.orders.fulfilment import drain

    claimed = drain._claim(set())
    assert claimed is not None
    services.cancel(order=order, accept_fee=True)
    undo = order.steps.get(direction=-1)
    assert undo.next_at == claimed.lease  # not before the request must have arrived
    claimed.ask()  # it arrives
    assert not run_step()
    assert drain._perform(claimed, None)  # its answer changes nothing any more, but frees what takes it back
    assert run_step()
    assert PartnerJob.objects.get().cancelled_at is not None
    assert order.steps.filter(direction=1).get().status == "stopped"


def test_a_request_that_arrives_after_it_was_taken_back_begins_nothing() -> None:
    order = signed_order()
    from apps.orders.fulfilment import drain

    claimed = drain._claim(set())
    assert claimed is not None
    services.cancel(order=order, accept_fee=True)
    go_on(order)
    claimed.ask()  # after all
    assert PartnerJob.objects.get().cancelled_at is not None
    assert PartnerJob.objects.get().facts == {}


def test_news_wakes_the_step_that_waits_for_it(client: Client, settings: pytest.FixtureRequest) -> None:
    settings.FULFILMENT_SPEED = 1.0  # type: ignore[attr-defined]
    order = signed_order()
    go_on(order)
    go_on(order)
    assert step_of(order).next_at > timezone.now() + timedelta(hours=1)
    body = json.dumps({"key": f"{order.pk}:submit_build:1"}).encode()

    def tell(partner: str, headers: dict[str, str]) -> int:
        given = {"HTTP_" + name.upper().replace("-", "_"): value for name, value in headers.items()}
        path = f"/partners/webhooks/{partner}/"
        return client.post(path, body, content_type="application/json", **given).status_code  # type: ignore[arg-type]

    secret = settings.PARTNER_SECRET  # type: ignore[attr-defined]
    signed = signing.sign(secret, "m1", int(time.time()), body)
    old = signing.sign(secret, "m1", int(time.time()) - 900, body)
    assert [tell("maker", {}), tell("maker", old), tell("maker", signed | {"webhook-id": "x"})] == [400, 400, 400]
    assert tell("carrier", signed) == 204  # not their job
    assert step_of(order).next_at > timezone.now() + timedelta(hours=1)
    assert [tell("maker", signed), tell("maker", signed)] == [204, 204]
    assert step_of(order).next_at <= timezone.now()


def test_whoever_rings_while_we_are_asking_is_asked_again_at_once(settings: pytest.FixtureRequest) -> None:
    from apps.orders.fulfilment import drain
    from apps.orders.fulfilment.queue import heard

    settings.FULFILMENT_SPEED = 1.0  # type: ignore[attr-defined]
    order = signed_order()
    go_on(order)
    FulfilmentStep.objects.filter(status="ready").update(next_at=timezone.now())
    claimed = drain._claim(set())
    assert claimed is not None
    answer = claimed.ask()
    assert heard("maker", f"{order.pk}:submit_build:1")
    assert drain._perform(claimed, answer)
    assert step_of(order).next_at <= timezone.now()


@pytest.mark.parametrize(
    "key", ["", "x", "1", "99999999999999999999:submit_build:1", "-1:submit_build:1", "1:nothing:1"]
)
def test_news_about_nothing_wakes_nothing(key: str) -> None:
    from apps.orders.fulfilment.queue import heard

    assert heard("maker", key) is False


def test_faults_are_read_from_text_and_nonsense_is_refused() -> None:
    found = simulation.parse("maker.refuse=5, carrier.damage=10,maker.delay_ms=200")
    assert (found["maker"].refuse, found["maker"].delay_ms, found["carrier"].damage) == (5, 200, 10)
    assert simulation.parse("") == {}
    for text in ("maker.nothing=1", "nobody.error=1", "maker.error=much"):
        with pytest.raises(ValueError):
            simulation.parse(text)


def test_what_befalls_a_job_befalls_it_each_time_and_about_as_many_as_asked() -> None:
    faults = simulation.Faults(refuse=10)
    hit = [simulation.befalls(10, faults, "refuse", f"{number}:submit_build:1") for number in range(2000)]
    assert hit == [simulation.befalls(10, faults, "refuse", f"{number}:submit_build:1") for number in range(2000)]
    assert 150 < sum(hit) < 250


@pytest.fixture
def elsewhere(tmp_path: Path, settings: pytest.FixtureRequest) -> Iterator[StandIn]:
    """The partners as a process of their own."""
    with stand_in(tmp_path) as partners:
        for name, value in partners.settings.items():
            setattr(settings, name, value)
        yield partners


def test_over_a_socket_an_order_reaches_its_store(elsewhere: StandIn) -> None:
    order = run_until(signed_order(), Status.AT_STORE)
    pay(order)
    run_until(order, Status.READY)
    assert elsewhere.jobs("maker") == [(f"{order.pk}:submit_build:1", True, 0)]
    assert [key for key, _goes_on, _repeats in elsewhere.jobs("carrier")] == [f"{order.pk}:ship:1"]
    assert not PartnerJob.objects.exists()


def test_over_a_socket_a_repeated_request_begins_one_job_and_a_recall_ends_it(elsewhere: StandIn) -> None:
    from apps.orders import partners

    maker = partners.maker()
    facts = {"order": "1", "brand": "avatr", "model": "m", "options": ["red"]}
    assert maker.submit(key="1:submit_build:1", facts=facts) == maker.submit(key="1:submit_build:1", facts=facts)
    assert elsewhere.jobs("maker") == [("1:submit_build:1", True, 1)]
    maker.cancel(key="1:submit_build:1")
    maker.cancel(key="2:submit_build:1")
    assert not maker.submit(key="2:submit_build:1", facts=facts).accepted
    assert [goes_on for _key, goes_on, _repeats in elsewhere.jobs("maker")] == [False, False]
    with pytest.raises(PartnerFailed):
        maker.state(key="3:submit_build:1")


def test_nobody_there_a_wrong_secret_and_silence_are_failures(
    elsewhere: StandIn, settings: pytest.FixtureRequest
) -> None:
    import socket

    from apps.orders import partners
    from apps.orders.partners import over_http

    settings.PARTNER_SECRET = SECRET[::-1]  # type: ignore[attr-defined]
    with pytest.raises(PartnerFailed, match="answered 403"):
        partners.maker().state(key="1:submit_build:1")
    with pytest.raises(PartnerFailed, match="ConnectionRefusedError"):
        over_http.Maker("http://127.0.0.1:9/maker").state(key="1:submit_build:1")
    with socket.create_server(("127.0.0.1", 0)) as silent:
        maker = over_http.Maker(f"http://127.0.0.1:{silent.getsockname()[1]}/maker", timeout_s=0.2)
        began = time.monotonic()
        with pytest.raises(PartnerFailed, match="TimeoutError"):
            maker.state(key="1:submit_build:1")
        assert time.monotonic() - began < partners.TIMEOUT_S


def test_the_lease_is_longer_than_a_call_may_take() -> None:
    from apps.orders.partners import TIMEOUT_S

    assert LEASE.total_seconds() >= 2 * TIMEOUT_S
    with transaction.atomic():
        assert signed_order().steps.get().calling_until is None
