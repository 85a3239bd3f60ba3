"""What the makers will build for us."""

from apps.common.demo import Report
from apps.configurator.models import Configurator
from apps.orders.models import BuildSlot

SLOTS_PER_CAR = 400


def open_supply(report: Report) -> None:
    """So many free slots for each configurable car that has never had any; what was sold is not made good."""
    known = set(BuildSlot.objects.order_by().values_list("car_model", flat=True).distinct())
    cars = list(Configurator.objects.on_sale().order_by("pk").values_list("car_model", flat=True))
    for done, car_model in enumerate(cars, start=1):
        if car_model not in known:
            BuildSlot.objects.bulk_create(BuildSlot(car_model_id=car_model) for _ in range(SLOTS_PER_CAR))
        report("build slots", done, len(cars))
