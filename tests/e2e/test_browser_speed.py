"""How light and how steady the shop's pages are: what Lighthouse asks for and a browser can count without a clock."""

import itertools
import re
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.e2e.conftest import Portal

pytestmark = [pytest.mark.browser]
PATIENCE_MS = 600_000
LIST_LIMIT = 150_000  # bytes on the wire, all but the pictures that are loaded when they come near
CARDS = 24
PHONE, DESK = {"width": 390, "height": 844}, {"width": 1440, "height": 900}
PAGES = (
    "",
    "cars/",
    "cars/gac-aion/aion-ut-super/",
    "configure/aion-ut-super/",
    "cars/compare/",
    "stores/",
    "bundles/",
)
# 0.1 is the limit of what is called good.
TWITCH = 0.001
# Where the page stops for a while on its way: in the middle of the header, and of the bar at the bottom of a phone.
HALT = (b'<form class="theme"', b"</ul>\n    </nav>", b"#map-pin")
LONG_HALT_S = 0.5
# All that a page may move while it comes in so many parts, each drawn before the next: a line of the header, the width of a word.
WANDERING = 0.005
PARTS, HALT_S = 80, 0.05
ELEMENT = re.compile(rb"<[a-z]")
SHIFTS = """window.shifts = [];
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) {
    if (!entry.hadRecentInput) window.shifts.push([entry.value, ...entry.sources.map((one) => one.node?.outerHTML?.slice(0, 120) ?? "")]);
  }
}).observe({ type: "layout-shift", buffered: true });"""
TO_THE_END = """async () => {
  for (let y = 0; y < document.documentElement.scrollHeight; y += innerHeight / 2) {
    scrollTo({ top: y, behavior: "instant" });
    await new Promise((done) => setTimeout(done, 150));
  }
}"""
BLOCKING = """performance.getEntriesByType("resource")
  .filter((one) => one.renderBlockingStatus === "blocking" && one.initiatorType === "script").map((one) => one.name)"""


@pytest.fixture(params=[("", DESK), ("zh-hans/", PHONE)], ids=["desk", "phone"])
def visit(request: pytest.FixtureRequest, chrome: Browser, portal: Portal) -> Iterator[tuple[str, Page]]:
    """The language's prefix, and a page that watches what moves."""
    prefix, viewport = request.param
    context = chrome.new_context(base_url=portal.url, viewport=viewport)
    context.set_default_timeout(PATIENCE_MS)
    context.add_init_script(SHIFTS)
    yield prefix, context.new_page()
    context.close()


class Wire:
    """Counts what a page loads, in bytes as they travel."""

    def __init__(self, page: Page) -> None:
        self.asked: dict[str, tuple[str, str]] = {}
        self.bytes: dict[str, float] = {}
        session = page.context.new_cdp_session(page)
        session.on("Network.requestWillBeSent", self._note)
        session.on("Network.loadingFinished", self._count)
        session.send("Network.enable")

    def _note(self, event: dict[str, Any]) -> None:
        self.asked[event["requestId"]] = (event["type"], event["request"]["url"])

    def _count(self, event: dict[str, Any]) -> None:
        self.bytes[event["requestId"]] = event["encodedDataLength"]

    def documents(self) -> list[str]:
        return [url for kind, url in self.asked.values() if kind == "Document"]

    def weighed(self, without: set[str]) -> dict[str, float]:
        """Bytes by address, leaving some addresses out."""
        named = ((self.asked[key][1], size) for key, size in self.bytes.items())
        return {url: size for url, size in named if url not in without and not url.startswith("data:")}


def test_pages_come_in_one_piece_and_nothing_moves(visit: tuple[str, Page]) -> None:
    prefix, page = visit
    faults: dict[str, Any] = {}
    for path in PAGES:
        wire, text = opened(page, f"/{prefix}{path}")
        assert "<h1" in text  # the content is in the first answer, whatever scripts do later
        page.wait_for_load_state("networkidle")
        page.evaluate(TO_THE_END)
        page.wait_for_load_state("networkidle")
        found = {
            "shifts": [one for one in page.evaluate("window.shifts") if one[0] > TWITCH],
            "blocking": page.evaluate(BLOCKING),
            "documents": wire.documents()[1:],
        }
        if any(found.values()):
            faults[path] = found
    assert faults == {}


