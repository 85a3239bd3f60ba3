"""The steps that need somebody outside: the maker, the carrier, the workshop of the store.

Each is two transactions with a call between them (``outcomes.Ask``). The call carries the step's key, by which the other side
knows a repeated one; whatever is lost in between is asked for again, and what was cancelled meanwhile is undone there, too.
"""

from collections.abc import Mapping
from datetime import datetime
from functools import partial

from django.utils.translation import gettext_noop

from apps.orders import partners
from apps.orders.builds import options_of
from apps.orders.fulfilment import preparing
from apps.orders.fulfilment.handover import fit_lines
from apps.orders.fulfilment.outcomes import LOOK_AGAIN, Ask, Call, Done, Outcome, Park, Wait, once
from apps.orders.fulfilment.queue import key_of
from apps.orders.identifiers import is_vin
from apps.orders.lifecycle import Actor, Status
from apps.orders.models import Allocation, FulfilmentStep, LineKind, Order, Vehicle
from apps.orders.partners import CarrierState, Facts, MakerState, StoreReport, StoreState
from apps.orders.services import inspections, matching, promises, transitions
from apps.orders.wording import NOT_AS_ORDERED

Step = FulfilmentStep


def _ask_to_build(order: Order, step: Step) -> Call:
    assert order.car_model_id is not None
    cars = order.lines.filter(kind=LineKind.CAR)
    car, model, brand = cars.values_list("facts", "order__car_model__slug", "order__car_model__brand__slug").get()
    facts = {"order": order.number, "brand": brand, "model": model, "options": options_of(car)}
    earlier = order.steps.filter(kind="submit_build", direction=1, round__lt=step.round, attempts__gt=0)
    return partial(_submit, key=step.key, facts=facts, instead_of=[one.key for one in earlier] if step.round else [])


def _submit(*, key: str, facts: Facts, instead_of: list[str]) -> MakerState:
    """What was asked for in an earlier round is not built any more."""
    for old in instead_of:
        partners.maker().cancel(key=old)
    return partners.maker().submit(key=key, facts=facts)


def submit_build(order: Order, step: Step, state: MakerState, now: datetime) -> Outcome:
    """The maker has the order on its books."""
    promises.follow(order)
    return Done("await_slot")


def _ask_maker(order: Order, step: Step) -> Call:
    return partial(partners.maker().state, key=key_of(order, "submit_build"))


def await_slot(order: Order, step: Step, state: MakerState, now: datetime) -> Outcome:
    """T7: accepted; or refused (T7b), and the buyer decides how to go on."""
    if state.refused:
        _refuse(order, step, state.refused, now)
        return Done(result={"refused": state.refused})
    if not state.accepted:
        return Wait(state.next_at)
    if order.status != Status.SCHEDULED:  # one that is built again has kept its state
        transitions.move(order, Status.SCHEDULED, key=once(step, "scheduled"), now=now)
    promises.expect(order, now)
    return Done("await_build")


def _refuse(order: Order, step: Step, why: str, now: datetime) -> None:
    transitions.move(order, Status.ALLOC_FAILED, reason=why, key=once(step, "alloc_failed"), now=now)
    transitions.raise_work_item(order, "allocation", gettext_noop("The maker refused the build: %(why)s"), why=why)
    transitions.set_timer(order, "refused_call", now + transitions.CALL_AFTER)
    transitions.notify(order, "alloc_failed", now)


def await_build(order: Order, step: Step, state: MakerState, now: datetime) -> Outcome:
    """T8: the car is there and as signed; or it differs (T8b). Which car it is the matching says."""
    allocation = order.allocations.select_related("vehicle").filter(ended_at=None).first()
    if allocation is not None:
        return compare(order, step, allocation.vehicle, now)
    if state.refused:
        _refuse(order, step, state.refused, now)
        return Done(result={"refused": state.refused})
    if state.vin is None:
        return Wait(state.next_at)
    if not is_vin(state.vin):
        return Park(gettext_noop("The maker's VIN %(vin)s has a wrong check digit."), {"vin": state.vin})
    vehicle = matching.register(order, state.vin, state.as_built, now)
    if vehicle.built_for_id not in (None, order.pk):
        return Park(gettext_noop("The maker's VIN %(vin)s belongs to another order."), {"vin": state.vin})
    if Allocation.objects.filter(vehicle=vehicle, ended_at=None).exists():
        return Wait(now + LOOK_AGAIN)  # it makes another order on time; we are woken when ours is there
    if sorted(vehicle.as_built) == ordered_of(order) and matching.others_could_use(order, vehicle, now):
        matching.match_build(vehicle.build, now)
        allocation = order.allocations.select_related("vehicle").filter(ended_at=None).first()
        return compare(order, step, allocation.vehicle, now) if allocation else Wait(now + LOOK_AGAIN)
    matching.allocate(order, vehicle, now)
    return compare(order, step, vehicle, now)


def ordered_of(order: Order) -> list[str]:
    """The options of the car that was signed for."""
    return options_of(order.lines.filter(kind=LineKind.CAR).values_list("facts", flat=True).get())


def named_options(order: Order, codes: list[str]) -> list[list[str]]:
    """Each option's English and Chinese name, as the contract has them; what it does not have keeps its code."""
    facts = order.lines.filter(kind=LineKind.CAR).values_list("facts", flat=True).get()
    names = {one["code"]: [one["name_en"], one["name_zh"]] for one in facts.get("options", ())}
    return [names.get(code, [code, code]) for code in codes]


