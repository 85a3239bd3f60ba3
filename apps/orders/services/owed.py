"""What we owe a buyer for a promise that was not kept."""

from apps.common.money import yuan
from apps.orders.models import Order
from apps.orders.services import transitions


def owe_credit(order: Order, amount: int, *, kind: str, key: str) -> None:
    """Finance grants so much (fen) on this order: it lowers the next payment, or is paid out. The caller holds the lock."""
    if amount > 0:
        transitions.raise_work_item(order, "credit", f"Grant {yuan(amount)} of credit ({kind}, {key}).")
