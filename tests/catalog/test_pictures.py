import xml.etree.ElementTree as ET

import pytest
from PIL import Image

from apps.catalog.sideview import Dimensions, side_view
from apps.catalog.sideview.bodies import BODIES, TYPICAL
from apps.catalog.sideview.geometry import Body, silhouette
from apps.catalog.stills import HEIGHT, SMALL, SMALL_HEIGHT, SMALL_WIDTH, WIDTH, folder, names


@pytest.mark.parametrize("body", BODIES)
def test_a_drawing_is_well_formed_small_and_carries_no_style(body: str) -> None:
    svg = side_view("car", body, Dimensions(None, None, None))

    ET.fromstring(svg)  # noqa: S314  our own text
    assert len(svg) < 8000
    assert "style=" not in svg


def test_ids_of_two_drawings_on_a_page_differ() -> None:
    first, second = (side_view(key, "suv", Dimensions(4600, 1650, 2750)) for key in ("a", "b"))

    assert 'id="cv-a-v"' in first
    assert 'id="cv-a-v"' not in second


@pytest.mark.parametrize("body", BODIES)
def test_the_silhouette_has_the_cars_own_length_and_height(body: str) -> None:
    length, height, wheelbase = (value / 1000 for value in TYPICAL[body])
    outline = silhouette(Body(BODIES[body], length, height, wheelbase)).outline
    xs, ys = [x for x, _ in outline], [y for _, y in outline]

    assert max(xs) - min(xs) == pytest.approx(length, abs=0.06)
    assert max(ys) == pytest.approx(height, abs=0.03)


def test_every_still_exists_in_both_formats_small_and_in_its_declared_size() -> None:
    for stem in names():
        for kind in ("avif", "webp"):
            with Image.open(folder() / f"{stem}.{kind}") as image:
                assert image.size == (WIDTH, HEIGHT)
        with Image.open(folder() / SMALL / f"{stem}.avif") as image:
            assert image.size == (SMALL_WIDTH, SMALL_HEIGHT)
