"""What surrounds those who sit: doors, pillars, roof, windows, floor, and the mirrors outside."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from apps.catalog.cabin.forms import block, pad, placed, surface, tube
from apps.catalog.cabin.materials import Kit, pane, surface_of
from apps.catalog.cabin.seats import SIDES
from apps.catalog.cabin.shapes import Flat, Numbers, ridge, spline, step

BELT_Z, DOOR_X = 0.765, 0.735
PILLAR = [
    (0.735, 1.1, 0.79),
    (0.69, 0.82, 0.97),
    (0.635, 0.52, 1.11),
    (0.59, 0.2, 1.195),
    (0.575, -0.3, 1.235),
    (0.575, -0.9, 1.215),
    (0.57, -1.45, 1.12),
]
HEADER_Y = 0.32


def shell(kit: Kit, *, door_open: bool) -> None:
    """``door_open``: the driver's side has no doors, to look in by it."""
    for side in SIDES:
        shut = not (door_open and side < 0)
        if shut:
            _door(kit, side, (-0.33, 0.74))
            _door(kit, side, (-1.25, -0.37), front=False)
            _window(kit, side)
            _outer_mirror(kit, side)
        _frame(kit, side, post=shut)
    _roof(kit)
    _header(kit)
    _floor(kit)
    _behind(kit)


