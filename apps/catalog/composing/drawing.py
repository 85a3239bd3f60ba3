"""Renders the layers of a car's views: a workshop tool like ``catalog.photography``, which takes the pictures."""

import json
import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image

from apps.catalog.composing.layers import Pixels, body_of, key_of
from apps.catalog.composing.tones import GREYS, Floats, stored
from apps.catalog.looks import Look
from apps.catalog.photography import STILL, Photographer, Size

BODY_COLOURED: Look = {}
"""The roof that leaves most to the paint: what is painted with another roof is painted with this one, too."""


class Variants:
    """What a car can look like: the distinct roofs, wheels and interiors, and the finishes of its paints."""

    def __init__(self, base: Look, changes: Sequence[Look], finishes: Iterable[str] = ()) -> None:
        """``finishes`` are those of films, beside the paints' own."""
        self.base = base
        self.roofs = self._distinct("roof", changes)
        self.wheels = self._distinct("wheels", changes)
        self.interiors = self._distinct("interior", changes)
        self.finishes = sorted({*finishes, *(look["paint"]["finish"] for look in [base, *changes] if "paint" in look)})

    def _distinct(self, part: str, changes: Sequence[Look]) -> list[Look]:
        """The base's own first."""
        found = [self.base.get(part, {}), *(change[part] for change in changes if part in change)]
        return list({key_of(one): one for one in found}.values())

    def look(self, **parts: Look) -> Look:
        return self.base | parts


class Drawer:
    """Renders one view after another into folders."""

    def __init__(self, camera: Photographer, size: Size = STILL) -> None:
        self._camera = camera
        self._size = size

    def draw(self, variants: Variants, view: str, folder: Path) -> Iterator[str]:
        """Render a view's layers; yields what was done, a file's name at a time. The folder is replaced in the end."""
        made = folder.with_name(f"{folder.name}.new")
        shutil.rmtree(made, ignore_errors=True)
        made.mkdir(parents=True)
        written: dict[str, Any] = {
            "body": body_of(variants.base),
            "rests": {},
            "wheels": {},
            "coverages": {},
            "paints": {},
        }
        yield from self._paints(variants, view, made, written)
        yield from self._wheels(variants, view, made, written)
        yield from self._rests(variants, view, made, written)
        (made / "layers.json").write_text(json.dumps(written, indent=1) + "\n")
        shutil.rmtree(folder, ignore_errors=True)
        made.rename(folder)

    def _layer(self, look: Look, view: str, kind: str, grey: float = 0) -> Floats:
        return self._camera.layer(look, view, kind, grey=grey, size=self._size)

    def _paints(self, variants: Variants, view: str, folder: Path, written: dict[str, Any]) -> Iterator[str]:
        plain = variants.look(roof=BODY_COLOURED)
        lights = {
            (finish, grey): self._layer(plain | {"paint": {"color": "#808080", "finish": finish}}, view, "paint", grey)
            for finish in variants.finishes
            for grey in GREYS[finish]
        }
        coverage = next(iter(lights.values()))[..., 3]
        box = box_of(coverage)
        for (finish, grey), light in lights.items():
            whole = (light[..., :3] / np.maximum(coverage, 1e-3)[..., None]).astype(np.float32)
            file = f"{finish}-{grey}.webp"
            _save(np.where(coverage[..., None] > 0, stored(whole), np.uint8(0))[box], folder / file)
            written["paints"].setdefault(finish, []).append(file)
            yield file
        for roof in variants.roofs:
            covered = self._layer(variants.look(roof=roof), view, "paint")[..., 3]
            file = f"coverage-{key_of(roof)}.webp"
            _save(_alone(covered)[box], folder / file)
            written["coverages"][key_of(roof)] = [file, box[1].start, box[0].start]
            yield file

    def _wheels(self, variants: Variants, view: str, folder: Path, written: dict[str, Any]) -> Iterator[str]:
        for wheels in variants.wheels:
            pixels = _bytes(self._layer(variants.look(wheels=wheels), view, "wheels"))
            box = box_of(pixels[..., 3])
            file = f"wheels-{key_of(wheels)}.webp"
            _save(pixels[box], folder / file)
            written["wheels"][key_of(wheels)] = [file, box[1].start, box[0].start]
            yield file

    def _rests(self, variants: Variants, view: str, folder: Path, written: dict[str, Any]) -> Iterator[str]:
        whole: Pixels | None = None
        for roof, interior in product(variants.roofs, variants.interiors):
            pixels = _bytes(self._layer(variants.look(roof=roof, interior=interior), view, "rest"))
            differs = pixels != (pixels + 1 if whole is None else whole)
            whole = pixels if whole is None else whole
            box = box_of(differs.any(axis=2))
            name = f"{key_of(roof)}.{key_of(interior)}"
            _save(pixels[box], folder / f"rest-{name}.webp")
            written["rests"][name] = [f"rest-{name}.webp", box[1].start, box[0].start]
            yield f"rest-{name}.webp"


def box_of(there: npt.NDArray[Any]) -> tuple[slice, slice]:
    """The rows and columns that have something; one pixel where nothing has."""
    rows, columns = np.flatnonzero(there.any(axis=1)), np.flatnonzero(there.any(axis=0))
    if not len(rows):
        return slice(0, 1), slice(0, 1)
    return slice(int(rows[0]), int(rows[-1]) + 1), slice(int(columns[0]), int(columns[-1]) + 1)


def _bytes(layer: Floats) -> Pixels:
    pixels: Pixels = np.clip(layer * 255 + 0.5, 0, 255).astype(np.uint8)
    return pixels


def _alone(coverage: Floats) -> Pixels:
    """Alpha without a colour."""
    pixels = np.zeros((*coverage.shape, 4), np.uint8)
    pixels[..., 3] = np.clip(coverage * 255 + 0.5, 0, 255)
    return pixels


def _save(pixels: Pixels, file: Path) -> None:
    """Without any loss, colours under full transparency included: they are premultiplied light."""
    Image.fromarray(np.ascontiguousarray(pixels)).save(file, lossless=True, exact=True, method=4, quality=75)


def changes_of(dressing: Mapping[str, Look], paints: Mapping[str, Mapping[str, Any]]) -> list[Look]:
    """What a car's options change of its look, an entry each."""
    painted = [{"paint": {"color": paint["color"], "finish": paint["finish"]}} for paint in paints.values()]
    return [*map(dict, dressing.values()), *painted]
