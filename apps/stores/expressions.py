"""What the database computes for us: points and distances of the earthdistance extension, and opening hours.

The extension's earth is a sphere of 6,378,168 m radius; distances are metres.
"""

from typing import Any

from django.db import models
from django.db.models import Func


class ToEarth(Func):
    """A point on the surface from latitude and longitude in degrees, as the cube that the indexes know."""

    function = "ll_to_earth"

    def __init__(self, *expressions: Any, **extra: Any) -> None:
        super().__init__(*expressions, output_field=models.TextField(), **extra)


class EarthDistance(Func):
    """Between two points along the surface."""

    function = "earth_distance"

    def __init__(self, *expressions: Any, **extra: Any) -> None:
        super().__init__(*expressions, output_field=models.FloatField(), **extra)


class Chord(Func):
    """Between two points through the earth: in the same order as the distance, and what the index can sort by."""

    template = "%(expressions)s"
    arg_joiner = " <-> "

    def __init__(self, *expressions: Any, **extra: Any) -> None:
        super().__init__(*expressions, output_field=models.FloatField(), **extra)


class InBox(Func):
    """Whether the third, a point, lies in the box around the first with a radius of the second: a little too large."""

    conditional = True

    def __init__(self, *expressions: Any, **extra: Any) -> None:
        super().__init__(*expressions, output_field=models.BooleanField(), **extra)

    def as_sql(self, compiler: Any, connection: Any, *_: Any, **extra: Any) -> Any:
        (here, a), (metres, b), (there, c) = (compiler.compile(part) for part in self.source_expressions)
        return f"(earth_box({here}, {metres}) @> {there})", (*a, *b, *c)


class IsOpen(Func):
    """Whether the first, a minute of the week, lies in one of the second, an array of ranges."""

    conditional = True

    def __init__(self, *expressions: Any, **extra: Any) -> None:
        super().__init__(*expressions, output_field=models.BooleanField(), **extra)

    def as_sql(self, compiler: Any, connection: Any, *_: Any, **extra: Any) -> Any:
        (minute, a), (hours, b) = (compiler.compile(part) for part in self.source_expressions)
        return f"(({minute})::integer <@ ANY({hours}))", (*a, *b)
