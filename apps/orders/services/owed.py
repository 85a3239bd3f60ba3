"""What we owe a buyer for a promise that was not kept."""

from apps.common.money import yuan
from apps.orders.models import Order
from apps.orders.services import transitions


def owe_credit(order: Order, amount: int, *, kind: str, key: str) -> None:
    """Finance grants so much (fen) on this order: it lowers the next payment, or is paid out. The caller holds the lock.

    What is owed besides while an item is open is written into the same one: no credit is lost.
    """
    if amount <= 0:
        return
    text = f"Grant {yuan(amount)} of credit ({kind}, {key})."
    waiting = order.work_items.filter(kind="credit", closed_at=None).first()
    if waiting is None:
        transitions.raise_work_item(order, "credit", text)
    elif text not in waiting.text:
        waiting.text = f"{waiting.text} {text}"[:300]
        waiting.save(update_fields=["text"])
