"""The cars that come with the portal: as many options and rules as promised, buildable, nothing dead."""

import re
import tomllib
from collections.abc import Iterator
from datetime import date
from itertools import product
from typing import Any

import pytest
from django.conf import settings
from django.http import QueryDict
from django.templatetags.static import static

from apps.catalog import cabins
from apps.catalog.composing.recipes import parts_of_look
from apps.catalog.dressing import dressings
from apps.catalog.equipment import options_shown
from apps.catalog.stills import INSIDES
from apps.catalog.stills import names as stills
from apps.common.demo import DemoOptions
from apps.configurator import demo
from apps.configurator.documents import Document, read
from apps.configurator.dressing import dressing_of, paint_of
from apps.configurator.machines import Session
from apps.configurator.models import Configurator, ConfiguratorVersion
from apps.configurator.pictures import picture_of, recipe_of, views_of
from apps.configurator.selection import settle
from apps.configurator.state import read_state
from tests.factories.catalog import make_car_model

pytestmark = pytest.mark.django_db
CARS = ("aion-ut-super", "avatr-12", "kaicheng-v919")
# Least numbers of options, of rules and of table rules.
SIZES = {"aion-ut-super": (25, 12, 1), "avatr-12": (50, 30, 1), "kaicheng-v919": (100, 100, 10)}

WHEELS = settings.BASE_DIR / "static/js/car/wheels.js"
STYLES = set(re.findall(r"^  (\w+): \{ spokes", WHEELS.read_text(), re.MULTILINE))


@pytest.fixture(scope="module")
def documents(django_db_setup: None, django_db_blocker: Any) -> Iterator[dict[str, Document]]:
    """All three cars, loaded and published once for the module."""
    from django.db import transaction

    with django_db_blocker.unblock(), transaction.atomic():
        for slug in CARS:
            make_car_model(slug)
        demo.load(DemoOptions(), lambda label, done, total: None)
        before = list(ConfiguratorVersion.objects.values_list("sha256", "published_at"))
        demo.load(DemoOptions(), lambda label, done, total: None)
        assert list(ConfiguratorVersion.objects.values_list("sha256", "published_at")) == before
        yield {
            row.car_model.slug: read(row.current.document)  # type: ignore[union-attr]
            for row in Configurator.objects.select_related("car_model", "current")
        }
        transaction.set_rollback(True)


@pytest.mark.parametrize("slug", CARS)
def test_a_car_has_the_options_and_rules_it_should(documents: dict[str, Document], slug: str) -> None:
    data = tomllib.loads((demo.DATA / f"{slug}.toml").read_text())
    options, rules, tables = SIZES[slug]
    assert len(documents[slug].options) >= options
    assert len(documents[slug].rules) >= rules
    assert sum("table" in rule for rule in data["rules"]) >= tables


@pytest.mark.parametrize("slug", CARS)
def test_every_option_is_in_some_car_of_some_market_and_every_market_has_cars(
    documents: dict[str, Document], slug: str
) -> None:
    document = documents[slug]
    answers = [Session(document, market, date(2026, 1, 1)).answer(()) for market in document.markets]
    alive = {code for answer in answers for code, total in answer.from_total.items() if total is not None}
    assert all(answer.valid and answer.count for answer in answers)
    assert set(document.options) - alive == set()


@pytest.mark.parametrize("slug", CARS)
def test_the_standard_car_is_a_whole_car(documents: dict[str, Document], slug: str) -> None:
    session = Session(documents[slug], "CN", date(2026, 1, 1))
    standard = tuple(code for code, option in documents[slug].options.items() if option.standard)
    answer = session.answer(standard)
    assert answer.valid
    assert settle(session.machine.model, session.machine.context, standard, answer).complete


@pytest.mark.parametrize("slug", CARS)
def test_everything_is_said_in_both_languages_and_every_picture_exists(
    documents: dict[str, Document], slug: str
) -> None:
    document = documents[slug]
    texts = [(option.name_en, option.name_zh) for option in document.options.values()]
    texts += [(rule.reason_en, rule.reason_zh) for rule in document.rules]
    texts += [(group.name_en, group.name_zh) for group in document.groups]
    assert all(en and zh for en, zh in texts)
    assert {option.picture for option in document.options.values()} - {""} <= stills()


@pytest.mark.parametrize("slug", CARS)
def test_every_picture_shows_a_car_that_can_be_had_and_says_so(documents: dict[str, Document], slug: str) -> None:
    document = documents[slug]
    session = Session(document, "CN", date(2026, 1, 1))
    for option in document.options.values():
        if not option.picture:
            continue
        shown = options_shown(option.picture)
        assert shown <= set(document.options), option.picture
        assert session.answer((option.code, *shown)).valid, option.picture
        picture = picture_of(document, {option.code, *shown})
        assert picture is not None
        assert picture.exact
        wanted = recipe_of(document, {option.code, *shown})
        as_shipped = wanted is None or wanted.look == parts_of_look(document.car, wanted.paint)  # in the interior, too
        assert (picture.webp == static(f"img/cars/{option.picture}.webp")) == as_shipped
        for code in shown:
            for other in document.group_of[code].options:
                if other.code != code:
                    check_another_version(
                        document, option.picture, {option.code, *shown, other.code} - {code}, other.code
                    )


def check_another_version(document: Document, still: str, picked: set[str], code: str) -> None:
    """It is composed where the car has layers; where it has none, the still says that it shows another version."""
    picture = picture_of(document, picked)
    assert picture is not None
    wanted = recipe_of(document, picked)
    if wanted is not None and wanted.layers is not None:
        assert picture.exact
        assert wanted.look | dressings(document.car)[code] == wanted.look
        assert code in picture.webp
    else:
        assert (picture.webp, picture.exact) == (static(f"img/cars/{still}.webp"), False)


