"""What the buyer can do to an order at the moment, the one thing that matters first.

An action is a partial of ``templates/orders/actions``. Whoever adds a rule to the lifecycle for the buyer adds a row here.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from apps.orders.lifecycle import Actor, rules_from
from apps.orders.models import Order
from apps.orders.services import cancellation
from apps.orders.services.changing import can_change
from apps.orders.services.payments import asked_leg
from apps.orders.services.returns import policy

# The rule's ``act`` → its partial. The order is that of the page: the first one present has the one primary button.
PARTIALS: Mapping[str, str] = {
    "accept_mismatch": "orders/actions/mismatch.html",
    "other_slot": "orders/actions/refused.html",
    "sign": "orders/actions/sign.html",
    "accept_delivery": "orders/actions/handover.html",
    "reject_delivery": "orders/actions/reject.html",
    "ask_to_return": "orders/actions/return.html",
    "keep": "orders/actions/keep.html",
    "change": "orders/actions/change.html",
    "cancel": "orders/actions/cancel.html",
}
# Nobody is asked for money before having decided whether there will be the car.
DECISIONS = ("accept_mismatch", "other_slot")


@dataclass(frozen=True, slots=True)
class Action:
    act: str
    template: str
    is_primary: bool


def actions(order: Order) -> list[Action]:
    """Of an order read with ``whole()``: paying first, where something is due and nothing is to be decided."""
    up = order.flags
    acts = {rule.act for rule in rules_from(order.status, Actor.BUYER) if not rule.stopped_by & up}
    if not order.has_car:
        acts.discard("sign")
    if not can_change(order):
        acts.discard("change")
    if "ask_to_return" in acts and not policy(order).until:
        acts.discard("ask_to_return")
    if not order.has_car and policy(order).open:
        acts.add("ask_to_return")  # goods go back without moving the order
    if not cancellation(order).possible:
        acts.discard("cancel")
    names = [act for act in DECISIONS if act in acts]
    names += ["pay"] if asked_leg(order) is not None else []
    names += [act for act in PARTIALS if act in acts and act not in names]
    first = next((name for name in names if name not in ("cancel", "change")), "")
    return [Action(name, PARTIALS.get(name, "orders/actions/pay.html"), name == first) for name in names]
