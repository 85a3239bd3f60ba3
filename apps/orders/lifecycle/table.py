"""Every way an order's header can take: one row a rule, with who takes it, what must hold and which service does it. Pure.

The header is commercial (what buyer and house owe each other), lines are physical, legs are money. Guards of the header
read lines and legs; lines and legs never write the header. This table drives the services, the buttons, the API's
``actions``, the diagram in the README, the tests and the trigger in the database, which allows exactly these pairs and
nothing that a flag stops.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from apps.orders.lifecycle.states import Actor, Flag, Status, Trigger

_S, _A, _T = Status, Actor, Trigger
_NO_FLAGS: frozenset[Flag] = frozenset()
_DISPUTED = frozenset({Flag.DISPUTED})
_FROZEN = frozenset({Flag.FROZEN})
_BOTH = _DISPUTED | _FROZEN


@dataclass(frozen=True, slots=True)
class Rule:
    """One way from a state to another.

    ``act`` is its name in buttons and the API, ``triggers`` what sets it off, ``guard`` what must hold besides, ``service``
    the function under ``apps.orders`` that does it, ``stopped_by`` the flags under which it waits. ``source`` is None for
    the first state of all.
    """

    number: str
    act: str
    source: Status | None
    target: Status
    triggers: frozenset[Trigger]
    guard: str
    service: str
    stopped_by: frozenset[Flag] = _NO_FLAGS

    @property
    def actors(self) -> frozenset[Actor]:
        """Who is written into the history: whatever happens by itself is the system's."""
        people = {Actor(one.value) for one in self.triggers if one in (Trigger.BUYER, Trigger.STAFF)}
        return frozenset(people | ({Actor.SYSTEM} if self.triggers - {Trigger.BUYER, Trigger.STAFF} else set()))

    @property
    def pair(self) -> tuple[str, str]:
        return (self.source.value if self.source else "", self.target.value)


def _rule(
    number: str,
    act: str,
    source: Status | None,
    target: Status,
    by: Trigger | tuple[Trigger, ...],
    guard: str,
    service: str,
    stopped_by: frozenset[Flag] = _NO_FLAGS,
) -> Rule:
    triggers = frozenset({by} if isinstance(by, Trigger) else by)
    return Rule(number, act, source, target, triggers, guard, service, stopped_by)


UNSIGNED = (_S.PLACED, _S.RESERVED)
# Under contract and not yet handed over; money is due in these.
IN_WORK = (_S.SIGNED, _S.ALLOC_FAILED, _S.SCHEDULED, _S.VIN_ASSIGNED, _S.MISMATCH, _S.IN_TRANSIT, _S.AT_STORE)
# Cancelled after signing at the fee of the signed table; where the house is at fault there is none.
FREE_TO_LEAVE = (_S.ALLOC_FAILED, _S.MISMATCH, _S.REJECTED)
FINAL = frozenset({_S.COMPLETED, _S.CANCELLED, _S.RETURNED})
# Nothing more will happen by itself; an expired order can still come back by a late payment.
QUIET = FINAL | {_S.EXPIRED}
_PEOPLE = (_T.BUYER, _T.STAFF)
_CANCEL = "services.cancelling.cancel"
_FEE = "the fee of the signed table is accepted, or waived by two people"

