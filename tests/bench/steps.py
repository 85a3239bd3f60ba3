"""How fast steps are done, beside a floor of bare SQL in the same run; how flat memory stays; what the claim costs.

    python -m tests.bench.steps [--steps 10000] [--workers 2] [--rows 1000000]

Makes a database of its own beside the one of ``DATABASE_URL`` and drops it afterwards.
"""

import argparse
import json
import multiprocessing
import os
import resource
import time
from pathlib import Path
from typing import Any

import django

EACH = 7  # submit_build, await_slot, await_build, ship, await_arrival, prepare, inspect; then the money is waited for


def rss_mb() -> float:
    """Resident memory of this process now."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 2**20


def drain(tenth: int) -> tuple[int, float, list[float]]:
    """Steps until none is due, own CPU seconds, and resident memory after each so many."""
    from apps.orders.fulfilment.drain import run_step

    cpu, done, memory = time.process_time(), 0, [rss_mb()]
    while run_step():
        done += 1
        if done % tenth == 0:
            memory.append(rss_mb())
    return done, time.process_time() - cpu, memory


def measure_steps(wanted: int, workers: int) -> dict[str, Any]:
    """Drain so many due steps, by so many processes at once; the rate, and memory after each tenth of a process's share."""
    from django.db import connection

    from apps.orders.fulfilment.drain import run_step
    from apps.orders.models import FulfilmentStep
    from tests.factories.many import many_signed

    many_signed(max(1, wanted // EACH))
    for _ in range(20):
        run_step()
    connection.close()
    tenth = max(1, wanted // workers // 10)
    with multiprocessing.get_context("fork").Pool(workers) as pool:
        pool.map(time.sleep, [0.1] * workers)  # every process is there
        began = time.perf_counter()
        shares = pool.map(drain, [tenth] * workers, chunksize=1)
        took = time.perf_counter() - began
    done = sum(share[0] for share in shares)
    return {
        "steps": done,
        "seconds": took,
        "a second": done / took,
        "own cpu seconds": sum(share[1] for share in shares),
        "failed": FulfilmentStep.objects.exclude(error="").count(),
        "rss": shares[0][2],
    }


_FLOOR = (
    (("SELECT id, order_id FROM orders_fulfilmentstep WHERE status = 'ready' AND next_at <= now() AND kind = 'floor'"
     " ORDER BY next_at, id LIMIT 1 FOR UPDATE SKIP LOCKED"), False),
    ("UPDATE orders_fulfilmentstep SET attempts = attempts + 1 WHERE id = %(step)s", True),
)  # fmt: skip
_EFFECT = (
    "SELECT * FROM orders_order WHERE id = %(order)s FOR UPDATE",
    "SELECT * FROM orders_fulfilmentstep WHERE id = %(step)s FOR UPDATE",
    "UPDATE orders_order SET changed_at = now() WHERE id = %(order)s",
    "INSERT INTO orders_partnerjob (partner, key, facts, started_at, repeats) VALUES ('floor', %(key)s, '{}', now(), 0)",
    "UPDATE orders_fulfilmentstep SET status = 'done', done_at = now() WHERE id = %(step)s",
    (
        "INSERT INTO orders_fulfilmentstep (order_id, kind, direction, round, status, attempts, next_at, error, result, created_at)"
        " VALUES (%(order)s, %(kind)s, 1, 0, 'stopped', 0, now(), '', '{}', now())"
    ),
)


def measure_floor(count: int) -> float:
    """Steps a second of the fewest statements that keep the promise: two transactions, their locks and writes, bare psycopg."""
    import psycopg
    from django.db import connection

    from apps.orders.models import FulfilmentStep

    orders = list(FulfilmentStep.objects.filter(kind="submit_build").values_list("order_id", flat=True)[:count])
    FulfilmentStep.objects.filter(order__in=orders, status="ready").update(status="stopped")
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO orders_fulfilmentstep (order_id, kind, direction, round, status, attempts, next_at, error, result,"
            " created_at) SELECT unnest(%s::bigint[]), 'floor', 1, 0, 'ready', 0, now(), '', '{}', now()",
            [orders],
        )
    facts = connection.get_connection_params()
    names = ("dbname", "user", "password", "host", "port")
    with psycopg.connect(**{name: facts[name] for name in names if facts.get(name)}) as bare:
        began = time.perf_counter()
        for number in range(len(orders)):
            row = bare.execute(_FLOOR[0][0]).fetchone()
            assert row is not None
            given = {"step": row[0], "order": row[1], "key": f"floor:{number}", "kind": f"floor{number}"}
            bare.execute(_FLOOR[1][0], given)
            bare.commit()
            for statement in _EFFECT:
                bare.execute(statement, given)
            bare.commit()
        return len(orders) / (time.perf_counter() - began)


def measure_claim(rows: int) -> dict[str, Any]:
    """The plan of the claim among so many steps, of which one an order is ready."""
    from django.db import connection, transaction
    from django.utils import timezone

    from apps.orders.fulfilment import statements
    from apps.orders.fulfilment.asking import ASKS
    from apps.orders.fulfilment.drain import LEASE, MAX_ATTEMPTS

    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM orders_order")
        orders = cursor.fetchone()[0]
        kinds = rows // orders + 1
        cursor.execute(
            "INSERT INTO orders_fulfilmentstep (order_id, kind, direction, round, status, attempts, next_at, done_at, error,"
            " result, created_at) SELECT o.id, 'k' || n, 1, 0, 'done', 1, now() - interval '1 day', now(), '', '{}', now()"
            " FROM orders_order o CROSS JOIN generate_series(1, %s) n",
            [kinds],
        )
        cursor.execute("UPDATE orders_fulfilmentstep SET status = 'stopped' WHERE status IN ('ready', 'parked')")
        cursor.execute(
            "INSERT INTO orders_fulfilmentstep (order_id, kind, direction, round, status, attempts, next_at, error, result,"
            " created_at) SELECT id, 'due', 1, 0, 'ready', 0, now() - interval '1 minute', '', '{}', now() FROM orders_order"
        )
        cursor.execute("ANALYZE orders_fulfilmentstep")
        cursor.execute("SELECT count(*) FROM orders_fulfilmentstep")
        count = cursor.fetchone()[0]
        now = timezone.now()
        given = statements.claim_values(busy=(), now=now, lease=now + LEASE, most=MAX_ATTEMPTS, asking=ASKS)
        plans = []
        for _ in range(5):
            cursor.execute(f"EXPLAIN (ANALYZE, FORMAT json) {statements.claim_statement()}", given)
            [found] = cursor.fetchone()
            plans.append(json.loads(found)[0] if isinstance(found, str) else found[0])
        best = min(plans, key=lambda one: one["Execution Time"])
        transaction.set_rollback(True)
    text = json.dumps(best["Plan"])
    return {
        "rows": count,
        "planning ms": best["Planning Time"],
        "execution ms": best["Execution Time"],
        "uses the index": "step_due" in text,
        "sorts or scans the table": '"Seq Scan"' in text and '"Relation Name": "orders_fulfilmentstep"' in text,
    }


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--steps", type=int, default=10_000)
    parser.add_argument("--workers", type=int, default=2, help="processes that drain at once")
    parser.add_argument("--rows", type=int, default=1_000_000)
    options = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    os.environ.update(FULFILMENT_SPEED="1e9", LOG_LEVEL="CRITICAL", DATABASE_TIMEOUT="900")
    django.setup()
    from django.db import connection

    connection.settings_dict["TEST"]["NAME"] = f"bench_steps_{os.getpid()}"
    name = connection.settings_dict["NAME"]
    connection.creation.create_test_db(verbosity=0, autoclobber=True)
    try:
        steps = measure_steps(options.steps, options.workers)
        floor = measure_floor(min(1000, max(20, options.steps // EACH)))
        claim = measure_claim(options.rows)
    finally:
        connection.creation.destroy_test_db(name, verbosity=0)
    memory = ", ".join(f"{value:.0f}" for value in steps["rss"])
    print(
        f"{steps['steps']} steps in {steps['seconds']:.1f} s by {options.workers}: {steps['a second']:.0f} a second,"
        f" {steps['failed']} failed"
    )
    print(
        f"own CPU {steps['own cpu seconds']:.1f} s: at most {steps['steps'] / steps['own cpu seconds']:.0f} a second a core"
    )
    print(f"bare SQL: {floor:.0f} a second, {floor / steps['a second']:.1f} times as many")
    print(f"resident memory of one in MB, from tenth to tenth: {memory}")
    print("claim: " + ", ".join(f"{key} {value}" for key, value in claim.items()))


if __name__ == "__main__":
    main()
