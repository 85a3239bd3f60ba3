"""Films shown on the chosen car."""

from typing import Any

import pytest
from django.templatetags.static import static
from django.test import Client

from apps.bundles.models import Cover
from apps.bundles.pictures import picture_of
from tests.factories.bundles import make_cover
from tests.factories.catalog import make_car_model, make_trim

pytestmark = pytest.mark.django_db
JADE: dict[str, Any] = {"material": "colour", "colour_en": "Jade", "colour_zh": "翠", "colour_hex": "#1f6b58"}


def films() -> dict[str, Cover]:
    return {
        "jade": make_cover(**JADE),
        "clear": make_cover(),
        "matt": make_cover(finish="matte"),
        "front": make_cover(coverage="front", finish="matte"),
    }


def test_a_whole_film_is_shown_on_a_car_that_has_layers() -> None:
    car = make_car_model("aion-ut-super", image="aion-ut-super")
    shown = {name: picture_of(film, car) for name, film in films().items()}
    assert shown["jade"] is not None
    assert "film-solid-1f6b58" in shown["jade"].avif
    assert shown["matt"] is not None
    assert "film-matte-" in shown["matt"].small
    assert shown["clear"] is not None
    assert shown["clear"].webp == static("img/cars/aion-ut-super-front34.webp")
    assert shown["front"] is None


def test_without_a_car_or_its_layers_a_drawing_has_to_do() -> None:
    film = make_cover(**JADE)
    assert picture_of(film, None) is None
    assert picture_of(film, make_car_model("byd-han-l", image="byd-han-l")) is None
    assert picture_of(film, make_car_model("unknown")) is None


def test_the_page_shows_the_chosen_car_in_each_film(client: Client) -> None:
    car = make_car_model("aion-ut-super", image="aion-ut-super")
    make_trim(car_model=car)
    films()
    plain = client.get("/bundles/covers/").content.decode()
    page = client.get("/bundles/covers/?fits=aion-ut-super").content.decode()
    assert ("film-solid-1f6b58" in plain, "film-solid-1f6b58" in page) == (False, True)
    assert f'alt="{car.full_name} in ' in page
    assert 'class="film ' in page  # the film for the front is still drawn
    overview = client.get("/bundles/?fits=aion-ut-super").content.decode()
    assert f'alt="{car.full_name} in ' in overview


def test_until_a_car_is_chosen_the_one_that_is_sold_here_alone_wears_the_films(client: Client) -> None:
    ours = make_car_model("aion-ut-super", image="aion-ut-super", exclusive=True)
    other = make_car_model("avatr-12", image="avatr-12")
    for car in (ours, other):
        make_trim(car_model=car)
    films()
    for path in ("", "covers/"):
        page = client.get(f"/bundles/{path}").content.decode()
        assert f'alt="{ours.full_name} in ' in page
        assert f'alt="{other.full_name} in ' not in page
        chosen = client.get(f"/bundles/{path}?fits={other.slug}").content.decode()
        assert f'alt="{ours.full_name} in ' not in chosen
    told = f"The pictures show the {ours.full_name}."
    assert told in client.get("/bundles/covers/").content.decode()
    assert told not in client.get("/bundles/covers/?coverage=front").content.decode()


def test_the_overview_shows_parts_of_the_car_and_glyphs_where_there_is_no_picture(client: Client) -> None:
    car = make_car_model("aion-ut-super", image="aion-ut-super", exclusive=True)
    make_trim(car_model=car)
    page = client.get("/bundles/").content.decode()
    assert static("img/cars/aion-ut-super-side.webp") in page
    assert "art glyph" not in page
    drawn = make_car_model("unknown")
    make_trim(car_model=drawn)
    assert client.get("/bundles/?fits=unknown").content.decode().count("art glyph") == 2
    type(car).objects.update(exclusive=False)
    assert client.get("/bundles/").content.decode().count("art glyph") == 2
