"""The configurator in the real browser: by keyboard alone, over a bad network, without JavaScript, and for everybody."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect

from tests.e2e.conftest import Portal
from tests.e2e.states import faults

pytestmark = [pytest.mark.browser]
PATIENCE_MS = 600_000
CAR = "/configure/aion-ut-super/"
ACTIVE = "document.activeElement"


@pytest.fixture
def context(chrome: Browser, portal: Portal) -> Iterator[BrowserContext]:
    context = chrome.new_context(base_url=portal.url, viewport={"width": 1440, "height": 900})
    context.set_default_timeout(PATIENCE_MS)
    yield context
    context.close()


def opened(context: BrowserContext, query: str = "") -> Page:
    page = context.new_page()
    page.emulate_media(reduced_motion="reduce")
    page.goto(CAR + query)
    return page


def choices(page: Page) -> set[str]:
    return set(filter(None, page.locator("#cfg-form input[name=choices]").input_value().split(",")))


def answered(page: Page) -> None:
    """Wait until htmx rests."""
    page.wait_for_function("() => !document.querySelector('.htmx-request, .htmx-swapping, .htmx-settling')")


def radios(page: Page) -> list[tuple[str, str]]:
    """Group and id of every option that can be picked and is not."""
    boxes = page.locator("#cfg-form input[type=radio][name^='pick.']:not(:disabled):not(:checked)")
    return boxes.evaluate_all("all => all.map(one => [one.name, one.id])")  # type: ignore[no-any-return]


def of_two_groups(page: Page) -> tuple[str, str]:
    (name, first), *rest = radios(page)
    return first, next(box for group, box in rest if group != name)


def test_a_car_is_finished_and_saved_by_keyboard_alone(context: BrowserContext) -> None:
    page = opened(context)
    undecided = f"""(() => {{ const one = {ACTIVE}; return one.matches('#cfg-form input[type=radio]')
        && !document.querySelector(`input[name="${{one.name}}"]:checked`) }})()"""
    for _press in range(400):
        page.keyboard.press("Tab")
        if page.evaluate(undecided):
            here = page.evaluate(f"{ACTIVE}.id")
            page.keyboard.press("Space")
            page.wait_for_function("id => document.getElementById(id).matches('[checked]')", arg=here)
            answered(page)
            assert page.evaluate(f"{ACTIVE}.id") == here  # the focus survived the swap
        if page.evaluate(f"{ACTIVE} === document.body || {ACTIVE}.closest('footer') !== null"):
            break
    expect(page.locator("#cfg-save")).to_be_enabled()
    page.locator("body").press("Home")
    for _press in range(400):
        page.keyboard.press("Tab")
        if page.evaluate(f"{ACTIVE}.id") == "cfg-save":
            break
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/builds/[2-9A-Z]{8}/"))


def test_arrow_keys_in_a_group_ask_once_for_where_they_stop(context: BrowserContext) -> None:
    page = opened(context)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "hx-request" in request.headers else None)
    group = page.locator(".cfg-group", has=page.locator("input[type=radio]:not(:disabled)")).nth(1)
    name = group.locator("input[type=radio]").first.get_attribute("name")
    group.locator("input[type=radio]:not(:disabled)").first.focus()
    for _press in range(4):
        page.keyboard.press("ArrowDown")
    stopped = page.evaluate(f"{ACTIVE}.value")
    page.wait_for_function(
        "value => document.querySelector('#cfg-form [name=choices]').value.includes(value)", arg=stopped
    )
    answered(page)
    assert len(asked) == 1
    assert page.evaluate(f"{ACTIVE}.name") == name


def test_a_late_answer_never_overwrites_a_newer_one(context: BrowserContext) -> None:
    page = opened(context)
    first, second = of_two_groups(page)
    held: list[Route] = []

    def hold(route: Route) -> None:
        if "hx-request" in route.request.headers and not held:
            held.append(route)
        else:
            route.continue_()

    page.route("**/configure/**", hold)
    page.locator(f"#{first}").click()
    page.wait_for_timeout(100)
    page.locator(f"#{second}").click()
    page.wait_for_function("id => document.getElementById(id)?.matches('[checked]')", arg=second)
    answered(page)
    held[0].continue_()
    page.wait_for_timeout(1500)
    expect(page.locator(f"#{second}")).to_be_checked()
    # the form carried the first pick along: nothing of what the visitor did is lost
    assert choices(page) >= {first.removeprefix("opt-"), second.removeprefix("opt-")}


def test_a_slow_answer_shows_progress_after_a_fifth_of_a_second_and_not_before(context: BrowserContext) -> None:
    page = opened(context)
    page.emulate_media(reduced_motion="no-preference")
    held: list[Route] = []
    page.route("**/configure/**", lambda route: held.append(route))
    first, _second = of_two_groups(page)
    begun = page.evaluate(
        """id => new Promise(done => {
            const bar = document.querySelector('.cfg-progress');
            const at = performance.now();
            document.getElementById(id).click();
            const look = () => getComputedStyle(bar).opacity === '1' ? done(performance.now() - at) : requestAnimationFrame(look);
            look();
        })""",
        first,
    )
    assert begun >= 180
    held[0].continue_()


def test_the_back_button_leads_through_the_choices(context: BrowserContext) -> None:
    page = opened(context)
    first, second = of_two_groups(page)
    for box in (first, second):
        page.locator(f"#{box}").click()
        page.wait_for_function("id => document.getElementById(id)?.matches('[checked]')", arg=box)
        answered(page)
    page.go_back()
    page.wait_for_function(
        "value => !document.querySelector('#cfg-form [name=choices]').value.includes(value)", arg=second[4:]
    )
    assert choices(page) == {first.removeprefix("opt-")}
    expect(page.locator(f"#{first}")).to_be_checked()


def test_the_price_is_announced_in_a_region_that_stays(context: BrowserContext) -> None:
    page = opened(context)
    page.evaluate("window.region = document.getElementById('cfg-live')")
    first, _second = of_two_groups(page)
    page.locator(f"#{first}").click()
    page.wait_for_function("() => document.getElementById('cfg-live').textContent.includes('¥')")
    assert page.evaluate("window.region === document.getElementById('cfg-live') && window.region.isConnected")


def test_a_blocked_option_is_asked_and_made_possible_by_keyboard(context: BrowserContext) -> None:
    page = opened(context)
    page.locator("#cfg-standard").click()
    answered(page)
    ask = page.locator(".cfg-option.blocked .cfg-ask").first
    asked = str(ask.get_attribute("value"))
    ask.focus()
    page.keyboard.press("Enter")
    page.locator(f"#why-{asked}").wait_for()
    answered(page)
    assert page.evaluate(f"{ACTIVE}.id") in {f"fix-{asked}", f"why-{asked}"}
    page.locator(f"#fix-{asked}").press("Enter")
    page.wait_for_function("id => document.getElementById(id)?.matches('[checked]')", arg=f"opt-{asked}")
    assert asked in choices(page)


def test_without_javascript_everything_works_by_the_address(chrome: Browser, portal: Portal) -> None:
    context = chrome.new_context(base_url=portal.url, java_script_enabled=False, viewport={"width": 390, "height": 800})
    context.set_default_timeout(PATIENCE_MS)
    page = context.new_page()
    page.goto(CAR)
    page.locator("#cfg-standard").click()
    page.wait_for_url(re.compile("choices="))
    ask = page.locator(".cfg-option.blocked .cfg-ask").first
    asked = ask.get_attribute("value")
    ask.click()
    page.wait_for_url(re.compile(f"explain={asked}#opt-{asked}"))
    page.locator(f"#fix-{asked}").click()
    page.wait_for_url(re.compile(f"choices=[^&]*{asked}"))
    page.locator("#cfg-undo").click()
    page.wait_for_url(re.compile(f"choices=(?!.*{asked})"))
    page.fill("#cfg-budget", "50000")
    page.locator("#cfg-budget").press("Enter")
    page.wait_for_url(re.compile("budget=50000"))
    page.locator("#cfg-raise").click()
    page.wait_for_url(re.compile(r"budget=(?!50000)\d+"))
    page.locator("#cfg-save").click()
    page.wait_for_url(re.compile(r"/builds/[2-9A-Z]{8}/"))
    context.close()


class Looker:
    """Runs axe over one state after the other and remembers what was wrong with which."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.faults: dict[str, list[str]] = {}

    def at(self, state: str) -> None:
        answered(self.page)
        if found := faults(self.page):
            self.faults[state] = found