TRANSITIONS: tuple[Rule, ...] = (
    _rule("T1", "place", None, _S.PLACED, _T.BUYER, "the build is valid and everything can be held",
          "services.placing.place_order"),
    _rule("T2", "expire", _S.PLACED, _S.EXPIRED, _T.TIMER, "15 minutes are over and no payment is under way",
          "services.cancelling.expire"),
    _rule("T3", "reserve", _S.PLACED, _S.RESERVED, _T.GATEWAY, "the first payment came, and is the right amount",
          "services.events.apply_event"),
    _rule("T3b", "reserve", _S.EXPIRED, _S.RESERVED, _T.GATEWAY, "everything can still be held",
          "services.events.apply_event"),
    _rule("T4", "change", _S.RESERVED, _S.RESERVED, _T.BUYER, "the new build can be held before the old is let go",
          "services.changing.change"),
    _rule("T4b", "change", _S.SIGNED, _S.SIGNED, _T.BUYER, "the maker has not frozen the build; a new quote is signed",
          "services.changing.change"),
    _rule("T4b", "change", _S.SCHEDULED, _S.SIGNED, _T.BUYER, "the maker has not frozen the build; a new quote is signed",
          "services.changing.change"),
    _rule("T5", "cancel", _S.PLACED, _S.CANCELLED, _PEOPLE, "nothing was paid", _CANCEL),
    _rule("T5", "cancel", _S.RESERVED, _S.CANCELLING, (*_PEOPLE, _T.TIMER), "free; by itself after 30 days unsigned",
          _CANCEL),
    _rule("T6", "sign", _S.RESERVED, _S.SIGNED, _T.BUYER, "fees and caps are accepted, the ID may be checked",
          "services.signing.sign"),
    _rule("T6g", "send", _S.RESERVED, _S.COMPLETED, _T.PARTNER, "there is no car; the parcel has arrived",
          "fulfilment.steps.goods_arrive"),
    _rule("T7", "schedule", _S.SIGNED, _S.SCHEDULED, _T.PARTNER, "the maker accepts the build",
          "fulfilment.asking.await_slot"),
    _rule("T7b", "refuse_build", _S.SIGNED, _S.ALLOC_FAILED, _T.PARTNER, "the maker refuses the build",
          "services.refused.refuse_build"),
    _rule("T7b", "refuse_build", _S.SCHEDULED, _S.ALLOC_FAILED, (_T.PARTNER, _T.STAFF), "the maker withdraws the slot",
          "services.refused.refuse_build"),
    _rule("T7c", "other_slot", _S.ALLOC_FAILED, _S.SIGNED, _T.BUYER, "another slot can be held",
          "services.refused.other_slot"),
    _rule("T7d", "change", _S.ALLOC_FAILED, _S.SIGNED, _T.BUYER, "another build can be held; a new quote is signed",
          "services.changing.change"),
    _rule("T8", "assign_vin", _S.SCHEDULED, _S.VIN_ASSIGNED, _T.PARTNER, "the VIN is right and as built is as signed",
          "fulfilment.asking.await_build"),
    _rule("T8b", "find_mismatch", _S.SCHEDULED, _S.MISMATCH, _T.PARTNER, "as built differs from as signed",
          "fulfilment.asking.await_build"),
    _rule("T9", "accept_mismatch", _S.MISMATCH, _S.VIN_ASSIGNED, _T.BUYER, "the car has not left the maker; with a credit",
          "services.mismatch.accept_mismatch"),
    _rule("T9", "accept_mismatch", _S.MISMATCH, _S.IN_TRANSIT, _T.BUYER, "the car is on its way; with a credit",
          "services.mismatch.accept_mismatch"),
    _rule("T9", "accept_mismatch", _S.MISMATCH, _S.AT_STORE, _T.BUYER, "the car is at the store; with a credit",
          "services.mismatch.accept_mismatch"),
    _rule("T9b", "rebuild", _S.MISMATCH, _S.SCHEDULED, _T.BUYER, "a slot can be held", "services.mismatch.rebuild"),
    _rule("T10", "ship", _S.VIN_ASSIGNED, _S.IN_TRANSIT, _T.PARTNER, "the store may hand over; the carrier has the car",
          "fulfilment.asking.ship", _FROZEN),
    _rule("T10", "arrive", _S.IN_TRANSIT, _S.AT_STORE, _T.PARTNER, "the carrier delivered, no damage is open",
          "fulfilment.asking.await_arrival", _FROZEN),
    *(_rule("T10b", "find_damage", state, _S.MISMATCH, _T.STAFF, "the inspection found damage, or the repair takes too long",
            "services.inspections.close") for state in (_S.VIN_ASSIGNED, _S.IN_TRANSIT, _S.AT_STORE)),
    _rule("T11", "make_ready", _S.AT_STORE, _S.READY, _T.WORKER,
          "two people passed the PDI, all is paid and invoiced, insurance was seen, the hand-over is booked",
          "fulfilment.steps.book_handover", _BOTH),
    _rule("T12", "accept_delivery", _S.READY, _S.DELIVERED, _PEOPLE, "the VIN is the order's; every point is accepted and signed",
          "services.delivery.accept_delivery", _BOTH),
    _rule("T12b", "reject_delivery", _S.READY, _S.REJECTED, _PEOPLE, "the buyer names what is not in order",
          "services.rejecting.reject_delivery"),
    _rule("T12c", "fix", _S.REJECTED, _S.AT_STORE, _T.STAFF, "what was refused is put right",
          "services.rejecting.fix"),
    _rule("T13", "ask_to_return", _S.DELIVERED, _S.RETURNING, _T.BUYER,
          "within the days and kilometres of the policy, or the car is not as ordered", "services.returns.ask_to_return"),
    _rule("T13b", "keep", _S.RETURNING, _S.DELIVERED, _PEOPLE, "the buyer keeps the car, or the inspection refuses it",
          "services.returns.close_return"),
    _rule("T13c", "take_back", _S.RETURNING, _S.RETURNED, _T.STAFF, "the store has inspected the car",
          "services.returns.take_back", _DISPUTED),
    _rule("T14", "complete", _S.DELIVERED, _S.COMPLETED, _T.TIMER, "the time is over and every line has ended or runs on",
          "services.delivery.complete", _DISPUTED),
    *(_rule("T15", "cancel", state, _S.CANCELLING, _PEOPLE, _FEE, _CANCEL)
      for state in (_S.SIGNED, _S.SCHEDULED, _S.VIN_ASSIGNED, _S.IN_TRANSIT, _S.AT_STORE)),
    *(_rule("T15b", "cancel", state, _S.CANCELLING, _PEOPLE, "free: everything paid goes back", _CANCEL)
      for state in FREE_TO_LEAVE),
    _rule("T15c", "settle", _S.CANCELLING, _S.CANCELLED, _T.WORKER, "everything is undone and every refund has arrived",
          "services.cancelling.settle", _DISPUTED),
)  # fmt: skip
PAIRS: frozenset[tuple[str, str]] = frozenset(
    rule.pair for rule in TRANSITIONS if rule.source and rule.source != rule.target
)
# (from, to, flag): what waits while an order has the flag.
STOPPED: frozenset[tuple[str, str, str]] = frozenset(
    (*rule.pair, flag.value) for rule in TRANSITIONS for flag in rule.stopped_by
)
_BY_STATE: Mapping[tuple[str, Actor], tuple[Rule, ...]] = {
    (state.value, actor): tuple(rule for rule in TRANSITIONS if rule.source == state and actor in rule.actors)
    for state in Status
    for actor in Actor
}


def rules_from(status: str, actor: Actor) -> tuple[Rule, ...]:
    """The rules that ``actor`` can follow from ``status``, whatever the guards say."""
    return _BY_STATE[status, actor]


def allowed_transitions(status: str, actor: Actor, flags: Iterable[Flag] = ()) -> frozenset[Status]:
    """Where an order in ``status`` with ``flags`` may be moved by ``actor``."""
    up = frozenset(flags)
    return frozenset(rule.target for rule in _BY_STATE[status, actor] if not rule.stopped_by & up)


def is_allowed(source: str, target: str) -> bool:
    return (source, target) in PAIRS
