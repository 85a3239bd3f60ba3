"""The back office, page by page and role by role, in the real browser: accessible, fitting, nothing blocked."""

import pytest
from playwright.sync_api import Browser

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
