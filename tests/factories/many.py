"""Signed orders by the hundred: copies of one that the services made, inserted in bulk."""

import uuid
from copy import copy
from typing import Any

from django.db import transaction
from django.utils import timezone

from apps.orders.identifiers import new_order_number
from apps.orders.models import FulfilmentStep, Order, OrderLine, PaymentLeg, Promise, Transition
from tests.factories.orders import signed_order


def _copy(row: Any, **changes: Any) -> Any:
    twin = copy(row)
    twin._state = copy(row._state)
    twin._state.adding, twin.pk = True, None
    for name, value in changes.items():
        setattr(twin, name, value)
    return twin


@transaction.atomic
def many_signed(number: int) -> list[Order]:
    """So many orders whose build is due to be submitted, the first of them the original."""
    first = signed_order()
    numbers: set[str] = set()
    while len(numbers) < number - 1:
        numbers.add(new_order_number())
    fields = {"placement_key": None, "basket_id": None, "appointment": None}
    orders = [_copy(first, number=one, secret=uuid.uuid4(), **fields) for one in sorted(numbers)]
    Order.objects.bulk_create(orders)
    now = timezone.now()
    written = {field.name for field in OrderLine._meta.concrete_fields if not field.generated}
    for line in first.lines.all():
        facts = {name: getattr(line, name) for name in written - {"id", "order"}}
        OrderLine.objects.bulk_create(OrderLine(order=order, **facts) for order in orders)
    for leg in first.legs.all():
        PaymentLeg.objects.bulk_create(_copy(leg, pk=uuid.uuid4(), order=order) for order in orders)
    for step in first.transitions.all():
        Transition.objects.bulk_create(_copy(step, order=order) for order in orders)
    promise = Promise.objects.get(order=first)
    Promise.objects.bulk_create(_copy(promise, pk=order.pk, order=order) for order in orders)
    FulfilmentStep.objects.bulk_create(
        FulfilmentStep(order=order, kind="submit_build", next_at=now) for order in orders
    )
    return [first, *orders]
