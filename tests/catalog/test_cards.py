"""The pictures beside shared links: a car's with its price, and the general one."""

import io
import re
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from PIL import Image

from tests.factories.catalog import make_car_model, make_trim

pytestmark = pytest.mark.django_db
PICTURED = "aion-ut-super"
SIZE = (1200, 630)
STAGE = (233, 236, 238)


def tags(page: str) -> dict[str, str]:
    found = re.findall(r'<meta (?:property|name)="((?:og|twitter):[^"]+)" content="([^"]*)">', page)
    assert len({name for name, _ in found}) == len(found)
    return dict(found)


def path_of(address: str) -> str:
    assert address.startswith(settings.PUBLIC_URL)
    return address.removeprefix(settings.PUBLIC_URL.rstrip("/"))


def shared(client: Client, path: str) -> tuple[dict[str, str], Image.Image]:
    """The tags of a page, and the picture that they name, read from where they say."""
    said = tags(client.get(path).text)
    answer = client.get(path_of(said["og:image"]), follow=True)
    assert (answer.status_code, answer["Content-Type"]) == (200, said["og:image:type"])
    return said, Image.open(io.BytesIO(answer.content))


@pytest.mark.parametrize("prefix", ["", "/zh-hans"])
def test_a_car_is_shared_with_its_picture_and_price(client: Client, prefix: str) -> None:
    make_trim(make_car_model("ut", image=PICTURED, name_en="UT"), price=8_990_000)
    said, picture = shared(client, f"{prefix}/cars/gac-aion/ut/")
    assert (picture.size, picture.format) == (SIZE, "JPEG")
    assert (said["og:image:width"], said["og:image:height"]) == tuple(map(str, SIZE))
    assert "¥89,900" in said["og:image:alt"] == said["twitter:image:alt"]
    assert said["twitter:card"] == "summary_large_image"
    assert said["og:title"]
    assert said["og:description"]
    assert said["og:locale"] == ("zh_CN" if prefix else "en_GB")
    assert picture.getpixel((20, 20)) == pytest.approx(STAGE, abs=3)
    words, car = picture.crop((60, 90, 1140, 170)), picture.crop((300, 300, 900, 600))
    assert len(set(words.convert("L").tobytes())) > 50
    assert len(set(car.convert("L").tobytes())) > 150


def test_the_price_follows_the_price(client: Client) -> None:
    model = make_car_model("ut", image=PICTURED)
    trim = make_trim(model, price=8_990_000)
    before = path_of(tags(client.get("/cars/gac-aion/ut/").text)["og:image"])
    old = client.get(before)
    assert "immutable" in old["Cache-Control"]
    trim.price = 7_990_000
    trim.save()
    after = path_of(tags(client.get("/cars/gac-aion/ut/").text)["og:image"])
    assert before != after
    moved = client.get(before)
    assert (moved.status_code, moved["Location"]) == (302, after)
    assert "immutable" not in moved["Cache-Control"]
    assert client.get(after).content != old.content
    assert client.get("/cars/card/ut.jpg")["Location"] == after


def test_from_and_with_battery_are_said_as_on_the_page(client: Client) -> None:
    model = make_car_model("ut", image=PICTURED)
    make_trim(model, price=8_990_000, rent_price=4_990_000)
    make_trim(model, price=9_990_000)
    assert tags(client.get("/cars/gac-aion/ut/").text)["og:image:alt"].endswith("from ¥89,900 with battery")
    assert "¥89,900 起" in tags(client.get("/zh-hans/cars/gac-aion/ut/").text)["og:image:alt"]


def test_a_card_is_in_the_language_of_its_page(client: Client) -> None:
    make_trim(make_car_model("ut", image=PICTURED, name_en="UT", name_zh="优缇"))
    english, chinese = (
        path_of(tags(client.get(f"{prefix}/cars/gac-aion/ut/").text)["og:image"]) for prefix in ("", "/zh-hans")
    )
    assert client.get(english).content != client.get(chinese).content
    # one language's hash under the other's address is not served for ever
    assert client.get(f"/zh-hans{english}")["Location"] == chinese


def test_a_car_that_is_not_sold_here_is_shared_without_a_price(client: Client) -> None:
    make_trim(make_car_model("old", image=PICTURED, on_sale=False), price=8_990_000)
    said, picture = shared(client, "/cars/gac-aion/old/")
    assert "¥" not in said["og:image:alt"]
    assert picture.size == SIZE


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_what_has_no_picture_is_shared_with_the_general_one(client: Client, language: str) -> None:
    make_trim(make_car_model("plain"))
    prefix = "" if language == "en" else f"/{language}"
    for path in ("/", "/careers/", "/cars/gac-aion/plain/"):
        address = tags(client.get(prefix + path).text)["og:image"]
        assert address.endswith(f"/static/img/social-{language}.jpg")
    assert client.get(f"{prefix}/cars/card/plain.jpg")["Location"].endswith(f"social-{language}.jpg")
    with Image.open(Path(settings.BASE_DIR) / "static" / "img" / f"social-{language}.jpg") as picture:
        assert (picture.size, picture.format) == (SIZE, "JPEG")


def test_nobodys_card_is_not_found(client: Client) -> None:
    assert client.get("/cars/card/nobody.jpg").status_code == 404
    assert client.get("/cars/card/nobody/0123456789abcdef.jpg").status_code == 404


def test_a_long_name_stays_on_its_card(client: Client) -> None:
    make_trim(make_car_model("long", image=PICTURED, name_en="A Very Long Name Of A Car " * 3))
    _, picture = shared(client, "/cars/gac-aion/long/")
    edge = picture.crop((SIZE[0] - 50, 0, SIZE[0], SIZE[1])).convert("L")
    assert max(edge.tobytes()) - min(edge.tobytes()) < 12
