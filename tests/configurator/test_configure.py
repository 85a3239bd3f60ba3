"""The configurator's page and its fragment."""

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from apps.configurator.loading import publish
from apps.configurator.models import Build, Configurator
from tests.factories.configurator import WHOLE, make_build, make_configurator, make_rule

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


def page(client: Client, query: str = "", **headers: str) -> tuple[Any, str]:
    response = client.get(f"/configure/small-car/{query}", headers=headers)
    return response, response.content.decode()


def part(pattern: str, html: str) -> str:
    found = re.search(pattern, html, re.S)
    assert found is not None, pattern
    return found[0]


def option(html: str, code: str) -> str:
    """The markup of one option."""
    begin = r'<div class="cfg-option[^"]*"[^>]*>'
    return part(rf'{begin}(?:(?!<div class="cfg-option).)*id="opt-{code}".*?</label>', html)


def test_every_option_shows_its_state_and_price_difference(car: Configurator, client: Client) -> None:
    response, html = page(client, "?choices=red")
    assert response.status_code == 200
    assert "checked" in option(html, "red")
    assert "checked disabled" in option(html, "large")
    assert "comes with your choices" in option(html, "large")
    assert "disabled" in option(html, "small")
    assert "disabled" in option(html, "tow")
    assert "+\u2060¥500" in option(html, "rack")
    assert "¥55,000" in html


def test_a_blocked_option_says_why_and_how_to_get_it(car: Configurator, client: Client) -> None:
    _response, html = page(client, "?choices=buy,red&explain=tow")
    why = part(r'id="why-tow".*?</div>', html)
    assert "Because you chose Red:" in why
    assert "Red comes with 18-inch wheels." in why
    assert "No tow bar with 18-inch wheels." in why
    assert "give up Red; take Tow bar, Blue (−\u2060¥4,000)" in why
    assert 'name="change" value="tow:+tow.+blue.-red"' in why


def test_a_forced_option_says_by_what(car: Configurator, client: Client) -> None:
    _response, html = page(client, "?choices=red&explain=large")
    why = part(r'id="why-large".*?</div>', html)
    assert "Red comes with 18-inch wheels." in why
    assert "Make it possible" not in why


def test_an_option_that_no_car_has_says_so(car: Configurator, client: Client) -> None:
    _response, html = page(client, "?explain=heater")
    assert "The heater is for cold regions." in html
    assert "No car with it is offered here." in html


def test_a_form_without_htmx_leads_to_the_plain_address(car: Configurator, client: Client) -> None:
    response, _html = page(client, "?choices=blue,tow&pick.paint=red&shown=extras&pick.extras=rack")
    assert response.status_code == 302
    assert response["Location"] == "/configure/small-car/?choices=red,rack&undo=%2Bred.%2Brack.-blue.-tow"


def test_a_view_that_the_car_has_no_pictures_of_is_the_usual_one(car: Configurator, client: Client) -> None:
    for view in ("side", "top", "front34"):
        assert "cfg-views" not in page(client, f"?choices=blue&view={view}")[1]
    assert "view=" not in page(client, "?pick.colour=red&view=top")[0]["Location"]
    assert "view=side" in page(client, "?pick.colour=red&view=side")[0]["Location"]


def test_htmx_gets_the_fragment_and_the_address_to_push(car: Configurator, client: Client) -> None:
    response, html = page(client, "?choices=blue&pick.wheels=small", **HTMX)
    assert html.lstrip().startswith('<div class="cfg-shell" id="configurator">')
    assert response["HX-Push-Url"] == "/configure/small-car/?choices=blue,small&undo=%2Bsmall"
    assert "HX-Request" in response["Vary"]


def test_undo_leads_back_step_by_step(car: Configurator, client: Client) -> None:
    response, _html = page(client, "?choices=red,rack&undo=%2Bred.-blue~%2Brack&do=undo")
    assert response["Location"] == "/configure/small-car/?choices=red&undo=%2Bred.-blue"
    response, _html = page(client, "?choices=red&undo=%2Bred.-blue&do=undo")
    assert response["Location"] == "/configure/small-car/?choices=blue"
    assert 'id="cfg-undo"' not in page(client, "?choices=blue")[1]


