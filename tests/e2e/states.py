"""Every page of the shop in every state a visitor can bring it into: what the tests walk through and what is photographed."""

import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

ROOT = Path(__file__).resolve().parents[2]
PAGES = (
    "",
    "cars/",
    "cars/?brand=byd&sort=price",
    "cars/?q=dolfin&brand=xpeng",
    "cars/gac-aion/aion-ut-super/",
    "cars/byd/byd-dolphin/",
    "cars/tesla/tesla-model-3/",
    "cars/compare/",
    "cars/compare/?trim=aion-ut-super-500",
    "cars/compare/?trim=aion-ut-super-500&trim=byd-dolphin-420-fashion&trim=avatr-12-erev&trim=deepal-s07-erev",
    "configure/",
    "configure/aion-ut-super/",
    "configure/kaicheng-v919/",
    "builds/",
    "builds/?code=ZZZZZZZZ",
    "bundles/",
    "bundles/covers/?fits=aion-ut-super",
    "bundles/maintenance/",
    "bundles/accessories/",
    "bundles/accessories/?q=zzz",
    "bundles/chargers/",
    "bundles/for/aion-ut-super/",
    "stores/",
    "stores/?q=Shanghai",
    "stores/?q=zzzz",
    "basket/",
    "orders/find/",
    "account/login/",
    "account/signup/",
    "account/password/reset/",
    "account/password/reset/done/",
    "account/confirm-email/",
    "account/inactive/",
    "careers/",
    "careers/?q=zzzz",
    "careers/backend-engineer-chengdu/",
    "careers/backend-engineer-chengdu/apply/",
    "nothing-here/",
)


# Width, theme, and the language's prefix.
Look = tuple[int, Literal["light", "dark"], str]
LOOKS: dict[str, Look] = {"phone": (390, "dark", "zh-hans/"), "desk": (1440, "light", "")}
PATIENCE_MS = 600_000
# What a page fetches once it is there has come.
AT_REST = "() => document.readyState === 'complete' && !document.querySelector('.htmx-request, .htmx-swapping, .htmx-settling')"


# Where a page of ours leads on by itself: to say once more who one is, and from a link's key to the form.
LED_ON = re.compile(r"/account/(reauthenticate/|password/reset/key/)")


@dataclass(frozen=True)
class State:
    """A page in a state: where it is, who looks (their cookie), and what was done there; ``status`` is what it is answered with.

    Without one, any answer but a fault of ours will do: refusals and what is not found have pages, too.
    """

    name: str
    path: str
    session: str = ""
    act: Callable[[Page], None] | None = None
    status: int | None = None

    def open(self, page: Page, language: str = "") -> None:
        """Show it in a language (``zh-hans/`` or none), with everything that folds unfolded."""
        page.context.clear_cookies()
        if self.session:
            page.goto("/healthz/live")
            root = str(page.evaluate("location.origin")) + "/"
            page.context.add_cookies([{"name": "sessionid", "value": self.session, "url": root}])
        answer = page.goto(f"/{language}{self.path}")
        assert answer is not None
        assert answer.status == self.status or (self.status is None and answer.status < 500), (self.name, answer.status)
        # Whoever is led to sign in, or back to the basket, has not been where they meant to be.
        there, wanted = urlsplit(page.url).path, f"/{language}{self.path}".partition("?")[0]
        assert there == wanted or LED_ON.search(there), f"{self.name}: {there} instead of {wanted}"
        if self.act:
            self.act(page)
        page.wait_for_function(AT_REST)


def faults(page: Page) -> list[str]:
    """What axe finds on the page as it is, and whether it is wider than its window."""
    found = [f"{one['id']}: {one['nodes'][0]['html'][:160]}" for one in Axe().run(page).response["violations"]]
    if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
        found.append("wider than the screen")
    return found


