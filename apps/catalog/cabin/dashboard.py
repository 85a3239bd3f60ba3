"""The dashboard from door to door, its displays, the steering wheel and the console between the seats."""

from typing import Any

import numpy as np

from apps.catalog.cabin import screens
from apps.catalog.cabin.forms import block, pad, placed, surface, sweep, tube
from apps.catalog.cabin.materials import Kit, display
from apps.catalog.cabin.seats import SEAT_X, SIDES
from apps.catalog.cabin.shapes import Flat, Numbers, power, ridge, spline, step

HALF = 0.735
TOP: list[Flat] = [(1.2, 0.8), (1.0, 0.812), (0.82, 0.806), (0.7, 0.79), (0.652, 0.772), (0.64, 0.757), (0.648, 0.744)]
SLOT: list[Flat] = [(0.648, 0.745), (0.70, 0.742), (0.73, 0.725), (0.70, 0.706), (0.652, 0.702)]
WING: list[Flat] = [
    (0.655, 0.703),
    (0.637, 0.697),
    (0.625, 0.672),
    (0.622, 0.63),
    (0.63, 0.588),
    (0.645, 0.57),
    (0.668, 0.566),
]
LOWER: list[Flat] = [(0.672, 0.562), (0.66, 0.548), (0.668, 0.48), (0.7, 0.4), (0.77, 0.31), (0.9, 0.2)]


def bend(across: Numbers) -> Numbers:
    """The dashboard embraces those who sit before it: its ends come nearer and lower."""
    far = np.abs(across / HALF)
    return np.stack([-0.085 * far**2.6, -0.012 * far**2], axis=1)


def dashboard(kit: Kit) -> None:
    reach = (-HALF, HALF)
    sweep("dash top", TOP, reach, kit.soft, bend=bend)
    sweep("dash slot", SLOT, reach, kit.gloss, bend=bend)
    sweep(
        "dash wing",
        WING,
        reach,
        kit.trim,
        bend=bend,
        relief=lambda x, t: -0.0035 * (ridge(x, 0.28, 0.003) + ridge(x, -0.1, 0.003)),
    )
    sweep("dash lower", LOWER, reach, kit.lower, bend=bend, relief=_drawer)
    _line(kit.glow, 0.663, 0.5645, 0.0022)
    _line(kit.metal, 0.65, 0.704, 0.0022)
    _line(kit.seam, 0.668, 0.7815, 0.0011)
    for high in (0.733, 0.724, 0.715):
        _line(kit.dark, 0.668, high, 0.0022)
    for x in (-0.66, -0.6, -0.12, 0.16, 0.6, 0.66):
        block(
            "vane",
            (0.004, 0.05, 0.034),
            (x, 0.675 + bend(np.array([x]))[0, 0], 0.724 - 0.012 * (x / HALF) ** 2),
            kit.dark,
            radius=0.001,
        )
    for side in SIDES:
        _end(kit, side)
    _displays(kit)
    _wheel(kit)
    _console(kit)
    _pedals(kit)


def _end(kit: Kit, side: int) -> None:
    """What shuts the dashboard towards a door."""
    outline = np.concatenate([spline(part, 30) for part in (TOP, WING, LOWER)]) + bend(np.array([HALF]))[0]
    ring = np.concatenate([outline, [(1.25, 0.2), (1.25, 0.8)]])
    inner = np.stack([np.full(len(ring), 1.2), np.clip(ring[:, 1], 0.3, 0.78)], axis=1)
    points = np.stack([np.concatenate([np.full((len(ring), 1), side * HALF), flat], axis=1) for flat in (ring, inner)])
    surface("dash end", points, kit.soft, round_=True)


def _drawer(x: Numbers, share: Numbers) -> Numbers:
    """The lid of the glove box, as a joint around it."""
    inside = (step(x, 0.17, 0.176)) * (1 - step(x, 0.6, 0.606)) * step(share, 0.16, 0.18) * (1 - step(share, 0.58, 0.6))
    edge = inside * (1 - inside) * 4
    return 0.004 * inside - 0.006 * edge


def _line(material: Any, y: float, z: float, radius: float) -> None:
    x = np.linspace(-HALF + 0.02, HALF - 0.02, 120)
    moved = bend(x)
    tube("line", np.stack([x, y + moved[:, 0], z + moved[:, 1]], axis=1), radius, material, around=8)


def _displays(kit: Kit) -> None:
    _screen("centre", screens.centre(), (0.332, 0.187), (0.03, 0.6, 0.8), kit, lean=-0.14, strength=1.5)
    block("foot", (0.1, 0.1, 0.05), (0.03, 0.655, 0.77), kit.gloss, radius=0.012)
    _screen("cluster", screens.cluster(), (0.207, 0.082), (-SEAT_X, 0.69, 0.845), kit, lean=-0.2, strength=1.5)
    block("cluster foot", (0.12, 0.1, 0.05), (-SEAT_X, 0.73, 0.8), kit.soft, radius=0.015)


def _screen(
    name: str, picture: Any, size: Flat, at: tuple[float, float, float], kit: Kit, *, lean: float, strength: float
) -> None:
    """A slab of glass that leans away from those who look at it, with what it shows."""
    import bpy

    block(name, (size[0] + 0.012, 0.011, size[1] + 0.012), at, kit.gloss, radius=0.0045, turn=(lean, 0, 0))
    width, height = size[0] / 2, size[1] / 2
    mesh = bpy.data.meshes.new(name)
    mesh.from_pydata(
        [(-width, 0, -height), (width, 0, -height), (width, 0, height), (-width, 0, height)], [], [(0, 1, 2, 3)]
    )
    layer = mesh.uv_layers.new()
    for corner, uv in enumerate([(0, 0), (1, 0), (1, 1), (0, 1)]):
        layer.data[corner].uv = uv
    shown = placed(name, mesh, display(name, picture, strength))
    shown.location = (at[0], at[1] - 0.0062 * np.cos(lean), at[2] - 0.0062 * np.sin(lean))
    shown.rotation_euler = (lean, 0, 0)


