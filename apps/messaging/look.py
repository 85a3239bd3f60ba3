"""The site's colours for mail programs, which know neither ``oklch`` nor ``light-dark``. Read from the site's own tokens."""

import re
from functools import cache
from math import cos, radians, sin

from django.conf import settings

_TOKEN = re.compile(r"--([a-z0-9-]+):\s*light-dark\(oklch\(([^)]+)\),\s*oklch\(([^)]+)\)\)")


@cache
def colours() -> dict[str, dict[str, str]]:
    """``light`` and ``dark``: each token's name, with underscores, as #rrggbb."""
    text = (settings.BASE_DIR / "static" / "css" / "tokens.css").read_text(encoding="utf-8")
    found: dict[str, dict[str, str]] = {"light": {}, "dark": {}}
    for name, light, dark in _TOKEN.findall(text):
        if "/" not in light + dark:
            found["light"][name.replace("-", "_")] = as_hex(light)
            found["dark"][name.replace("-", "_")] = as_hex(dark)
    return found


def as_hex(oklch: str) -> str:
    """``0.455 0.092 178`` as ``#006757``: by way of OKLab and linear light; what lies outside sRGB is cut."""
    lightness, chroma, hue = (float(part) for part in oklch.split())
    a, b = chroma * cos(radians(hue)), chroma * sin(radians(hue))
    long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    medium = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    linear = (
        4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short,
        -1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short,
        -0.0041960863 * long - 0.7034186147 * medium + 1.7076147010 * short,
    )
    return "#" + "".join(f"{_encoded(one):02x}" for one in linear)


def _encoded(linear: float) -> int:
    held = min(max(linear, 0.0), 1.0)
    value: float = 12.92 * held if held <= 0.0031308 else 1.055 * held ** (1 / 2.4) - 0.055
    return round(value * 255)
