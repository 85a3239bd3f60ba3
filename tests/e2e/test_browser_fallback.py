"""A car whose rules do not compile, as a visitor sees it: what fits at once, prices that come by themselves, reasons."""

import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.e2e.conftest import Portal
from tests.e2e.test_browser_configurator import PATIENCE_MS, Looker, answered, choices
from tests.e2e.test_browser_speed import SHIFTS, TWITCH

pytestmark = [pytest.mark.browser]
FACTORY = "from tests.factories.configurator import make_slow_configurator; make_slow_configurator({slug!r}, {base})"
OFF_SALE = "from apps.catalog.models import CarModel; CarModel.objects.filter(slug={slug!r}).update(on_sale=False)"

INPUT_IS_RECENT_MS = 600  # until then browsers take a shift for what a visitor asked for

BASES = itertools.count(50_001)


@dataclass(frozen=True)
class Car:
    """``base`` is its price without options, in yuan, which no other car has."""

    slug: str
    base: int


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
def car(portal: Portal) -> Iterator[Car]:
    """A car in fallback mode that nobody has asked anything of; it is off sale afterwards."""
    base = next(BASES)
    car = Car(f"entangled-{base}", base)
    portal.manage("shell", "-v", "0", "-c", FACTORY.format(slug=car.slug, base=base))
    yield car
    portal.manage("shell", "-v", "0", "-c", OFF_SALE.format(slug=car.slug))


@pytest.fixture
def page(chrome: Browser, portal: Portal, width: int) -> Iterator[Page]:
    context = chrome.new_context(base_url=portal.url, viewport={"width": width, "height": 900})
    context.set_default_timeout(PATIENCE_MS)
    context.add_init_script(SHIFTS)
    page = context.new_page()
    page.emulate_media(color_scheme="dark" if width < 1000 else "light", reduced_motion="reduce")
    yield page
    context.close()


def test_prices_that_come_move_nothing(page: Page, car: Car, width: int) -> None:
    """Of a page that nothing was done on yet, at its top and at the price."""
    for place in ("h1", "#cfg-total"):
        patience = Patience(page)
        page.goto(
            f"/{'zh-hans/' if width < 1000 else ''}configure/{car.slug}/?choices={'red' if place == 'h1' else 'large'}"
        )
        expect(page.locator("#cfg-pending")).to_be_visible()
        page.locator(place).first.scroll_into_view_if_needed()
        page.wait_for_timeout(INPUT_IS_RECENT_MS)
        page.evaluate("window.shifts = []")
        patience.over = True
        page.wait_for_selector("#cfg-pending", state="detached")
        page.wait_for_timeout(INPUT_IS_RECENT_MS)
        assert [one for one in page.evaluate("window.shifts") if one[0] > TWITCH] == [], place
        page.unroute_all()


def test_a_visitor_configures_a_car_whose_prices_come_later(page: Page, car: Car, width: int) -> None:
    look, patience = Looker(page), Patience(page)
    page.goto(f"/{'zh-hans/' if width < 1000 else ''}configure/{car.slug}/")
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

    expect(page.locator("#cfg-finish")).to_be_disabled()
    page.wait_for_timeout(INPUT_IS_RECENT_MS)
    page.evaluate("window.shifts = []")
    patience.over = True
    page.wait_for_selector("#cfg-pending", state="detached")
    page.wait_for_timeout(INPUT_IS_RECENT_MS)
    # Prices that come move nothing: each has its room.
    assert [one for one in page.evaluate("window.shifts") if one[0] > TWITCH] == []
    expect(page.locator("#cfg-finish")).to_be_enabled()
    expect(page.locator("#row-rack .p")).to_contain_text("¥500")
    assert choices(page) == {"red"}
    look.at("with prices")

    page.locator("#fix-tow").click()  # the explanation has stayed
    answered(page)
    assert "tow" in choices(page)
    page.locator("#opt-buy").click()
    expect(page.locator("#cfg-save")).to_be_enabled()  # a whole car needs no solving
    expect(page.locator("#cfg-total")).to_contain_text(f"¥{(car.base + 41_000):,}")
    page.locator("#cfg-save").click()
    page.wait_for_url(re.compile(r"/builds/[2-9A-Z]{8}/"))
    look.at("saved")
    assert look.faults == {}
