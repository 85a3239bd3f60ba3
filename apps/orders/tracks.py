"""What else is in an order besides the car, each on its own way: wall box, film, plan, parts. Reading only."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from apps.orders.lifecycle import GONE, Family, LineStatus, Status, line_is_at_rest
from apps.orders.models import LineKind, Order, OrderLine
from apps.orders.nextsteps import Owner

_ICONS: Mapping[str, str] = {
    LineKind.COVER: "layers",
    LineKind.PLAN: "wrench",
    LineKind.ACCESSORY: "package",
    LineKind.CHARGER: "plug",
    "battery_lease": "battery-charging",
    "warranty": "shield-check",
    "trade_in": "hand-coins",
    "made_to_order": "palette",
}
_L, _O = LineStatus, Owner
# What comes next for a line in a state, by family: (what, who owes it).
_NEXT: Mapping[tuple[str, str], tuple[Promise, Owner]] = {
    (Family.INSTALL, _L.PENDING): (_("Begins when the car is yours"), _O.HOUSE),
    (Family.INSTALL, _L.ALLOCATED): (_("Begins when the car is yours"), _O.HOUSE),
    (Family.INSTALL, _L.SURVEYED): (_("You get an offer for your place"), _O.HOUSE),
    (Family.INSTALL, _L.QUOTED): (_("Accept the offer, or decline it and get the installation refunded"), _O.BUYER),
    (Family.INSTALL, _L.ACCEPTED): (_("Choose a day for the installation"), _O.BUYER),
    # Whoever arranges it calls the buyer; the line says so until a day is agreed.
    (Family.INSTALL, _L.BOOKED): (_("Somebody of ours calls you to agree on a day for the installation"), _O.HOUSE),
    (Family.INSTALL, _L.INSTALLED): (_("Look at it and accept it"), _O.BUYER),
    (Family.INSTALL, _L.INFEASIBLE): (_("What you paid for it goes back by itself"), _O.HOUSE),
    (Family.GOODS, _L.PACKED): (_("It leaves the warehouse"), _O.HOUSE),
    (Family.GOODS, _L.SHIPPED): (_("The parcel arrives"), _O.CARRIER),
    (Family.GOODS, _L.LOST): (_("We send it again"), _O.HOUSE),
    (Family.MADE_TO_ORDER, _L.PROOF): (_("Look at the proof and approve it"), _O.BUYER),
    (Family.TRADE_IN, _L.SHORT): (_("Look at the new offer for your old car"), _O.BUYER),
}
_BEFORE_PAYMENT = (Status.PLACED, Status.EXPIRED)


@dataclass(frozen=True, slots=True)
class Track:
    """One line's way. ``tone`` colours the state, whose words carry the meaning; ``url`` leads to what the buyer can do."""

    line: OrderLine
    icon: str
    state: str
    tone: str
    text: str
    owner: str
    yours: bool
    due: datetime | None
    overdue: bool
    url: str
    action: str


def tracks(order: Order, now: datetime) -> list[Track]:
    """Every line but the car, in the order's order. Reads only what is prefetched."""
    return [_track(order, line, now) for line in order.lines.all() if line.kind != LineKind.CAR]


def _track(order: Order, line: OrderLine, now: datetime) -> Track:
    text, owner = _words(order, line)
    yours = owner == Owner.BUYER
    due = _due(line)
    action, url = _action(order, line)
    return Track(
        line=line,
        icon=_ICONS.get(line.kind, "package"),
        state=str(line.get_status_display()),
        tone="w" if yours or line.status in (_L.INFEASIBLE, _L.LOST) else "a" if _is_done(line) else "",
        text=text,
        owner=str(owner.label) if owner and not line_is_at_rest(line.family, line.status) else "",
        yours=yours,
        due=due,
        overdue=due is not None and due < now and not line_is_at_rest(line.family, line.status),
        url=url,
        action=action,
    )


def _words(order: Order, line: OrderLine) -> tuple[str, Owner | None]:
    if line.status in GONE or order.status in (Status.CANCELLED, Status.CANCELLING, *_BEFORE_PAYMENT):
        return "", None
    if line.visits_left is not None and line.active_until is not None:
        left = ngettext("%(count)s visit left", "%(count)s visits left", line.visits_left)
        return left % {"count": line.visits_left}, None
    known = _NEXT.get((line.family, line.status))
    if known is not None:
        return str(known[0]), known[1]
    return _by_kind(order, line)


def _by_kind(order: Order, line: OrderLine) -> tuple[str, Owner | None]:
    if line_is_at_rest(line.family, line.status):
        return "", None
    if line.facts.get("needs_fitting"):
        return str(_("Fitted at the store before the hand-over")), Owner.STORE
    if line.family == Family.ENTITLEMENT:
        return str(_("Begins on the day of the hand-over")), Owner.HOUSE
    if order.has_car:
        return str(_("Handed over with the car")), Owner.STORE
    return str(_("Packed and sent")), Owner.HOUSE


def _due(line: OrderLine) -> datetime | None:
    booked = getattr(line, "visit", None)
    return booked.starts_at if booked is not None else None


def _is_done(line: OrderLine) -> bool:
    return line_is_at_rest(line.family, line.status) and line.status not in GONE


def _action(order: Order, line: OrderLine) -> tuple[str, str]:
    """What the buyer can do about the line: the words and where."""
    return "", ""