def _wheel(kit: Kit) -> None:
    """Two spokes, a rim flat at its foot, a hub with its keys."""
    lean = 0.42
    middle = np.array([-SEAT_X, 0.4, 0.655])
    over = np.array([0, np.sin(lean), np.cos(lean)])  # up along the wheel
    near = np.array([0, -np.cos(lean), np.sin(lean)])  # to the driver
    turn = (-lean, 0, 0)

    def at(x: float, high: float, out: float) -> tuple[float, float, float]:
        place = middle + np.array([x, 0, 0]) + high * over + out * near
        return float(place[0]), float(place[1]), float(place[2])

    angle = np.linspace(0, 2 * np.pi, 160, endpoint=False)
    x, high = 0.186 * power(np.cos(angle), 0.94), 0.178 * power(np.sin(angle), 0.94)
    high = np.where(high < -0.13, -0.13 + (high + 0.13) * 0.55, high)
    rim = middle + x[:, None] * np.array([1, 0, 0]) + high[:, None] * over
    tube("rim", rim, (0.0175, 0.0155), kit.soft, closed=True, up=(float(near[0]), float(near[1]), float(near[2])))
    hub = pad(
        "hub",
        [(0, -0.066), (0, 0.058)],
        (0.19, 0.05),
        kit.soft,
        widths=(0.72, 0.95, 1, 0.9),
        corner=(0.5, 4),
        face=_cover,
        forwards=True,
    )
    hub.matrix_world = _facing(middle, over, near)
    for side in SIDES:
        block("spoke", (0.13, 0.02, 0.042), at(side * 0.125, -0.012, -0.004), kit.dark, radius=0.009, turn=turn)
        block("keys", (0.055, 0.012, 0.032), at(side * 0.112, -0.01, 0.008), kit.gloss, radius=0.005, turn=turn)
        for key in (-0.014, 0.0, 0.014):
            block(
                "key", (0.009, 0.004, 0.014), at(side * 0.112 + key, -0.01, 0.015), kit.dark, radius=0.0015, turn=turn
            )
        block(
            "stalk",
            (0.15, 0.014, 0.017),
            at(side * 0.145, 0.045, -0.075),
            kit.dark,
            radius=0.006,
            turn=(turn[0], side * -0.12, 0),
        )
    block("spoke", (0.046, 0.014, 0.085), at(0, -0.1, -0.006), kit.metal, radius=0.008, turn=turn)
    column = np.stack([np.linspace(middle, middle - 0.27 * near, 12)], axis=0)[0]
    tube("column", column, (0.052, 0.042), kit.dark)


def _cover(across: Numbers, along: Numbers) -> Numbers:
    """The joint around the cover of the airbag."""
    far = np.maximum(np.abs(across) * 1.02, np.abs(2 * along - 1) * 1.1)
    return -0.004 * ridge(far, 0.84, 0.02)


def _facing(middle: Numbers, over: Numbers, near: Numbers) -> Any:
    """Turns what was built upright, its face forwards, so that it faces the driver."""
    from mathutils import Matrix

    turned = Matrix(((-1, 0, 0), tuple(near), tuple(over))).transposed().to_4x4()
    turned.translation = tuple(middle)
    return turned


def _console(kit: Kit) -> None:
    """Low between the seats: an armrest, two cups, a place for two telephones."""
    block("console", (0.25, 0.86, 0.2), (0, 0.16, 0.2), kit.dark, radius=0.035)
    pad(
        "armrest",
        [(-0.28, 0.35), (0.02, 0.35)],
        (0.235, 0.075),
        kit.trim,
        corner=(0.4, 7),
        face=lambda u, t: -0.004 * ridge(np.abs(u), 0.86, 0.02),
    )
    for x in (-0.056, 0.056):
        ring = np.linspace(0, 2 * np.pi, 64, endpoint=False)
        circle = np.stack([x + 0.039 * np.cos(ring), 0.13 + 0.039 * np.sin(ring), np.full(64, 0.301)], axis=1)
        tube("cup", circle, 0.0035, kit.metal, closed=True)
        inner = np.stack(
            [
                np.stack([x + 0.036 * np.cos(ring), 0.13 + 0.036 * np.sin(ring), np.full(64, high)], axis=1)
                for high in (0.3015, 0.3012)
            ]
        )
        surface("cup floor", inner, kit.rubber, round_=True, caps=True)
    block("tray", (0.225, 0.34, 0.02), (0, 0.4, 0.315), kit.dark, radius=0.009, turn=(0.16, 0, 0))
    for x in (-0.054, 0.054):
        block("telephone", (0.088, 0.19, 0.012), (x, 0.4, 0.327), kit.rubber, radius=0.0055, turn=(0.16, 0, 0))
    for side in SIDES:
        line = spline([(side * 0.127, -0.2, 0.27), (side * 0.127, 0.1, 0.275), (side * 0.118, 0.56, 0.31)], 40)
        tube("console line", line, 0.002, kit.glow, around=8)


def _pedals(kit: Kit) -> None:
    block("brake", (0.1, 0.015, 0.065), (-SEAT_X + 0.03, 0.86, 0.17), kit.rubber, radius=0.006, turn=(-0.5, 0, 0))
    block("pedal", (0.055, 0.015, 0.15), (-SEAT_X + 0.16, 0.88, 0.12), kit.rubber, radius=0.006, turn=(-0.6, 0, 0))
