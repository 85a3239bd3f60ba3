"""Every kind of page in the real browser: accessible, no wider than a phone, nothing blocked or broken."""

import pytest
from playwright.sync_api import Browser, expect

from tests.e2e.conftest import Portal
from tests.e2e.states import LOOKS, PATIENCE_MS, faults, of_visitors, walk

pytestmark = [pytest.mark.browser]


@pytest.mark.parametrize("look", LOOKS)
def test_pages_are_accessible_and_fit(chrome: Browser, portal: Portal, look: str) -> None:
    assert walk(chrome, portal.url, of_visitors(), LOOKS[look]) == {}


def test_a_guest_books_moves_and_cancels_a_visit(chrome: Browser, portal: Portal) -> None:
    page = chrome.new_page(base_url=portal.url, viewport={"width": 390, "height": 844}, reduced_motion="reduce")
    page.set_default_timeout(PATIENCE_MS)
    wrong: dict[str, list[str]] = {}

    def look(state: str) -> None:
        if found := faults(page):
            wrong[state] = found

    page.goto("/stores/?q=Shanghai&service=test_drive")
    page.locator(".store h3 a").first.click()
    page.get_by_role("link", name="Choose a time").click()
    page.get_by_role("button", name="Book this time").click()
    expect(page.locator(".error-summary")).to_be_visible()
    look("refused")
    # A field that was called wrong is not any longer once it is filled in.
    name = page.get_by_label("Name", exact=True)
    expect(name).to_have_attribute("aria-invalid", "true")
    name.fill("Han Meimei")
    expect(name).not_to_have_attribute("aria-invalid", "true")
    page.get_by_label("Phone").fill("13900139000")
    page.get_by_label("E-mail").fill("han@example.com")
    page.locator("input[name=starts_at]").first.check(force=True)
    page.get_by_role("button", name="Book this time").click()
    page.wait_for_url("**/stores/appointments/**")
    look("booked")
    page.get_by_text("Move to another time").click()
    page.locator("input[name=starts_at]").nth(3).check(force=True)
    page.get_by_role("button", name="Move to this time").click()
    expect(page.get_by_text("The appointment is moved.")).to_be_visible()
    look("moved")
    page.get_by_role("button", name="Cancel the appointment").click()
    expect(page.get_by_text("The appointment is cancelled.")).to_be_visible()
    look("cancelled")
    page.close()
    assert wrong == {}


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
