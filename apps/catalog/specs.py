"""Every spec a sheet can have: the one registry of keys, labels, units and of what "better" means.

A sheet's value is checked against its definition when it is published; pages and the API take labels, order and
groups from here. To add a spec, add one line.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Cycle(models.TextChoices):
    """By which procedure a range or a consumption was measured; figures of different cycles do not compare."""

    CLTC = "CLTC", "CLTC"
    WLTC = "WLTC", "WLTC"
    NEDC = "NEDC", "NEDC"


class Better(StrEnum):
    """Which way a comparison points."""

    HIGHER = "higher"
    LOWER = "lower"
    NEITHER = ""


class Kind(StrEnum):
    NUMBER = "number"
    TEXT = "text"


@dataclass(frozen=True, slots=True)
class SpecGroup:
    key: str
    label: str | Promise


@dataclass(frozen=True, slots=True)
class SpecDefinition:
    """``unit`` is a symbol and the same in both languages; ``by_cycle`` values need a test cycle.

    ``choices`` are the only texts that a value can have, in English and Chinese, by a code for programs.
    """

    key: str
    group: str
    label: str | Promise
    unit: str = ""
    kind: Kind = Kind.NUMBER
    better: Better = Better.NEITHER
    by_cycle: bool = False
    choices: Mapping[str, tuple[str, str]] = field(default_factory=dict)

    def code_of(self, text_en: str) -> str | None:
        """The code of a choice, by its English text; ``None`` for any other text."""
        return next((code for code, (english, _chinese) in self.choices.items() if english == text_en), None)


GROUPS: tuple[SpecGroup, ...] = (
    SpecGroup("range", _("Range and consumption")),
    SpecGroup("battery", _("Battery")),
    SpecGroup("charging", _("Charging")),
    SpecGroup("power", _("Drive")),
    SpecGroup("dimensions", _("Dimensions and weight")),
    SpecGroup("outside", _("Outside")),
    SpecGroup("cabin", _("Cabin and assistance")),
)

DEFINITIONS: tuple[SpecDefinition, ...] = (
    SpecDefinition("range", "range", _("Electric range"), "km", better=Better.HIGHER, by_cycle=True),
    SpecDefinition("range_total", "range", _("Range with fuel"), "km", better=Better.HIGHER, by_cycle=True),
    SpecDefinition("consumption", "range", _("Electric consumption"), "kWh/100 km", better=Better.LOWER, by_cycle=True),
    SpecDefinition("fuel", "range", _("Fuel consumption"), "L/100 km", better=Better.LOWER, by_cycle=True),
    SpecDefinition("battery", "battery", _("Battery capacity"), "kWh", better=Better.HIGHER),
    SpecDefinition("chemistry", "battery", _("Battery chemistry"), kind=Kind.TEXT),
    SpecDefinition("swap", "battery", _("Battery swap"), kind=Kind.TEXT),
    SpecDefinition("voltage", "charging", _("High-voltage platform"), "V", better=Better.HIGHER),
    SpecDefinition("dc_minutes", "charging", _("Fast charge, 30 to 80 %"), "min", better=Better.LOWER),
    SpecDefinition("motor_power", "power", _("Motor power"), "kW", better=Better.HIGHER),
    SpecDefinition("motor_torque", "power", _("Motor torque"), "N·m", better=Better.HIGHER),
    SpecDefinition("drive", "power", _("Driven wheels"), kind=Kind.TEXT),
    SpecDefinition("zero_to_100", "power", _("0 to 100 km/h"), "s", better=Better.LOWER),
    SpecDefinition("top_speed", "power", _("Top speed"), "km/h", better=Better.HIGHER),
    SpecDefinition("engine", "power", _("Combustion engine"), kind=Kind.TEXT),
    SpecDefinition("engine_power", "power", _("Engine power"), "kW", better=Better.HIGHER),
    SpecDefinition("transmission", "power", _("Gearbox"), kind=Kind.TEXT),
    SpecDefinition("length", "dimensions", _("Length"), "mm"),
    SpecDefinition("width", "dimensions", _("Width"), "mm"),
    SpecDefinition("height", "dimensions", _("Height"), "mm"),
    SpecDefinition("wheelbase", "dimensions", _("Wheelbase"), "mm"),
    SpecDefinition("kerb_weight", "dimensions", _("Kerb weight"), "kg", better=Better.LOWER),
    SpecDefinition("boot", "dimensions", _("Boot"), "L", better=Better.HIGHER),
    SpecDefinition("cargo", "dimensions", _("Cargo space"), "m³", better=Better.HIGHER),
    SpecDefinition(
        "roof",
        "outside",
        _("Roof"),
        kind=Kind.TEXT,
        choices={"painted": ("Painted", "车漆"), "glass": ("Panoramic glass", "全景天幕")},
    ),
    SpecDefinition("wheel_size", "outside", _("Wheel size"), "″"),
    SpecDefinition(
        "rims",
        "outside",
        _("Rims"),
        kind=Kind.TEXT,
        choices={"plain": ("One colour", "单色"), "two-tone": ("Two-tone", "双色")},
    ),
    SpecDefinition(
        "calipers",
        "outside",
        _("Brake calipers"),
        kind=Kind.TEXT,
        choices={"plain": ("Plain", "常规"), "coloured": ("Coloured", "彩色")},
    ),
    SpecDefinition("seats", "cabin", _("Seats"), better=Better.NEITHER),
    SpecDefinition("assistance", "cabin", _("Driver assistance"), kind=Kind.TEXT),
    SpecDefinition("lidar", "cabin", _("Lidar"), kind=Kind.TEXT),
)

BY_KEY: dict[str, SpecDefinition] = {one.key: one for one in DEFINITIONS}
ORDER: dict[str, int] = {one.key: place for place, one in enumerate(DEFINITIONS)}


def definition(key: str) -> SpecDefinition:
    """The definition of a key; a key that was retired keeps its name as label, so that old sheets stay readable."""
    return BY_KEY.get(key) or SpecDefinition(key, "cabin", key, kind=Kind.TEXT)
