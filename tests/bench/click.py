"""How long the server takes for a click in the configurator: the whole WSGI application, the fragment beside the page.

``python -m tests.bench.click [--clicks 150] [--seed 1]`` needs a database with the demo cars (``manage.py demo_data``) and packed static files (``manage.py collectstatic``).
Every click goes to choices that no earlier one had, so no remembered answer helps. Prints one row a car and answer:
milliseconds (CPU time, then median and p95 of the clock), queries (most of any click), bytes as sent, and gzipped as a proxy would send them.
"""

import argparse
import gzip
import io
import os
import random
import statistics
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode, urlsplit

CARS = ("aion-ut-super", "avatr-12", "kaicheng-v919")
WARM_UP = 5


@dataclass
class Timed:
    """What one kind of answer took."""

    seconds: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)
    sizes: list[int] = field(default_factory=list)
    zipped: list[int] = field(default_factory=list)
    queries: int = 0

    def row(self, car: str, kind: str) -> str:
        ordered = sorted(self.seconds)
        median, p95 = statistics.median(ordered), ordered[int(len(ordered) * 0.95)]
        cpu = statistics.median(self.cpu)
        size, zipped = statistics.median(self.sizes), statistics.median(self.zipped)
        return (
            f"{car:<16} {kind:<9} {len(ordered):>6} {cpu * 1000:>8.2f} {median * 1000:>8.2f} {p95 * 1000:>8.2f} {self.queries:>7}"
            f" {size:>9.0f} {zipped:>9.0f}"
        )


def clicks(session: Any, rng: random.Random, seen: set[frozenset[str]]) -> Iterator[tuple[str, str]]:
    """Endless walks of a visitor: where they stand (a query) and what they send (the form's query)."""
    from apps.configurator.selection import with_choice
    from apps.configurator.state import PageState

    document, model = session.document, session.machine.model
    while True:
        state = PageState(())
        groups = list(document.groups)
        rng.shuffle(groups)
        for group in groups:
            state = PageState(state.choices, state.undo, state.budget, state.market, group.code)
            # asked of the machine itself: the session would remember the answer
            able = sorted(session.machine.possible(state.choices) & {option.code for option in group.options})
            if not able:
                continue
            picked = rng.choice(able)
            after = with_choice(model, state.choices, picked)
            if frozenset(after) not in seen:
                seen.add(frozenset(after))
                mine = [code for code in after if document.group_of[code] is group]
                form = [("shown", group.code)] if group.pick == "any" else []
                form += [(f"pick.{group.code}", code) for code in mine]
                yield state.moved(after).query(), state.query() + "&" + urlencode(form)
            state = state.moved(after)


def call(application: Any, address: str, *, htmx: bool) -> tuple[int, dict[str, str], bytes]:
    """One GET of the application, as a web server makes it."""
    parts = urlsplit(address)
    environ: dict[str, Any] = {
        "REQUEST_METHOD": "GET",
        "PATH_INFO": parts.path,
        "QUERY_STRING": parts.query,
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "HTTP_HOST": "localhost",
        "HTTP_ACCEPT_LANGUAGE": "en",
        "REMOTE_ADDR": "127.0.0.1",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(),
        "wsgi.errors": io.StringIO(),
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }
    if htmx:
        environ["HTTP_HX_REQUEST"] = "true"
    answered: list[Any] = []

    def start_response(status: str, headers: list[tuple[str, str]], _error: Any = None) -> Any:
        answered.extend((int(status.split(maxsplit=1)[0]), dict(headers)))
        return lambda _data: None

    response = application(environ, start_response)
    body = b"".join(response)
    if hasattr(response, "close"):
        response.close()
    return answered[0], answered[1], body


def measure(application: Any, car: str, amount: int, rng: random.Random) -> dict[str, Timed]:
    """``amount`` clicks as fragments, and the same number of other ones as pages."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from apps.configurator.services import open_session

    walk = clicks(open_session(car), rng, set())
    found = {"fragment": Timed(), "page": Timed()}
    for number in range(amount + WARM_UP):
        for kind, timed in found.items():
            stand, sent = next(walk)
            query = sent if kind == "fragment" else stand
            begin, begin_cpu = time.perf_counter(), time.process_time()
            status, _headers, body = call(application, f"/configure/{car}/{query}", htmx=kind == "fragment")
            took, took_cpu = time.perf_counter() - begin, time.process_time() - begin_cpu
            if status != 200:
                raise SystemExit(f"{status} for /configure/{car}/{query}")
            if number < WARM_UP:
                continue
            timed.seconds.append(took)
            timed.cpu.append(took_cpu)
            timed.sizes.append(len(body))
            timed.zipped.append(len(gzip.compress(body, 6)))
            if number % 10 == 0:  # counted apart: counting costs time
                stand, sent = next(walk)
                query = sent if kind == "fragment" else stand
                with CaptureQueriesContext(connection) as queries:
                    call(application, f"/configure/{car}/{query}", htmx=kind == "fragment")
                timed.queries = max(timed.queries, len(queries))
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--clicks", type=int, default=150)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--cars", default=",".join(CARS))
    options = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    os.environ.setdefault("LOG_LEVEL", "ERROR")
    import django

    django.setup()
    from django.core.wsgi import get_wsgi_application

    application = get_wsgi_application()
    print(
        f"{'car':<16} {'answer':<9} {'clicks':>6} {'cpu':>8} {'median':>8} {'p95':>8} {'queries':>7} {'bytes':>9} {'gzip':>9}"
    )
    for car in options.cars.split(","):
        for kind, timed in measure(application, car, options.clicks, random.Random(options.seed)).items():
            print(timed.row(car, kind))


if __name__ == "__main__":
    main()
