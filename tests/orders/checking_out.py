"""A process that buys through the API, so many times: run by test_proofs.py on its database, with a broker that goes away.

Says ``ready`` when all baskets are filled, waits for a line, and prints statuses and the slowest answer as JSON.
"""

import json
import sys
import time
from collections import Counter

import django

django.setup()

from django.test import Client  # noqa: E402

from apps.orders import services  # noqa: E402
from tests.factories.configurator import make_build, make_configurator  # noqa: E402
from tests.factories.orders import make_delivery_store, make_slots  # noqa: E402


def main(number: int) -> None:
    configurator, store = make_configurator(), make_delivery_store()
    make_slots(configurator, number)
    build = make_build(configurator)
    baskets = [services.create_basket() for _ in range(number)]
    for basket in baskets:
        services.add_line(basket=basket, kind="car", build=build.code)
    print("ready", flush=True)
    sys.stdin.readline()
    client, statuses, slowest = Client(), Counter[int](), 0.0
    for basket in baskets:
        wanted = {
            "basket": str(basket.pk),
            "contact": {"name": "Li Lei", "phone": "13800138000", "email": "lilei@example.com"},
            "city": "Shanghai",
            "delivery_store": store.code,
            "invoice": {"kind": "personal", "title": "Li Lei"},
            "payment_plan": "deposit",
            "accept_terms": True,
        }
        began = time.monotonic()
        answer = client.post("/api/v1/orders/", wanted, content_type="application/json")
        statuses[answer.status_code] += 1
        slowest = max(slowest, time.monotonic() - began)
        time.sleep(0.02)
    print(json.dumps({"statuses": statuses, "slowest": slowest}), flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]))
