"""Every kind of page in the real browser: accessible, no wider than a phone, nothing blocked or broken."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, expect

from tests.e2e.conftest import Portal

pytestmark = [pytest.mark.browser]
PATIENCE_MS = 600_000
PAGES = (
    "",
    "cars/",
    "cars/?brand=byd&sort=price",
    "cars/gac-aion/aion-ut-super/",
    "cars/compare/?trim=aion-ut-super-500",
    "configure/",
    "configure/aion-ut-super/",
    "configure/kaicheng-v919/",
    "bundles/",
    "bundles/covers/?fits=aion-ut-super",
    "bundles/maintenance/",
    "bundles/accessories/",
    "stores/",
    "stores/?q=Shanghai",
    "basket/",
    "orders/find/",
    "account/login/",
    "account/signup/",
    "account/password/reset/",
    "careers/",
    "nothing-here/",
)


@pytest.mark.parametrize(
    ("width", "scheme", "language"), [(390, "dark", "zh-hans/"), (1440, "light", "")], ids=["phone", "desk"]
)
def test_pages_are_accessible_and_fit(chrome: Browser, portal: Portal, width: int, scheme: str, language: str) -> None:
    context = chrome.new_context(base_url=portal.url, viewport={"width": width, "height": 900})
    context.set_default_timeout(PATIENCE_MS)
    page = context.new_page()
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light", reduced_motion="reduce")
    blocked: list[str] = []
    page.on("pageerror", lambda error: blocked.append(f"{page.url}: {error}"))
    page.on(
        "console", lambda said: blocked.append(f"{page.url}: {said.text}") if "Security Policy" in said.text else None
    )
    faults: dict[str, list[str]] = {}
    for path in PAGES:
        page.goto(f"/{language}{path}")
        found = [f"{one['id']}: {one['nodes'][0]['html'][:120]}" for one in Axe().run(page).response["violations"]]
        if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            found.append("wider than the screen")
        if found:
            faults[path] = found
    context.close()
    assert faults == {}
    assert blocked == []


def test_the_list_says_above_its_cars_how_many_they_are(chrome: Browser, portal: Portal) -> None:
    page = chrome.new_page(base_url=portal.url, viewport={"width": 390, "height": 844})
    page.set_default_timeout(PATIENCE_MS)
    page.goto("/cars/")
    said, first = (
        page.locator("#results [role=status]").bounding_box(),
        page.locator("#results article").first.bounding_box(),
    )
    header = page.locator("header.top").bounding_box()
    page.close()
    assert said is not None
    assert first is not None
    assert header is not None
    assert header["y"] + header["height"] < said["y"] < first["y"]


def test_one_of_two_equal_buttons_rests_while_the_other_is_in_sight(chrome: Browser, portal: Portal) -> None:
    page = chrome.new_page(base_url=portal.url, viewport={"width": 390, "height": 844}, reduced_motion="reduce")
    page.set_default_timeout(PATIENCE_MS)
    page.goto("/cars/gac-aion/aion-ut-super/")
    bar, offer = page.locator(".buybar"), page.locator(".buy .btn.primary")
    offer.scroll_into_view_if_needed()
    expect(bar).to_be_hidden()
    page.evaluate("scrollTo({ top: document.querySelector('#versions').offsetTop, behavior: 'instant' })")
    expect(bar).to_be_visible()
    expect(bar.get_by_role("link")).to_be_in_viewport()
    page.close()
