"""Photographs every state at three widths, light and dark, in both languages, and lays them out on sheets to look at.

    KAICHE_VAR=… python -m tests.e2e.pictures http://127.0.0.1:8000 folder [words of a state's name …]

The portal must run on the environment's own database: states are staged there. Two sheets a state, phone and wider: light and dark
English, light and dark Chinese. What went wrong on the way is printed.
"""

import io
import os
import re
import sys
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Literal

from PIL import Image
from playwright.sync_api import Browser, Error, Page, sync_playwright

from tests.e2e.conftest import CHROMIUM_FLAGS, chromium
from tests.e2e.states import State, of_visitors, staged

WIDTHS = (390, 820, 1440)
LOOKS: tuple[tuple[Literal["light", "dark"], str], ...] = (
    ("light", ""),
    ("dark", ""),
    ("light", "zh-hans/"),
    ("dark", "zh-hans/"),
)
GAP = 8
# What loads when it comes into sight is to be on the picture, too.
ALL_IMAGES = """() => {
    const loaded = [...document.images].map((one) => { one.loading = "eager"; return one.decode(); });
    return Promise.race([Promise.allSettled(loaded), new Promise((done) => setTimeout(done, 3000))]);
}"""
PATIENCE_MS = 20_000


def take(page: Page, state: State, language: str, told: list[str]) -> dict[int, Image.Image]:
    """Pictures by width. The page is opened once, on a phone, and the window is drawn wider and wider."""
    taken: dict[int, Image.Image] = {}
    try:
        state.open(page, language)
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 900})
            page.evaluate(ALL_IMAGES)
            if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
                told.append(f"wider than {width}")
            page.evaluate("scrollTo({ top: 0, behavior: 'instant' })")
            shot = page.screenshot(full_page=True, animations="disabled")
            taken[width] = Image.open(io.BytesIO(shot)).convert("RGB")
    except Error as error:
        told.append(str(error).splitlines()[0])
    return taken


def _note(told: list[str], error: Error) -> None:
    told.append(str(error))


def sheet(pictures: Sequence[Image.Image | None], columns: int, shown: int, most: float) -> Image.Image:
    """So many side by side, each so wide, cut off below at ``most`` times its width. Magenta is between them, red is missing."""
    fitted = []
    for picture in pictures:
        one = picture or Image.new("RGB", (shown, shown), "red")
        one = one.resize((shown, round(one.height * shown / one.width)), Image.Resampling.LANCZOS)
        fitted.append(one.crop((0, 0, shown, min(one.height, int(shown * most)))))
    rows = [fitted[at : at + columns] for at in range(0, len(fitted), columns)]
    heights = [max(one.height for one in row) + GAP for row in rows]
    whole = Image.new("RGB", (columns * (shown + GAP) - GAP, sum(heights) - GAP), "magenta")
    for number, row in enumerate(rows):
        for place, one in enumerate(row):
            whole.paste(one, (place * (shown + GAP), sum(heights[:number])))
    return whole


def sheets(taken: Sequence[dict[int, Image.Image]]) -> Iterator[tuple[str, Image.Image]]:
    """One of the phone, one of the wider screens."""
    phone, tablet, desk = ([one.get(width) for one in taken] for width in WIDTHS)
    yield "phone", sheet(phone, len(LOOKS), WIDTHS[0], 6)
    above = sheet(tablet, len(LOOKS), 400, 1.8)
    below = sheet(desk, 2, 2 * 400 + GAP, 0.95)
    wide = Image.new("RGB", (above.width, above.height + GAP + below.height), "magenta")
    wide.paste(above, (0, 0))
    wide.paste(below, (0, above.height + GAP))
    yield "wide", wide


def photograph(browser: Browser, base: str, states: list[State], folder: Path) -> Iterator[str]:
    contexts = [
        browser.new_context(base_url=base, color_scheme=scheme, reduced_motion="reduce") for scheme, _language in LOOKS
    ]
    for number, state in enumerate(states):
        told: list[str] = []
        taken = []
        for context, (_scheme, language) in zip(contexts, LOOKS, strict=True):
            context.set_default_timeout(PATIENCE_MS)
            page = context.new_page()
            page.set_viewport_size({"width": WIDTHS[0], "height": 900})
            page.on("pageerror", partial(_note, told))
            taken.append(take(page, state, language, told))
            page.close()
        name = re.sub(r"[^\w-]+", "-", state.name).strip("-")
        for kind, whole in sheets(taken):
            whole.save(folder / f"{number:03}-{name}-{kind}.jpg", quality=80)
        if told:
            yield f"{state.name}: {'; '.join(dict.fromkeys(told))}"


def main() -> None:
    base, place, *words = sys.argv[1:]
    folder = Path(place)
    folder.mkdir(parents=True, exist_ok=True)
    states = [*of_visitors(), *staged(os.environ)]
    chosen = [state for state in states if not words or any(word in state.name for word in words)]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=CHROMIUM_FLAGS)
        for fault in photograph(browser, base, chosen, folder):
            print(fault, flush=True)
        browser.close()


if __name__ == "__main__":
    main()