def test_a_budget_marks_what_is_above_it_and_offers_to_raise_it(car: Configurator, client: Client) -> None:
    _response, html = page(client, "?choices=rent&budget=50,000")
    assert "¥40,000 over your budget" in option(html, "buy")
    assert "disabled" not in option(html, "buy")
    _response, html = page(client, "?choices=buy&budget=50000")
    assert "at least ¥40,000 more than your budget" in html
    assert "Raise it to ¥90,000" in html
    assert 'name="raise" value="90000"' in html
    assert page(client, "?choices=buy&budget=50000&raise=90000", **HTMX)[0]["HX-Push-Url"].endswith("buy&budget=90000")


def test_a_whole_car_shows_total_terms_and_trace_and_can_be_saved(car: Configurator, client: Client) -> None:
    _response, html = page(client, "?choices=rent,blue,small,tow,rack")
    assert "¥51,200" in html
    assert "¥400 a month with 20,000 km a year, ¥0.15 for each kilometre more, at least 24 months" in html
    assert "Bundle saving" in html
    assert re.search(r'id="cfg-save" form="cfg-save-form">', html)
    assert 'id="cfg-save-form" method="post" action="/configure/small-car/save/"' in html


def test_an_undecided_car_cannot_be_saved_and_can_be_finished_in_one_click(car: Configurator, client: Client) -> None:
    _response, html = page(client, "?choices=red")
    assert re.search(r'id="cfg-save"[^>]* disabled', html)
    assert part(r'id="cfg-finish"[^>]*>', html).endswith('name="change" value="+rent">')


def test_the_number_of_cars_left_is_shown(car: Configurator, client: Client) -> None:
    _response, html = page(client)
    assert "16 different cars are still possible" in html  # 2 batteries × (blue: 4 + 2, red: 2)


def test_contradicting_choices_are_explained_with_a_repair(car: Configurator, client: Client) -> None:
    response, html = page(client, "?choices=large,tow")
    assert response.status_code == 200
    assert "These choices do not go together." in html
    assert 'id="cfg-repair"' in html


def test_choices_that_the_car_does_not_have_are_named_and_left_out(car: Configurator, client: Client) -> None:
    _response, html = page(client, "?choices=blue,wings")
    assert "Not offered any more, and left out: wings." in html


def test_another_market_offers_other_options(car: Configurator, client: Client) -> None:
    _response, html = page(client, "?market=CN-N")
    assert "disabled" not in option(html, "heater")
    _response, html = page(client, "?market=XX")
    assert "disabled" in option(html, "heater")


