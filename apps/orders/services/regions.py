"""Who invoices a car: answered before its first payment is asked for, and honoured whatever the table says later."""

from collections.abc import Mapping
from typing import Any

from django.utils import timezone

from apps.orders import region
from apps.orders.models import LineKind, Order


def answer_before_paying(order: Order) -> None:
    """Keep the answer for everywhere else with an order whose city the list does not know. Checkout has answered the others.

    The caller holds the order's lock.
    """
    if not order.region and order.has_car:
        order.region = _elsewhere(order)
        order.save(update_fields=["region", "changed_at"])


def _elsewhere(order: Order) -> dict[str, Any]:
    assert order.car_model is not None
    case = region.Case(
        city=order.city,
        province="",
        price=order.lines.get(kind=LineKind.CAR).total,
        energy=order.car_model.energy,
        invoice=order.invoice_kind,
        day=timezone.localdate(),
    )
    return region.answer(case).as_json(case)


def company_of(order: Order) -> Mapping[str, Any]:
    """The company that invoices the order's car, as it was told to the buyer. What was signed is not changed here.

    One that was told before companies had their tax number with them has it from today's table.
    """
    told: dict[str, Any] = (order.region or _elsewhere(order))["company"]
    today = next((one.as_json() for one in region.table().companies if one.slug == told["slug"]), {})
    return today | told
