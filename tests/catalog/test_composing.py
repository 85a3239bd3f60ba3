"""Pictures composed of layers: the arithmetic, the palette, the addresses, the files."""

import io
import json
import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from apps.catalog.composing import shelf
from apps.catalog.composing.drawing import Variants, box_of, changes_of
from apps.catalog.composing.layers import FOLDER, PARTS, Layers, compose, key_of, layers_in, layers_of
from apps.catalog.composing.recipes import FILM_FINISHES, Film, Recipe, named, parts_of_look, recipe
from apps.catalog.composing.tones import BRIGHTEST, GREYS, LIGHT_OF, displayed, linear_of, shares, stored
from apps.catalog.dressing import dressed_cars, dressings
from apps.catalog.looks import image_of, looks, paints_of
from apps.catalog.stills import HEIGHT, SMALL_WIDTH, VIEWS, WIDTH, folder
from apps.common.files import put

VIEW = "front34"
BLOCK = 12  # pixels


def grey(light: Any) -> Any:
    """How bright the screen shows light without a colour."""
    return displayed([np.asarray(light, np.float32)] * 3)[0]


@given(st.floats(0, BRIGHTEST))
def test_stored_light_comes_back_as_bright_as_it_was(light: float) -> None:
    """Within a step of eight bits, and never darker or brighter than the screen can show."""
    back = LIGHT_OF[stored(np.array([light], np.float32))]
    assert abs(float(grey(back)[0]) - float(grey([light])[0])) <= 1.2 / 255


@given(st.floats(0, 1), st.sampled_from(sorted(GREYS)), st.tuples(*[st.floats(-2, 2)] * 3))
def test_what_greys_reflect_tells_what_every_paint_does(
    value: float, finish: str, polynomial: tuple[float, ...]
) -> None:
    """Exactly, where light depends on the paint by a polynomial of the degree that the greys allow."""
    greys = GREYS[finish]
    terms = polynomial[: len(greys)]

    def light(paint: float) -> float:
        return sum(term * paint**power for power, term in enumerate(terms))

    mixed = sum(share * light(one) for share, one in zip(shares(value, greys), greys, strict=True))
    assert mixed == pytest.approx(light(value), abs=1e-9)


@given(st.tuples(*[st.floats(0, 6)] * 3))
def test_tones_are_those_of_the_studio(light: tuple[float, float, float]) -> None:
    """Khronos PBR neutral, written out for one pixel, then the curve of the screen."""
    red, green, blue = (value * 1.3 for value in light)
    least = min(red, green, blue)
    offset = least - 6.25 * least * least if least < 0.08 else 0.04
    colour = [red - offset, green - offset, blue - offset]
    peak = max(colour)
    if peak >= 0.76:
        pressed = 1 - 0.24 * 0.24 / (peak + 0.24 - 0.76)
        white = 1 - 1 / (0.15 * (peak - pressed) + 1)
        colour = [value * pressed / peak * (1 - white) + pressed * white for value in colour]
    expected = [12.92 * v if v <= 0.0031308 else 1.055 * v ** (1 / 2.4) - 0.055 for v in colour]
    shown = displayed([np.array([value], np.float32) for value in light])
    assert [float(channel[0]) for channel in shown] == pytest.approx(expected, abs=2e-3)


def test_linear_values_of_a_colour() -> None:
    assert linear_of("#000000") == (0, 0, 0)
    assert linear_of("#ff8000") == pytest.approx((1, 0.21586, 0), abs=1e-5)


def test_the_smallest_rectangle() -> None:
    there = np.zeros((6, 9), bool)
    assert box_of(there) == (slice(0, 1), slice(0, 1))
    there[2, 3] = there[4, 7] = True
    assert box_of(there) == (slice(2, 5), slice(3, 8))


def rendered() -> dict[tuple[str, str], Layers]:
    """Every car and view that has layers."""
    found = {(car, view): layers_of(image_of(car), view) for car, view in product(dressed_cars(), VIEWS)}
    return {key: layers for key, layers in found.items() if layers is not None}


