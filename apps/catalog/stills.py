"""Which rendered stills there are in static/img/cars, and of what size."""

from dataclasses import dataclass

WIDTH, HEIGHT = 1400, 700
# Key of a car model's ``image`` → the views that were rendered. A still is only given to a car of its own body type.
STILLS: dict[str, tuple[str, ...]] = {
    "aion-ut-super": ("front34", "side", "rear34"),
    "aion": ("front34", "side", "rear34", "front"),
    "avatr": ("front34",),
    "deepal": ("front34",),
    "dolphin": ("front34",),
    "mpv": ("front34",),
    "van": ("front34",),
}


@dataclass(frozen=True, slots=True)
class Still:
    """Paths below static/, without their extension's twin: both an AVIF and a WebP exist."""

    view: str
    avif: str
    webp: str
    width: int = WIDTH
    height: int = HEIGHT


def still(image: str, view: str = "front34") -> Still | None:
    """The still of a view, or ``None`` where it was not rendered."""
    if view not in STILLS.get(image, ()):
        return None
    stem = f"img/cars/{image}-{view}"
    return Still(view, f"{stem}.avif", f"{stem}.webp")


def stills(image: str) -> list[Still]:
    """All stills of a car, the best first."""
    return [one for view in STILLS.get(image, ()) if (one := still(image, view))]
