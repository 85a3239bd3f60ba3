from itertools import product

import numpy as np
import pytest

from apps.catalog.cabin.shapes import cushion, drawn, ridge, rod, spline, step
from apps.catalog.cabins import Cabin, cabin_of, cabins_of, cars, changes, standard
from apps.catalog.looks import looks
from apps.catalog.models import CarModel
from apps.catalog.stills import INSIDES, insides, names, stills_of


def test_every_inside_that_can_be_ordered_has_its_pictures() -> None:
    wanted = {f"{cabin.stem}-{view}" for car in cars() for cabin in cabins_of(car) for view in INSIDES}
    assert len(wanted) == 20
    assert wanted == {name for name in names() if "-cabin-" in name}


def test_a_car_as_it_comes_is_seen_from_outside_and_then_from_inside() -> None:
    views = [one.view for one in stills_of(CarModel(slug="aion-ut-super", image="aion-ut-super"))]
    assert views == ["front34", "side", "rear34", "front", "inside", "seats"]
    assert [one.within for one in stills_of(CarModel(slug="aion-ut-super", image="aion-ut-super"))] == [False] * 4 + [
        True
    ] * 2
    assert {one.view for one in stills_of(CarModel(slug="byd-seal", image="byd-seal"))}.isdisjoint(INSIDES)
    assert stills_of(CarModel(slug="unknown")) == []


def test_an_inside_shows_what_is_picked_and_nothing_else() -> None:
    assert cabin_of("aion-ut-super", []) == Cabin("aion-ut-super", "sand", "fabric") == standard("aion-ut-super")
    dark = cabin_of("aion-ut-super", ["interior-graphite", "seats-air", "ambient", "wheels-18"])
    assert dark == Cabin("aion-ut-super", "graphite", "leather", lit=True)
    assert (dark.shade, dark.stem) == ("#2a2c2f", "aion-ut-super-cabin-graphite-leather-lit")
    assert changes("aion-ut-super", "ambient")
    assert not changes("aion-ut-super", "wheels-18")
    assert not changes("byd-seal", "ambient")
    assert cabin_of("byd-seal", ["ambient"]) is None
    assert cabins_of("byd-seal") == []


def test_a_cabin_as_it_comes_is_the_colour_that_shows_through_the_windows() -> None:
    for car in cars():
        cabin = standard(car)
        assert cabin is not None
        assert cabin in cabins_of(car)
        assert cabin.shade == looks()[car]["interior"]
        assert len(insides(cabin)) == len(INSIDES)


def test_a_curve_goes_through_its_points_and_a_closed_one_comes_back() -> None:
    square = [(0, 0), (1, 0), (1, 1), (0, 1)]
    line, ring = spline(square, 301), spline(square, 400, closed=True)
    assert line[[0, 100, 200, 300]] == pytest.approx(np.array(square), abs=1e-9)
    assert ring[[0, 100, 200, 300]] == pytest.approx(np.array(square), abs=1e-9)
    assert np.linalg.norm(np.diff(np.concatenate([ring, ring[:1]]), axis=0), axis=1).max() < 0.03


def test_a_rod_is_as_thick_as_it_says_everywhere() -> None:
    path = spline([(0, 0, 0), (1, 0.2, 0), (2, 0, 0.5)], 50)
    away = np.linalg.norm(rod(path, 0.03) - path[:, None], axis=2)
    assert away == pytest.approx(np.full_like(away, 0.03))
    oval = np.linalg.norm(rod(path, (0.05, 0.02)) - path[:, None], axis=2)
    assert (oval.min(), oval.max()) == pytest.approx((0.02, 0.05))
    assert rod(path, 0.03, closed=True).shape == (51, 20, 3)


def test_a_cushion_has_its_measures_and_stands_out_on_its_outer_side_alone() -> None:
    axis = [(0.0, 0.3), (0.5, 0.3)]
    plain = cushion(axis, (0.5, 0.16), x=0.4)
    assert plain[..., 0].max() - plain[..., 0].min() == pytest.approx(0.5, abs=1e-3)
    assert plain[..., 2].max() - plain[..., 2].min() == pytest.approx(0.16, abs=1e-3)
    assert plain[..., 0].mean() == pytest.approx(0.4, abs=1e-3)
    raised = cushion(axis, (0.5, 0.16), x=0.4, face=lambda across, _along: 0.05 * ridge(across, 0, 0.3))
    moved = raised[..., 2] - plain[..., 2]
    assert moved.max() == pytest.approx(0.05, abs=2e-3)
    assert moved.min() == pytest.approx(0)
    assert (moved[plain[..., 2] < 0.3] == 0).all()
    up = cushion([(0.0, 0.3), (0.0, 0.9)], (0.5, 0.1), forwards=True, face=lambda across, _along: 0.05 + 0 * across)
    assert up[..., 1].max() == pytest.approx(0.1, abs=2e-3)
    assert up[..., 1].min() == pytest.approx(-0.05, abs=2e-3)


def test_a_section_is_drawn_across_bent_and_with_its_relief() -> None:
    section = [(0.0, 0.0), (0.0, 1.0)]
    points = drawn(section, (-0.5, 0.5), bend=lambda x: np.stack([x**2, 0 * x], axis=1), rows=11, fine=5)
    assert points[0, 0] == pytest.approx([-0.5, 0.25, 0])
    assert points[5, -1] == pytest.approx([0, 0, 1])
    out = drawn(section, (-0.5, 0.5), bend=lambda x: np.zeros((len(x), 2)), relief=lambda x, _t: 0.1 * step(x, 0, 0.1))
    assert out[0, :, 1] == pytest.approx(np.zeros(60))
    assert out[-1, :, 1] == pytest.approx(np.full(60, -0.1))


@pytest.mark.long
@pytest.mark.parametrize(("cover", "lit"), [("fabric", False), ("leather", True)])
def test_a_cabin_is_rendered(tmp_path: object, cover: str, lit: bool) -> None:
    """Where Blender is there; it is no dependency of the project."""
    pytest.importorskip("bpy")
    from pathlib import Path

    from PIL import Image

    from apps.catalog.cabin.scene import photograph

    for view, colour in product(INSIDES, ("sand", "graphite")):
        file = Path(str(tmp_path)) / f"{view}-{colour}.png"
        photograph(Cabin("aion-ut-super", colour, cover, lit), view, file, size=(64, 32), samples=2)
        with Image.open(file) as picture:
            assert picture.size == (64, 32)
    light, dark = (
        np.asarray(Image.open(Path(str(tmp_path)) / f"seats-{colour}.png").convert("L")).mean()
        for colour in ("sand", "graphite")
    )
    assert light > dark + 20
