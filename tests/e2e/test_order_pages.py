"""An order's page in every state, and the account's pages, in the real browser: accessible, fitting, nothing blocked."""

import json
import time

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from tests.e2e.conftest import Portal

pytestmark = [pytest.mark.browser]
PATIENCE_MS = 600_000
ACCOUNT = (
    "",
    "orders/",
    "profile/",
    "messages/",
    "addresses/",
    "addresses/new/",
    "email/",
    "password/change/",
    "2fa/",
    "tokens/",
)
ONE_EACH = """
import json
from apps.orders.models import Order
found = {}
for order in Order.objects.filter(user=None).order_by("pk"):
    found.setdefault(order.status, f"{order.number}/?token={order.token}")
print("FOUND" + json.dumps(found))
"""


def faults(page: Page) -> list[str]:
    found = [f"{one['id']}: {one['nodes'][0]['html'][:160]}" for one in Axe().run(page).response["violations"]]
    if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
        found.append("wider than the screen")
    return found


def orders_in_every_state(portal: Portal) -> dict[str, str]:
    """The path of an order by its state. Right after the start the demo's orders are still on their way there."""
    orders: dict[str, str] = {}
    for _ in range(60):
        said = portal.manage("shell", "-c", ONE_EACH)
        orders = json.loads(said.split("FOUND")[1].splitlines()[0])
        # At this speed the days for a return are soon over.
        if {"placed", "reserved", "ready", "cancelled"} <= set(orders) and {"delivered", "completed"} & set(orders):
            return orders
        time.sleep(2)
    raise AssertionError(sorted(orders))


@pytest.mark.parametrize(
    ("width", "scheme", "language"), [(390, "dark", "zh-hans/"), (1440, "light", "")], ids=["phone", "desk"]
)
def test_orders_in_every_state_and_account_pages_are_accessible_and_fit(
    chrome: Browser, portal: Portal, width: int, scheme: str, language: str
) -> None:
    orders = orders_in_every_state(portal)
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
    for status, path in orders.items():
        page.goto(f"/{language}orders/{path}")
        page.evaluate("document.querySelectorAll('#order details').forEach((one) => { one.open = true; })")
        page.wait_for_load_state("networkidle")
        if found := faults(page):
            wrong[status] = found
    number = orders["ready"].split("/")[0]
    for path in (f"orders/{number}/handover/", f"orders/{number}/messages/"):
        page.goto(f"/{language}{path}")
        if found := faults(page):
            wrong[path] = found
    page.goto(f"/{language}account/login/")
    page.locator("#id_login").fill("wang@kaiche.example")
    page.locator("#id_password").fill("kaiche-demo")
    page.locator("main form button[type=submit]").last.click()
    page.wait_for_url("**/account/**")
    for path in ACCOUNT:
        page.goto(f"/{language}account/{path}")
        page.wait_for_load_state("networkidle")
        if found := faults(page):
            wrong[f"account/{path}"] = found
    context.close()
    assert wrong == {}
    assert blocked == []
