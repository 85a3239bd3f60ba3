"""What we owe a buyer for a promise that was not kept: granted at once, by the signed terms, without anybody having to ask."""

from apps.orders.models import Order
from apps.orders.services import credits as crediting


def owe_credit(order: Order, amount: int, *, kind: str, key: str) -> None:
    """Grant so much (fen) on this order: it lowers the next payment, or is paid out; nothing for nothing, and each ``key``
    once. The caller holds the lock."""
    if amount > 0:
        crediting.grant(order=order, amount=amount, kind=kind, key=key)
