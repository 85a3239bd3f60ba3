"""Every message of the gateway, the partners and the broker delivered five times, in any order: the same database."""

import random
from functools import partial

import pytest

from apps.orders import services
from apps.orders.fulfilment.drain import drain
from apps.orders.fulfilment.queue import heard
from apps.orders.models import Order, PaymentEvent
from apps.outbox.models import Event
from tests.factories.orders import BASE_URL, captured, make_order, sign
from tests.orders.test_events import event

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.services]


def snapshot(orders: list[Order]) -> list[object]:
    """What matters of the database, without ids and times."""
    rows: list[object] = []
    for order in orders:
        order.refresh_from_db()
        rows.append(
            {
                "status": order.status,
                "version": order.version,
                "transitions": list(order.transitions.order_by("seq").values_list("seq", "source", "target", "key")),
                "legs": list(
                    order.legs.order_by("position").values_list("purpose", "status", "amount", "captured", "refunded")
                ),
                "steps": list(order.steps.order_by("pk").values_list("kind", "direction", "status")),
                "cars": order.allocations.count(),
                "notices": sorted(order.notices.values_list("kind", "channel")),
                "events": list(
                    Event.objects.filter(stream__subject=order.number).order_by("seq").values_list("seq", "kind")
                ),
                "work": sorted(order.work_items.values_list("kind", "text")),
            }
        )
    return rows


def live(orders: list[Order], times: int, chance: random.Random) -> None:
    """From placing to the store: every message of a gateway, a partner or the broker arrives so many times, in any order."""

    def deliver(messages: list[object]) -> None:
        every = messages * times
        if times > 1:
            chance.shuffle(every)
        for message in every:
            message()  # type: ignore[operator]

    first = [(order, services.request_payment(order=order, base_url=BASE_URL)) for order in orders]
    deliver(
        [partial(services.apply_event, one) for _order, leg in first for one in (captured(leg, event_id=f"a{leg.pk}"),)]
    )
    for order in orders:
        sign(order)
    rings = [lambda: drain(slice_s=60)]
    news = [
        partial(heard, partner, f"{order.pk}:{kind}:1")
        for order in orders
        for partner, kind in (("maker", "submit_build"), ("carrier", "ship"), ("workshop", "prepare"))
    ]
    deliver([*rings, *news])
    drain(slice_s=60)
    second = [services.request_payment(order=order, base_url=BASE_URL) for order in orders]
    late = [event(leg, "payment.processing") for leg in second]
    come = [captured(leg, event_id=f"b{leg.pk}") for leg in second]
    ordered = [partial(services.apply_event, one) for pair in zip(late, come, strict=True) for one in pair]
    deliver([*ordered, *rings])
    drain(slice_s=60)


def test_everything_delivered_five_times_in_any_order_gives_the_same_database() -> None:
    number, chance = 3, random.Random(5)
    once, five = [make_order() for _ in range(number)], [make_order() for _ in range(number)]
    live(once, 1, chance)
    live(five, 5, chance)
    expected, found = snapshot(once), snapshot(five)
    assert found == expected
    assert {row["status"] for row in found} == {"ready"}  # type: ignore[index]
    assert PaymentEvent.objects.filter(leg__order__in=five).exclude(kind="payment.processing").count() == 2 * number