def walk(chrome: Browser, base: str, states: Iterable[State], look: Look) -> dict[str, list[str]]:
    """What is wrong with which of these states, blocked or broken scripts among it."""
    width, scheme, language = look
    context = chrome.new_context(
        base_url=base,
        viewport={"width": width, "height": 900},
        color_scheme=scheme,
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
    return wrong | ({"scripts": blocked} if blocked else {})


def send(form: str) -> Callable[[Page], None]:
    """Send a form as it is: what is missing or wrong is said."""

    def act(page: Page) -> None:
        page.locator(form).evaluate("form => { form.noValidate = true; }")
        page.locator(f"{form} button[type=submit]").last.click()
        page.locator("[role=alert], .error-summary, .errorlist, [aria-invalid=true]").first.wait_for()

    return act


def sign_in_wrongly(page: Page) -> None:
    page.locator("#id_login").fill("wang@kaiche.example")
    page.locator("#id_password").fill("not-the-password")
    page.locator("main form button[type=submit]").last.click()
    page.locator("[role=alert], .errorlist, [aria-invalid=true]").first.wait_for()


def too_old(page: Page) -> None:
    """A form that was left open until the browser had forgotten its cookie."""
    page.context.clear_cookies()
    with page.expect_navigation():
        page.locator("main form").last.evaluate("form => form.submit()")


def send_too_much(page: Page) -> None:
    """More fields than any form of ours has."""
    page.locator("main form").last.evaluate(
        """form => form.append(...Array.from({ length: 1100 }, (_, at) =>
            Object.assign(document.createElement("input"), { type: "hidden", name: `f${at}`, value: "1" })))"""
    )
    with page.expect_navigation():
        page.locator("main form").last.evaluate("form => form.submit()")


def unfold(page: Page) -> None:
    page.evaluate("document.querySelectorAll('main details').forEach(one => { one.open = true; })")


def filters(page: Page) -> None:
    """Folded away on a phone."""
    if not page.locator("#filters").is_visible():
        page.locator("details:has(> #filters) > summary").click()


def pick_wheels(page: Page) -> None:
    """They need other tyres: what comes with them and what does not fit any longer is said."""
    page.locator("#opt-wheels-18").click(force=True)
    page.locator("#opt-wheels-18[checked]").wait_for(state="attached")


def saved_build(page: Page) -> None:
    page.locator("#cfg-finish").click()
    page.locator("#cfg-save:not([disabled])").wait_for()
    with page.expect_navigation(url="**/builds/*/"):
        page.locator("#cfg-save").click()


def to_the_pay_page(page: Page) -> None:
    with page.expect_navigation(url="**/payments/sandbox/**"):
        page.locator("form[action$='/pay/'] button[type=submit]").first.click()


def visit(page: Page) -> None:
    """From the list of stores to a store."""
    with page.expect_navigation():
        page.locator(".store h3 a").first.click()


def to_book(page: Page) -> None:
    visit(page)
    with page.expect_navigation():
        page.locator("main a[href*='/book/']").first.click()


def booked(page: Page) -> None:
    to_book(page)
    page.locator("input[name=starts_at]:not(:disabled)").first.check(force=True)
    for field, text in (("name", "Han Meimei"), ("phone", "13900139000"), ("email", "han@example.com")):
        page.locator(f"#id_{field}").fill(text)
    with page.expect_navigation(url="**/appointments/**"):
        page.locator("main form button[type=submit].primary").click()


def booked_wrongly(page: Page) -> None:
    to_book(page)
    page.locator("main form button[type=submit].primary").click()
    page.locator(".error-summary").wait_for()


ACTED = (
    ("list with its filters", "cars/", filters),
    ("sign-in refused", "account/login/", sign_in_wrongly),
    ("sign-up refused", "account/signup/", send("main form.stack")),
    ("order not found", "orders/find/", send("main form.stack")),
    ("application refused", "careers/backend-engineer-chengdu/apply/", send("#application")),
    ("form too old", "account/signup/", too_old),
    ("request too large", "account/signup/", send_too_much),
    ("configurator with a change", "configure/aion-ut-super/", pick_wheels),
    ("saved car", "configure/aion-ut-super/", saved_build),
    ("store", "stores/?q=Shanghai", visit),
    ("booking", "stores/?q=Shanghai&service=test_drive", to_book),
    ("booking refused", "stores/?q=Shanghai&service=test_drive", booked_wrongly),
    ("booked", "stores/?q=Shanghai&service=test_drive", booked),
)


def of_visitors() -> Iterator[State]:
    """What needs nothing but a portal."""
    yield from (State(path or "home", path) for path in PAGES)
    yield from (State(name, path, act=act) for name, path, act in ACTED)


def _told(environment: Mapping[str, str], module: str) -> dict[str, tuple[str, str]]:
    """What a module of states finds in the portal of this environment: name to path and session."""
    told = [sys.executable, "manage.py", "shell", "-v0", "-c", f"from tests.e2e.{module} import main; main()"]
    done = subprocess.run(told, cwd=ROOT, env=dict(environment), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-4000:]
    found: dict[str, tuple[str, str]] = json.loads(
        next(line for line in done.stdout.splitlines() if line.startswith("FOUND"))[5:]
    )
    return found


def staged(environment: Mapping[str, str]) -> Iterator[State]:
    """What people of ours and buyers have brought about: ``staging.py`` makes it in the portal of this environment."""
    for name, (path, session) in _told(environment, "staging").items():
        act = unfold if path.startswith("orders/") else None
        yield State(name, path, session, act)
        if name == "checkout":
            yield State("checkout refused", path, session, send("form.checkout-form"))
        if name == "payments placed":
            yield State("pay page", path.replace("payments/", ""), session, to_the_pay_page)


def of_staff(environment: Mapping[str, str]) -> Iterator[State]:
    """The back office of each role, with what there is in the portal of this environment."""
    for name, (path, session) in _told(environment, "staging_staff").items():
        yield State(name, path, session, status=200)
