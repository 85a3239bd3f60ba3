"""What a car is, as a fingerprint: cars and orders with the same one suit each other. Pure."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Any


def options_of(facts: Mapping[str, Any]) -> list[str]:
    """The codes of what was signed for, in a fixed order; ``facts`` are the car line's."""
    return sorted(str(option["code"]) for option in facts["options"])


def build_of(car_model: int, options: Iterable[str]) -> str:
    """The SHA-256 of a model with its options, in whatever order they come."""
    return hashlib.sha256(json.dumps([car_model, sorted(options)]).encode()).hexdigest()
