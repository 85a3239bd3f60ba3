"""Pictures of cars, and how values are written."""

from decimal import Decimal
from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from apps.catalog import stills
from apps.catalog.models import CarModel
from apps.catalog.sideview import Dimensions
from apps.catalog.sideview import side_view as draw
from apps.catalog.stills import Still
from apps.common.money import yuan

register = template.Library()
PAINTS = 7


@register.simple_tag
def still_of(car_model: CarModel, view: str = "") -> Still | None:
    """The rendered still of a car, if there is one."""
    return stills.still_of(car_model, view or stills.VIEWS[0])


@register.simple_tag
def side_view(car_model: CarModel) -> SafeString:
    """The drawn side view of a car, as SVG; memoised by its shape."""
    dimensions = Dimensions(car_model.length, car_model.height, car_model.wheelbase)
    return mark_safe(draw(car_model.slug, car_model.body, dimensions))  # noqa: S308  numbers and a slug, by our own code


@register.filter
def paint(car_model: CarModel) -> int:
    """Which of the showroom's paints the drawing wears: always the same for a car, spread over a page."""
    return sum(car_model.slug.encode()) % PAINTS


@register.filter
def energy_labels(codes: list[str]) -> str:
    """``["bev", "erev"]`` → ``Electric · Range extender``."""
    return " · ".join(str(CarModel.Energy(code).label) for code in CarModel.Energy.values if code in codes)


@register.simple_tag
def price_from(fen: int | None) -> SafeString:
    """A price in fen as the lowest of several: "from ¥99,800", "¥99,800 起"."""
    if fen is None:
        return SafeString("")
    before, _price, after = _("from %(price)s").partition("%(price)s")
    words = [format_html('<small class="muted">{}</small>', part.strip()) for part in (before, after)]
    return format_html("{} {} {}", words[0] if before else "", yuan(fen), words[1] if after else "")


@register.filter
def measure(number: Decimal | int | None) -> str:
    """``Decimal("54.000")`` → ``54``, ``4270`` → ``4,270``: no trailing zeros; in both languages with a comma, as prices are."""
    if number is None:
        return ""
    return f"{Decimal(number).normalize():,f}"


@register.simple_tag
def view_name(name: str) -> Any:
    """A side of a car, as a choice."""
    return {
        "front34": pgettext("side of a car", "Front"),
        "rear34": pgettext("side of a car", "Rear"),
        "side": pgettext("side of a car", "Side"),
        "inside": pgettext("side of a car", "Cockpit"),
        "seats": pgettext("side of a car", "Seats"),
    }.get(name, "")


@register.simple_tag
def view_label(name: str) -> Any:
    """What a still shows, for its text alternative."""
    return {
        "front34": _("front three-quarter view"),
        "rear34": _("rear three-quarter view"),
        "side": _("side view"),
        "front": _("front view"),
        "inside": _("view of the dashboard from between the seats"),
        "seats": _("view of the seats through the open door"),
    }.get(name, "")
