"""From a silhouette to SVG. Colours come from classes in catalog.css (``--paint`` and friends), never from here."""

from dataclasses import dataclass
from functools import lru_cache
from math import pi

import numpy as np

from apps.catalog.sideview.bodies import BODIES, TYPICAL
from apps.catalog.sideview.geometry import Body, Points, silhouette, simplify

SCALE = 200.0  # SVG units in a metre
MARGIN = 0.25  # metres of stage before and behind the car
# One frame for all, so that a small car looks small beside a large one.
FRAME_LENGTH, FRAME_HEIGHT = 5.6, 2.25


@dataclass(frozen=True, slots=True)
class Dimensions:
    """Millimetres; ``None`` where the maker's figure is not known, then the class's middle is drawn."""

    length: int | None
    height: int | None
    wheelbase: int | None


class _Pen:
    """Metres of the car to units of the drawing, the car centred on the stage."""

    def __init__(self, length: float) -> None:
        self.left = (FRAME_LENGTH - length) / 2

    def x(self, metres: float) -> str:
        return f"{(metres + self.left) * SCALE:.0f}"

    def y(self, metres: float) -> str:
        return f"{(FRAME_HEIGHT - 0.16 - metres) * SCALE:.0f}"

    def path(self, points: Points) -> str:
        return "M" + "L".join(f"{self.x(x)} {self.y(y)}" for x, y in points)


@lru_cache(maxsize=2048)
def side_view(key: str, body: str, dimensions: Dimensions) -> str:
    """The drawing as one ``<svg>`` (about 4 KB). ``key`` makes its ids unique on the page: use the model's slug."""
    typical = TYPICAL[body]
    length, height, wheelbase = (
        (known or usual) / 1000
        for known, usual in zip((dimensions.length, dimensions.height, dimensions.wheelbase), typical, strict=True)
    )
    car = Body(BODIES[body], length, height, wheelbase)
    shape = silhouette(car)
    pen = _Pen(length)
    width, tall = FRAME_LENGTH * SCALE, FRAME_HEIGHT * SCALE
    outline = pen.path(simplify(shape.outline)) + "Z"
    glass = pen.path(simplify(shape.glass)) + "Z" if shape.glass else ""
    parts = [
        (
            f'<svg class="cv-svg" viewBox="0 0 {width:.0f} {tall:.0f}" width="{width:.0f}" height="{tall:.0f}"'
            ' aria-hidden="true" focusable="false">'
        ),
        _definitions(key, outline, glass),
        (
            f'<ellipse class="cv-ground" cx="{width / 2:.0f}" cy="{pen.y(0.01)}" rx="{length * SCALE * 0.54:.0f}" ry="16"'
            f' fill="url(#cv-{key}-g)"/>'
        ),
        f'<path class="cv-paint" d="{outline}"/><path d="{outline}" fill="url(#cv-{key}-v)"/>',
        f'<g clip-path="url(#cv-{key}-o)">{_flanks(key, car, shape.crease, shape.top, pen)}</g>',
        *(
            f'<circle class="cv-hole" cx="{pen.x(x)}" cy="{pen.y(car.wheel)}" r="{car.arch * SCALE:.0f}"/>'
            for x in (car.front_axle, car.rear_axle)
        ),
        _glass(key, car, glass, pen),
        _seams(car, pen),
        *(_wheel(car, x, pen) for x in (car.front_axle, car.rear_axle)),
        "</svg>",
    ]
    return "".join(parts)


def _definitions(key: str, outline: str, glass: str) -> str:
    def stops(*rows: tuple[str, str, str]) -> str:
        return "".join(f'<stop offset="{at}" stop-color="{colour}" stop-opacity="{how}"/>' for at, colour, how in rows)

    light, dark = "#fff", "#000"
    sheen = stops(
        ("0", light, ".5"), (".24", light, ".22"), (".4", light, ".4"), (".47", light, "0"),
        (".6", dark, ".34"), (".8", dark, ".08"), ("1", dark, ".55"),
    )  # fmt: skip
    ends = stops(("0", dark, ".3"), (".12", dark, "0"), (".87", dark, "0"), ("1", dark, ".34"))
    ground = stops(("0", dark, ".42"), (".7", dark, ".22"), ("1", dark, "0"))
    return (
        f'<defs><linearGradient id="cv-{key}-v" x2="0" y2="1">{sheen}</linearGradient>'
        f'<linearGradient id="cv-{key}-h">{ends}</linearGradient>'
        f'<radialGradient id="cv-{key}-g">{ground}</radialGradient>'
        f'<clipPath id="cv-{key}-o"><path d="{outline}"/></clipPath>'
        f'<clipPath id="cv-{key}-w"><path d="{glass}"/></clipPath></defs>'
    )


