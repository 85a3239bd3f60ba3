"""Renders cars in a headless Chromium and stores them as stills.

A workshop tool, not part of serving pages: it needs Playwright (a development dependency) and a Chromium. A picture takes
some seconds on a machine without a graphics card.
"""

import base64
import functools
import importlib.util
import io
import shutil
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
from django.conf import settings
from PIL import Image

from apps.catalog.errors import NoStudio
from apps.catalog.looks import Look
from apps.catalog.stills import HEIGHT, SMALL, SMALL_HEIGHT, SMALL_WIDTH, WIDTH

if TYPE_CHECKING:
    from playwright.sync_api import Page

PAGE = (
    b'<!doctype html><meta charset="utf-8"><canvas></canvas><script type="module" src="/js/car/photograph.js"></script>'
)
# Each kept pixel is drawn twice; the body's grid is fine enough that highlights run without a ripple.
RATIO, CELL = 1.4, 0.013
LAYER_RATIO = 2  # layers are averaged over whole pixels, so that they still add up
AVIF_QUALITY, SMALL_QUALITY, WEBP_QUALITY = 60, 59, 60
AVIF_SPEED, WEBP_METHOD = 6, 4  # the most thorough settings save a twentieth of a file and take ten times as long
WEBP_ALPHA_STEP = 2  # WebP keeps alpha without loss: half the levels save a fifth of the file, and no eye sees it
LIMIT_MS = 600_000
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--use-gl=angle",
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
    "--ignore-gpu-blocklist",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
]


class _Files(SimpleHTTPRequestHandler):
    """The static files as they lie, and one page."""

    def do_GET(self) -> None:
        if self.path != "/":
            super().do_GET()
            return
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(PAGE)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  the base class's name
        """Nobody reads it."""


@dataclass(frozen=True, slots=True)
class Size:
    """Of a layer in pixels, and how fine the body's grid is in metres."""

    width: int = WIDTH
    height: int = HEIGHT
    cell: float = CELL


STILL = Size()


class Photographer:
    """A page that takes pictures."""

    def __init__(self, page: "Page") -> None:
        self._page = page

    def prepare(self, look: Look, *, cell: float = CELL) -> None:
        """Have a car modelled while others are drawn: the next picture of it need not wait."""
        self._page.evaluate("order => window.prepare(order)", {"spec": look, "cell": cell})

    def picture(self, look: Look, view: str, *, ratio: float = RATIO, cell: float = CELL) -> Image.Image:
        """A still of 1400 × 700 pixels with a transparent ground."""
        size = {"width": WIDTH, "height": HEIGHT, "ratio": ratio, "cell": cell}
        drawn = Image.open(io.BytesIO(self._asked("photograph", {"spec": look, "view": view, **size}))).convert("RGBA")
        return drawn.resize((WIDTH, HEIGHT), Image.Resampling.LANCZOS)

    def layer(
        self, look: Look, view: str, kind: str, *, grey: float = 0, size: Size = STILL
    ) -> npt.NDArray[np.float32]:
        """One layer of a still, height × width × RGBA, premultiplied: ``rest`` and ``wheels`` as on the screen from 0 to 1, and
        ``paint`` as linear light before tone mapping, of a paint with this linear value."""
        order = {"spec": look, "view": view, "kind": kind, "grey": grey, "width": size.width, "height": size.height}
        drawn = self._asked("layer", order | {"ratio": LAYER_RATIO, "cell": size.cell})
        linear = kind == "paint"
        pixels = np.frombuffer(drawn, np.float16 if linear else np.uint8).astype(np.float32)
        grid = pixels.reshape(size.height, LAYER_RATIO, size.width, LAYER_RATIO, 4)
        kept: npt.NDArray[np.float32] = grid[::-1, ::-1].mean((1, 3))  # the lowest row comes first
        return kept if linear else kept / np.float32(255)

    def _asked(self, function: str, order: dict[str, Any]) -> bytes:
        """What is in the data URL that the page's function answers."""
        url: str = self._page.evaluate(f"order => window.{function}(order)", order)
        return base64.b64decode(url.split(",", 1)[1])


@contextmanager
def photographer(static: Path, chromium: str) -> Iterator[Photographer]:
    """Open the studio: ``static`` is the folder with js/car, ``chromium`` the browser's program."""
    from playwright.sync_api import sync_playwright

    server = ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(_Files, directory=str(static)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
            page = browser.new_page()
            page.set_default_timeout(LIMIT_MS)
            page.goto(f"http://127.0.0.1:{server.server_port}/")
            page.wait_for_function("() => window.photograph !== undefined")
            yield Photographer(page)
            browser.close()
    finally:
        server.shutdown()


@contextmanager
def studio() -> Iterator["Apart"]:
    """A photographer in a thread of its own: Playwright's loop makes Django refuse its database where it runs.

    Raises:
        NoStudio: there is no Chromium on the path, or no Playwright.
    """
    chromium = shutil.which("chromium")
    if chromium is None:
        raise NoStudio("no_chromium")
    if importlib.util.find_spec("playwright") is None:
        raise NoStudio("no_playwright")
    opened = photographer(settings.BASE_DIR / "static", chromium)
    with ThreadPoolExecutor(1, "studio") as thread:
        camera = thread.submit(opened.__enter__).result()
        try:
            yield Apart(thread, camera)
        finally:
            thread.submit(opened.__exit__, None, None, None).result()


@dataclass(frozen=True, slots=True)
class Apart:
    """A photographer who works in another thread."""

    thread: ThreadPoolExecutor
    camera: Photographer

    def picture(self, look: Look, view: str) -> Image.Image:
        return self.thread.submit(self.camera.picture, look, view).result()


def store(picture: Image.Image, folder: Path, stem: str) -> tuple[Path, Path]:
    """Write both formats under ``<stem>.avif`` and ``<stem>.webp``."""
    avif, webp = folder / f"{stem}.avif", folder / f"{stem}.webp"
    picture.save(avif, quality=AVIF_QUALITY, speed=AVIF_SPEED)
    picture.putalpha(picture.getchannel("A").point(_coarser))
    picture.save(webp, quality=WEBP_QUALITY, method=WEBP_METHOD)
    return avif, webp


def shrink(folder: Path, stem: str) -> Path:
    """Write the still's small twin, made from its AVIF, under ``small/<stem>.avif``."""
    small = folder / SMALL / f"{stem}.avif"
    small.parent.mkdir(exist_ok=True)
    with Image.open(folder / f"{stem}.avif") as picture:
        halved = picture.convert("RGBA").resize((SMALL_WIDTH, SMALL_HEIGHT), Image.Resampling.LANCZOS)
    halved.save(small, quality=SMALL_QUALITY, speed=AVIF_SPEED)
    return small


def _coarser(level: int) -> int:
    return 255 if level > 255 - WEBP_ALPHA_STEP else level - level % WEBP_ALPHA_STEP