def test_a_click_costs_one_query_and_does_not_compile_again(
    car: Configurator, client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    page(client)
    with django_assert_num_queries(1):
        page(client, "?choices=blue&pick.wheels=small", **HTMX)


def test_the_whole_page_costs_one_query_whatever_the_number_of_rules(
    car: Configurator, client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    page(client)
    with django_assert_num_queries(1):
        page(client, "?choices=blue")
    for number in range(5):
        make_rule(car, f"more-{number}", "at_most", k=2, options=["tow", "rack", "heater"])
    publish(configurator=car)
    page(client)
    with django_assert_num_queries(1):
        page(client, "?choices=red")


def test_a_new_version_is_seen_at_the_next_click(car: Configurator, client: Client) -> None:
    page(client)
    Configurator.objects.update(base_price=6_000_000)
    publish(configurator=car)
    assert "¥60,000" in page(client, "", **HTMX)[1]


def test_a_car_without_a_published_version_is_not_found(db: None, client: Client) -> None:
    make_configurator(published=False)
    assert page(client)[0].status_code == 404
    assert client.get("/configure/nothing/").status_code == 404


def test_saving_leads_to_the_page_of_the_build(car: Configurator, client: Client) -> None:
    response = client.post("/configure/small-car/save/", {"choices": ",".join(WHOLE), "market": "CN"})
    build = Build.objects.get()
    assert response.status_code == 303
    assert response["Location"] == f"/builds/{build.code}/"
    assert build.user is None


def test_saving_an_incomplete_car_is_refused_and_keeps_the_choices(car: Configurator, client: Client) -> None:
    response = client.post("/configure/small-car/save/", {"choices": "red"})
    assert response.status_code == 422
    assert "Please decide first: Battery." in response.content.decode()
    assert 'name="choices" value="red"' in response.content.decode()
    assert not Build.objects.exists()


def test_large_cars_show_one_group_at_a_time(db: None, client: Client) -> None:
    many = [{"code": f"x{n}", "name": [f"X {n}", f"X {n}"], "yuan": n} for n in range(70)]
    groups = [
        {"code": "first", "name": ["First", "一"], "options": many[:2]},
        {"code": "rest", "name": ["Rest", "二"], "pick": "any", "options": many[2:]},
    ]
    make_configurator(groups=groups, rules=[], price_rules=[])
    _response, html = page(client)
    assert 'id="opt-x0"' in html
    assert 'id="opt-x5"' not in html
    assert "Next: Rest" in html
    _response, html = page(client, "?step=rest")
    assert 'id="opt-x0"' not in html
    assert 'id="opt-x5"' in html


def test_the_page_speaks_chinese(car: Configurator, client: Client) -> None:
    html = client.get("/zh-hans/configure/small-car/?choices=red&explain=tow").content.decode()
    assert "18 英寸轮圈不可装拖车钩。" in html
    assert "Because" not in html


def test_the_index_shows_every_configurable_car_in_one_query(
    car: Configurator, client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    make_configurator("other-car")
    with django_assert_num_queries(1):
        html = client.get(reverse("configurator:index")).content.decode()
    assert html.count("¥50,000") == 2


def test_battery_costs_answer_the_visitors_own_kilometres(car: Configurator, client: Client) -> None:
    html = client.get("/configure/small-car/battery/?years=2&kilometres=30000").content.decode()
    assert "<b>¥12,600</b> rented" in html
    assert "¥1,500 a year" in html


def test_battery_costs_refuse_nonsense_beside_the_field(car: Configurator, client: Client) -> None:
    response = client.get("/configure/small-car/battery/?years=0&kilometres=30000", headers=HTMX)
    assert response.status_code == 422
    assert 'id="id_years_error"' in response.content.decode()


def test_a_build_shows_its_lines_its_order_button_and_its_address(
    car: Configurator, client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    build = make_build(car, "rent", "red")
    with django_assert_num_queries(2):
        html = client.get(f"/builds/{build.code}/").content.decode()
    assert f'name="build" value="{build.code}"' in html
    assert f"http://testserver/builds/{build.code}/" in html
    assert "/configure/small-car/?choices=rent,red" in html
    assert "buy-out for ¥38,000" in html
    assert "18-inch" in html


def test_a_build_shows_what_has_changed_since(car: Configurator, client: Client) -> None:
    build = make_build(car)
    Configurator.objects.update(base_price=5_100_000)
    publish(configurator=car)
    html = client.get(f"/builds/{build.code}/").content.decode()
    assert "The total was ¥90,000 and is now ¥91,000." in html
    assert "Order this car for ¥91,000" in html


def test_a_build_that_cannot_be_built_any_more_cannot_be_ordered(car: Configurator, client: Client) -> None:
    build = make_build(car)
    make_rule(car, "no", "excludes", options=["buy", "blue"])
    publish(configurator=car)
    html = client.get(f"/builds/{build.code}/").content.decode()
    assert "Because of no." in html
    assert 'name="build"' not in html


def test_codes_are_found_however_they_are_typed(car: Configurator, client: Client) -> None:
    code = make_build(car).code
    response = client.get("/builds/", {"code": f"{code[:4].lower()} {code[4:]}"})
    assert response["Location"] == f"/builds/{code}/"
    assert client.get(f"/builds/{code.lower()}/")["Location"] == f"/builds/{code}/"


def test_wrong_and_unknown_codes_are_told_apart(car: Configurator, client: Client) -> None:
    wrong = client.get("/builds/", {"code": "ABCDEFGH"})
    assert wrong.status_code == 422
    assert "the last one, which checks the others, does not match" in wrong.content.decode()
    assert "Nothing was saved under this code." in client.get("/builds/", {"code": "22222222"}).content.decode()
    assert client.get("/builds/22222222/").status_code == 404
    assert client.get("/builds/nonsense/").status_code == 404
