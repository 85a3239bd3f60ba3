"""The silhouette and the glass of a car as point lists, in metres: x from the nose to the tail, y up.

A body is the union of a lower volume (bonnet, flanks, boot) and an upper one (the glasshouse), each the intersection
of half-spaces bounded by curves; "smooth" maxima and minima of their signed distances round the joints. The outline
is where the union, cut lengthwise in the middle and again near the side, changes sign.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from apps.catalog.sideview.bodies import INSET, BodyType, Polygon

Array = NDArray[np.float64]
Curve = Callable[[Array], Array]
Points = list[tuple[float, float]]

COLUMNS = 160
ROWS = 360
HALF_WIDTH = 0.93  # metres; the side view hardly depends on it
CROWN = 0.055
_SHRINK = (0.28, 0.42)


def spline(points: Polygon, scale_x: Curve | None = None, scale_y: float = 1.0) -> Curve:
    """A clamped cubic B-spline through a control polygon as a function of x, going on straight beyond its ends."""
    control = np.array([points[0], points[0], *points, points[-1], points[-1]], dtype=float)
    t = np.arange(24)[:, None] / 24
    weights = ((1 - t) ** 3, 3 * t**3 - 6 * t**2 + 4, -3 * t**3 + 3 * t**2 + 3 * t + 1, t**3)
    pieces = [sum(w * control[i + k] for k, w in enumerate(weights)) / 6 for i in range(len(control) - 3)]
    line: Any = np.concatenate([*pieces, control[-1:]])
    xs, ys = line[:, 0], line[:, 1] * scale_y
    if scale_x is not None:
        xs = scale_x(xs)
    first, last = (ys[1] - ys[0]) / (xs[1] - xs[0] or 1e-9), (ys[-1] - ys[-2]) / (xs[-1] - xs[-2] or 1e-9)

    def at(x: Array) -> Array:
        inner: Array = np.interp(x, xs, ys)
        outer = np.where(x < xs[0], (x - xs[0]) * first, np.where(x > xs[-1], (x - xs[-1]) * last, 0.0))
        result: Array = inner + outer
        return result

    return at


def smooth_max(a: Array, b: Array, k: Array | float) -> Array:
    h = np.maximum(k - np.abs(a - b), 0) / k
    result: Array = np.maximum(a, b) + h * h * h * k / 6
    return result


def smooth_min(a: Array, b: Array, k: Array | float) -> Array:
    return -smooth_max(-a, -b, k)


@dataclass(frozen=True, slots=True)
class Silhouette:
    top: Points
    outline: Points
    glass: Points
    crease: Points


class Body:
    """One car's curves, in metres."""

    def __init__(self, kind: BodyType, length: float, height: float, wheelbase: float) -> None:
        self.kind, self.length, self.height = kind, length, height
        self.front_axle = (length - wheelbase) * kind.front_share
        self.rear_axle = self.front_axle + wheelbase
        self.wheel = min(kind.wheel, height * 0.235, wheelbase * 0.145)
        self.arch = self.wheel + kind.arch_gap
        self.edge = spline(kind.edge, self.place, height)
        self.hood = spline(kind.hood, self.place, height)
        raw_roof = spline(kind.roof, self.place, height)
        peak = float(raw_roof(np.linspace(0, length, 200)).max())
        self.roof: Curve = lambda x: raw_roof(x) * height / peak
        self.inset = spline(INSET, self.place)
        self.union = spline(kind.union, self.place)
        self.nose, self.tail = spline(kind.nose), spline(kind.tail)
        self.tail_upper = spline(tuple((f * height, d) for f, d in kind.tail_upper)) if kind.tail_upper else None

    def place(self, t: Array | float) -> Array:
        """From the place along the car (0 nose, 1 and 2 the axles, 3 tail) to metres."""
        ends = [0.0, self.front_axle, self.rear_axle, self.length]
        inside = np.interp(t, [0, 1, 2, 3], ends)
        front, rear = self.front_axle, self.length - self.rear_axle
        result: Array = inside + np.where(np.asarray(t) < 0, np.asarray(t) * front, 0.0)
        return result + np.where(np.asarray(t) > 3, (np.asarray(t) - 3) * rear, 0.0)

    def _steepness(self, curve: Curve, x: Array) -> Array:
        slope = (curve(x + 0.004) - curve(x - 0.004)) / 0.008
        result: Array = np.hypot(1, slope)
        return result

    def glass_half_width(self, x: Array, y: Array) -> Array:
        above = y - self.edge(x)
        result: Array = HALF_WIDTH - self.inset(x) - _SHRINK[0] * above - _SHRINK[1] * above * np.abs(above)
        return result

    def roof_distance(self, x: Array, y: Array, z: Array | float) -> Array:
        """Signed distance to the roof, negative below it; the roof falls towards the sides."""
        wrap = np.interp(x, [self.place(1.1), self.place(1.75), self.place(2.6)], [0.55, 0.0, -0.35])
        moved = x - wrap * z * z
        result: Array = (y - self.roof(moved) + CROWN * z * z) / self._steepness(self.roof, moved)
        return result

    def distance(self, x: Array, y: Array, z: float) -> Array:
        """Signed distance to the body at the depth z: negative inside."""
        edge = self.edge(x)
        ends = np.where(
            x < self.length / 2,
            self.nose(y) + 0.22 * z * z + 0.32 * z**4 - x,
            x - (self.length - self.tail(y) - 0.14 * z * z - 0.22 * z**4),
        )
        share = min(1.15, z / (HALF_WIDTH - 0.05))
        top = edge + (self.hood(x) - edge) * (1 - share * share)
        lower = smooth_max(ends, (y - top) / self._steepness(self.edge, x), 0.12)
        bottom = self.kind.clearance + np.interp(
            x, [0, self.front_axle, self.rear_axle, self.length], [0.05, 0, 0, 0.08]
        )
        lower = smooth_max(lower, bottom - y, 0.09)
        upper = self.roof_distance(x, y, z)
        if self.tail_upper is not None:
            upper = smooth_max(upper, x - (self.length - self.tail_upper(y) - 0.2 * z * z), 0.09)
        upper = np.where(
            x > self.length / 2, smooth_max(upper, ends + 0.012 + 0.25 * np.maximum(0, edge - y), 0.05), upper
        )
        upper = smooth_max(upper, edge - 0.22 - y, 0.04)
        joined = smooth_min(lower, upper, np.maximum(self.union(x), 0.02))
        result: Array = np.where(y < self.height * 0.42, lower, joined)
        return result


