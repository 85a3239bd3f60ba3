"""A clerk hands a car over on a tablet that loses its connection in the middle, in a real browser."""

import re
from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.e2e.conftest import Portal

pytestmark = [pytest.mark.browser]
PATIENCE_MS = 120_000


@pytest.fixture
def context(chrome: Browser, portal: Portal) -> Iterator[BrowserContext]:
    made = chrome.new_context(base_url=portal.url, viewport={"width": 820, "height": 1180})
    made.set_default_timeout(PATIENCE_MS)
    yield made
    made.close()


def sign_in(page: Page, email: str = "store@kaiche.example") -> None:
    page.goto("/account/login/?next=/handover/")
    page.locator("#id_login").fill(email)
    page.locator("#id_password").fill("kaiche-demo")
    page.locator("main").get_by_role("button", name="Sign in").click()
    page.wait_for_url(re.compile("/handover/"))


def open_one(page: Page) -> None:
    """Open the first hand-over of the list and wait until the tablet can do without a connection."""
    page.locator(".order-row a").first.click()
    page.wait_for_selector("[data-tablet][data-alive][data-ready]")
    page.wait_for_function(
        "caches.match(location.origin + location.pathname).then((kept) => Boolean(kept))", timeout=PATIENCE_MS
    )


def fill(page: Page, *, refuse: str = "") -> None:
    vin = page.locator("[data-tablet]").get_attribute("data-vin") or ""
    page.get_by_label("VIN on the car").fill(vin.lower())
    expect(page.locator("[data-vin-said]")).to_have_text("This is the car of this order.")
    for point in page.locator(".point").all():
        point.get_by_role("radio", name="In order").check()
    if refuse:
        point = page.locator(".point").filter(has_text=refuse)
        point.get_by_role("radio", name="Not accepted").check()
        point.get_by_label("What is it?").fill("A scratch on the left door")
    page.get_by_label("The buyer's full name").fill("Li Lei")
    box = page.locator("canvas").bounding_box()
    assert box
    page.mouse.move(box["x"] + 40, box["y"] + 60)
    page.mouse.down()
    page.mouse.move(box["x"] + 200, box["y"] + 90, steps=5)
    page.mouse.up()


def test_a_car_is_handed_over_without_a_connection_and_sent_once_when_it_is_back(context: BrowserContext) -> None:
    page = context.new_page()
    blocked: list[str] = []
    page.on("console", lambda said: blocked.append(said.text) if "Security Policy" in said.text else None)
    sign_in(page)
    open_one(page)
    address = page.url
    assert [one["id"] for one in Axe().run(page).response["violations"]] == []
    posts: list[str] = []
    page.on("request", lambda asked: posts.append(asked.url) if asked.method == "POST" else None)

    context.set_offline(True)
    expect(page.locator("[data-state]")).to_contain_text("No connection")
    fill(page)
    page.wait_for_timeout(600)  # the draft is kept a moment after the last key
    page.reload()  # the page opens without a connection, and nothing that was noted is lost
    expect(page.get_by_label("The buyer's full name")).to_have_value("Li Lei")
    expect(page.locator(".point input[value=yes]:checked")).to_have_count(8)
    page.get_by_role("button", name="End the hand-over").click()
    expect(page.locator("[data-done]")).to_contain_text("Kept on this tablet")
    expect(page.locator("[data-state]")).to_have_attribute("data-left", "1")
    page.reload()
    expect(page.locator("[data-done]")).to_contain_text("Kept on this tablet")
    assert posts == []

    context.set_offline(False)
    expect(page.locator("[data-done]")).to_contain_text("Handed over")
    expect(page.locator("[data-state]")).to_have_attribute("data-left", "0")
    page.goto(address)
    expect(page.locator(".tag").first).to_contain_text(re.compile("Delivered|Completed"))
    expect(page.locator(".history li")).to_have_count(1)
    assert blocked == []


def test_what_the_buyer_does_not_accept_goes_back_to_the_store(context: BrowserContext) -> None:
    page = context.new_page()
    sign_in(page)
    open_one(page)
    page.get_by_role("button", name="End the hand-over").click()
    expect(page.locator("[data-problem]")).to_contain_text("VIN")
    fill(page, refuse="Paint")
    page.get_by_role("button", name="End the hand-over").click()
    expect(page.locator("[data-done]")).to_contain_text("does not accept")


def test_a_customer_finds_no_such_page(context: BrowserContext) -> None:
    page = context.new_page()
    page.goto("/account/login/")
    page.locator("#id_login").fill("wang@kaiche.example")
    page.locator("#id_password").fill("kaiche-demo")
    page.locator("main").get_by_role("button", name="Sign in").click()
    page.wait_for_url(re.compile("/account/"))
    answer = page.goto("/handover/")
    assert answer is not None
    assert answer.status == 404