def palette(car: str, view: str) -> Iterator[Recipe]:
    """Every picture that can be asked for of a car: each paint with each roof, wheels and interior."""
    known = dressings(car)
    groups = [[code for code in known if part in known[code]] for part in PARTS if part != "paint"]
    for paint, options in product(paints_of(car), product(*filter(None, groups))):
        found = recipe(car, view, paint, sorted(options))
        assert found is not None
        yield found


def test_every_picture_of_the_palette_can_be_composed() -> None:
    assert list(rendered()) == list(product(dressed_cars(), VIEWS[:3]))
    for car, view in rendered():
        every = list(palette(car, view))
        assert len(every) >= (100 if dressings(car) else len(paints_of(car)))
        assert all(one.layers is not None for one in every)
        assert len({one.digest(one.layers) for one in every if one.layers}) > len(every) / 2


@pytest.mark.parametrize(("car", "view"), rendered())
def test_layers_are_those_of_the_look_in_the_catalogue(car: str, view: str) -> None:
    """Whoever changes a look, a dressing or a paint sees here that its layers want rendering."""
    layers = rendered()[car, view]
    look = looks()[car]
    assert layers.body.items() >= {name: look[name] for name in ("body", "lights")}.items()
    wanted = Variants(
        parts_of_look(car), changes_of(dressings(car), paints_of(car)), FILM_FINISHES if view == VIEW else ()
    )
    assert layers.wheels.keys() == {key_of(one) for one in wanted.wheels}
    assert layers.coverages.keys() == {key_of(one) for one in wanted.roofs}
    assert layers.paints.keys() == set(wanted.finishes)
    assert layers.rests.keys() == {f"{key_of(a)}.{key_of(b)}" for a, b in product(wanted.roofs, wanted.interiors)}
    files = {patch.file for rows in (layers.wheels, layers.coverages, layers.rests) for patch in rows.values()}
    files |= {file for row in layers.paints.values() for file in row} | {"layers.json"}
    assert {path.name for path in layers.folder.iterdir()} == files
    assert sum(path.stat().st_size for path in layers.folder.iterdir()) < 2_500_000


def shipped() -> list[tuple[str, str, str]]:
    """Cars, views and paints ("" is the car's own) that a still is shipped of which was rendered whole."""
    return [
        (car, view, paint)
        for car, view in rendered()
        for paint in ["", *paints_of(car)]
        if still_of(car, view, paint).exists()
    ]


def still_of(car: str, view: str, paint: str) -> Path:
    return folder() / f"{'-'.join(filter(None, [image_of(car), paint, view]))}.webp"


