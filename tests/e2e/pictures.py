"""Photographs every state at three widths, light and dark, in both languages, and lays them out on sheets to look at.

    KAICHE_VAR=… python -m tests.e2e.pictures [--office] http://127.0.0.1:8000 folder [words of a state's name …]

The portal must run on the environment's own database: states are staged there. The shop has two sheets a state, phone and wider:
light and dark English, light and dark Chinese. The back office (``--office``) has many pages that are alike: each sheet shows
six states in one look at one width. What went wrong on the way is printed, and on Chinese pages what is still in English.
"""

import argparse
import io
import os
import re
from collections.abc import Iterator, Sequence
from functools import partial
from itertools import batched
from pathlib import Path
from typing import Literal

from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Error, FloatRect, Page, sync_playwright

from tests.e2e.conftest import CHROMIUM_FLAGS, chromium
from tests.e2e.states import State, of_staff, of_visitors, staged

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
# Latin words on a page: names, codes and addresses are meant to be there, a sentence is not.
ENGLISH = """() => {
    const seen = new Set(), walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
        const one = walker.currentNode, words = one.data.trim();
        if (!/[a-z]{2,} [a-z]{2,}/i.test(words) || one.parentElement.closest("script, style, [lang], .material-symbols-outlined"))
            continue;
        if (one.parentElement.checkVisibility()) seen.add(words.slice(0, 60));
    }
    return [...seen];
}"""
PATIENCE_MS = 20_000
# Of a page of the back office: columns of a sheet, pixels a picture is wide on it, and its height in widths.
AT_A_TIME = 6
CONTACT = {390: (6, 256, 5.0), 820: (3, 512, 1.4), 1440: (2, 768, 0.7)}
DEEPEST = 8


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
            tall = min(DEEPEST * width, page.evaluate("document.documentElement.scrollHeight"))
            clip: FloatRect = {"x": 0, "y": 0, "width": width, "height": tall}
            shot = page.screenshot(full_page=True, clip=clip, animations="disabled")
            taken[width] = Image.open(io.BytesIO(shot)).convert("RGB")
        if language and (english := page.evaluate(ENGLISH)):
            told.append(f"in English: {english}")
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


def looks(browser: Browser, base: str) -> Iterator[tuple[BrowserContext, str]]:
    """A browser for each look, and the prefix of its language."""
    for scheme, language in LOOKS:
        context = browser.new_context(base_url=base, color_scheme=scheme, reduced_motion="reduce")
        context.set_default_timeout(PATIENCE_MS)
        yield context, language


def taken_of(
    state: State, through: Sequence[tuple[BrowserContext, str]], told: list[str]
) -> list[dict[int, Image.Image]]:
    """A state in every look."""
    taken = []
    for context, language in through:
        page = context.new_page()
        page.set_viewport_size({"width": WIDTHS[0], "height": 900})
        page.on("pageerror", partial(_note, told))
        taken.append(take(page, state, language, told))
        page.close()
    return taken


def of_shop(states: list[State], through: Sequence[tuple[BrowserContext, str]], folder: Path) -> Iterator[str]:
    for number, state in enumerate(states):
        told: list[str] = []
        name = re.sub(r"[^\w-]+", "-", state.name).strip("-")
        for kind, whole in sheets(taken_of(state, through, told)):
            whole.save(folder / f"{number:03}-{name}-{kind}.jpg", quality=80)
        if told:
            yield f"{state.name}: {'; '.join(dict.fromkeys(told))}"


def of_office(states: list[State], through: Sequence[tuple[BrowserContext, str]], folder: Path) -> Iterator[str]:
    for number, some in enumerate(batched(states, AT_A_TIME, strict=False)):
        taken = []
        for state in some:
            told: list[str] = []
            taken.append(taken_of(state, through, told))
            if told:
                yield f"{state.name}: {'; '.join(dict.fromkeys(told))}"
        yield f"{number:03} {' | '.join(state.name for state in some)}"
        for at, (scheme, language) in enumerate(LOOKS):
            for width, (columns, shown, most) in CONTACT.items():
                whole = sheet([one[at].get(width) for one in taken], columns, shown, most)
                whole.save(folder / f"{number:03}-{width}-{scheme}-{language.strip('/') or 'en'}.jpg", quality=80)


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--office", action="store_true", help="the back office instead of the shop")
    asked.add_argument("base")
    asked.add_argument("folder", type=Path)
    asked.add_argument("words", nargs="*")
    told = asked.parse_args()
    told.folder.mkdir(parents=True, exist_ok=True)
    states = [*of_staff(os.environ)] if told.office else [*of_visitors(), *staged(os.environ)]
    chosen = [state for state in states if not told.words or any(word in state.name for word in told.words)]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=CHROMIUM_FLAGS)
        photograph = of_office if told.office else of_shop
        for line in photograph(chosen, [*looks(browser, told.base)], told.folder):
            print(line, flush=True)
        browser.close()


if __name__ == "__main__":
    main()
