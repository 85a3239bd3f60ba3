"""Turning a car in 3D: only when asked, with the configurator's choices, and by keyboard."""

import hashlib
from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import BrowserContext, Page, Playwright, expect

from tests.e2e.conftest import CHROMIUM_FLAGS, Portal, chromium

pytestmark = [pytest.mark.browser]
PATIENCE_MS = 600_000
# This machine draws on its processor: the viewer refuses that until it is told to go on.
SOFTWARE = ["--use-gl=angle", "--use-angle=swiftshader", "--enable-unsafe-swiftshader", "--ignore-gpu-blocklist"]
NOTES = """window.refused = [];
document.addEventListener('securitypolicyviolation', (event) => window.refused.push(event.violatedDirective));"""


@pytest.fixture
def context(playwright: Playwright, portal: Portal) -> Iterator[BrowserContext]:
    flags = [flag for flag in CHROMIUM_FLAGS if flag != "--disable-gpu"]
    browser = playwright.chromium.launch(executable_path=chromium(), args=[*flags, *SOFTWARE])
    context = browser.new_context(base_url=portal.url, viewport={"width": 800, "height": 700}, reduced_motion="reduce")
    context.set_default_timeout(PATIENCE_MS)
    context.add_init_script(NOTES)
    yield context
    browser.close()


def drawn(page: Page) -> str:
    """What the canvas shows, as a digest."""
    url: str = page.evaluate("document.querySelector('[data-car3d] canvas').toDataURL()")
    return hashlib.sha256(url.encode()).hexdigest()


def changed(page: Page, before: str) -> str:
    for _ in range(1200):
        if (now := drawn(page)) != before:
            return now
        page.wait_for_timeout(100)
    pytest.fail("The canvas stayed as it was.")


def begin(page: Page) -> None:
    page.get_by_role("button", name="Turn in 3D").click()
    page.get_by_role("button", name="Draw it anyway").click()
    expect(page.get_by_role("button", name="Back to the picture")).to_be_visible(timeout=PATIENCE_MS)


def test_a_car_is_turned_by_keyboard_and_put_back(context: BrowserContext) -> None:
    page = context.new_page()
    fetched: list[str] = []
    page.on("request", lambda request: fetched.append(request.url))
    page.goto("/cars/gac-aion/aion-ut-super/")
    page.wait_for_load_state("networkidle")
    assert not [url for url in fetched if "three" in url or "js/car/" in url]  # nothing before somebody asks
    begin(page)
    picture = page.locator("#stage picture")
    expect(picture).to_be_hidden()
    expect(page.locator("#stage canvas")).to_be_focused()
    before = drawn(page)
    page.keyboard.press("ArrowRight")
    turned = changed(page, before)
    page.keyboard.press("ArrowLeft")
    changed(page, turned)
    page.get_by_role("button", name="Turn to the left").click()
    assert Axe().run(page).response["violations"] == []
    page.get_by_role("button", name="Back to the picture").click()
    expect(picture).to_be_visible()
    expect(page.locator("#stage canvas")).to_have_count(0)
    expect(page.get_by_role("button", name="Turn in 3D")).to_be_focused()
    assert page.evaluate("window.refused") == []


def test_the_turning_car_wears_what_is_picked(context: BrowserContext) -> None:
    page = context.new_page()
    page.goto("/configure/aion-ut-super/")
    begin(page)
    before = drawn(page)
    page.locator("#opt-colour-wine").check(force=True)
    painted = changed(page, before)
    expect(page.locator("#configurator canvas")).to_have_count(1)
    expect(page.locator("#configurator picture")).to_be_hidden()
    page.locator("#opt-wheels-18").check(force=True)
    changed(page, painted)
    assert page.evaluate("window.refused") == []


def test_a_look_that_cannot_be_fetched_leaves_the_picture_and_says_so(context: BrowserContext) -> None:
    page = context.new_page()
    page.route("**/cars/look/*.json", lambda route: route.abort())
    page.goto("/cars/gac-aion/aion-ut-super/")
    page.get_by_role("button", name="Turn in 3D").click()
    page.get_by_role("button", name="Draw it anyway").click()
    expect(page.get_by_role("status").filter(has_text="The car could not be drawn in 3D")).to_be_visible()
    expect(page.locator("#stage picture")).to_be_visible()
    expect(page.locator("#stage canvas")).to_have_count(0)
    page.unroute("**/cars/look/*.json")
    begin(page)  # what failed once is asked for again
    assert page.evaluate("window.refused") == []