def _door(kit: Kit, side: int, reach: Flat, *, front: bool = True) -> None:
    """A lining in four bands; the armrest grows out of the third."""
    arm = (reach[0] + 0.08, reach[0] + 0.74 if front else reach[0] + 0.5)

    def band(
        name: str, section: Sequence[Flat], material: Any, out: Callable[[Numbers, Numbers], Numbers] | None = None
    ) -> None:
        line = spline(section, 70)
        along = np.linspace(*reach, 130)
        points = np.empty((130, 70, 3))
        points[..., 0], points[..., 2], points[..., 1] = line[None, :, 0], line[None, :, 1], along[:, None]
        share = np.broadcast_to(np.linspace(0.0, 1.0, 70), (130, 70))
        inwards = np.zeros((130, 70)) if out is None else out(np.broadcast_to(along[:, None], (130, 70)), share)
        points[..., 0] = side * (points[..., 0] - inwards)
        surface(name, points if side < 0 else points[:, ::-1], material)

    def arm_out(along: Numbers, share: Numbers) -> Numbers:
        return (
            0.075
            * step(along, arm[0] - 0.08, arm[0])
            * (1 - step(along, arm[1], arm[1] + 0.16))
            * ridge(share, 0.5, 0.42)
        )

    def pocket(along: Numbers, share: Numbers) -> Numbers:
        much = 0.05 * step(along, reach[0] + 0.03, reach[0] + 0.2) * (1 - step(along, reach[1] - 0.22, reach[1] - 0.05))
        return much * step(share, 0.42, 0.52) - 0.02 * ridge(share, 0.4, 0.03) * step(much, 0.02, 0.05)

    x = DOOR_X
    band(
        "door top",
        [
            (x + 0.05, BELT_Z),
            (x + 0.005, BELT_Z + 0.004),
            (x - 0.018, BELT_Z - 0.012),
            (x - 0.018, BELT_Z - 0.07),
            (x - 0.005, BELT_Z - 0.085),
        ],
        kit.soft,
    )
    band(
        "door insert",
        [(x - 0.002, 0.68), (x - 0.014, 0.672), (x - 0.012, 0.6), (x - 0.006, 0.545), (x + 0.008, 0.535)],
        kit.trim,
    )
    band(
        "door arm",
        [(x + 0.004, 0.54), (x - 0.012, 0.532), (x - 0.03, 0.5), (x - 0.02, 0.462), (x + 0.005, 0.45)],
        kit.trim if front else kit.soft,
        arm_out,
    )
    band(
        "door lower",
        [(x + 0.006, 0.455), (x - 0.012, 0.44), (x - 0.018, 0.3), (x - 0.02, 0.15), (x - 0.03, 0.02)],
        kit.lower,
        pocket,
    )
    block(
        "door core",
        (0.02, reach[1] - reach[0], BELT_Z),
        (side * (x + 0.02), sum(reach) / 2, BELT_Z / 2 - 0.012),
        kit.dark,
    )
    line = np.stack(
        [np.full(40, side * (x - 0.012)), np.linspace(reach[0] + 0.03, reach[1] - 0.02, 40), np.full(40, 0.678)], axis=1
    )
    tube("door light", line, 0.002, kit.glow, around=8)
    handle = reach[1] - 0.36 if front else reach[0] + 0.5
    block("handle", (0.018, 0.105, 0.022), (side * (x - 0.026), handle, 0.635), kit.metal, radius=0.007)
    block("handle cup", (0.012, 0.15, 0.05), (side * (x - 0.012), handle, 0.632), kit.gloss, radius=0.006)
    if front:
        block(
            "switches",
            (0.06, 0.2, 0.014),
            (side * (x - 0.075), 0.3, 0.532),
            kit.gloss,
            radius=0.006,
            turn=(0.04, side * 0.06, 0),
        )
        for i in range(4 if side < 0 else 1):
            block(
                "switch",
                (0.018, 0.026, 0.01),
                (side * (x - 0.064 - 0.024 * (i % 2)), 0.26 + 0.05 * (i // 2), 0.54),
                kit.dark,
                radius=0.003,
            )
        _speaker(kit, side, (x - 0.02, 0.5, 0.28))


def _speaker(kit: Kit, side: int, at: tuple[float, float, float]) -> None:
    angle = np.linspace(0, 2 * np.pi, 60, endpoint=False)

    def ring(radius: float, out: float) -> Numbers:
        return np.stack(
            [np.full(60, side * (at[0] - out)), at[1] + radius * np.cos(angle), at[2] + radius * np.sin(angle)], axis=1
        )

    surface("speaker", np.stack([ring(0.075, 0.006), ring(0.001, 0.01)]), kit.rubber, round_=True)
    tube("speaker ring", ring(0.077, 0.006), 0.0025, kit.metal, closed=True, around=8, up=(1, 0, 0))


def _frame(kit: Kit, side: int, *, post: bool) -> None:
    """The pillar beside the windscreen and the rail over the doors are one line; the pillar between the doors stands under it."""
    line = spline([(side * x, y, z) for x, y, z in PILLAR], 120)
    tube("rail", line, (0.04, 0.034), kit.lining, around=28)
    tube("rail seal", line + np.array([side * 0.035, -0.01, -0.026]), 0.012, kit.rubber)
    if post:
        _post(kit, side)
    last = spline([(side * 0.74, -1.3, 0.7), (side * 0.69, -1.34, 0.95), (side * 0.585, -1.38, 1.16)], 40)
    tube("last post", last, (0.16, 0.05), kit.lining, up=(1, 0, 0))


def _post(kit: Kit, side: int) -> None:
    post = spline(
        [
            (side * 0.745, -0.36, 0.62),
            (side * 0.728, -0.35, 0.78),
            (side * 0.67, -0.335, 1.02),
            (side * 0.6, -0.32, 1.22),
        ],
        50,
    )
    tube("post", post, (0.062, 0.03), kit.lining, around=28, up=(1, 0, 0))
    tube(
        "post foot",
        spline([(side * 0.735, -0.355, 0.02), (side * 0.745, -0.355, 0.66)], 10),
        (0.066, 0.035),
        kit.dark,
        up=(1, 0, 0),
    )
    tube("post seal", post + np.array([side * 0.03, 0, 0]), (0.07, 0.02), kit.rubber, up=(1, 0, 0))


def _window(kit: Kit, side: int) -> None:
    block("belt seal", (0.02, 2.2, 0.02), (side * (DOOR_X + 0.03), -0.2, BELT_Z + 0.004), kit.rubber, radius=0.006)
    # The corner before the window, where the mirror is fixed.
    corner = np.array(
        [
            [side * 0.752, 0.86, 0.775],
            [side * 0.752, 0.66, 0.775],
            [side * 0.715, 0.82, 0.935],
            [side * 0.715, 0.815, 0.935],
        ]
    )
    surface("corner", corner.reshape(2, 2, 3), kit.gloss)
    upper = spline([(side * (x + 0.03), y, z - 0.02) for x, y, z in PILLAR[1:6]], 40)
    lower = np.stack([np.full(40, side * 0.765), upper[:, 1], np.full(40, BELT_Z)], axis=1)
    surface("side window", np.stack([lower, upper], axis=1), pane(f"side {side}", "#dfe7e4"))


def _roof(kit: Kit) -> None:
    rows, columns = 60, 70
    y = np.linspace(HEADER_Y - 0.03, -1.45, rows)
    half = np.interp(y, [-1.45, -0.9, -0.3, 0.3], [0.55, 0.57, 0.575, 0.6])
    crown = np.interp(y, [-1.45, -0.9, -0.3, 0.1, 0.3], [1.17, 1.262, 1.285, 1.26, 1.228])
    across = np.linspace(-1, 1, columns)
    points = np.empty((rows, columns, 3))
    points[..., 0] = half[:, None] * across
    points[..., 1] = y[:, None]
    points[..., 2] = crown[:, None] - 0.055 * np.abs(across) ** 2.4
    surface("roof", points, kit.lining)


def _header(kit: Kit) -> None:
    across = np.linspace(-0.6, 0.6, 60)
    line = np.stack([across, HEADER_Y + 0.03 - 0.06 * (across / 0.6) ** 2, 1.205 - 0.03 * (across / 0.6) ** 2], axis=1)
    tube("header", line, (0.05, 0.03), kit.lining)
    tube("header shade", line + np.array([0, 0.05, -0.012]), (0.03, 0.008), kit.gloss)
    for side in SIDES:
        visor = pad(
            "visor",
            [(0.09, 1.195), (0.28, 1.168)],
            (0.4, 0.022),
            kit.lining,
            x=side * 0.33,
            corner=(0.3, 8),
            cells=(60, 80),
        )
        visor.location = (0, 0, 0.0)
    block("lamp", (0.16, 0.17, 0.035), (0, 0.2, 1.205), kit.lining, radius=0.015, turn=(0.22, 0, 0))
    block("lamp keys", (0.1, 0.05, 0.012), (0, 0.235, 1.187), kit.gloss, radius=0.005, turn=(0.22, 0, 0))
    block("mirror foot", (0.02, 0.08, 0.05), (0, 0.41, 1.16), kit.dark, radius=0.008, turn=(0.5, 0, 0))
    block("mirror", (0.245, 0.022, 0.068), (0, 0.36, 1.12), kit.gloss, radius=0.02, turn=(-0.12, 0, 0.05))
    glass = surface_of("mirror glass", "#8d979c", rough=0.03, metal=1)
    block("mirror pane", (0.232, 0.004, 0.056), (0, 0.3482, 1.1188), glass, radius=0.0018, turn=(-0.12, 0, 0.05))
    corners = [(-0.735, 1.13, 0.79), (0.735, 1.13, 0.79), (0.6, 0.33, 1.2), (-0.6, 0.33, 1.2)]
    import bpy

    mesh = bpy.data.meshes.new("windscreen")
    mesh.from_pydata(corners, [], [(0, 1, 2, 3)])
    placed("windscreen", mesh, pane("windscreen", "#eef3f1", 0.03))


def _floor(kit: Kit) -> None:
    block("floor", (1.6, 3.2, 0.04), (0, -0.4, -0.03), kit.carpet)
    block("wall", (1.6, 0.04, 0.8), (0, 1.2, 0.35), kit.carpet)
    for side in SIDES:
        block("kick", (0.1, 0.6, 0.8), (side * 0.79, 1.0, 0.37), kit.dark)
    for side in SIDES:
        block("sill", (0.07, 2.2, 0.1), (side * 0.73, -0.25, 0.03), kit.dark, radius=0.02)


def _behind(kit: Kit) -> None:
    block("tail", (1.5, 0.05, 0.84), (0, -1.85, 0.38), kit.lining)
    for side in SIDES:
        block("flank", (0.05, 0.7, 0.86), (side * 0.74, -1.55, 0.36), kit.lining)


def _outer_mirror(kit: Kit, side: int) -> None:
    shape = pad("outer mirror", [(0.80, 0.80), (0.80, 0.925)], (0.2, 0.11), kit.gloss, x=side * 0.93, corner=(0.6, 4))
    shape.location = (0, 0, 0)
    glass = surface_of(f"outer glass {side}", "#b9c2c6", rough=0.02, metal=1)
    pad("outer glass", [(0.752, 0.812), (0.752, 0.913)], (0.165, 0.02), glass, x=side * 0.93, corner=(0.6, 4))
    tube("outer arm", np.array([[side * 0.74, 0.78, 0.8], [side * 0.86, 0.8, 0.83]]), (0.03, 0.02), kit.gloss)
