"""The steps whose effect is our own. An effect runs in the transaction that claims its step, under the order's lock, and so
happens exactly once. A step that has to wait says until when and keeps its place. Steps that need a partner: ``asking.py``.
"""

from collections.abc import Mapping
from datetime import datetime

from django.conf import settings

from apps.orders.errors import NotInThisState
from apps.orders.fulfilment import preparing
from apps.orders.fulfilment.handover import activate_lines, book_handover, cancel_handover, send_goods
from apps.orders.fulfilment.outcomes import LOOK_AGAIN, Done, Effect, Outcome, Wait, once
from apps.orders.lifecycle import Actor, LineStatus, Status
from apps.orders.models import Allocation, FulfilmentStep, Order
from apps.orders.services import payments, supply, transitions
from apps.orders.terms import GOODS_DAYS, pace
from apps.stores.errors import SlotTaken

from apps.orders.models import Allocation, FulfilmentStep, LineKind, Order, Vehicle
from apps.orders.services import payments, refused, supply, transitions
from apps.orders.terms import GOODS_DAYS, PREPARATION_DAYS, pace
from apps.stores.errors import SlotTaken

# A step that waits for somebody's money is woken by it; this is only in case the waking was lost.
LOOK_AGAIN = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Done:
    """The step took effect; ``then`` is the kind of the next one."""

    then: str | None = None
    result: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Wait:
    """Not yet: try again at this time."""

    until: datetime


Outcome = Done | Wait
Effect = Callable[[Order, FulfilmentStep, datetime], Outcome]


def _submit_build(order: Order, step: FulfilmentStep, now: datetime) -> Outcome:
    car = order.lines.get(kind=LineKind.CAR)
    assert order.car_model is not None
    facts = {
        "order": order.number,
        "brand": order.car_model.brand.slug,
        "model": order.car_model.slug,
        "options": sorted(option["code"] for option in car.facts["options"]),
    }
    for old in order.steps.filter(kind="submit_build", direction=1, round__lt=step.round, attempts__gt=0):
        partners.maker().cancel(key=old.key, now=now)  # what was asked for in an earlier round is not built
    partners.maker().submit(key=step.key, facts=facts, now=now)
    return Done("await_slot")


def _await_slot(order: Order, step: FulfilmentStep, now: datetime) -> Outcome:
    state = partners.maker().state(key=key_of(order, "submit_build"), now=now)
    if state.refused:
        refused.refuse_build(order=order, reason=state.refused)
        order.refresh_from_db()
        return Done(result={"refused": state.refused})
    if not state.accepted:
        return Wait(state.next_at)
    if order.status != Status.SCHEDULED:  # one that is built again has kept its state
        transitions.move(order, Status.SCHEDULED, key=_once(step, "scheduled"), now=now)
    return Done("await_build")


def _await_build(order: Order, step: FulfilmentStep, now: datetime) -> Outcome:
    state = partners.maker().state(key=key_of(order, "submit_build"), now=now)
    if state.vin is None:
        return Wait(state.next_at)
    if not is_vin(state.vin):
        raise ValueError(f"The maker's VIN {state.vin} has a wrong check digit.")
    assert order.car_model_id is not None
    vehicle, _created = Vehicle.objects.get_or_create(
        vin=state.vin,
        defaults={"car_model_id": order.car_model_id, "as_built": list(state.as_built), "built_at": now},
    )
    Allocation.objects.create(vehicle=vehicle, order=order, since=now)
    supply.use_slot(order)
    ordered = sorted(option["code"] for option in order.lines.get(kind=LineKind.CAR).facts["options"])
    if sorted(state.as_built) != ordered:
        differs = sorted(set(state.as_built) ^ set(ordered))
        transitions.move(order, Status.MISMATCH, key=_once(step, "mismatch"), now=now)
        transitions.raise_work_item(order, "mismatch", f"Not as ordered: {', '.join(differs)}")
        transitions.set_timer(order, "mismatch_call", now + transitions.CALL_AFTER)
        transitions.notify(order, "mismatch", now)
        return Done(result={"vin": state.vin, "differs": differs})
    transitions.move(order, Status.VIN_ASSIGNED, key=_once(step, "vin_assigned"), now=now)
    transitions.notify(order, "vin_assigned", now)
    return Done("ship", {"vin": state.vin})


def _undo_build(order: Order, step: FulfilmentStep, now: datetime) -> Outcome:
    """The car exists, but is no longer this buyer's."""
    Allocation.objects.filter(order=order, ended_at=None).update(ended_at=now)
    return Done()


def _undo_submission(order: Order, step: FulfilmentStep, now: datetime) -> Outcome:
    partners.maker().cancel(key=forward_key(step), now=now)
    return Done()


