"""Placing orders over the API with an Idempotency-Key, and without.

    python -m tests.bench.keyed [--clients 8] [--orders 120] [--runs 4]

With a key the order and its answer are one transaction, so the allotment of a sought-after car stays locked until the answer
is rendered; without, only until the order is placed. Both in turns in one run, all orders for cars of one model: orders a second,
medians and the 99th percentile, and the ratios.
"""

import argparse
import uuid

from tests.bench.placing import Round, at_once, ready_baskets, show, throwaway_database


def place_all(number: int, clients: int, *, keyed: bool) -> Round:
    from django.db import connection
    from django.test import Client

    store, baskets = ready_baskets(number + 1)

    def place(basket: str) -> None:
        wanted = {
            "basket": basket,
            "contact": {"name": "Li Lei", "phone": "13800138000", "email": "lilei@example.com"},
            "city": "Shanghai",
            "delivery_store": store.code,
            "invoice": {"kind": "personal", "title": "Li Lei"},
            "payment_plan": "full",
            "accept_terms": True,
        }
        headers = {"Idempotency-Key": str(uuid.uuid4())} if keyed else {}
        # A caller of their own for each: nobody comes near the rate of one.
        caller = Client(REMOTE_ADDR=f"2001:db8::{uuid.uuid4().hex[:4]}")
        answer = caller.post("/api/v1/orders/", wanted, content_type="application/json", headers=headers)
        assert answer.status_code == 201, answer.content

    place(str(baskets.pop().pk))  # compiles the rules
    acts = [lambda basket=str(one.pk): place(basket) for one in baskets]
    return at_once(acts, clients, lambda: connection.close())  # each thread its own


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clients", type=int, default=8)
    parser.add_argument("--orders", type=int, default=120)
    parser.add_argument("--runs", type=int, default=4)
    options = parser.parse_args()
    with throwaway_database():
        rounds: dict[bool, list[Round]] = {True: [], False: []}
        for run in range(options.runs):
            for keyed in (True, False) if run % 2 else (False, True):
                rounds[keyed].append(place_all(options.orders, options.clients, keyed=keyed))
        ratio = show("with a key", rounds[True]) / show("without", rounds[False])
        print(f"with a key at {ratio:.2f} times the pace")


if __name__ == "__main__":
    main()
