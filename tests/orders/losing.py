"""Works on the database of test_database_lost.py, in processes of their own: ``prepare N`` fills it, ``check`` tells how it stands.

Both print JSON.
"""

import json
import sys
from collections import Counter

import django

django.setup()

from django.db.models import Count  # noqa: E402

from apps.bundles.models import MaintenancePlan  # noqa: E402
from apps.orders.models import Allocation, Order, PartnerJob, Transition  # noqa: E402
from apps.outbox.models import Event, Stream  # noqa: E402
from tests.factories.bundles import make_plan  # noqa: E402
from tests.factories.many import many_signed  # noqa: E402
from tests.orders.proving import at_rest, state_of  # noqa: E402


def prepare(number: int) -> dict[str, object]:
    """Signed orders whose fulfilment is due, and a plan that can be bought meanwhile."""
    many_signed(number)
    plan: MaintenancePlan = make_plan()
    return {"sku": plan.sku, "orders": Order.objects.count()}


def check() -> dict[str, object]:
    """Where the orders stand, and what must not be: doubled effects, gaps in a history or in a stream."""
    cars = Order.objects.exclude(car_model=None)
    gaps = [
        number
        for number, version, last, count in Order.objects.annotate(count=Count("transitions")).values_list(
            "number", "version", "version", "count"
        )
        if not version == last == count
    ]
    for stream in Stream.objects.all():
        numbers = list(Event.objects.filter(stream=stream).order_by("seq").values_list("seq", flat=True))
        if numbers != list(range(1, stream.last + 1)):
            gaps.append(f"stream {stream.subject}")
    return {
        "at rest": at_rest(),
        "states": Counter(state_of(order) for order in cars),
        "numbers": sorted(Order.objects.filter(car_model=None).values_list("number", flat=True)),
        "gaps": gaps,
        "doubled": list(
            Allocation.objects.filter(ended_at=None)
            .values("order")
            .annotate(n=Count("pk"))
            .filter(n__gt=1)
            .values_list("order", flat=True)
        ),
        "jobs": PartnerJob.objects.filter(partner="maker").count(),
        "moves": Transition.objects.count(),
    }


if __name__ == "__main__":
    print(json.dumps(prepare(int(sys.argv[2])) if sys.argv[1] == "prepare" else check()))