def opened(page: Page, address: str) -> tuple[Wire, str]:
    """What a page loads and its first answer. A car whose circuit is not compiled yet says that its prices come later:
    that page is not the one that is measured."""
    for _ in range(120):
        wire = Wire(page)
        answer = page.goto(address)
        assert answer is not None
        text = answer.text()
        if 'id="cfg-pending"' not in text:
            return wire, text
        page.wait_for_timeout(1000)
    raise AssertionError("the prices never came")


class Halting(BaseHTTPRequestHandler):
    """Hands a portal's pages on in parts, as a slow connection or a busy computer takes them in."""

    portal = ""
    parts: Callable[[bytes], Iterator[bytes]]
    halt_s = HALT_S

    def do_GET(self) -> None:
        asked = urllib.request.Request(self.portal.rstrip("/") + self.path, headers={"Accept-Encoding": "identity"})
        with urllib.request.urlopen(asked) as answer:
            body, kind = answer.read(), answer.headers["Content-Type"]
        self.send_response(HTTPStatus.OK)
        self.send_header("Content-Type", kind)
        self.end_headers()
        for part in type(self).parts(body) if kind.startswith("text/html") else [body]:
            self.wfile.write(part)
            self.wfile.flush()
            time.sleep(self.halt_s)

    def log_message(self, *arguments: Any) -> None:
        """Quiet."""


def in_parts(body: bytes) -> Iterator[bytes]:
    """Cut in front of elements, evenly over the page: whatever is drawn until then is drawn without them."""
    starts = [found.start() for found in ELEMENT.finditer(body, body.index(b"<body"))]
    cuts = [0, *starts[:: max(1, len(starts) // PARTS)], len(body)]
    for start, end in itertools.pairwise(cuts):
        yield body[start:end]


@contextmanager
def halting(portal: Portal, parts: Callable[[bytes], Iterator[bytes]], halt_s: float) -> Iterator[str]:
    """The address of a portal whose pages come in these parts."""
    facts = {"portal": portal.url, "parts": staticmethod(parts), "halt_s": halt_s}
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Halts", (Halting,), facts))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()


@pytest.mark.parametrize("at", HALT)
def test_bars_that_come_in_two_parts_do_not_move(visit: tuple[str, Page], portal: Portal, at: bytes) -> None:
    prefix, page = visit

    def halves(body: bytes) -> Iterator[bytes]:
        first, mark, rest = body.partition(at)
        yield from (first, mark + rest)

    with halting(portal, halves, LONG_HALT_S) as base:
        page.goto(f"{base}{prefix}cars/gac-aion/aion-ut-super/")
        page.wait_for_load_state("networkidle")
    assert [one for one in page.evaluate("window.shifts") if one[0] > TWITCH] == []


def test_pages_that_come_in_many_parts_do_not_move(visit: tuple[str, Page], portal: Portal) -> None:
    prefix, page = visit
    moved: dict[str, Any] = {}
    with halting(portal, in_parts, HALT_S) as base:
        for path in PAGES:
            opened(page, f"/{prefix}{path}")  # its prices have come
            page.goto(f"{base}{prefix}{path}")
            page.wait_for_load_state("networkidle")
            shifts = page.evaluate("window.shifts")
            if sum(one[0] for one in shifts) > WANDERING:
                moved[path] = shifts
    assert moved == {}


def test_the_list_is_light(visit: tuple[str, Page]) -> None:
    prefix, page = visit
    wire = Wire(page)
    page.goto(f"/{prefix}cars/")
    page.wait_for_load_state("networkidle")
    assert page.locator(".grid.cars article").count() == CARDS
    lazy = set(page.evaluate("[...document.querySelectorAll('img[loading=lazy]')].map((one) => one.currentSrc)"))
    weights = wire.weighed(lazy)
    assert sum(weights.values()) < LIST_LIMIT, weights
    html = next(size for url, size in weights.items() if url.endswith("cars/"))
    assert html < 30_000
    assert any(url.endswith(".css") for url in weights)
