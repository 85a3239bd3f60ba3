"""Placing orders under load, against the floor of the same writes in bare psycopg.

    python -m tests.bench.placing [--clients 32] [--orders 320] [--runs 3] [--profile]

Builds a throwaway copy of the test database's schema by Django's own test runner, fills one model's allotment and baskets with
a car and a part, lets so many clients place them, and prints orders a second, medians and the 99th percentile. The floor writes
the same rows (order, lines, payments, history, event, timer, message, holds and movements through the same function) with the same number of
clients in one transaction each, without any Django.
"""

import argparse
import cProfile
import os
import pstats
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Barrier
from typing import Any

import django


@dataclass(frozen=True)
class Round:
    """One run: how long each took, and all together, in seconds."""

    each: list[float]
    wall: float

    @property
    def a_second(self) -> float:
        return len(self.each) / self.wall


def at_once(acts: Sequence[Callable[[], object]], clients: int, close: Callable[[], object]) -> Round:
    """So many clients take one act after another."""
    share = [acts[number::clients] for number in range(clients)]
    barrier = Barrier(clients + 1)

    def run(mine: Sequence[Callable[[], object]]) -> list[float]:
        took = []
        barrier.wait()
        for act in mine:
            began = time.perf_counter()
            act()
            took.append(time.perf_counter() - began)
        close()
        return took

    with ThreadPoolExecutor(clients) as pool:
        running = [pool.submit(run, mine) for mine in share]
        barrier.wait()
        began = time.perf_counter()
        each = [took for one in running for took in one.result()]
        return Round(each, time.perf_counter() - began)


def ready_baskets(number: int) -> tuple[Any, list[Any]]:
    """A store, and so many baskets with a car of one model and a part."""
    from apps.configurator.models import Configurator
    from apps.orders import services
    from tests.factories.bundles import make_accessory
    from tests.factories.configurator import make_build, make_configurator
    from tests.factories.orders import make_delivery_store, make_slots

    configurator = Configurator.objects.first() or make_configurator()
    store, part = make_delivery_store(), make_accessory(stock=number)
    build = make_build(configurator)
    make_slots(configurator, number)
    baskets = [services.create_basket() for _ in range(number)]
    for basket in baskets:
        services.add_line(basket=basket, kind="car", build=build.code)
        services.add_line(basket=basket, kind="accessory", sku=part.sku)
    return store, baskets


