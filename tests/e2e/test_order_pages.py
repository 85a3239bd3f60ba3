"""Orders, baskets, queues and accounts in every state, in the real browser: accessible, fitting, nothing blocked."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from tests.e2e.conftest import Portal
from tests.e2e.states import State, staged

pytestmark = [pytest.mark.browser]
PATIENCE_MS = 600_000


@pytest.fixture(scope="module")
def states(portal: Portal) -> list[State]:
    return list(staged(portal.environment))


def faults(page: Page) -> list[str]:
    found = [f"{one['id']}: {one['nodes'][0]['html'][:160]}" for one in Axe().run(page).response["violations"]]
    if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
        found.append("wider than the screen")
    return found


@pytest.mark.parametrize(
    ("width", "scheme", "language"), [(390, "dark", "zh-hans/"), (1440, "light", "")], ids=["phone", "desk"]
)
def test_every_state_is_accessible_and_fits(
    chrome: Browser, portal: Portal, states: list[State], width: int, scheme: str, language: str
) -> None:
    context = chrome.new_context(
        base_url=portal.url,
        viewport={"width": width, "height": 900},
        color_scheme="dark" if scheme == "dark" else "light",
        reduced_motion="reduce",
    )
    context.set_default_timeout(PATIENCE_MS)
    page = context.new_page()
    blocked: list[str] = []
    page.on("pageerror", lambda error: blocked.append(f"{page.url}: {error}"))
    page.on(
        "console", lambda told: blocked.append(f"{page.url}: {told.text}") if "Security Policy" in told.text else None
    )
    wrong: dict[str, list[str]] = {}
    for state in states:
        state.open(page, language)
        if found := faults(page):
            wrong[state.name] = found
    context.close()
    assert wrong == {}
    assert blocked == []