def _flanks(key: str, car: Body, crease: Points, top: Points, pen: _Pen) -> str:
    """Highlights, sill and lamps, clipped to the outline."""
    front, rear = car.height * car.kind.front_lamp, car.height * car.kind.rear_lamp
    end = car.length
    light = pen.path(simplify(crease))
    roof = pen.path(simplify([(x, y - 0.012) for x, y in top]))
    sill = pen.y(car.kind.clearance + 0.07)
    return (
        f'<rect width="100%" height="100%" fill="url(#cv-{key}-h)"/>'
        f'<path class="cv-crease" d="{light}"/><path class="cv-edge" d="{roof}"/>'
        f'<rect class="cv-sill" y="{sill}" width="100%" height="60"/>'
        f'<path class="cv-lamp" d="M{pen.x(-0.05)} {pen.y(front + 0.015)}L{pen.x(0.37)} {pen.y(front + 0.06)}'
        f'L{pen.x(0.35)} {pen.y(front + 0.02)}L{pen.x(-0.05)} {pen.y(front - 0.035)}z"/>'
        f'<path class="cv-led" d="M{pen.x(-0.05)} {pen.y(front + 0.015)}L{pen.x(0.37)} {pen.y(front + 0.055)}"/>'
        f'<path class="cv-tail" d="M{pen.x(end - 0.36)} {pen.y(rear + 0.03)}L{pen.x(end + 0.02)} {pen.y(rear + 0.03)}'
        f'V{pen.y(rear - 0.03)}L{pen.x(end - 0.34)} {pen.y(rear + 0.005)}z"/>'
    )


def _glass(key: str, car: Body, glass: str, pen: _Pen) -> str:
    if not glass:
        return ""
    pillar = float(car.place(car.kind.pillar))
    height = FRAME_HEIGHT * SCALE

    def shine(at: float, wide: float) -> str:
        return f'<path class="cv-shine" d="M{pen.x(at)} 0L{pen.x(at - 0.6)} {height:.0f}h{wide * SCALE:.0f}L{pen.x(at + wide)} 0z"/>'

    bar = f'<path class="cv-pillar" d="M{pen.x(pillar - 0.045)} {height:.0f}L{pen.x(pillar + 0.07)} 0h20L{pen.x(pillar + 0.05)} {height:.0f}z"/>'
    return f'<path class="cv-glass" d="{glass}"/><g clip-path="url(#cv-{key}-w)">{shine(pillar - 0.35, 0.3)}{shine(pillar + 0.75, 0.18)}{bar}</g>'


def _seams(car: Body, pen: _Pen) -> str:
    """Door joints, handles and the mirror."""
    kind = car.kind
    low = car.kind.clearance + 0.08
    first, second = float(car.place(kind.front_door)), float(car.place(kind.pillar))
    last = float(car.place(kind.rear_door_end))

    def belt(x: float) -> float:
        return float(car.edge(np.array(x)))

    def joint(x: float) -> str:
        return f"M{pen.x(x)} {pen.y(low)}Q{pen.x(x - 0.02)} {pen.y(car.height * 0.4)} {pen.x(x)} {pen.y(belt(x))}"

    rear_arch = car.rear_axle - car.arch
    rear = (
        f"M{pen.x(last)} {pen.y(belt(last))}Q{pen.x(rear_arch + 0.1)} {pen.y(car.wheel + car.arch + 0.1)}"
        f" {pen.x(rear_arch - 0.05)} {pen.y(car.wheel)}"
    )
    handles = "".join(
        f'<rect class="cv-handle" x="{pen.x(x)}" y="{pen.y(belt(x) - 0.05)}" width="32" height="7" rx="3.5"/>'
        for x in (second - 0.2, min(last, car.rear_axle) - 0.22)
    )
    mirror = float(car.place(kind.mirror))
    return (
        f'<path class="cv-seam" d="{joint(first)}{joint(second)}{rear}M{pen.x(first)} {pen.y(low)}H{pen.x(rear_arch - 0.05)}"/>{handles}'
        f'<path class="cv-mirror" d="M{pen.x(mirror - 0.09)} {pen.y(belt(mirror) + 0.06)}q2-13 18-13h14q5 0 5 8q0 12-9 13q-24 2-28-8z"/>'
    )


def _wheel(car: Body, at: float, pen: _Pen) -> str:
    """Tyre, rim and spokes; the hub is the origin of a group of its own."""
    tyre, rim = car.wheel * SCALE, car.wheel * SCALE * 0.68
    spokes = car.kind.spokes
    broad = rim * 2 * pi / spokes * 0.2
    turn = 360 / spokes
    blade = f"M{-broad * 0.5:.1f} {-rim * 0.2:.1f}L{-broad:.1f} {-rim * 0.95:.1f}H{broad:.1f}L{broad * 0.5:.1f} {-rim * 0.2:.1f}z"
    blades = "".join(f'<path d="{blade}" transform="rotate({turn * i:.0f})"/>' for i in range(spokes))
    return (
        f'<g transform="translate({pen.x(at)} {pen.y(car.wheel)})"><circle class="cv-tyre" r="{tyre:.1f}"/>'
        f'<circle class="cv-well" r="{rim:.1f}"/><g class="cv-rim">{blades}</g>'
        f'<circle class="cv-ring" r="{rim * 0.97:.1f}"/><circle class="cv-hub" r="{rim * 0.2:.1f}"/></g>'
    )
