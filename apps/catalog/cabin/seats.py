"""Seats in front, the bench behind."""

from collections.abc import Sequence

import numpy as np

from apps.catalog.cabin.forms import block, pad, surface, tube
from apps.catalog.cabin.materials import Kit
from apps.catalog.cabin.shapes import Flat, Numbers, ridge, spline, step

SIDES = (-1, 1)
SEAT_X = 0.365
CUSHION: Sequence[Flat] = [(-0.2, 0.235), (0.0, 0.235), (0.2, 0.262), (0.36, 0.268)]
BACK: Sequence[Flat] = [(-0.13, 0.26), (-0.2, 0.42), (-0.29, 0.62), (-0.375, 0.84)]
REST: Sequence[Flat] = [(-0.392, 0.895), (-0.43, 1.065)]
BELT_IN = 0.6


def seats(kit: Kit, *, door_open: bool) -> None:
    """``door_open``: without the driver's belt, which hangs from the post between the doors."""
    for side in SIDES:
        _front(kit, side * SEAT_X)
        if not (door_open and side < 0):
            _belt(kit, side * SEAT_X)
    _bench(kit)


def _front(kit: Kit, x: float) -> None:
    pad(
        "cushion",
        CUSHION,
        (0.53, 0.15),
        kit.seat,
        x=x,
        widths=(0.94, 1, 1, 0.97),
        depths=(0.9, 1, 1, 0.85),
        face=_cushion_face,
    )
    pad(
        "back",
        BACK,
        (0.55, 0.15),
        kit.seat,
        x=x,
        widths=(0.9, 1.0, 1.02, 0.94, 0.66),
        depths=(1.1, 1, 0.85, 0.7),
        face=_back_face,
        forwards=True,
    )
    pad(
        "rest",
        REST,
        (0.29, 0.1),
        kit.seat,
        x=x,
        widths=(0.9, 1, 0.92),
        depths=(1, 1, 0.9),
        corner=(0.6, 4),
        face=_rest_face,
        forwards=True,
    )
    for side in SIDES:
        tube("post", np.array([[x + side * 0.06, -0.36, 0.8], [x + side * 0.06, -0.405, 0.95]]), 0.006, kit.metal)
    shell = [(-0.215, 0.3), (-0.27, 0.45), (-0.345, 0.64), (-0.415, 0.83)]
    pad("shell", shell, (0.5, 0.1), kit.dark, x=x, widths=(0.96, 1, 0.98, 0.8), corner=(0.5, 6))
    block("plinth", (0.44, 0.5, 0.12), (x, 0.06, 0.13), kit.dark, radius=0.03)
    for side in SIDES:
        block("cover", (0.03, 0.42, 0.09), (x + side * 0.245, -0.0, 0.185), kit.dark, radius=0.014, turn=(0.06, 0, 0))
        block("rail", (0.03, 0.7, 0.04), (x + side * 0.19, 0.05, 0.02), kit.rubber, radius=0.008)
    inner = -np.sign(x)
    block("buckle", (0.026, 0.03, 0.1), (x + inner * 0.285, -0.13, 0.31), kit.dark, radius=0.008, turn=(0.5, 0, 0))


def _cushion_face(across: Numbers, along: Numbers) -> Numbers:
    """Bolsters left and right, an insert with pipes across it, seams between."""
    wide = np.abs(across)
    bolster = 0.042 * step(wide, 0.56, 0.8) * step(along, 0.02, 0.3) * (1 - 0.35 * step(along, 0.75, 1))
    insert = 1 - step(wide, 0.53, 0.58)
    pipes = (
        0.007
        * insert
        * step(along, 0.12, 0.2)
        * (1 - step(along, 0.8, 0.86))
        * np.abs(np.sin(np.pi * (along - 0.12) * 12))
    )
    return bolster + pipes - 0.012 * ridge(wide, 0.575, 0.022) - 0.008 * insert * ridge(along, 0.84, 0.012)


def _back_face(across: Numbers, along: Numbers) -> Numbers:
    wide = np.abs(across)
    bolster = 0.055 * step(wide, 0.56, 0.82) * step(along, 0.08, 0.3) * (1 - step(along, 0.62, 0.92))
    lumbar = 0.016 * ridge(along, 0.3, 0.22) * (1 - step(wide, 0.2, 0.6))
    insert = 1 - step(wide, 0.53, 0.58)
    pipes = (
        0.008
        * insert
        * step(along, 0.08, 0.14)
        * (1 - step(along, 0.7, 0.76))
        * np.abs(np.sin(np.pi * (along - 0.08) * 14))
    )
    seams = 0.012 * ridge(wide, 0.575, 0.02) * (1 - step(along, 0.9, 0.95)) + 0.008 * insert * ridge(along, 0.74, 0.01)
    return bolster + lumbar + pipes - seams


def _rest_face(across: Numbers, along: Numbers) -> Numbers:
    return 0.012 * ridge(along, 0.45, 0.35) - 0.006 * ridge(np.abs(across), 0.72, 0.03)


def _belt(kit: Kit, x: float) -> None:
    """From the pillar down behind the shoulder, with its guide."""
    outer = np.sign(x)
    line = spline(
        [
            (x + outer * 0.235, -0.36, 0.98),
            (x + outer * 0.27, -0.34, 0.72),
            (x + outer * 0.29, -0.3, 0.4),
            (x + outer * 0.29, -0.26, 0.08),
        ],
        60,
    )
    half = np.array([0.004, 0.023, 0])
    surface("belt", np.stack([line - half, line + half], axis=1), kit.belt)
    block("guide", (0.02, 0.075, 0.1), (x + outer * 0.235, -0.36, 1.0), kit.dark, radius=0.012)


def _bench(kit: Kit) -> None:
    def face(across: Numbers, along: Numbers) -> Numbers:
        places = 0.03 * (ridge(np.abs(across), 0.98, 0.12) + ridge(np.abs(across), 0.36, 0.08)) * step(along, 0.1, 0.3)
        return places - 0.01 * ridge(np.abs(across), 0.3, 0.01)

    pad("bench", [(-1.12, 0.27), (-0.9, 0.27), (-0.66, 0.29)], (1.26, 0.16), kit.seat, face=face, corner=(0.4, 8))
    pad(
        "bench back",
        [(-1.1, 0.3), (-1.2, 0.55), (-1.3, 0.86)],
        (1.28, 0.14),
        kit.seat,
        face=face,
        forwards=True,
        corner=(0.4, 8),
    )
    for x in (-0.4, 0, 0.4):
        pad("bench rest", [(-1.31, 0.86), (-1.34, 0.99)], (0.26, 0.09), kit.seat, x=x, corner=(0.6, 4))
    block("shelf", (1.3, 0.5, 0.02), (0, -1.55, 0.8), kit.carpet)