@pytest.mark.parametrize(("car", "view", "paint"), shipped())
def test_a_composed_picture_is_the_one_that_was_rendered_whole(car: str, view: str, paint: str) -> None:
    layers = rendered()[car, view]
    ours = np.asarray(compose(layers, parts_of_look(car, paint)), np.float32)
    with Image.open(still_of(car, view, paint)) as image:
        whole = np.asarray(image.convert("RGBA"), np.float32)
    alpha = np.minimum(ours[..., 3], whole[..., 3])
    assert np.abs(ours[..., 3] - whole[..., 3]).mean() < 1.5
    difference = np.abs(ours[..., :3] - whole[..., :3]).mean(axis=2) * (alpha > 250)
    height, width = difference.shape
    away = difference[alpha > 250]
    assert away.mean() < 4
    # Nowhere is something that the other does not have, such as a mirror that should be behind dark glass: that was 46 to 85.
    blocks = difference[: height // BLOCK * BLOCK, : width // BLOCK * BLOCK].reshape(height // BLOCK, BLOCK, -1, BLOCK)
    assert blocks.mean(axis=(1, 3)).max() < 20
    assert np.quantile(away, 0.95) < 14


def test_other_wheels_change_the_wheels_alone() -> None:
    car, layers = "aion-ut-super", rendered()["aion-ut-super", VIEW]
    sizes = [dressings(car)[code]["wheels"] for code in dressings(car) if "wheels" in dressings(car)[code]]
    one, other = (np.asarray(compose(layers, parts_of_look(car) | {"wheels": size})) for size in (sizes[0], sizes[-1]))
    differs = (one != other).any(axis=2)
    boxes = [layers.wheels[key_of(size)] for size in (sizes[0], sizes[-1])]
    assert 5_000 < differs.sum() < WIDTH * HEIGHT / 10
    assert box_of(differs)[0].start >= min(box.top for box in boxes)


@pytest.mark.parametrize(
    ("view", "name"),
    [
        ("front34", "nonsense"),
        ("front34", "jade~nonsense"),
        ("front34", "jade~wheels-17~wheels-17"),
        ("front34", "jade~wheels-17~roof-glass"),  # not in order: one picture has one name
        ("top", "jade~roof-glass~wheels-17"),
        ("front34", "~"),
    ],
)
def test_what_the_palette_does_not_know_is_not_found(client: Client, view: str, name: str) -> None:
    address = reverse("catalog:still", args=["aion-ut-super", view, WIDTH, name, "0" * 12, "webp"])
    assert client.get(address).status_code == 404


@pytest.mark.parametrize("car", dressed_cars())
@pytest.mark.parametrize("film", [Film("solid", "#1f6b58"), Film("matte", "#1c2b45"), Film("satin"), Film("matte")])
def test_a_film_changes_the_paint_alone(car: str, film: Film) -> None:
    wanted = recipe(car, VIEW, "", [], film)
    assert wanted is not None
    assert named(car, VIEW, wanted.name) == wanted
    plain, layers = parts_of_look(car), wanted.layers
    assert layers is not None
    assert wanted.look == plain | {"paint": {"color": film.colour or plain["paint"]["color"], "finish": film.finish}}
    under, over = (np.asarray(compose(layers, look), np.int16) for look in (plain, wanted.look))
    painted = np.abs(under - over).max(axis=2) > 2
    coverage = layers.coverages[key_of(plain["roof"])]
    there = layers.pixels(coverage)[..., 3] > 0
    inside = np.zeros_like(painted)
    inside[coverage.top : coverage.top + there.shape[0], coverage.left : coverage.left + there.shape[1]] = there
    assert painted.sum() > 30_000
    assert not (painted & ~inside).any()


def test_a_films_colour_is_only_composed_for_who_was_given_its_address(
    client: Client, settings: Any, tmp_path: Path
) -> None:
    """Any colour has a name, and a picture costs half a second: the digest is made with the portal's key."""
    settings.VAR = tmp_path
    wanted = recipe("aion-ut-super", VIEW, "", [], Film("solid", "#1f6b58"))
    assert wanted is not None
    assert client.get(address_of(wanted)).status_code == 200
    other = recipe("aion-ut-super", VIEW, "", [], Film("solid", "#1f6b59"))
    assert other is not None
    assert wanted.layers is not None
    assert client.get(address_of(other, digest=wanted.digest(wanted.layers))).status_code == 404
    ours, settings.SECRET_KEY = settings.SECRET_KEY, "the key of another portal, which is as long as it should be"
    theirs = address_of(wanted)
    settings.SECRET_KEY = ours
    assert client.get(theirs).status_code == 404


@pytest.mark.parametrize(
    "name", ["-~film-solid-1f6b5", "-~film-pearl-1f6b58", "film-solid-1f6b58", "-~film-solid-1F6B58"]
)
def test_what_is_no_film_is_not_found(client: Client, name: str) -> None:
    assert named("aion-ut-super", VIEW, name) is None
    address = reverse("catalog:still", args=["aion-ut-super", VIEW, WIDTH, name, "0" * 16, "webp"])
    assert client.get(address).status_code == 404


def address_of(wanted: Recipe, kind: str = "webp", *, width: int = WIDTH, digest: str = "") -> str:
    assert wanted.layers is not None
    known = digest or wanted.digest(wanted.layers)
    return reverse("catalog:still", args=[wanted.car, wanted.view, width, wanted.name, known, kind])


@pytest.fixture
def wanted(settings: Any, tmp_path: Path) -> Recipe:
    """A picture that nobody has asked this machine for."""
    settings.VAR = tmp_path
    found = named("aion-ut-super", VIEW, "jade~interior-graphite~roof-glass~wheels-18")
    assert found is not None
    return found


@pytest.mark.parametrize(("kind", "width"), [("avif", WIDTH), ("avif", SMALL_WIDTH), ("webp", WIDTH)])
def test_a_picture_is_composed_once_and_kept_for_ever(
    client: Client, wanted: Recipe, tmp_path: Path, kind: str, width: int
) -> None:
    address = address_of(wanted, kind, width=width)
    answer = client.get(address)
    assert (answer.status_code, answer["Content-Type"]) == (200, f"image/{kind}")
    assert {"public", "immutable", "max-age=31536000"} <= set(answer["Cache-Control"].split(", "))
    assert "Cookie" not in answer.get("Vary", "")
    with Image.open(io.BytesIO(answer.content)) as image:
        assert (image.size, image.mode) == ((width, width // 2), "RGBA")
    assert len(answer.content) < 70_000
    (kept,) = (tmp_path / "stills").iterdir()
    put(kept, b"what is kept")
    assert client.get(address).content == b"what is kept"


def test_an_old_address_leads_to_the_picture_as_it_is_now(client: Client, wanted: Recipe) -> None:
    answer = client.get(address_of(wanted, digest="0123456789ab"))
    assert (answer.status_code, answer["Location"]) == (302, address_of(wanted))
    assert answer["Cache-Control"] == "no-cache"
    assert client.get(address_of(wanted, kind="png")).status_code == 404
    assert client.get(address_of(wanted, width=701)).status_code == 404
    assert client.post(address_of(wanted)).status_code == 405


def test_many_who_want_a_picture_at_once_get_the_same(wanted: Recipe, tmp_path: Path) -> None:
    assert wanted.layers is not None
    layers = wanted.layers
    with ThreadPoolExecutor(8) as pool:
        got = set(pool.map(lambda _: shelf.picture(wanted, layers, "webp"), range(8)))
    assert len(got) == 1
    assert [path.suffix for path in (tmp_path / "stills").iterdir()] == [".webp"]


def test_without_a_disk_a_picture_is_still_answered(
    client: Client, wanted: Recipe, settings: Any, tmp_path: Path
) -> None:
    settings.VAR = tmp_path / "file"
    settings.VAR.write_text("no folder")
    assert client.get(address_of(wanted)).status_code == 200


def test_old_pictures_are_forgotten(wanted: Recipe, tmp_path: Path) -> None:
    assert shelf.prune() == 0
    assert wanted.layers is not None
    shelf.picture(wanted, wanted.layers, "webp")
    (kept,) = (tmp_path / "stills").iterdir()
    made = kept.stat().st_mtime
    assert shelf.prune(made + shelf.KEPT.total_seconds() - 60) == 0
    assert shelf.prune(made + shelf.KEPT.total_seconds() + 60) == 1
    assert not kept.exists()


def test_layers_rendered_anew_under_the_same_names_are_others(tmp_path: Path) -> None:
    shutil.copytree(FOLDER / "van" / "side", tmp_path / "side")
    before = layers_in(tmp_path / "side")
    next((tmp_path / "side").glob("solid-*.webp")).write_bytes(b"other pixels")
    after = layers_in(tmp_path / "side")
    assert before is not None
    assert after is not None
    assert before.digest == rendered()["kaicheng-v919", "side"].digest != after.digest


def test_a_digest_speaks_of_layers_and_look(wanted: Recipe) -> None:
    assert wanted.layers is not None
    other = named("aion-ut-super", VIEW, "sand~interior-graphite~roof-glass~wheels-18")
    assert other is not None
    assert wanted.digest(wanted.layers) != other.digest(wanted.layers)
    written = json.loads((FOLDER / wanted.image / VIEW / "layers.json").read_text())
    assert written["body"]["body"] == "hatch"
