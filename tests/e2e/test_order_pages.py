"""Orders, baskets, queues and accounts in every state, in the real browser: accessible, fitting, nothing blocked."""

import pytest
from playwright.sync_api import Browser

from tests.e2e.conftest import Portal
from tests.e2e.states import LOOKS, State, staged, walk

pytestmark = [pytest.mark.browser]


@pytest.fixture(scope="module")
def states(portal: Portal) -> list[State]:
    return list(staged(portal.environment))


@pytest.mark.parametrize("look", LOOKS)
def test_every_state_is_accessible_and_fits(chrome: Browser, portal: Portal, states: list[State], look: str) -> None:
    assert walk(chrome, portal.url, states, LOOKS[look]) == {}