def place_all(number: int, clients: int, *, profile: bool = False) -> Round:
    """Through the service, from baskets that are ready."""
    from django.db import connection

    from tests.factories.orders import place

    store, baskets = ready_baskets(number + 1)
    place(baskets.pop(), delivery_store=store)  # compiles the rules
    if profile:
        profiled, baskets = baskets[: number // 2], baskets[number // 2 :]
        profiler = cProfile.Profile()
        profiler.runcall(lambda: [place(basket, delivery_store=store) for basket in profiled])
        pstats.Stats(profiler).sort_stats("cumulative").print_stats(45)
    acts = [lambda basket=basket: place(basket, delivery_store=store) for basket in baskets]
    return at_once(acts, clients, lambda: connection.close())


def queries_of_one() -> list[str]:
    """The statements of placing one order with a car and a part."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from apps.orders import services
    from tests.factories.bundles import make_accessory
    from tests.factories.configurator import make_configurator
    from tests.factories.orders import make_basket, make_delivery_store, make_slots, place

    configurator, store, part = make_configurator(), make_delivery_store(), make_accessory()
    make_slots(configurator, 2)
    baskets = [make_basket(configurator, ("accessory", part.sku)) for _ in range(2)]
    place(baskets[0], delivery_store=store)
    assert services is not None
    with CaptureQueriesContext(
        connection,
    ) as caught:
        place(baskets[1], delivery_store=store)
    return [one["sql"] for one in caught.captured_queries]


def write_all(number: int, clients: int) -> Round:
    """The same rows by copying the last placed order, in bare psycopg with one connection a client."""
    import threading

    import psycopg
    from django.db import connection

    from apps.messaging.models import Message
    from apps.orders.models import Order

    model = Order.objects.latest("pk")
    assert Message.objects.filter(reference=model.number).exists()
    pools = [hold.pool.resource for hold in _holds(model.number)]
    settings: dict[str, Any] = connection.get_connection_params()
    plain = {name: settings[name] for name in ("host", "port", "user", "password", "dbname") if settings.get(name)}
    statements = _copies(model)
    from apps.capacity import services as capacity

    for resource in pools:
        capacity.open(resource=resource, quantity=number)
    local = threading.local()
    run = "ABCDEFGH"[Order.objects.filter(number__endswith=f"{0:010d}").count()]

    def write(index: int) -> None:
        if not hasattr(local, "link"):
            local.link = psycopg.connect(**plain)
        with local.link.transaction(), local.link.cursor() as cursor:
            name = f"{run}{index:010d}"
            cursor.execute(statements[0], {"number": name})
            pk = cursor.fetchone()[0]
            for statement in statements[1:]:
                cursor.execute(statement, {"order": pk, "number": name})
            call = "SELECT * FROM capacity_hold_all(%s, %s::text[], %s::int[], now() + interval '15 min', ARRAY[]::text[], now())"
            cursor.execute(call, [name, pools, [1] * len(pools)])

    acts = [lambda index=index: write(index) for index in range(number)]
    return at_once(acts, clients, lambda: local.link.close())


def _holds(owner: str) -> Any:
    from apps.capacity.models import Hold

    return Hold.objects.filter(owner=owner).select_related("pool")


def _copies(order: Any) -> list[str]:
    """INSERT … SELECT of one order and what belongs to it."""
    from apps.messaging.models import Message
    from apps.orders.models import Order, OrderLine, PaymentLeg, Timer, Transition
    from apps.outbox.models import Event, Stream

    stream = Stream.objects.get(topic="order", subject=order.number)
    new_uuid = {"id": "gen_random_uuid()"}
    fresh = {
        "number": "%(number)s",
        "secret": "gen_random_uuid()",
        "placement_key": "NULL",
        "basket_id": "gen_random_uuid()",
    }
    own = {"order_id": "%(order)s"}
    same_stream = "(SELECT id FROM outbox_stream WHERE topic = 'order' AND subject = %(number)s)"
    rows = [_copy(Order, "id", order.pk, fresh) + " RETURNING id"]
    rows += [_copy(table, "order_id", order.pk, own) for table in (OrderLine, Transition, Timer)]
    rows += [
        _copy(PaymentLeg, "order_id", order.pk, own | new_uuid),
        _copy(Stream, "id", stream.pk, {"subject": "%(number)s"}),
        _copy(Event, "stream_id", stream.pk, {"stream_id": same_stream, "uid": "gen_random_uuid()"}),
        _copy(Message, "reference", order.number, {"reference": "%(number)s", "key": "t.key || %(number)s"}),
    ]
    return rows


def _copy(table: Any, key: str, value: object, changed: dict[str, str]) -> str:
    """Of the rows of this table that have the value there, with other columns where they are ``changed``."""
    stored = [field.column for field in table._meta.local_fields if not field.generated]
    columns = [column for column in stored if column != "id" or "id" in changed]
    values = [changed.get(column, f't."{column}"') for column in columns]
    name = table._meta.db_table
    names = ", ".join(f'"{column}"' for column in columns)
    return f"INSERT INTO {name} ({names}) SELECT {', '.join(values)} FROM {name} t WHERE t.{key} = '{value}'"  # noqa: S608  names of our own tables


def show(name: str, rounds: Sequence[Round]) -> float:
    middle = statistics.median(one.a_second for one in rounds)
    each = sorted(took for one in rounds for took in one.each)
    p99 = each[int(len(each) * 0.99) - 1]
    print(
        f"{name:28} {middle:8.1f} a second   median {statistics.median(each) * 1e3:7.1f} ms   p99 {p99 * 1e3:8.1f} ms"
    )
    return middle


@contextmanager
def throwaway_database() -> Iterator[None]:
    """Django, set up on an empty copy of the schema that is dropped afterwards."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    os.environ.setdefault("LOG_LEVEL", "ERROR")
    django.setup()
    from django.conf import settings
    from django.test.utils import get_runner

    runner = get_runner(settings)(verbosity=0, interactive=False)
    runner.setup_test_environment()
    databases = runner.setup_databases(aliases={"default"})
    try:
        yield
    finally:
        runner.teardown_databases(databases)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clients", type=int, default=32)
    parser.add_argument("--orders", type=int, default=320)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--profile", action="store_true")
    options = parser.parse_args()
    with throwaway_database():
        statements = queries_of_one()
        print(f"{len(statements)} statements for an order of a car and a part")
        placed = [place_all(options.orders, options.clients, profile=options.profile) for _ in range(options.runs)]
        written = [write_all(options.orders, options.clients) for _ in range(options.runs)]
        ours, floor = show("place_order", placed), show("the same writes, psycopg", written)
        print(f"place_order is {floor / ours:.1f} times the floor")


if __name__ == "__main__":
    main()
