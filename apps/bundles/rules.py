"""What fits which car: pure functions over frozen facts, with the reason where something does not."""

from collections.abc import Callable
from dataclasses import dataclass

from django.utils.functional import Promise, lazy
from django.utils.translation import gettext_lazy as _

Named = Callable[[], str]


@dataclass(frozen=True, slots=True)
class Car:
    """What counts of a car. ``name`` is called when a reason is read, so that it comes in the reader's language."""

    slug: str
    size_class: str
    energy: str
    name: Named


@dataclass(frozen=True, slots=True)
class Demand:
    """What a product asks of a car; ``None`` asks nothing. ``needs_car``: it has no price without one."""

    name: Named
    sizes: frozenset[str] | None = None
    energies: frozenset[str] | None = None
    models: frozenset[str] | None = None
    needs_car: bool = False


@dataclass(frozen=True, slots=True)
class Reason:
    """Why something does not fit: a code for programs, a lazily translated sentence for people."""

    code: str
    text: Promise | str

    def __str__(self) -> str:
        return str(self.text)


def _fill(template: Promise, product: Named, car: Named | None, size: str) -> str:
    return str(template) % {"product": product(), "car": car() if car else "", "size": size}


_filled = lazy(_fill, str)


def fits(demand: Demand, car: Car | None) -> Reason | None:
    """Why the product does not fit, or None when it does. Without a car only what needs one is refused."""
    if car is None:
        if not demand.needs_car:
            return None
        text = _("Choose a car first: what “%(product)s” costs depends on its size.")
        return Reason("car_needed", _filled(text, demand.name, None, ""))
    if demand.sizes is not None and car.size_class not in demand.sizes:
        text = _("“%(product)s” is not made in size %(size)s, which the %(car)s needs.")
        return Reason("size", _filled(text, demand.name, car.name, car.size_class))
    if demand.energies is not None and car.energy not in demand.energies:
        text = _("“%(product)s” is not meant for the drive of the %(car)s.")
        return Reason("drive", _filled(text, demand.name, car.name, ""))
    if demand.models is not None and car.slug not in demand.models:
        return Reason("model", _filled(_("“%(product)s” does not fit the %(car)s."), demand.name, car.name, ""))
    return None
