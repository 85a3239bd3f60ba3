"""From linear light to the screen and into eight bits: the tone curve of the studio, and what a paint's light is made of. Pure.

Light that a clear-coat paint reflects depends on the paint's own (linear) value by a polynomial: of the first degree for a solid or a
metallic one, nearly of the second for pearl, matte and satin. So a picture in two or three greys is one in every colour.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

type Floats = npt.NDArray[np.float32]

EXPOSURE = 1.3  # static/js/car/studio.js, the light theme
GREYS: dict[str, tuple[float, ...]] = {
    "solid": (0.0, 0.9),
    "metallic": (0.0, 0.9),
    "pearl": (0.0, 0.4, 0.9),
    "matte": (0.0, 0.4, 0.9),
    "satin": (0.0, 0.4, 0.9),
}
"""Linear values of the paints that a finish is rendered in."""
BRIGHTEST = 3.0
"""Light above this is white whatever its colour."""
_STEPS = 8192
# Khronos PBR neutral tone mapping, as in three.js.
_START, _DESATURATION = 0.76, 0.15
_BEND = 1 - _START


def linear_of(colour: str) -> tuple[float, ...]:
    """``#rrggbb`` as three linear values from 0 to 1."""
    parts = np.array([int(colour[at : at + 2], 16) for at in (1, 3, 5)]) / 255
    return tuple(np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4).tolist())


def shares(value: float, greys: Sequence[float]) -> list[float]:
    """How much of each grey's light makes that of a paint with this linear value (Lagrange); negative ones among them."""
    return [float(np.prod([(value - other) / (grey - other) for other in greys if other != grey])) for grey in greys]


def displayed(light: Sequence[Floats]) -> list[Floats]:
    """Red, green and blue linear light, one array each, as the screen shows it: 0 to 1."""
    exposed = [np.maximum(channel * EXPOSURE, 0) for channel in light]
    least = np.minimum(np.minimum(exposed[0], exposed[1]), exposed[2])
    offset = np.where(least < 0.08, least - 6.25 * least * least, 0.04).astype(np.float32)
    exposed = [channel - offset for channel in exposed]
    peak = np.maximum(np.maximum(exposed[0], exposed[1]), exposed[2])
    hot = np.flatnonzero(peak >= _START)
    if len(hot):
        strong = peak[hot]
        pressed = 1 - _BEND * _BEND / (strong + _BEND - _START)
        white = 1 - 1 / (_DESATURATION * (strong - pressed) + 1)
        for channel in exposed:
            channel[hot] = channel[hot] * (pressed / strong) * (1 - white) + pressed * white
    return [_CURVE[np.clip(channel * (_STEPS - 1) + 0.5, 0, _STEPS - 1).astype(np.int16)] for channel in exposed]


def _srgb(light: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    light = np.clip(light, 0, 1)
    shown: npt.NDArray[np.float64] = np.where(
        light <= 0.0031308, light * 12.92, 1.055 * np.maximum(light, 1e-9) ** (1 / 2.4) - 0.055
    )
    return shown


_CURVE: Floats = _srgb(np.linspace(0, 1, _STEPS)).astype(np.float32)

# Stored light follows the screen's own curve, so that every step is as visible as the next; where that is nearly flat, close to
# white, a floor under its slope keeps a step from standing for any light at all.
_LIGHTS = np.linspace(0, BRIGHTEST, 12_001)


def _storage_curve() -> npt.NDArray[np.float64]:
    grey = displayed([_LIGHTS.astype(np.float32)] * 3)[0].astype(np.float64)
    rise = np.maximum(np.diff(grey), 0.08 * np.diff(_LIGHTS))
    curve = np.concatenate([[0.0], np.cumsum(rise)])
    scaled: npt.NDArray[np.float64] = curve / curve[-1]
    return scaled


_STORED = _storage_curve()
LIGHT_OF: Floats = np.interp(np.arange(256) / 255, _STORED, _LIGHTS).astype(np.float32)
"""The light that a stored byte stands for."""


def stored(light: Floats) -> npt.NDArray[np.uint8]:
    """Linear light as bytes, see ``LIGHT_OF``."""
    return (np.interp(light, _LIGHTS, _STORED) * 255 + 0.5).astype(np.uint8)
