"""A product manager writes a rule in the real browser with the keyboard, asks for publishing; somebody else approves."""

import re
from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.e2e.conftest import Portal

pytestmark = [pytest.mark.browser, pytest.mark.services]
PATIENCE_MS = 240_000
SHADES = [(1440, "light", ""), (820, "dark", "/zh-hans"), (390, "light", "")]


def sign_in(chrome: Browser, portal: Portal, email: str, width: int = 1440, scheme: str = "light") -> Page:
    context = chrome.new_context(base_url=portal.url, viewport={"width": width, "height": 1000})
    context.set_default_timeout(PATIENCE_MS)
    page = context.new_page()
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light", reduced_motion="reduce")
    page.goto("/admin/login/?next=/admin/")
    page.fill("[name=username]", email)
    page.fill("[name=password]", "kaiche-demo")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"^[^?]*/admin/$"))
    return page


@pytest.fixture
def manager(chrome: Browser, portal: Portal) -> Iterator[Page]:
    """Every script error or blocked script fails the test."""
    page = sign_in(chrome, portal, "product@kaiche.example")
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda said: errors.append(said.text) if "Security Policy" in said.text else None)
    yield page
    page.context.close()
    assert errors == []


def workspace(page: Page, slug: str) -> str:
    page.goto("/admin/configurator/configurator/")
    row = page.locator("tr", has=page.get_by_text(slug)).first
    address = row.get_by_role("link", name="Open the workspace").get_attribute("href")
    assert address
    return address


def faults(page: Page, part: str = ".ed") -> list[str]:
    """What axe finds in the editor's own part of the page, and whether it is too wide."""
    found = Axe().run(page, context={"include": [[part]]}).response["violations"]
    told = [f"{one['id']}: {one['nodes'][0]['html'][:140]}" for one in found]
    if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
        told.append("wider than the screen")
    return told


def saved_with_a_tailgate(chrome: Browser, portal: Portal) -> Page:
    """A guest who has just saved the standard car with an electric tailgate."""
    context = chrome.new_context(base_url=portal.url, viewport={"width": 390, "height": 900})
    context.set_default_timeout(PATIENCE_MS)
    page = context.new_page()
    page.emulate_media(reduced_motion="reduce")
    page.goto("/configure/aion-ut-super/")
    page.locator("#cfg-standard").click()
    page.locator("#cfg-undo").wait_for()
    page.locator("#opt-tailgate").check()
    page.locator("#opt-tailgate[checked]").wait_for()
    page.locator("#cfg-save").click()
    page.wait_for_url(re.compile(r"/builds/[2-9A-Z]{8}/"))
    return page


def test_a_rule_is_written_with_the_keyboard_published_by_two_and_on_sale(
    manager: Page, chrome: Browser, portal: Portal
) -> None:
    expect.set_options(timeout=PATIENCE_MS)
    guest = saved_with_a_tailgate(chrome, portal)
    base = workspace(manager, "UT Super").removesuffix("workspace/")
    manager.goto(f"{base}workspace/#option-tailgate")
    manager.locator("#option-tailgate").get_by_role("link", name="Edit").click()
    price = manager.get_by_label("Price in yuan")
    price.fill(str(int(price.input_value()) + 500))
    price.press("Control+Enter")
    expect(manager.locator("#ed-said")).to_have_text("Saved.")
    manager.goto(f"{base}workspace/")
    manager.locator("#ed-add-rule").press("Enter")
    manager.locator(".ed-kinds a").nth(1).press("Enter")
    search = manager.get_by_role("combobox", name="No two of these go together")
    expect(search).to_be_focused()
    for word in ("18-inch", "winter"):
        search.press_sequentially(word)
        expect(manager.locator(".ed-listbox [role=option]").first).to_be_visible()
        search.press("Enter")
    search.press("Escape")
    expect(manager.locator(".ed-live .ed-sentence")).to_contain_text("do not go together")
    manager.get_by_label("Reason (English)").fill("No winter tyres of that size.")
    manager.get_by_label("Reason (Chinese)").fill("该尺寸无冬季胎。")
    manager.get_by_label("Owner", exact=True).fill("Chassis")
    manager.get_by_label("Owner", exact=True).press("Control+Enter")
    expect(manager.locator("#ed-said")).to_have_text("Saved.")
    expect(manager.locator(".ed-rule", has_text="No winter tyres of that size.")).to_be_visible()
    manager.goto(f"{base}changes/")
    expect(manager.locator(".ed-changes", has_text="do not go together")).to_be_visible()
    manager.get_by_role("button", name="Ask for publishing").click()
    expect(manager.get_by_role("heading", name="Waiting for a second person")).to_be_visible()
    assert faults(manager) == []
    second = sign_in(chrome, portal, "release@kaiche.example")
    second.goto(manager.url)
    second.get_by_role("button", name="Approve and put on sale").click()
    expect(second.get_by_role("heading", name=re.compile("Published"))).to_be_visible()
    second.context.close()
    guest.reload()
    guest.get_by_role("link", name="Reopen in the configurator").click()
    expect(guest.locator("#cfg-reopened")).to_contain_text("(+\u2060¥500)")
    assert faults(guest, "#main") == []
    guest.context.close()


@pytest.mark.parametrize(("width", "scheme", "language"), SHADES, ids=["desk", "tablet", "phone"])
def test_every_page_of_the_workspace_is_accessible_and_fits(
    chrome: Browser, portal: Portal, width: int, scheme: str, language: str
) -> None:
    page = sign_in(chrome, portal, "admin@kaiche.example", width, scheme)
    base = workspace(page, "V919").removesuffix("workspace/")
    found: dict[str, list[str]] = {}
    paths = ["workspace/", "check/", "changes/", "versions/", "versions/1/", "log/", "prices/new/", "groups/new/"]
    paths += ["options/new/", "rules/new/", *(f"rules/new/?kind={kind}" for kind in ("requires", "available", "table"))]
    for path in paths:
        page.goto(f"{language}{base}{path}")
        page.wait_for_load_state("networkidle")
        if told := faults(page):
            found[path] = told
    page.goto(workspace(page, "UT Super"))
    rows = ("#option-colour-wine > .ed-under", ".ed-rental", ".ed-car")
    edits = [page.locator(row).first.locator("a[href$='/']").first.get_attribute("href") for row in rows]
    for address in edits:
        page.goto(f"{language}{address}")
        if told := faults(page):
            found[str(address)] = told
    page.goto(f"{language}/admin/configurator/insightcount/")
    if told := faults(page, "#insight"):
        found["insight"] = told
    page.context.close()
    assert found == {}
