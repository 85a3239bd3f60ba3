"""What people call the cars that are built for us and the days of the installers, of which there are only so many."""

from collections.abc import Sequence
from datetime import date

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from apps.capacity import kinds
from apps.catalog.models import CarModel
from apps.configurator.models import Option
from apps.stores.models import Store


def name_builds(resources: Sequence[str]) -> dict[str, str]:
    parts = {resource: kinds.build_parts(resource) for resource in resources}
    slugs = {model for model, _option, _month in parts.values()}
    cars = {car.slug: car.full_name for car in CarModel.objects.filter(slug__in=slugs).select_related("brand")}
    options = _options(slugs, {option for _model, option, _month in parts.values()} - {kinds.ANY})
    return {
        resource: " · ".join(
            (
                cars[model],
                *([] if option == kinds.ANY else [options.get((model, option), option)]),
                date_format(month, "YEAR_MONTH_FORMAT"),
            )
        )
        for resource, (model, option, month) in parts.items()
        if model in cars
    }


def _options(slugs: set[str], codes: set[str]) -> dict[tuple[str, str], str]:
    if not codes:
        return {}
    rows = Option.objects.filter(configurator__car_model__slug__in=slugs, code__in=codes)
    return {
        (row.configurator.car_model.slug, row.code): row.name for row in rows.select_related("configurator__car_model")
    }


def name_options(car_model: CarModel, codes: Sequence[str]) -> str:
    """A car's options in its configurator's order; what is not offered any more keeps its code."""
    rows = Option.objects.filter(configurator__car_model=car_model, code__in=codes)
    named = {row.code: row.name for row in rows.order_by("group__position", "position")}
    return _(", ").join([*named.values(), *(code for code in codes if code not in named)]) or "–"


def name_installers(resources: Sequence[str]) -> dict[str, str]:
    days = {resource: kinds.subject(resource).rsplit(":", 1) for resource in resources}
    stores = Store.objects.in_bulk({code for code, _day in days.values()}, field_name="code")
    return {
        resource: f"{stores[code]} · {date_format(date.fromisoformat(day), 'SHORT_DATE_FORMAT')}"
        for resource, (code, day) in days.items()
        if code in stores
    }
