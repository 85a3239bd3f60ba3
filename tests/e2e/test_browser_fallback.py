"""A car whose rules do not compile, as a visitor sees it: what fits at once, prices that come by themselves, reasons."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.e2e.conftest import Portal
from tests.e2e.test_browser_configurator import PATIENCE_MS, Looker, answered, choices

pytestmark = [pytest.mark.browser]
FACTORY = "from tests.factories.configurator import make_slow_configurator; make_slow_configurator({slug!r}, {base})"
OFF_SALE = "from apps.catalog.models import CarModel; CarModel.objects.filter(slug={slug!r}).update(on_sale=False)"


class Patience:
    """Holds the page's questions for prices back, so that what is shown until then stays to be looked at."""

    def __init__(self, page: Page) -> None:
        self.over = False
        page.route(re.compile(r"[?&]poll=1"), self._answer)

    def _answer(self, route: Route) -> None:
        if self.over:
            route.continue_()
        else:
            route.fulfill(status=204)


@pytest.fixture(params=[390, 1440], ids=["phone", "desk"])
def width(request: pytest.FixtureRequest) -> int:
    return int(request.param)


@pytest.fixture
def car(portal: Portal, width: int) -> Iterator[str]:
    """The slug of a car in fallback mode that nobody has asked anything of; it is off sale afterwards."""
    slug = f"entangled-{width}"
    portal.manage("shell", "-v", "0", "-c", FACTORY.format(slug=slug, base=50_000 + width))
    yield slug
    portal.manage("shell", "-v", "0", "-c", OFF_SALE.format(slug=slug))


@pytest.fixture
def page(chrome: Browser, portal: Portal, width: int) -> Iterator[Page]:
    context = chrome.new_context(base_url=portal.url, viewport={"width": width, "height": 900})
    context.set_default_timeout(PATIENCE_MS)
    page = context.new_page()
    page.emulate_media(color_scheme="dark" if width < 1000 else "light", reduced_motion="reduce")
    yield page
    context.close()


def test_a_visitor_configures_a_car_whose_prices_come_later(page: Page, car: str, width: int) -> None:
    look, patience = Looker(page), Patience(page)
    page.goto(f"/{'zh-hans/' if width < 1000 else ''}configure/{car}/")
    expect(page.locator("#cfg-pending")).to_be_visible()
    expect(page.locator(".cfg-bar-pending")).to_be_visible(visible=width < 1000)
    look.at("nothing chosen")

    page.locator("#opt-red").click()  # what it forces and blocks is known at once
    expect(page.locator("#opt-large")).to_be_checked()
    expect(page.locator("#opt-tow")).to_be_disabled()
    expect(page.locator("#row-rack .p")).to_contain_text("…")
    look.at("chosen, no prices yet")

    page.locator("#ask-tow").click()
    expect(page.locator("#why-tow")).to_be_visible()
    look.at("explained without prices")

    patience.over = True
    page.wait_for_selector("#cfg-pending", state="detached")
    expect(page.locator("#row-rack .p")).to_contain_text("¥500")
    assert choices(page) == {"red"}
    look.at("with prices")

    page.locator("#ask-tow").click()
    page.locator("#fix-tow").click()
    answered(page)
    assert "tow" in choices(page)
    page.locator("#opt-buy").click()
    expect(page.locator("#cfg-save")).to_be_enabled()  # a whole car needs no solving
    expect(page.locator("#cfg-total")).to_contain_text(f"¥{(91_000 + width):,}")
    page.locator("#cfg-save").click()
    page.wait_for_url(re.compile(r"/builds/[2-9A-Z]{8}/"))
    look.at("saved")
    assert look.faults == {}
