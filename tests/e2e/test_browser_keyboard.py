"""Booking a visit and buying a part without ever touching a mouse: everything is reached by Tab, in sight, with a visible focus."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.e2e.conftest import Portal

pytestmark = [pytest.mark.browser]
PATIENCE_MS = 120_000
MOST_PRESSES = 250
FOCUSED = "element => element === document.activeElement"
# What has the focus is in the window, not under the bars that stay, and drawn differently from what has not.
SEEN = """element => {
    const shown = element.matches('input[type=radio], input[type=checkbox]') ? element.closest('label') ?? element : element;
    const box = shown.getBoundingClientRect();
    const styles = [shown, element].map(one => getComputedStyle(one));
    const top = document.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2);
    return box.bottom > 0 && box.top < innerHeight && (shown.contains(top) || element.contains(top))
        && styles.some(style => style.outlineStyle !== 'none' || style.boxShadow !== 'none');
}"""


@pytest.fixture(params=[(1280, 900), (390, 844)], ids=["desktop", "phone"])
def page(request: pytest.FixtureRequest, chrome: Browser, portal: Portal) -> Iterator[Page]:
    width, height = request.param
    context = chrome.new_context(
        base_url=portal.url, viewport={"width": width, "height": height}, reduced_motion="reduce"
    )
    context.set_default_timeout(PATIENCE_MS)
    yield context.new_page()
    context.close()


def reach(page: Page, wanted: Locator) -> None:
    """Press Tab until this has the focus; it must be seen that it has."""
    for _ in range(MOST_PRESSES):
        page.keyboard.press("Tab")
        if wanted.evaluate(FOCUSED):
            break
    else:
        raise AssertionError(f"Tab never comes to {wanted}")
    assert wanted.evaluate(SEEN), f"{wanted} has the focus out of sight"


def fill(page: Page, wanted: Locator, text: str) -> None:
    reach(page, wanted)
    page.keyboard.type(text)


def press(page: Page, wanted: Locator, key: str = "Enter") -> None:
    reach(page, wanted)
    page.keyboard.press(key)


def test_a_visit_to_a_store_is_booked_and_cancelled_by_keyboard_alone(page: Page) -> None:
    page.goto("/stores/?q=Shanghai")
    press(page, page.locator("main a[href*='/stores/SH-']").first)
    page.wait_for_url(re.compile(r"/stores/SH-\d+/"))
    press(page, page.locator("main a[href*='/book/']").first)
    page.wait_for_url(re.compile(r"/book/"))
    times = page.locator("input[name=starts_at]:not(:disabled)")
    press(page, times.first, "Space")
    page.keyboard.press("ArrowRight")
    expect(times.nth(1)).to_be_checked()
    fill(page, page.locator("#id_name"), "Han Meimei")
    fill(page, page.locator("#id_phone"), "139 0013 9000")
    press(page, page.locator("main form button[type=submit].primary"))
    page.wait_for_url(re.compile(r"/appointments/"))
    cancelling = page.locator("form[action$='/cancel/'] button, a[href$='/cancel/']").first
    press(page, cancelling)
    expect(page.locator("main")).to_contain_text(re.compile("cancelled", re.IGNORECASE))


def test_a_part_is_bought_and_paid_by_keyboard_alone(page: Page) -> None:
    page.goto("/bundles/accessories/")
    sent = page.locator("form").filter(has=page.locator("input[value='accessory']")).first
    press(page, sent.locator("button[type=submit]").first)
    page.wait_for_url(re.compile(r"/basket/"))
    press(page, page.locator("a[href*='/checkout/']").first)
    page.wait_for_url(re.compile(r"/checkout/"))
    fill(page, page.get_by_label("Full name"), "Han Meimei")
    fill(page, page.get_by_label("Mobile phone"), "139 0013 9000")
    fill(page, page.get_by_label("E-mail"), "meimei@example.com")
    fill(page, page.get_by_label("City", exact=True), "Shanghai")
    expect(page.get_by_label("City", exact=True)).to_have_value("shanghai-sh")
    press(page, page.get_by_role("checkbox", name=re.compile("I have read")), "Space")
    press(page, page.get_by_role("button", name="Place the order"))
    page.wait_for_url(re.compile(r"/orders/K\d{10}/"))
    press(page, page.get_by_role("button", name="To the payment page"))
    page.wait_for_url(re.compile(r"/payments/sandbox/"))
    press(page, page.get_by_role("button", name="Pay", exact=True))
    page.wait_for_url(re.compile(r"/orders/K\d{10}/"))
    expect(page.locator("#order")).to_contain_text(re.compile("Paid|paid"))