@pytest.mark.parametrize("slug", CARS)
def test_a_car_is_seen_from_three_sides_in_every_colour(documents: dict[str, Document], slug: str) -> None:
    document = documents[slug]
    outside = [view for view in views_of(document) if view not in INSIDES]
    assert outside == ["front34", "side", "rear34"]
    painted = [code for code in document.options if paint_of(document, code)]
    assert len(painted) > 4
    for code in painted:
        for view in outside:
            picture = picture_of(document, {code}, view)
            assert picture is not None
            assert picture.exact
            shipped = picture.webp == static(f"img/cars/{document.options[code].picture}.webp")
            composed = f"/{view}/" in picture.webp and f"/{paint_of(document, code)}" in picture.webp
            assert composed or (shipped and view == "front34")


def test_the_opening_car_is_seen_from_inside_with_the_seats_and_the_light_that_are_picked(
    documents: dict[str, Document],
) -> None:
    document = documents["aion-ut-super"]
    session = Session(document, "CN", date(2026, 1, 1))
    assert views_of(document)[-2:] == INSIDES
    by_group = {group.code: [option.code for option in group.options] for group in document.groups}
    for colour, seats, light in product(by_group["interior"], by_group["seats"], ("ambient", "")):
        picked = frozenset(filter(None, (colour, seats, light)))
        if not session.answer(tuple(picked)).valid:
            continue
        for view in INSIDES:
            picture = picture_of(document, picked, view)
            assert picture is not None
            assert (picture.exact, picture.within) == (True, True)
            cover = "fabric" if seats == "seats-fabric" else "leather"
            lit = "-lit" if light else ""
            shade = colour.removeprefix("interior-")
            assert picture.webp == static(f"img/cars/aion-ut-super-cabin-{shade}-{cover}{lit}-{view}.webp")
    undecided = picture_of(document, {"interior-chestnut"}, "seats")  # not made in fabric, which is the standard cover
    assert undecided is not None
    assert (undecided.exact, "chestnut-leather-seats" in undecided.webp) == (False, True)
    assert picture_of(documents["avatr-12"], (), "inside") is None


def test_a_click_turns_the_picture_to_where_the_option_shows(documents: dict[str, Document]) -> None:
    document = documents["aion-ut-super"]
    model = Session(document, "CN", date(2026, 1, 1)).machine.model

    def view(query: str) -> str:
        return read_state(QueryDict(query), document, model).view

    assert view("pick.interior=interior-graphite") == "inside"
    assert view("view=seats&pick.interior=interior-graphite") == "seats"
    assert view("view=seats&pick.colour=colour-jade") == ""
    assert view("view=side&pick.wheels=wheels-18") == "side"
    assert view("view=seats&pick.tyres=tyres-quiet") == "seats"
    assert view("view=side&pick.tyres=tyres-quiet") == "side"
    assert view("view=inside&choices=colour-jade") == "inside"
    assert view("shown=comfort&pick.comfort=ambient&view=rear34") == "inside"
    assert view("choices=ambient&shown=comfort&view=rear34") == "rear34"


def test_what_the_cabins_know_is_an_option_of_the_car(documents: dict[str, Document]) -> None:
    for car in cabins.cars():
        document = documents[car]
        known = {code for code in document.options if cabins.changes(car, code)}
        groups = {document.group_of[code].code for code in known} - {"comfort"}
        assert {option.code for group in document.groups if group.code in groups for option in group.options} <= known
        assert {cabin.colour for cabin in cabins.cabins_of(car)} == {
            cabin.colour for code in known if (cabin := cabins.cabin_of(car, [code]))
        }


def test_the_opening_cars_battery_is_bought_or_rented_at_the_advertised_prices(documents: dict[str, Document]) -> None:
    document = documents["aion-ut-super"]
    assert document.base_price + document.options["battery-buy"].price == 8_990_000
    assert document.base_price + document.options["battery-rent"].price == 4_990_000
    rental = document.options["battery-rent"].rental
    assert rental is not None
    assert rental.instead_of == "battery-buy"


def test_a_car_in_3d_wears_what_is_picked(documents: dict[str, Document]) -> None:
    document = documents["aion-ut-super"]
    as_standard = dressing_of(document, frozenset())
    assert as_standard["paint"]["color"] == "#7f98a8"
    assert as_standard["roof"] == {}
    picked = dressing_of(document, {"colour-wine", "roof-glass", "wheels-18"})
    assert picked["paint"] == {"color": "#6b2231", "finish": "pearl"}
    assert picked["roof"] == {"glass": True}
    assert picked["wheels"]["size"] == 18
    assert picked["interior"] == as_standard["interior"]  # nothing else was decided


@pytest.mark.parametrize("car", CARS)
def test_what_options_change_of_a_look_can_be_drawn(documents: dict[str, Document], car: str) -> None:
    document = documents[car]
    assert STYLES
    dressing = dressings(car)
    assert not dressing.keys() - document.options.keys()
    tyres = set()
    for code in dressing:
        worn = dressing_of(document, {code})
        assert worn.keys() <= {"paint", "roof", "wheels", "interior"}
        if wheels := dressing[code].get("wheels"):
            assert wheels["style"] in STYLES
            tyres.add(round(wheels["size"] * 25.4 / 2 + wheels["sidewall"]))
    assert len(tyres) <= 1 or max(tyres) - min(tyres) <= 1  # rims grow, tyres do not: the arches stay as they are
