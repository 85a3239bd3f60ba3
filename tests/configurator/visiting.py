"""Visitors in a process of their own, who click until their standard input closes: run by test_live_publishing.py.

Prints, as JSON, everything that was seen: version, price of the tow bar, its total, number of cars, whether compiled.
"""

import json
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from threading import Event

import django

django.setup()

from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402

from apps.configurator.services import open_session  # noqa: E402

THREADS = 3
stop = Event()


def visit(number: int) -> tuple[set[tuple[object, ...]], int]:
    """Clicks on the version of the moment; one thread in three asks for whole pages."""
    client, seen, clicks = Client(), set[tuple[object, ...]](), 0
    try:
        while not stop.is_set():
            clicks += 1
            time.sleep(0.02)  # a person needs longer, and the publisher a share of the processor
            if number == 0:
                response = client.get("/configure/small-car/", {"choices": "blue"})
                assert response.status_code == 200, response.content
                continue
            session = open_session("small-car")
            answer = session.answer(())
            price = session.document.options["tow"].price
            seen.add((session.version_number, price, answer.from_total["tow"], answer.count, session.exact))
    finally:
        connection.close()
    return seen, clicks


def main() -> None:
    with ThreadPoolExecutor(THREADS) as pool:
        visits = [pool.submit(visit, number) for number in range(THREADS)]
        print("ready", flush=True)
        sys.stdin.read()
        stop.set()
        results = [visit.result() for visit in visits]
    seen = sorted({entry for entries, _clicks in results for entry in entries})
    print(json.dumps({"seen": seen, "clicks": sum(clicks for _entries, clicks in results)}))


if __name__ == "__main__":
    main()
