"""Every page of the shop in every state a visitor can bring it into: what the tests walk through and what is photographed."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Page

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


# What a page fetches once it is there has come.
AT_REST = "() => document.readyState === 'complete' && !document.querySelector('.htmx-request, .htmx-swapping, .htmx-settling')"


@dataclass(frozen=True)
class State:
    """A page in a state: where it is, who looks (their cookie), and what was done there."""

    name: str
    path: str
    session: str = ""
    act: Callable[[Page], None] | None = None

    def open(self, page: Page, language: str = "") -> None:
        """Show it in a language (``zh-hans/`` or none), with everything that folds unfolded."""
        page.context.clear_cookies()
        if self.session:
            page.goto("/healthz/live")
            root = str(page.evaluate("location.origin")) + "/"
            page.context.add_cookies([{"name": "sessionid", "value": self.session, "url": root}])
        page.goto(f"/{language}{self.path}")
        if self.act:
            self.act(page)
        page.wait_for_function(AT_REST)


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
        """form => form.append(...Array.from({ length: 1100 }, (_, at) => {
            const field = Object.assign(document.createElement("input"), { type: "hidden", name: `f${at}`, value: "1" });
            return field;
        }))"""
    )
    with page.expect_navigation():
        page.locator("main form").last.evaluate("form => form.submit()")


def unfold(page: Page) -> None:
    page.evaluate("document.querySelectorAll('main details').forEach(one => { one.open = true; })")


def filters(page: Page) -> None:
    """Folded away on a phone."""
    if not page.locator("#filters").is_visible():
        page.locator("details:has(> #filters) > summary").click()


def conflict(page: Page) -> None:
    """Pick what does not go with what is there: the configurator says what would change."""
    page.locator("#cfg-form [value='wheels-18']").first.click(force=True)
    page.wait_for_function("() => !document.querySelector('.htmx-request, .htmx-swapping, .htmx-settling')")


def saved_build(page: Page) -> None:
    page.locator("#cfg-form").wait_for()
    finish = page.locator("#cfg-form button[name=finish], a:has-text('least price'), button:has-text('least price')")
    finish.or_(page.locator("a:has-text('最低价'), button:has-text('最低价')")).first.click()
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
    ("configurator with a change", "configure/aion-ut-super/", conflict),
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


def staged(environment: Mapping[str, str]) -> Iterator[State]:
    """What people of ours and buyers have brought about: ``staging.py`` makes it in the portal of this environment."""
    told = [sys.executable, "manage.py", "shell", "-v0", "-c", "from tests.e2e.staging import main; main()"]
    done = subprocess.run(told, cwd=ROOT, env=dict(environment), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-4000:]
    found = json.loads(next(line for line in done.stdout.splitlines() if line.startswith("FOUND"))[5:])
    for name, (path, session) in found.items():
        act = unfold if path.startswith("orders/") else None
        yield State(name, path, session, act)
        if name == "checkout":
            yield State("checkout refused", path, session, send("form.checkout-form"))
        if name == "payments placed":
            yield State("pay page", path.replace("payments/", ""), session, to_the_pay_page)
