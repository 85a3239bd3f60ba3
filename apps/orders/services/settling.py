"""What the end of an order means for its money."""

from django.conf import settings
from django.utils import timezone

from apps.orders.models import Order
from apps.orders.services import bookkeeping, coins, transitions
from apps.orders.services import credits as crediting
from apps.orders.terms import RETURN_WINDOW_DAYS, pace


def delivered(order: Order) -> None:
    """The buyer has what was paid for: open credits are paid out, what was paid is earned, coins are earned and wait.

    The caller holds the order's lock.
    """
    crediting.use_open(order)
    bookkeeping.sold(order)
    coins.earn(order)


def arrived(order: Order) -> None:
    """An order of goods is at its end at once; its coins wait as long as the goods may be given back."""
    delivered(order)
    transitions.set_timer(order, "return_window", timezone.now() + pace(RETURN_WINDOW_DAYS, settings.FULFILMENT_SPEED))
