"""The car in 3D, drawn for real by a software renderer; and a machine that has nothing better is not offered it."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, Playwright, expect

from tests.e2e.conftest import CHROMIUM_FLAGS, Portal, chromium

pytestmark = [pytest.mark.browser]
PATIENCE_MS = 600_000
CAR = "cars/gac-aion/aion-ut-super/"
SOFTWARE = ["--use-gl=angle", "--use-angle=swiftshader", "--enable-unsafe-swiftshader"]
# What the middle of the stage shows, as four numbers; the viewer keeps its drawing buffer.
MIDDLE = """canvas => {
  const copy = Object.assign(document.createElement("canvas"), {width: 1, height: 1}).getContext("2d");
  copy.drawImage(canvas, canvas.width * 0.45, canvas.height * 0.62, 40, 20, 0, 0, 1, 1);
  return [...copy.getImageData(0, 0, 1, 1).data];
}"""


@pytest.fixture
def page(playwright_here: Playwright, portal: Portal) -> Iterator[Page]:
    flags = [flag for flag in CHROMIUM_FLAGS if flag != "--disable-gpu"]
    browser: Browser = playwright_here.chromium.launch(executable_path=chromium(), args=[*flags, *SOFTWARE])
    opened = browser.new_page(base_url=portal.url, viewport={"width": 700, "height": 700}, reduced_motion="reduce")
    opened.set_default_timeout(PATIENCE_MS)
    yield opened
    browser.close()


def test_a_machine_without_a_graphics_card_keeps_the_picture(page: Page) -> None:
    page.goto(CAR)

    expect(page.locator("button[data-turn]")).to_be_hidden()
    expect(page.locator("#stage img")).to_be_visible()


def test_the_car_is_turned_repainted_and_put_away(page: Page) -> None:
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda said: faults.append(said.text) if "Security Policy" in said.text else None)
    page.goto(CAR)
    button = page.locator("button[data-turn]")
    button.evaluate("button => { button.dataset.software = ''; button.hidden = false; }")

    button.click()
    expect(button).to_have_attribute("aria-pressed", "true", timeout=PATIENCE_MS)
    canvas = page.locator("canvas.turntable")
    first = canvas.evaluate(MIDDLE)
    assert first[3] == 255, "the body of the car is in the middle of the picture"

    page.locator("#stage").evaluate("stage => { stage.dataset.paint = '#a5232a'; stage.dataset.finish = 'solid'; }")
    red = canvas.evaluate(MIDDLE)
    assert red[0] > first[0]
    assert red[0] > 1.5 * red[2]

    canvas.focus()
    page.keyboard.press("ArrowRight")
    assert canvas.evaluate(MIDDLE) != red

    button.click()
    expect(canvas).to_have_count(0)
    expect(page.locator("#stage img")).to_be_visible()
    assert faults == []