def _columns(inside: NDArray[np.bool_], xs: Array, ys: Array) -> tuple[Points, Points]:
    """The highest and lowest inside point of every column that has one."""
    hit = inside.any(axis=0)
    high = ys[inside.shape[0] - 1 - np.argmax(inside[::-1], axis=0)]
    low = ys[np.argmax(inside, axis=0)]
    upper = [(float(x), float(y)) for x, y in zip(xs[hit], high[hit], strict=True)]
    return upper, [(float(x), float(y)) for x, y in zip(xs[hit], low[hit], strict=True)]


def silhouette(body: Body) -> Silhouette:
    half = 0.5 - 0.5 * np.cos(np.pi * np.arange(COLUMNS + 1) / COLUMNS)
    xs = -0.02 + (body.length + 0.04) * half
    ys = np.linspace(0.1, body.height + 0.02, ROWS)
    x, y = np.meshgrid(xs, ys)
    inside = (body.distance(x, y, 0.0) < 0) | (body.distance(x, y, HALF_WIDTH * 0.55) < 0)
    top, bottom = _columns(inside, xs, ys)
    edge = body.edge(x)
    width = body.glass_half_width(x, y)
    end_heights, ends = zip(*body.kind.window_end, strict=True)
    pane_end = np.interp(y / body.height, end_heights, body.place(np.array(ends)))
    pane = smooth_max(edge + 0.012 - y, body.roof_distance(x, y, width) + 0.058, 0.05)
    pane = smooth_max(pane, x - pane_end, 0.07)
    glass_top, glass_bottom = _columns((pane < 0) & (x > body.front_axle * 0.9), xs, ys)
    crease_x = np.linspace(0.25, body.length - 0.12, 24)
    crease = [(float(a), float(b)) for a, b in zip(crease_x, body.edge(crease_x) - 0.105, strict=True)]
    return Silhouette(top, [*top, *reversed(bottom)], [*glass_top, *reversed(glass_bottom)], crease)


def simplify(points: Points, tolerance: float = 0.0025) -> Points:
    """Ramer, Douglas and Peucker: drop what lies within ``tolerance`` metres of a straight line."""
    if len(points) < 3:
        return points
    line = np.array(points)
    start, end = line[0], line[-1]
    along = end - start
    span = float(np.hypot(*along))
    off = line - start
    away = np.hypot(off[:, 0], off[:, 1]) if span < 1e-9 else np.abs(along[0] * off[:, 1] - along[1] * off[:, 0]) / span
    far = int(np.argmax(away))
    if away[far] <= tolerance:
        return [points[0], points[-1]]
    return [*simplify(points[: far + 1], tolerance)[:-1], *simplify(points[far:], tolerance)]
