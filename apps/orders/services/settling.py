"""What the end of an order means for its money."""

from apps.orders.models import Order
from apps.orders.services import bookkeeping, coins
from apps.orders.services import credits as crediting


def delivered(order: Order) -> None:
    """The buyer has what was paid for: open credits are paid out, what was paid is earned, coins are earned and wait.

    The caller holds the order's lock.
    """
    crediting.use_open(order)
    bookkeeping.sold(order)
    coins.earn(order)


def arrived(order: Order) -> None:
    """An order of goods is at its end at once."""
    delivered(order)
    coins.release(order)
