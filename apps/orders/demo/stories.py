"""What became of each past order: which states it passed, and when. Pure.

Orders are told backwards from the present, so that whatever the last state waits for is still to come: an order that is
being built was signed less than eleven days ago, a car on the way left less than four days ago.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from apps.orders.lifecycle import Status

_S = Status
# The first orders show every state; what comes after them is history, as in any shop.
RECENT = (
    _S.IN_TRANSIT,
    _S.COMPLETED,
    _S.READY,
    _S.CANCELLED,
    _S.RESERVED,
    _S.SCHEDULED,
    _S.PLACED,
    _S.SIGNED,
    _S.VIN_ASSIGNED,
    _S.MISMATCH,
    _S.AT_STORE,
    _S.DELIVERED,
    _S.COMPLETED,
    _S.EXPIRED,
    _S.CANCELLING,
    _S.COMPLETED,
    _S.SCHEDULED,
    _S.CANCELLED,
    _S.DELIVERED,
    _S.COMPLETED,
)
HISTORY = (*(_S.COMPLETED,) * 8, _S.CANCELLED, _S.EXPIRED)
RECENT_ORDERS = 200
GOODS_ONLY, PARKED = 12, 16
_BUILT = (_S.PLACED, _S.RESERVED, _S.SIGNED, _S.SCHEDULED, _S.VIN_ASSIGNED)
_WAYS = {
    _S.PLACED: (_S.PLACED,),
    _S.EXPIRED: (_S.PLACED, _S.EXPIRED),
    _S.RESERVED: _BUILT[:2],
    _S.SIGNED: _BUILT[:3],
    _S.SCHEDULED: _BUILT[:4],
    _S.VIN_ASSIGNED: _BUILT,
    _S.MISMATCH: (*_BUILT[:4], _S.MISMATCH),
    _S.IN_TRANSIT: (*_BUILT, _S.IN_TRANSIT),
    _S.AT_STORE: (*_BUILT, _S.IN_TRANSIT, _S.AT_STORE),
    _S.READY: (*_BUILT, _S.IN_TRANSIT, _S.AT_STORE, _S.READY),
    _S.DELIVERED: (*_BUILT, _S.IN_TRANSIT, _S.AT_STORE, _S.READY, _S.DELIVERED),
    _S.COMPLETED: (*_BUILT, _S.IN_TRANSIT, _S.AT_STORE, _S.READY, _S.DELIVERED, _S.COMPLETED),
    _S.CANCELLING: (_S.PLACED, _S.RESERVED, _S.CANCELLING),
}
_UNDONE = (
    (_S.PLACED, _S.CANCELLED),
    (_S.PLACED, _S.RESERVED, _S.CANCELLING, _S.CANCELLED),
    (_S.PLACED, _S.RESERVED, _S.SIGNED, _S.SCHEDULED, _S.CANCELLING, _S.CANCELLED),
)
# Hours from the state before to this one; the least is what the makers, the carriers and the law need.
_GAP = {
    _S.EXPIRED: (0.25, 0.26),
    _S.RESERVED: (0.03, 0.2),
    _S.SIGNED: (5, 60),
    _S.SCHEDULED: (24, 25),
    _S.VIN_ASSIGNED: (240, 241),
    _S.MISMATCH: (240, 241),
    _S.IN_TRANSIT: (1, 8),
    _S.AT_STORE: (96, 97),
    _S.READY: (24, 70),
    _S.DELIVERED: (20, 150),
    _S.COMPLETED: (168, 168.1),
    _S.CANCELLING: (2, 30),
    _S.CANCELLED: (0.1, 2),
}
# Hours from the last state to the present.
_SINCE = {
    _S.PLACED: (0.03, 0.1),
    _S.EXPIRED: (5, 2_000),
    _S.RESERVED: (5, 60),
    _S.SIGNED: (3, 20),
    _S.SCHEDULED: (24, 200),
    _S.VIN_ASSIGNED: (0.5, 1.5),
    _S.MISMATCH: (2, 20),
    _S.IN_TRANSIT: (6, 80),
    _S.AT_STORE: (3, 20),
    _S.READY: (2, 20),
    _S.DELIVERED: (10, 150),
    _S.COMPLETED: (24, 7_000),
    _S.CANCELLING: (0.5, 0.9),
    _S.CANCELLED: (24, 2_000),
}
_GOODS_HOURS = 72


@dataclass(frozen=True, slots=True)
class Story:
    """One past order. ``way`` are its states with their times, the first is when it was placed."""

    index: int
    way: tuple[tuple[Status, datetime], ...]
    has_car: bool
    parked: bool

    @property
    def status(self) -> Status:
        return self.way[-1][0]

    @property
    def recent(self) -> bool:
        """Among the few that show every state, with parts from the shelf."""
        return self.index < RECENT_ORDERS

    def at(self, status: Status) -> datetime | None:
        """When it came into a state, or None when it never did."""
        return next((moment for one, moment in self.way if one == status), None)


def tell(index: int, now: datetime, random: Random) -> Story:
    """The story of one order, always the same for the same index and generator."""
    place = index % len(RECENT)
    last = RECENT[place] if index < RECENT_ORDERS else HISTORY[index % len(HISTORY)]
    goods = index < RECENT_ORDERS and place == GOODS_ONLY
    moment = now - timedelta(hours=random.uniform(*_SINCE[last]))
    told: list[tuple[Status, datetime]] = []
    states = _states(index, last, goods=goods)
    for state, gap in zip(reversed(states), _gaps(states, random, goods=goods), strict=True):
        told.append((state, moment))
        moment -= gap
    return Story(index, tuple(reversed(told)), not goods, index < RECENT_ORDERS and place == PARKED)


def _states(index: int, last: Status, *, goods: bool) -> tuple[Status, ...]:
    if goods:
        return (_S.PLACED, _S.RESERVED, _S.COMPLETED)
    return _UNDONE[(index // 3) % len(_UNDONE)] if last == _S.CANCELLED else _WAYS[last]


def _gaps(states: tuple[Status, ...], random: Random, *, goods: bool) -> list[timedelta]:
    """How long before each state the one before it was, from the last state on."""
    hours = (
        _GOODS_HOURS if goods and state == _S.COMPLETED else random.uniform(*_GAP.get(state, (0, 0)))
        for state in reversed(states)
    )
    return [timedelta(hours=one) for one in hours]
