"""A visitor buys the opening car in a real browser, while a real worker carries the order out."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.e2e.conftest import Portal

pytestmark = [pytest.mark.browser, pytest.mark.services]
PATIENCE_MS = 120_000
expect.set_options(timeout=PATIENCE_MS)


@pytest.fixture
def context(chrome: Browser, portal: Portal) -> Iterator[BrowserContext]:
    made = chrome.new_context(base_url=portal.url, viewport={"width": 1280, "height": 900})
    made.set_default_timeout(PATIENCE_MS)
    yield made
    made.close()


@pytest.fixture
def page(context: BrowserContext) -> Iterator[Page]:
    """A page on which any script error or blocked script fails the test."""
    errors: list[str] = []
    opened = context.new_page()
    opened.on("pageerror", lambda error: errors.append(str(error)))
    opened.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    yield opened
    expected = "the server responded with a status of"
    assert [error for error in errors if expected not in error] == []


def build_the_car(page: Page) -> None:
    page.goto("/")
    page.get_by_role("link", name="Build yours").last.click()
    if not page.url.rstrip("/").endswith("aion-ut-super"):
        page.goto("/configure/aion-ut-super/")
    page.get_by_role("radio", name=re.compile("Jade metallic")).check()
    expect(page.get_by_role("radio", name=re.compile("Jade metallic"))).to_be_checked()
    page.get_by_role("button", name="Finish at the least price").or_(
        page.get_by_role("link", name="Finish at the least price")
    ).click()
    page.get_by_role("button", name=re.compile("Save and continue")).first.click()
    page.wait_for_url(re.compile(r"/builds/[A-Z0-9]{8}/"))
    page.get_by_role("button", name=re.compile("Order this car")).click()
    page.wait_for_url(re.compile(r"/basket/"))


def add_plans(page: Page) -> None:
    """A film, a maintenance plan and an accessory that is fitted, each from its own page."""
    for address in ("covers", "maintenance", "accessories"):
        page.goto(f"/bundles/{address}/?fits=aion-ut-super")
        if address == "accessories":
            card = page.locator("form").filter(has=page.locator("input[value='accessory']"))
            fitted = page.locator(":is(article, li):has-text('Fitted in')").filter(has=card).first
            fitted.get_by_role("button", name=re.compile("Add")).click()
        else:
            kind = {"covers": "cover", "maintenance": "maintenance_plan"}[address]
            form = page.locator("form").filter(has=page.locator(f"input[value='{kind}']")).first
            form.get_by_role("button").click()
        page.wait_for_url(re.compile(r"/basket/"))


def check_out(page: Page) -> str:
    """Fill in the checkout and return the order's number."""
    page.goto("/checkout/")
    page.get_by_label("Full name").fill("Li Lei")
    page.get_by_label("Mobile phone").fill("138 0013 8000")
    page.get_by_label("E-mail").fill("lilei@example.com")
    page.get_by_label("City", exact=True).select_option(label="Shanghai")
    page.get_by_role("radio", name=re.compile("Shanghai")).first.check(force=True)
    page.get_by_role("radio", name=re.compile("Deposit now")).check(force=True)
    page.get_by_role("checkbox", name=re.compile("I have read")).check()
    page.get_by_role("button", name="Place the order").click()
    page.wait_for_url(re.compile(r"/orders/K\d{10}/"))
    number = re.search(r"K\d{10}", page.url)
    assert number
    return number[0]


def pay(page: Page) -> None:
    page.get_by_role("button", name="To the payment page").click()
    page.wait_for_url(re.compile(r"/payments/sandbox/"))
    page.get_by_role("button", name="Pay", exact=True).click()
    page.wait_for_url(re.compile(r"/orders/K\d{10}/"))


def test_a_visitor_buys_the_opening_car_and_watches_it_arrive(page: Page) -> None:
    build_the_car(page)
    add_plans(page)
    check_out(page)
    pay(page)
    page.get_by_label("Your full name, as on your ID").fill("Li Lei")
    page.get_by_role("checkbox", name=re.compile("table of fees")).check()
    page.get_by_role("checkbox", name=re.compile("ID is checked")).check()
    page.get_by_role("button", name="Sign", exact=True).click()
    # The page follows by itself: nobody reloads it until the balance can be paid at the store.
    expect(page.locator("#order")).to_contain_text("At the store")
    pay(page)
    expect(page.get_by_role("button", name="Accept the delivery")).to_be_visible()
    for box in page.locator("#accept input[type=checkbox]").all():
        box.check()
    vin = re.search(r"\b[A-HJ-NPR-Z0-9]{17}\b", page.locator("#order").inner_text())
    assert vin
    page.locator("#accept").get_by_label("VIN on the car").fill(vin[0])
    page.locator("#accept").get_by_label("Your full name").fill("Li Lei")
    page.get_by_role("button", name="Accept the delivery").click()
    expect(page.locator("#order")).to_contain_text(re.compile("Delivered|Completed"))


def test_without_javascript_the_car_reaches_the_basket(chrome: Browser, portal: Portal) -> None:
    context = chrome.new_context(base_url=portal.url, java_script_enabled=False, viewport={"width": 390, "height": 800})
    context.set_default_timeout(PATIENCE_MS)
    page = context.new_page()
    page.goto("/zh-hans/configure/aion-ut-super/")
    assert page.locator("html").get_attribute("lang") == "zh-hans"
    page.goto("/configure/aion-ut-super/")
    page.get_by_role("button", name="Finish at the least price").or_(
        page.get_by_role("link", name="Finish at the least price")
    ).click()
    page.get_by_role("button", name=re.compile("Save and continue")).first.click()
    page.get_by_role("button", name=re.compile("Order this car")).click()
    assert "/basket/" in page.url
    expect(page.get_by_role("link", name="To checkout")).to_be_visible()
    context.close()
