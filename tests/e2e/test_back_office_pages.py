"""The back office, page by page and role by role, in the real browser: accessible, fitting, nothing blocked."""

import pytest
from playwright.sync_api import Browser, Locator

from tests.e2e.conftest import Portal
from tests.e2e.states import LOOKS, State, of_staff, walk

pytestmark = [pytest.mark.browser]


@pytest.fixture(scope="module")
def states(portal: Portal) -> list[State]:
    return list(of_staff(portal.environment))


@pytest.mark.parametrize("look", LOOKS)
def test_every_page_is_accessible_and_fits(chrome: Browser, portal: Portal, states: list[State], look: str) -> None:
    """Every other page on a phone, dark and in Chinese; the others on a desk: roles share most of them."""
    first = list(LOOKS).index(look)
    assert walk(chrome, portal.url, states[first::2], LOOKS[look]) == {}


def test_what_the_mouse_opens_the_keyboard_opens(chrome: Browser, portal: Portal, states: list[State]) -> None:
    """Filters, groups of the navigation and the own menu are buttons; the page that is open is in sight in the navigation."""
    work = next(state for state in states if state.name == "admin: work items, list")
    page = chrome.new_context(base_url=portal.url, viewport={"width": 1440, "height": 900}).new_page()
    work.open(page)

    def press(button: Locator) -> None:
        button.focus()
        page.keyboard.press("Enter")

    press(page.locator(".filter-open-button"))
    page.locator("#changelist-filter").wait_for(state="visible")
    page.keyboard.press("Escape")
    page.locator("#changelist-filter").wait_for(state="hidden")
    press(page.get_by_role("button", name="Careers"))
    page.get_by_role("link", name="Postings").wait_for(state="visible")
    press(page.locator("[x-on\\:click*=openUserLinks]"))
    page.get_by_text("Log out").first.wait_for(state="visible")
    assert page.locator("#nav-sidebar-inner a.active").evaluate(
        "one => { const box = one.getBoundingClientRect(), list = document.getElementById('nav-sidebar-inner').getBoundingClientRect();"
        " return box.top >= list.top && box.bottom <= list.bottom; }"
    )
    page.context.close()
