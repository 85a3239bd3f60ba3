"""What the makers will build for us."""

from datetime import date

from django.utils import timezone

from apps.capacity import kinds
from apps.capacity import services as capacity
from apps.common.demo import Report
from apps.configurator.models import Configurator
from apps.orders.models import Allotment

MONTHS, SLOTS_A_MONTH = 6, 80


def open_supply(report: Report) -> None:
    """Half a year of allotments for each configurable car that has never had any; what was sold is not made good."""
    known = {allotment.model for allotment in Allotment.objects.of_models()}
    cars = list(Configurator.objects.on_sale().order_by("pk").values_list("car_model__slug", flat=True))
    first = timezone.localdate().replace(day=1)
    for done, car_model in enumerate(cars, start=1):
        if car_model not in known:
            months = [_month_after(first, number) for number in range(MONTHS)]
            capacity.ensure(totals={kinds.build(car_model, month): SLOTS_A_MONTH for month in months})
        report("build slots", done, len(cars))


def _month_after(first: date, number: int) -> date:
    year, month = divmod(first.month - 1 + number, 12)
    return date(first.year + year, month + 1, 1)