def compare(order: Order, step: Step, vehicle: Vehicle, now: datetime) -> Outcome:
    """As built against as signed."""
    ordered = ordered_of(order)
    if sorted(vehicle.as_built) != ordered:
        differs = sorted(set(vehicle.as_built) ^ set(ordered))
        transitions.move(order, Status.MISMATCH, key=once(step, "mismatch"), now=now)
        transitions.raise_work_item(order, "mismatch", NOT_AS_ORDERED, options=named_options(order, differs))
        transitions.set_timer(order, "mismatch_call", now + transitions.CALL_AFTER)
        transitions.notify(order, "mismatch", now)
        return Done(result={"vin": vehicle.vin, "differs": differs})
    transitions.move(order, Status.VIN_ASSIGNED, key=once(step, "vin_assigned"), now=now)
    promises.expect(order, now)
    transitions.notify(order, "vin_assigned", now)
    return Done("ship", {"vin": vehicle.vin})


def _ask_to_collect(order: Order, step: Step) -> Call:
    transitions.require(order, Status.IN_TRANSIT, Actor.SYSTEM)
    facts = {"vin": vin_of(order), "store": order.delivery_store.code if order.delivery_store else ""}
    return partial(partners.carrier().collect, key=step.key, facts=facts)


def vin_of(order: Order) -> str:
    return order.allocations.filter(ended_at=None).values_list("vehicle__vin", flat=True).get()


def ship(order: Order, step: Step, state: CarrierState, now: datetime) -> Outcome:
    """T10: the carrier has the car."""
    transitions.move(order, Status.IN_TRANSIT, key=once(step, "in_transit"), now=now)
    promises.expect(order, now)
    return Done("await_arrival")


def _ask_carrier(order: Order, step: Step) -> Call:
    return partial(partners.carrier().state, key=key_of(order, "ship"))


def await_arrival(order: Order, step: Step, state: CarrierState, now: datetime) -> Outcome:
    """T10: the store has the car. With damage everything stops for an inspection, and goes on when that has ended."""
    if not state.arrived:
        return Wait(state.next_at)
    if state.damage and not step.result.get("damage"):
        inspections.note_damage(order, state.damage)
        return Wait(now + LOOK_AGAIN, {"damage": state.damage})
    if order.frozen:
        return Wait(now + LOOK_AGAIN)  # whoever ends the inspection wakes us
    transitions.move(order, Status.AT_STORE, key=once(step, "at_store"), now=now)
    promises.expect(order, now)
    transitions.notify(order, "at_store", now)
    return Done("prepare")


def _ask_to_prepare(order: Order, step: Step) -> Call:
    facts = {"vin": vin_of(order), "store": order.delivery_store.code if order.delivery_store else ""}
    return partial(partners.workshop().prepare, key=step.key, facts=facts)


def prepare(order: Order, step: Step, state: StoreState, now: datetime) -> Outcome:
    """The workshop prepares the car and fits what was ordered with it; what it finds it puts right first."""
    if state.prepared:
        transitions.close_work_items(order, "workshop")
        return Done("inspect", {"fitted": fit_lines(order)})
    if state.fault:
        text = gettext_noop("The workshop puts right: %(found)s")
        transitions.raise_work_item(order, "workshop", text, found=state.fault)
        return Wait(state.next_at, {"asked": True, "fault": state.fault})
    return Wait(state.next_at, {"asked": True})


def inspect(order: Order, step: Step, report: StoreReport | None, now: datetime) -> Outcome:
    """T11: two people of the store look at the car; what they find begins a round of its own."""
    passed = preparing.inspected(order, report)
    if passed is None:
        return Wait(now + LOOK_AGAIN)
    return Done("await_balance" if passed else None, {"passed": passed})


def _ask_to_forget_build(order: Order, step: Step) -> Call:
    return partial(partners.maker().cancel, key=forward_key(step))


def _ask_to_bring_back(order: Order, step: Step) -> Call:
    return partial(partners.carrier().recall, key=forward_key(step))


def _ask_to_stop_preparing(order: Order, step: Step) -> Call:
    return partial(partners.workshop().cancel, key=forward_key(step))


def undone(order: Order, step: Step, answer: None, now: datetime) -> Outcome:
    """They know."""
    return Done()


def forward_key(step: Step) -> str:
    """The key under which what ``step`` undoes was done."""
    return FulfilmentStep(order_id=step.order_id, kind=step.kind, round=step.round).key


ASKS: Mapping[tuple[str, int], Ask] = {
    ("submit_build", 1): Ask(_ask_to_build, submit_build),
    ("await_slot", 1): Ask(_ask_maker, await_slot),
    ("await_build", 1): Ask(_ask_maker, await_build),
    ("ship", 1): Ask(_ask_to_collect, ship),
    ("await_arrival", 1): Ask(_ask_carrier, await_arrival),
    ("prepare", 1): Ask(_ask_to_prepare, prepare),
    ("inspect", 1): Ask(preparing.question, inspect),
    ("submit_build", -1): Ask(_ask_to_forget_build, undone),
    ("ship", -1): Ask(_ask_to_bring_back, undone),
    ("prepare", -1): Ask(_ask_to_stop_preparing, undone),
}