def saved_code(page: Page) -> str:
    page.locator("#cfg-save").click()
    page.wait_for_url(re.compile(r"/builds/[2-9A-Z]{8}/"))
    return str(re.findall(r"/builds/([2-9A-Z]{8})/", page.url)[0])


def walk_configurator(look: Looker, home: str) -> tuple[str, str]:
    """Through the states of the configurator to a saved car, reopened and saved again; returns both codes."""
    page = look.page
    page.goto(home)
    look.at("empty")
    page.locator("#cfg-standard").click()
    page.locator("#cfg-undo").wait_for()
    look.at("complete")
    page.locator(".cfg-option.blocked .cfg-ask").first.click()
    page.locator(".cfg-why").first.wait_for()
    look.at("blocked, explained")
    blocked = page.locator(".cfg-option:has(.cfg-why)").first.evaluate("one => one.id.slice(4)")
    page.locator(".cfg-trace summary").click()
    look.at("price opened")
    standard = ",".join(sorted(choices(page)))
    page.goto(f"{home}?choices={standard},{blocked}")
    page.locator("#cfg-repair").wait_for()
    look.at("conflict")
    page.goto(f"{home}?choices={standard},wings&budget=50000")
    page.locator("#cfg-raise").wait_for()
    look.at("over the budget, and a choice that is gone")
    page.goto(f"{home}?choices={standard}")
    first = saved_code(page)
    look.at("saved")
    address = page.locator("a[href*='build=']").first.get_attribute("href")
    page.goto(str(address))
    page.locator("#cfg-reopened").wait_for()
    look.at("reopened")
    return first, saved_code(page)


