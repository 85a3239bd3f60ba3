"""What the world hears of an order."""

import pytest

from apps.common.errors import DomainError
from apps.orders import services
from apps.outbox.models import Event
from tests.factories.accounts import make_user
from tests.factories.orders import make_order, pay, sign, signed_order

pytestmark = pytest.mark.django_db


def test_each_step_of_an_order_is_an_event_with_its_number() -> None:
    order = signed_order()
    events = Event.objects.filter(stream__topic="order", stream__subject=order.number).order_by("seq")
    assert list(events.values_list("seq", "kind")) == [(1, "order.placed"), (2, "order.reserved"), (3, "order.signed")]
    last = order.transitions.get(seq=3)
    assert events[2].data == {
        "order": order.number,
        "status": "signed",
        "previous": "reserved",
        "version": 3,
        "at": last.at.isoformat(),
    }


def test_an_event_belongs_to_whom_the_order_belongs() -> None:
    user = make_user()
    mine, guests = make_order(user=user), make_order()
    assert Event.objects.get(stream__subject=mine.number).owner == user
    assert Event.objects.get(stream__subject=guests.number).owner is None


def test_what_is_refused_says_nothing() -> None:
    order = make_order()
    with pytest.raises(DomainError):
        sign(order)
    assert list(Event.objects.values_list("kind", flat=True)) == ["order.placed"]
    pay(order)
    services.cancel(order=order)
    kinds = list(Event.objects.order_by("seq").values_list("kind", flat=True))
    assert kinds == ["order.placed", "order.reserved", "order.cancelling"]
