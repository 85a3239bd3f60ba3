"""Shapes as numbers. Pure.

A point is three metres; a surface is a lattice of points, rows × columns × 3, fine enough that seams and piping are part of it.
"""

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

type Numbers = npt.NDArray[np.float64]
type Point = tuple[float, float, float]
type Flat = tuple[float, float]


def spline(points: Sequence[Sequence[float]], count: int, *, closed: bool = False) -> Numbers:
    """``count`` points along a curve through these (Catmull–Rom with centripetal knots)."""
    given = np.asarray(points, float)
    ends = (given[-1:], given[:2]) if closed else (2 * given[:1] - given[1:2], 2 * given[-1:] - given[-2:-1])
    around = np.concatenate([ends[0], given, ends[1]])
    knots = np.concatenate([[0], np.cumsum(np.sqrt(np.linalg.norm(np.diff(around, axis=0), axis=1)))])
    at = np.linspace(knots[1], knots[-2], count, endpoint=not closed)
    span = np.clip(np.searchsorted(knots, at, side="right") - 1, 1, len(knots) - 3)
    p, k = [around[span + i] for i in (-1, 0, 1, 2)], [knots[span + i] for i in (-1, 0, 1, 2)]

    def between(a: Numbers, b: Numbers, ka: Numbers, kb: Numbers) -> Numbers:
        share = ((at - ka) / (kb - ka))[:, None]
        return a * (1 - share) + b * share

    a1, a2, a3 = (between(p[i], p[i + 1], k[i], k[i + 1]) for i in range(3))
    b1, b2 = between(a1, a2, k[0], k[2]), between(a2, a3, k[1], k[3])
    return between(b1, b2, k[1], k[2])


def step(value: npt.ArrayLike, low: float, high: float) -> Numbers:
    """0 below ``low``, 1 above ``high``, smooth between."""
    share = np.clip((np.asarray(value, float) - low) / (high - low), 0, 1)
    return share * share * (3 - 2 * share)


def ridge(value: npt.ArrayLike, at: float, width: float) -> Numbers:
    """A bump of height 1 at a place, about ``width`` wide."""
    return np.exp(-(((np.asarray(value, float) - at) / width) ** 2))


def power(value: npt.ArrayLike, exponent: float) -> Numbers:
    """A power that keeps the sign: circles become rounded squares below 1."""
    numbers = np.asarray(value, float)
    return np.sign(numbers) * np.abs(numbers) ** exponent


def rod(
    path: Numbers, radius: float | Flat, *, closed: bool = False, around: int = 20, up: Point = (0, 0, 1)
) -> Numbers:
    """A round or oval rod along a path; a pair of radii is across ``up`` and along it."""
    across, along = (radius, radius) if isinstance(radius, int | float) else radius
    ahead = (
        np.gradient(np.concatenate([path[-2:], path, path[:2]]), axis=0)[2:-2] if closed else np.gradient(path, axis=0)
    )
    ahead /= np.linalg.norm(ahead, axis=1, keepdims=True)
    side = np.cross(ahead, up)
    side /= np.linalg.norm(side, axis=1, keepdims=True)
    over = np.cross(side, ahead)
    angle = np.linspace(0, 2 * np.pi, around, endpoint=False)
    ring = across * np.cos(angle)[None, :, None] * side[:, None] + along * np.sin(angle)[None, :, None] * over[:, None]
    points: Numbers = path[:, None] + ring
    return np.concatenate([points, points[:1]]) if closed else points


def cushion(
    axis: Sequence[Flat],
    size: Flat,
    *,
    x: float = 0,
    widths: Sequence[float] = (1, 1),
    depths: Sequence[float] = (1, 1),
    face: Callable[[Numbers, Numbers], Numbers] | None = None,
    corner: Flat = (0.55, 8),
    forwards: bool = False,
    cells: tuple[int, int] = (180, 160),
) -> Numbers:
    """Upholstery: rounded sections along an axis in the plane of y and z, at one x.

    Args:
        axis: where the middles of the sections lie, (y, z).
        size: the greatest width and depth of a section.
        widths, depths: shares of it along the axis.
        face: how far the outer side stands out at (across from −1 to 1, along from 0 to 1), in metres. It lies to the left of the axis.
        forwards: the axis goes up and the outer side lies to its right.
        corner: the exponent of a section's outline (1 an ellipse, less squarer), and how square the ends are.
    """
    rows, columns = cells
    along = (1 - np.cos(np.linspace(0.0, np.pi, rows))) / 2
    middle = _at(spline(axis, 200), along)
    ahead = np.gradient(middle, axis=0)
    ahead /= np.linalg.norm(ahead, axis=1, keepdims=True)
    outer = np.stack([-ahead[:, 1], ahead[:, 0]], axis=1) * (-1 if forwards else 1)
    ends = np.maximum(1 - np.abs(2 * along - 1) ** corner[1], 0) ** (1 / corner[1])
    width = size[0] / 2 * _along(widths, along) * ends**0.6
    depth = size[1] / 2 * _along(depths, along) * ends
    angle = np.linspace(0, 2 * np.pi, columns, endpoint=False)
    across, high = power(np.cos(angle), corner[0]), power(np.sin(angle), corner[0])
    out = depth[:, None] * high
    if face is not None:
        shown = step(high, 0.1, 0.9) * (ends**2)[:, None]
        out = out + shown * face(np.broadcast_to(across, out.shape), np.broadcast_to(along[:, None], out.shape))
    points = np.empty((rows, columns, 3))
    points[..., 0] = x + width[:, None] * across
    points[..., 1:] = middle[:, None] + outer[:, None] * out[..., None]
    return points


def drawn(
    section: Sequence[Flat],
    reach: Flat,
    *,
    bend: Callable[[Numbers], Numbers],
    fine: int = 60,
    rows: int = 160,
    relief: Callable[[Numbers, Numbers], Numbers] | None = None,
) -> Numbers:
    """A section (y, z) drawn across the car from one x to another, both in ``reach``.

    Args:
        bend: for each x how far y and z move, two columns.
        relief: how far the surface stands out at (x, share of the section from 0 to 1), to the left of the section's way.
    """
    line = spline(section, fine)
    across = np.linspace(*reach, rows)
    moved = bend(across)
    points = np.empty((rows, fine, 3))
    points[..., 0] = across[:, None]
    points[..., 1:] = line[None] + moved[:, None]
    if relief is not None:
        ahead = np.gradient(line, axis=0)
        ahead /= np.linalg.norm(ahead, axis=1, keepdims=True)
        out = np.stack([-ahead[:, 1], ahead[:, 0]], axis=1)
        share = np.linspace(0.0, 1.0, fine)
        much = relief(np.broadcast_to(across[:, None], (rows, fine)), np.broadcast_to(share, (rows, fine)))
        points[..., 1:] += out[None] * much[..., None]
    return points


def _at(line: Numbers, along: Numbers) -> Numbers:
    """A curve's points at these shares of its length."""
    walked = np.concatenate([[0], np.cumsum(np.linalg.norm(np.diff(line, axis=0), axis=1))])
    shares = walked / walked[-1]
    return np.stack([np.interp(along, shares, line[:, i]) for i in range(line.shape[1])], axis=1)


def _along(shares: Sequence[float], along: Numbers) -> Numbers:
    numbers: Numbers = np.interp(along, np.linspace(0, 1, len(shares)), np.asarray(shares, float))
    return numbers
