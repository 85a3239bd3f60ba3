"""Layers as they are rendered: what is put together of them is what is rendered whole."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from apps.catalog.composing.drawing import Drawer, Variants
from apps.catalog.composing.layers import compose, layers_in
from apps.catalog.composing.tones import Floats
from apps.catalog.looks import look_of
from apps.catalog.photography import Size, photographer
from tests.e2e.conftest import ROOT, chromium

pytestmark = [pytest.mark.browser, pytest.mark.long]
SIZE = Size(350, 175, 0.025)
WINE = {"paint": {"color": "#6b2231", "finish": "pearl"}}
OTHER = {
    "roof": {"glass": True},
    "wheels": {"style": "star", "size": 17, "sidewall": 117},
    "interior": {"color": "#8a4b32"},
}


def render(folder: Path) -> Floats:
    """Layers of a car in two versions, into the folder; and one whole picture in a paint that no layer knows."""
    look = look_of("aion-ut-super", (4270, 1850, 1575, 2750))
    assert look is not None
    browser = chromium()
    assert browser is not None
    with photographer(ROOT / "static", browser) as camera:
        list(Drawer(camera, SIZE).draw(Variants(look, [OTHER, WINE]), "front34", folder))
        return camera.layer(look | OTHER | WINE, "front34", "whole", size=SIZE)


def test_a_small_view_of_layers_is_the_one_rendered_whole(tmp_path: Path) -> None:
    if chromium() is None:
        pytest.skip("needs Chromium (Debian package chromium)")
    with ThreadPoolExecutor(1) as apart:  # the browser of the other tests has this thread's loop
        whole = apart.submit(render, tmp_path / "front34").result()
    layers = layers_in(tmp_path / "front34")
    assert layers is not None
    assert layers.has(OTHER | WINE)
    ours = np.asarray(compose(layers, OTHER | WINE), np.float32) / 255
    away = np.abs(ours[..., :3] * ours[..., 3:] - whole[..., :3]).max(axis=2)
    assert np.quantile(np.abs(ours[..., 3] - whole[..., 3]), 0.999) < 0.02
    assert away.mean() < 0.004
    assert np.quantile(away, 0.999) < 0.15