def _ship(order: Order, step: FulfilmentStep, now: datetime) -> Outcome:
    transitions.require(order, Status.IN_TRANSIT, Actor.SYSTEM)
    allocation = order.allocations.select_related("vehicle").get(ended_at=None)
    store = order.delivery_store.code if order.delivery_store else ""
    partners.carrier().collect(key=step.key, facts={"vin": allocation.vehicle.vin, "store": store}, now=now)
    transitions.move(order, Status.IN_TRANSIT, key=_once(step, "in_transit"), now=now)
    return Done("await_arrival")


def _undo_shipment(order: Order, step: FulfilmentStep, now: datetime) -> Outcome:
    partners.carrier().recall(key=forward_key(step), now=now)
    return Done()


def _await_arrival(order: Order, step: FulfilmentStep, now: datetime) -> Outcome:
    state = partners.carrier().state(key=key_of(order, "ship"), now=now)
    if not state.arrived:
        return Wait(state.next_at)
    transitions.move(order, Status.AT_STORE, key=_once(step, "at_store"), now=now)
    transitions.notify(order, "at_store", now)
    return Done("prepare")


def _prepare(order: Order, step: FulfilmentStep, now: datetime) -> Outcome:
    """The store prepares the car and fits what was ordered with it."""
    ready_at = step.created_at + pace(PREPARATION_DAYS, settings.FULFILMENT_SPEED)
    if now < ready_at:
        return Wait(ready_at)
    return Done("inspect", {"fitted": fit_lines(order)})


def _inspect(order: Order, step: FulfilmentStep, now: datetime) -> Outcome:
    """Two people of the store look at the car; what they find begins a round of its own."""
    passed = preparing.inspect(order, step, now)
    if passed is None:
        return Wait(now + preparing.LOOK_AGAIN)
    return Done("await_balance" if passed else None, {"passed": passed})


def _await_balance(order: Order, step: FulfilmentStep, now: datetime) -> Outcome:
    return Done("book_handover") if payments.is_settled(order) else Wait(now + LOOK_AGAIN)


def _book_handover(order: Order, step: FulfilmentStep, now: datetime) -> Outcome:
    transitions.require(order, Status.READY, Actor.SYSTEM)
    lacking = preparing.missing(order)
    if lacking == ["insurance"]:
        transitions.raise_work_item(order, "insurance", "See the insurance before the car is handed over.")
        return Wait(now + LOOK_AGAIN)
    if lacking:
        raise NotInThisState(extra={"state": order.status})
    try:
        order.appointment = book_handover(order, now)
    except SlotTaken:
        transitions.raise_work_item(order, "handover", "The store has no time for the hand-over in the coming weeks.")
        return Wait(now + LOOK_AGAIN)
    transitions.close_work_items(order, "handover")
    order.save(update_fields=["appointment"])
    transitions.move(order, Status.READY, key=once(step, "ready"), now=now)
    transitions.notify(order, "ready", now)
    return Done(result={"appointment": str(order.appointment.pk)})


def _undo_handover(order: Order, step: FulfilmentStep, now: datetime) -> Outcome:
    cancel_handover(order, now)
    return Done()


def _activate(order: Order, step: FulfilmentStep, now: datetime) -> Outcome:
    """The car is handed over: parts are used up, plans begin."""
    supply.use_rest(order)
    activate_lines(order, now)
    return Done()


def _send_goods(order: Order, step: FulfilmentStep, now: datetime) -> Outcome:
    supply.use_rest(order)
    send_goods(order)
    return Done("goods_arrive")


def _goods_arrive(order: Order, step: FulfilmentStep, now: datetime) -> Outcome:
    arrive_at = step.created_at + pace(GOODS_DAYS, settings.FULFILMENT_SPEED)
    if now < arrive_at:
        return Wait(arrive_at)
    order.lines.filter(status=LineStatus.SHIPPED).update(status=LineStatus.RECEIVED)
    activate_lines(order, now)
    transitions.move(order, Status.COMPLETED, key="completed", now=now)
    transitions.notify(order, "completed", now)
    return Done()


def _undo_build(order: Order, step: FulfilmentStep, now: datetime) -> Outcome:
    """The car exists, but is no longer this buyer's."""
    Allocation.objects.filter(order=order, ended_at=None).update(ended_at=now)
    return Done()


EFFECTS: Mapping[tuple[str, int], Effect] = {
    ("await_balance", 1): _await_balance,
    ("book_handover", 1): _book_handover,
    ("activate", 1): _activate,
    ("send_goods", 1): _send_goods,
    ("goods_arrive", 1): _goods_arrive,
    ("await_build", -1): _undo_build,
    ("book_handover", -1): _undo_handover,
}
