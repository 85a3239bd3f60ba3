"""A view of a car as layers that add up: what is always there, the wheels, and the paint in a few greys.

``rest + wheels + coverage × paint``, all premultiplied. On disk a view is a folder with a ``layers.json`` and lossless WebPs.
The rest is stored once whole; for another roof or interior only the rectangle in which it differs.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image

from apps.catalog.composing.tones import GREYS, LIGHT_OF, Floats, displayed, linear_of, shares

type Pixels = npt.NDArray[np.uint8]
"""Height × width × 4."""
FOLDER = Path(__file__).parent / "layers"
PARTS = ("paint", "roof", "wheels", "interior")


def key_of(part: Any) -> str:
    """A short name for what a look says of a part."""
    return hashlib.sha256(json.dumps(part, sort_keys=True).encode()).hexdigest()[:8]


@dataclass(frozen=True, slots=True)
class Patch:
    """What to put over the whole at a place (pixels from the left and the top)."""

    file: str
    left: int = 0
    top: int = 0


@dataclass(frozen=True)
class Layers:
    """The layers of one view: files by what they show. ``body`` is the look that all of them share (a test holds it up to date)."""

    folder: Path
    digest: str
    body: Mapping[str, Any]
    rests: Mapping[str, Patch]  # by roof and interior, "a.b"
    wheels: Mapping[str, Patch]
    coverages: Mapping[str, Patch]  # by roof: how much of each pixel is paint, as alpha
    paints: Mapping[str, tuple[str, ...]]  # by finish, a file a grey

    def has(self, look: Mapping[str, Any]) -> bool:
        """Whether a car that looks so can be put together."""
        keys = {part: key_of(look.get(part, {})) for part in PARTS}
        return (
            f"{keys['roof']}.{keys['interior']}" in self.rests
            and keys["wheels"] in self.wheels
            and keys["roof"] in self.coverages
            and look["paint"]["finish"] in self.paints
        )

    def pixels(self, patch: Patch) -> Pixels:
        """What a file holds."""
        with Image.open(self.folder / patch.file) as image:
            return np.asarray(image.convert("RGBA"))


def body_of(look: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in look.items() if name not in PARTS}


@lru_cache(maxsize=64)
def layers_of(image: str, view: str) -> Layers | None:
    """The layers of a view, or ``None`` where none were rendered. They change with a release only."""
    return layers_in(FOLDER / image / view)


def layers_in(folder: Path) -> Layers | None:
    """The layers in a folder, if it is one of layers."""
    try:
        written = (folder / "layers.json").read_text()
    except FileNotFoundError:
        return None
    read = json.loads(written)
    return Layers(
        folder=folder,
        digest=_digest(folder),
        body=read["body"],
        rests={name: Patch(*row) for name, row in read["rests"].items()},
        wheels={name: Patch(*row) for name, row in read["wheels"].items()},
        coverages={name: Patch(*row) for name, row in read["coverages"].items()},
        paints={name: tuple(row) for name, row in read["paints"].items()},
    )


def _digest(folder: Path) -> str:
    """Of all that the files hold: layers rendered anew under the same names are others."""
    digest = hashlib.sha256()
    for file in sorted(folder.iterdir()):
        digest.update(f"{file.name} {file.stat().st_size}\n".encode() + file.read_bytes())
    return digest.hexdigest()[:8]


def compose(layers: Layers, look: Mapping[str, Any]) -> Image.Image:
    """The still of a car that looks so. ``layers.has(look)`` must hold.

    A tenth of a second of decoding and a twentieth of arithmetic: nothing is kept in memory, the finished picture is (``shelf.py``).
    """
    keys = {part: key_of(look.get(part, {})) for part in PARTS}
    whole = next(iter(layers.rests.values()))
    canvas = layers.pixels(whole).astype(np.float32)
    _at(canvas, layers, layers.rests[f"{keys['roof']}.{keys['interior']}"], replace=True)
    _at(canvas, layers, layers.wheels[keys["wheels"]], replace=False)
    _paint(canvas, layers, layers.coverages[keys["roof"]], look["paint"])
    return Image.fromarray(_straight(canvas))


def _at(canvas: Floats, layers: Layers, patch: Patch, *, replace: bool) -> None:
    pixels = layers.pixels(patch)
    part = _part(canvas, patch, pixels)
    part[...] = pixels if replace else part + pixels


def _part(canvas: Floats, patch: Patch, pixels: Pixels) -> Floats:
    height, width = pixels.shape[:2]
    return canvas[patch.top : patch.top + height, patch.left : patch.left + width]


def _paint(canvas: Floats, layers: Layers, patch: Patch, paint: Mapping[str, str]) -> None:
    """Add the paint where the patch says how much of a pixel it covers; the finish's files lie in the same rectangle."""
    covered = layers.pixels(patch)[..., 3]
    painted = covered > 0
    share = covered[painted].astype(np.float32)
    greys = GREYS[paint["finish"]]
    planes = [layers.pixels(replace(patch, file=file))[painted] for file in layers.paints[paint["finish"]]]
    light = []
    for channel, value in enumerate(linear_of(paint["color"])):
        parts = zip(shares(value, greys), planes, strict=True)
        light.append(np.sum([(LIGHT_OF * np.float32(much))[plane[:, channel]] for much, plane in parts], axis=0))
    added = [shown * share for shown in displayed(light)]
    _part(canvas, patch, covered)[painted] += np.stack([*added, share], axis=1)


def _straight(canvas: Floats) -> Pixels:
    """Premultiplied as files want it: colours that do not know their alpha."""
    alpha = np.clip(canvas[..., 3:], 0, 255)
    colours = canvas[..., :3] * (255 / np.maximum(alpha, 1))
    return np.clip(np.concatenate([colours, alpha], axis=2) + 0.5, 0, 255).astype(np.uint8)
