"""The states of a payment leg and of the lines, which may follow which. Pure."""

from collections.abc import Mapping
from itertools import pairwise

from apps.orders.lifecycle.states import Family, LegStatus, LineStatus

LEG_PAIRS: frozenset[tuple[str, str]] = frozenset(
    {
        ("planned", "requested"),
        ("planned", "expired"),
        ("requested", "processing"),
        ("requested", "authorised"),
        ("requested", "captured"),
        ("requested", "failed"),
        ("requested", "expired"),
        ("requested", "suspect"),
        ("processing", "authorised"),
        ("processing", "captured"),
        ("processing", "failed"),
        ("processing", "suspect"),
        ("authorised", "captured"),
        ("authorised", "failed"),
        ("authorised", "expired"),
        ("authorised", "suspect"),
        ("failed", "requested"),
        ("failed", "captured"),
        ("failed", "processing"),
        ("failed", "authorised"),
        ("failed", "expired"),
        ("failed", "suspect"),
        ("expired", "captured"),
        ("expired", "processing"),
        ("expired", "authorised"),
        ("expired", "planned"),
        ("expired", "suspect"),
        ("captured", "partially_refunded"),
        ("captured", "refunded"),
        ("captured", "disputed"),
        ("partially_refunded", "refunded"),
        ("partially_refunded", "disputed"),
        # Won, the money is ours again; lost, the bank has taken it back.
        ("disputed", "captured"),
        ("disputed", "partially_refunded"),
        ("disputed", "refunded"),
        ("suspect", "captured"),
        ("suspect", "refunded"),
        ("suspect", "disputed"),
        ("disputed", "suspect"),
    }
)
PAID = (LegStatus.CAPTURED, LegStatus.PARTIALLY_REFUNDED)
# From these a payment can be asked for.
PAYABLE = (LegStatus.PLANNED, LegStatus.REQUESTED, LegStatus.FAILED)


def _way(text: str) -> frozenset[tuple[str, str]]:
    """Pairs out of words: ``a b c`` is a → b → c; ``a|b c`` is both a → c and b → c. One way a line."""
    pairs: set[tuple[str, str]] = set()
    for row in text.strip().splitlines():
        stops = [stop.split("|") for stop in row.split()]
        for sources, targets in pairwise(stops):
            pairs |= {(source, target) for source in sources for target in targets}
    return frozenset(pairs)


# Each family's way; ``refunded`` ends a line that is not delivered, ``returned`` one that was.
LINE_PAIRS: Mapping[Family, frozenset[tuple[str, str]]] = {
    # Follows the header: set aside on paying, received on accepting.
    Family.VEHICLE: _way("""
        pending allocated received returned
        pending|allocated refunded
    """),
    Family.GOODS: _way("""
        pending allocated packed shipped received returned
        allocated shipped lost shipped
        allocated fitted returned
        allocated|packed received
        pending|allocated|packed|lost|fitted refunded
    """),
    # No free return once it is being made: only a car that is not as ordered takes it back with it.
    Family.MADE_TO_ORDER: _way("""
        pending allocated proof approved making shipped received returned
        pending proof pending
        shipped lost making
        pending|allocated|proof|approved|making|lost refunded
    """),
    Family.INSTALL: _way("""
        pending allocated surveyed quoted accepted booked installed accepted_by_buyer
        pending surveyed infeasible
        allocated booked
        surveyed booked surveyed
        quoted surveyed
        pending|allocated|quoted|booked infeasible refunded
        pending|allocated|surveyed|quoted|accepted|booked refunded
        installed|accepted_by_buyer returned
    """),
    Family.ENTITLEMENT: _way("""
        pending allocated active exhausted
        pending active expired
        pending|allocated|active refunded
    """),
    Family.BATTERY_LEASE: _way("""
        pending allocated active suspended active bought_out
        pending active
        active|suspended ended
        pending|allocated refunded
    """),
    Family.WARRANTY: _way("""
        pending allocated active lapsed
        pending active ended
        pending|allocated refunded
    """),
    Family.TRADE_IN: _way("""
        offered firm applied inspected settled
        inspected short firm
        offered|firm lapsed offered
        offered|firm|applied|inspected|short refunded
    """),
}
# Nothing more happens to a line in these; a line that is a running right keeps no order open either.
LINE_ENDS: Mapping[Family, frozenset[LineStatus]] = {
    Family.VEHICLE: frozenset({LineStatus.RECEIVED}),
    Family.GOODS: frozenset({LineStatus.RECEIVED, LineStatus.FITTED}),
    Family.MADE_TO_ORDER: frozenset({LineStatus.RECEIVED}),
    Family.INSTALL: frozenset({LineStatus.ACCEPTED_BY_BUYER}),
    Family.ENTITLEMENT: frozenset({LineStatus.ACTIVE, LineStatus.EXHAUSTED, LineStatus.EXPIRED}),
    Family.BATTERY_LEASE: frozenset({LineStatus.ACTIVE, LineStatus.SUSPENDED, LineStatus.BOUGHT_OUT, LineStatus.ENDED}),
    Family.WARRANTY: frozenset({LineStatus.ACTIVE, LineStatus.LAPSED, LineStatus.ENDED}),
    Family.TRADE_IN: frozenset({LineStatus.SETTLED, LineStatus.LAPSED}),
}
GONE = frozenset({LineStatus.RETURNED, LineStatus.REFUNDED})


def line_may_become(family: str, source: str, target: str) -> bool:
    return (source, target) in LINE_PAIRS[Family(family)]


def line_is_at_rest(family: str, status: str) -> bool:
    """Whether a line keeps its order open no longer: it has ended, or runs on as a right of the buyer's."""
    return status in GONE or status in LINE_ENDS[Family(family)]
