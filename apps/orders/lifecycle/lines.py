"""Who moves a line that people work on: installations and what is made to order. One row a rule. Pure.

The pairs of ``legs.LINE_PAIRS`` say which state may follow which; this table says by whom and by what service. It drives the
services, the buttons of buyer and store, the API's ``actions`` and the tests.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from apps.orders.lifecycle.states import Actor, Family, LineStatus, Status

_F, _L, _A = Family, LineStatus, Actor
_BUYER, _STAFF, _BOTH = frozenset({_A.BUYER}), frozenset({_A.STAFF}), frozenset({_A.BUYER, _A.STAFF})


@dataclass(frozen=True, slots=True)
class LineRule:
    """One way of a line; ``act`` is its name in buttons and the API, and the service's in ``services.visits``."""

    act: str
    family: Family
    sources: tuple[LineStatus, ...]
    target: LineStatus
    actors: frozenset[Actor]
    guard: str


def _rule(
    act: str,
    family: Family,
    sources: LineStatus | tuple[LineStatus, ...],
    target: LineStatus,
    actors: frozenset[Actor],
    guard: str,
) -> LineRule:
    return LineRule(act, family, sources if isinstance(sources, tuple) else (sources,), target, actors, guard)


LINE_RULES: tuple[LineRule, ...] = (
    _rule("plan_survey", _F.INSTALL, _L.ALLOCATED, _L.ALLOCATED, _STAFF, "the car, or the parcel, is handed over"),
    _rule("survey", _F.INSTALL, _L.ALLOCATED, _L.SURVEYED, _STAFF, "somebody was there and says what was found"),
    _rule("quote", _F.INSTALL, _L.SURVEYED, _L.QUOTED, _STAFF, "more is needed than what is included"),
    _rule("accept_quote", _F.INSTALL, _L.QUOTED, _L.ACCEPTED, _BUYER, "what it costs more is paid to the store on the day"),
    _rule("decline_quote", _F.INSTALL, _L.QUOTED, _L.REFUNDED, _BUYER, "the line's price goes back"),
    _rule("book", _F.INSTALL, (_L.SURVEYED, _L.ACCEPTED), _L.BOOKED, _STAFF, "a day is agreed with the buyer"),
    _rule("rebook", _F.INSTALL, _L.BOOKED, _L.BOOKED, _STAFF, "another day is agreed with the buyer"),
    _rule("resurvey", _F.INSTALL, (_L.QUOTED, _L.BOOKED), _L.SURVEYED, _STAFF, "the place is not as it was surveyed"),
    _rule("install", _F.INSTALL, _L.BOOKED, _L.INSTALLED, _STAFF, "the charger hangs and works"),
    _rule("accept_installation", _F.INSTALL, _L.INSTALLED, _L.ACCEPTED_BY_BUYER, _BOTH, "the buyer has seen it; on paper by staff"),
    _rule("complain", _F.INSTALL, _L.INSTALLED, _L.INSTALLED, _BUYER, "the buyer says what is not well"),
    _rule("infeasible", _F.INSTALL, (_L.ALLOCATED, _L.SURVEYED, _L.QUOTED, _L.BOOKED), _L.INFEASIBLE, _STAFF,
          "the wiring does not allow it; the line's price goes back by itself"),
    _rule("send_proof", _F.MADE_TO_ORDER, (_L.PENDING, _L.ALLOCATED), _L.PROOF, _STAFF, "the first payment came"),
    _rule("approve_proof", _F.MADE_TO_ORDER, _L.PROOF, _L.APPROVED, _BUYER, "the buyer has seen it"),
    _rule("change_proof", _F.MADE_TO_ORDER, _L.PROOF, _L.PENDING, _BUYER, "the buyer says what is to be changed"),
    _rule("make", _F.MADE_TO_ORDER, (_L.APPROVED, _L.LOST), _L.MAKING, _STAFF, "from here on there is no free return"),
    _rule("ship_made", _F.MADE_TO_ORDER, _L.MAKING, _L.SHIPPED, _STAFF, "it has left"),
    _rule("lose", _F.MADE_TO_ORDER, _L.SHIPPED, _L.LOST, _STAFF, "it was lost on the way, and is made again"),
    _rule("receive_made", _F.MADE_TO_ORDER, _L.SHIPPED, _L.RECEIVED, _BOTH, "it has arrived"),
    _rule("withdraw", _F.MADE_TO_ORDER, (_L.PENDING, _L.ALLOCATED, _L.PROOF, _L.APPROVED), _L.REFUNDED, _BUYER,
          "it is not being made yet; the line's price goes back"),
)  # fmt: skip
# In which states of the order its lines are worked on: an installation needs what is installed, a proof only the payment.
_AFTER = frozenset({Status.DELIVERED, Status.COMPLETED})
_PAID = frozenset(Status) - {
    Status.PLACED, Status.EXPIRED, Status.CANCELLING, Status.CANCELLED, Status.RETURNING, Status.RETURNED,
}  # fmt: skip
_ORDER_IN: Mapping[str, frozenset[Status]] = {_F.INSTALL: _AFTER, _F.MADE_TO_ORDER: _PAID}
# While a car is on its way an order's price is changed by changing the order.
_GIVES_MONEY_BACK = frozenset({"withdraw"})


def line_rules(family: str, status: str, order_status: str, actor: Actor) -> list[LineRule]:
    """What somebody can do with a line now."""
    rules = [one for one in LINE_RULES if one.family == family and status in one.sources and actor in one.actors]
    return [one for one in rules if order_status in (_AFTER if one.act in _GIVES_MONEY_BACK else _ORDER_IN[one.family])]