@pytest.mark.parametrize(
    ("width", "scheme", "language"), [(390, "dark", "zh-hans/"), (1440, "light", "")], ids=["phone", "desk"]
)
def test_every_state_is_accessible_and_fits(
    chrome: Browser, portal: Portal, width: int, scheme: str, language: str
) -> None:
    context = chrome.new_context(base_url=portal.url, viewport={"width": width, "height": 900})
    context.set_default_timeout(PATIENCE_MS)
    page = context.new_page()
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light", reduced_motion="reduce")
    look = Looker(page)
    first, code = walk_configurator(look, f"/{language}configure/aion-ut-super/")
    for path, state in (
        ("builds/", "list"),
        ("builds/?code=22222223", "wrong code"),
        (f"builds/compare/?build={code}", "compare"),
        (f"builds/compare/?build={first}&build={code}", "compare two"),
        ("configure/avatr-12/", "fifty options"),
        ("configure/kaicheng-v919/", "one group at a time"),
        ("configure/aion-ut-super/battery/", "battery"),
    ):
        page.goto(f"/{language}{path}")
        look.at(state)
    context.close()
    assert look.faults == {}


def test_the_car_is_looked_at_from_other_sides_with_what_is_picked(context: BrowserContext) -> None:
    page = opened(context, "?step=all&choices=colour-jade")
    shown = ".cfg-stage picture:not(.before) img"
    image = page.locator(shown)
    page.get_by_role("radio", name="Front").focus()
    page.keyboard.press("ArrowRight")
    expect(page).to_have_url(re.compile("view=side"))
    expect(page.get_by_role("radio", name="Side")).to_be_focused()
    expect(image).to_have_attribute("alt", re.compile("side view$"))
    page.wait_for_function(f"() => document.querySelector('{shown}').currentSrc.includes('/side/')")
    page.locator("#opt-wheels-18").click()  # the side stays
    expect(image).to_have_attribute("alt", re.compile("18-inch.*side view$"))
    expect(page).to_have_url(re.compile("view=side"))
    page.get_by_role("radio", name="Rear").click()
    expect(page).to_have_url(re.compile("view=rear34"))
    page.wait_for_function(f"() => document.querySelector('{shown}').naturalWidth")
    page.go_back()
    expect(page.get_by_role("radio", name="Side")).to_be_checked()
    page.get_by_role("radio", name="Front").click()
    expect(page).not_to_have_url(re.compile("view="))


def test_the_picture_goes_inside_with_what_is_picked_and_comes_out_again(context: BrowserContext) -> None:
    page = opened(context, "?step=all")
    image = page.locator(".cfg-stage picture:not(.before) img")
    page.locator("#opt-interior-graphite").click()
    expect(page.get_by_role("radio", name="Cockpit")).to_be_checked()
    expect(page).to_have_url(re.compile("view=inside"))
    expect(image).to_have_attribute("alt", re.compile("Graphite.*from between the seats$"))
    page.get_by_role("radio", name="Seats", exact=True).click()
    expect(image).to_have_attribute("src", re.compile("-cabin-graphite-fabric-seats"))
    page.locator("#opt-seats-vegan").click()
    expect(image).to_have_attribute("src", re.compile("-cabin-graphite-leather-seats"))
    page.wait_for_function("() => document.querySelector('.cfg-stage img').naturalWidth")
    stage, shown = page.locator(".cfg-stage").bounding_box(), image.bounding_box()
    assert stage is not None
    assert shown is not None
    assert shown == pytest.approx(stage, abs=1)  # it fills its frame
    page.locator("#opt-colour-jade").click()
    expect(page.get_by_role("radio", name="Front")).to_be_checked()
    expect(page).not_to_have_url(re.compile("view="))


def test_a_picture_stays_until_the_next_one_is_there(context: BrowserContext) -> None:
    page = opened(context, "?step=all&choices=colour-jade")
    pictures = page.locator(".cfg-stage picture")
    expect(pictures).to_have_count(1)
    page.wait_for_function("() => document.querySelector('.cfg-stage img').naturalWidth")
    held: list[Route] = []
    page.route("**/stills/**", lambda route: held.append(route))
    with page.expect_request("**/stills/**"):
        page.locator("#opt-wheels-18").click()
    expect(pictures).to_have_count(2)
    expect(pictures.first.locator("img")).to_have_attribute("alt", "")
    expect(pictures.last.locator("img")).to_have_attribute("alt", re.compile("18-inch"))
    for route in held:
        route.continue_()
    expect(pictures).to_have_count(1)
    address: str = page.locator(".cfg-stage img").evaluate("image => image.currentSrc")
    assert "wheels-18" in address
