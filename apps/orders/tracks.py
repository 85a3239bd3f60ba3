"""What else is in an order besides the car, each on its own way: wall box, film, plan, parts. Reading only."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from apps.orders.lifecycle import GONE, Actor, Family, LineStatus, Status, line_is_at_rest, line_rules
from apps.orders.models import LineKind, LineStep, LineVisit, Order, OrderLine
from apps.orders.nextsteps import WITHOUT_YOU, Next, Owner
from apps.orders.terms import pace

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
HANDED_OVER = (Status.DELIVERED, Status.COMPLETED)
# What comes next for a line in a state, by family: (what, who owes it).
_NEXT: Mapping[tuple[str, str], tuple[Promise, Owner]] = {
    (Family.INSTALL, _L.PENDING): (_("Begins when the car is yours"), _O.HOUSE),
    (Family.INSTALL, _L.ALLOCATED): (_("Begins when the car is yours"), _O.HOUSE),
    (Family.INSTALL, _L.SURVEYED): (_("You get an offer for your place, or a day if nothing more is needed"), _O.STORE),
    (Family.INSTALL, _L.QUOTED): (
        _("Accept the offer, or decline it and get charger and installation refunded"),
        _O.BUYER,
    ),
    (Family.INSTALL, _L.ACCEPTED): (_("The store calls you to agree on a day for the installation"), _O.STORE),
    (Family.INSTALL, _L.BOOKED): (_("Somebody comes and installs it"), _O.STORE),
    (Family.INSTALL, _L.INSTALLED): (_("Look at it and accept it"), _O.BUYER),
    (Family.INSTALL, _L.INFEASIBLE): (_("What you paid for it goes back by itself"), _O.HOUSE),
    (Family.GOODS, _L.PACKED): (_("It leaves the warehouse"), _O.HOUSE),
    (Family.GOODS, _L.SHIPPED): (_("The parcel arrives"), _O.CARRIER),
    (Family.GOODS, _L.LOST): (_("We send it again"), _O.HOUSE),
    (Family.MADE_TO_ORDER, _L.PENDING): (_("You get a proof of how it will look"), _O.STORE),
    (Family.MADE_TO_ORDER, _L.ALLOCATED): (_("You get a proof of how it will look"), _O.STORE),
    (Family.MADE_TO_ORDER, _L.PROOF): (_("Look at the proof and approve it, or say what is to be changed"), _O.BUYER),
    (Family.MADE_TO_ORDER, _L.APPROVED): (_("It is going to be made; until then you may still withdraw"), _O.STORE),
    (Family.MADE_TO_ORDER, _L.MAKING): (
        _("It is being made for you, and cannot be given back for nothing any more"),
        _O.MAKER,
    ),
    (Family.MADE_TO_ORDER, _L.SHIPPED): (_("The parcel arrives"), _O.CARRIER),
    (Family.MADE_TO_ORDER, _L.LOST): (_("It was lost on the way, and is made again"), _O.HOUSE),
    (Family.TRADE_IN, _L.SHORT): (_("Look at the new offer for your old car"), _O.BUYER),
}
_ARRANGE = (_("The store calls you to agree on a day on which somebody looks at the place"), _O.STORE)
_BEFORE_PAYMENT = (Status.PLACED, Status.EXPIRED)
# Days from the last step of a line until the next one is owed, where no visit is booked.
_DAYS: Mapping[tuple[str, str], int] = {
    (Family.INSTALL, _L.ALLOCATED): 3,
    (Family.INSTALL, _L.SURVEYED): 2,
    (Family.INSTALL, _L.QUOTED): 7,
    (Family.INSTALL, _L.ACCEPTED): 3,
    (Family.INSTALL, _L.INSTALLED): 7,
    (Family.MADE_TO_ORDER, _L.PENDING): 3,
    (Family.MADE_TO_ORDER, _L.ALLOCATED): 3,
    (Family.MADE_TO_ORDER, _L.PROOF): 7,
    (Family.MADE_TO_ORDER, _L.APPROVED): 3,
    (Family.MADE_TO_ORDER, _L.MAKING): 14,
    (Family.MADE_TO_ORDER, _L.SHIPPED): 5,
    (Family.MADE_TO_ORDER, _L.LOST): 3,
}


@dataclass(frozen=True, slots=True)
class LineAct:
    """What the buyer can do with a line; ``asks`` for a few words where it needs them."""

    act: str
    label: str
    asks: str = ""
    is_final: bool = False


_ACTS: Mapping[str, tuple[Promise, Promise | None]] = {
    "accept_quote": (_("Accept the offer"), None),
    "decline_quote": (_("Decline, and get it refunded"), None),
    "accept_installation": (_("It is well: accept it"), None),
    "complain": (_("Something is not well"), _("What is not well?")),
    "approve_proof": (_("Approve the proof"), None),
    "change_proof": (_("Have it changed"), _("What is to be changed?")),
    "receive_made": (_("It has arrived"), None),
    "withdraw": (_("Withdraw, and get it refunded"), None),
}
_LAST = frozenset({"decline_quote", "withdraw"})


@dataclass(frozen=True, slots=True)
class Track:
    """One line's way. ``tone`` colours the state, whose words carry the meaning; ``note`` is what was said last, ``extra`` fen of
    a quote, ``place`` where somebody comes to."""

    line: OrderLine
    icon: str
    state: str
    tone: str
    text: str
    owner: str
    yours: bool
    due: datetime | None
    overdue: bool
    note: str
    extra: int
    place: str
    acts: list[LineAct]


def tracks(order: Order, now: datetime) -> list[Track]:
    """Every line but the car, in the order's order. Reads only what is prefetched."""
    return [_track(order, line, now) for line in order.lines.all() if line.kind != LineKind.CAR]


def asked_of_buyer(shown: list[Track]) -> Next | None:
    """The first thing that waits for the buyer's answer among the lines: what is next once the car itself wants nothing."""
    waiting = [track for track in shown if track.yours and track.acts]
    if not waiting:
        return None
    first = min(waiting, key=lambda track: (track.due is None, track.due))
    return Next(
        what=f"{first.line.name}: {first.text}",
        owner=Owner.BUYER,
        due=first.due,
        otherwise=str(WITHOUT_YOU),
        overdue=first.overdue,
        zone=timezone.get_current_timezone(),
        place="tracks-title",
    )


def _track(order: Order, line: OrderLine, now: datetime) -> Track:
    text, owner = _words(order, line)
    yours = owner == Owner.BUYER
    due = _due(order, line)
    said = _said(line)
    return Track(
        line=line,
        icon=_ICONS.get(line.kind, "package"),
        state=_state(order, line),
        tone="w" if yours or line.status in (_L.INFEASIBLE, _L.LOST) else "a" if _is_done(line) else "",
        text=text,
        owner=str(owner.label) if owner and not line_is_at_rest(line.family, line.status) else "",
        yours=yours,
        due=due,
        overdue=due is not None and due < now and not line_is_at_rest(line.family, line.status),
        note=said.text if said else "",
        extra=said.amount if said and line.status in (_L.QUOTED, _L.ACCEPTED) else 0,
        place=_visit_place(line),
        acts=acts_of(order, line),
    )


def _state(order: Order, line: OrderLine) -> str:
    """What an order that came to nothing held back for no line is no longer waited for."""
    if order.status in (Status.CANCELLED, Status.EXPIRED) and line.status not in GONE:
        return str(Status(order.status).label)
    return str(line.get_status_display())


def _words(order: Order, line: OrderLine) -> tuple[str, Owner | None]:
    if line.status in GONE or order.status in (Status.CANCELLED, Status.CANCELLING, *_BEFORE_PAYMENT):
        return "", None
    if line.visits_left is not None and line.active_until is not None:
        left = ngettext("%(count)s visit left", "%(count)s visits left", line.visits_left)
        return left % {"count": line.visits_left}, None
    known = _NEXT.get((line.family, line.status))
    if (line.family, line.status) == (Family.INSTALL, _L.ALLOCATED) and order.status in HANDED_OVER:
        known = (_("Somebody looks at the place"), _O.STORE) if _visit(line) else _ARRANGE
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


def _due(order: Order, line: OrderLine) -> datetime | None:
    """When somebody comes, or by when the next step is owed."""
    booked = _visit(line)
    if booked is not None:
        return booked.starts_at
    days = _DAYS.get((line.family, line.status))
    if days is None or (line.family == Family.INSTALL and order.status not in HANDED_OVER):
        return None
    if order.status in _BEFORE_PAYMENT:
        return None
    moves = [step.at for step in line.history.all()] or [step.at for step in order.transitions.all()]
    return max(moves) + pace(days, settings.FULFILMENT_SPEED) if moves else None


def _visit(line: OrderLine) -> LineVisit | None:
    return next((one for one in line.visits.all() if one.is_to_come), None)


def _visit_place(line: OrderLine) -> str:
    booked = _visit(line)
    return booked.address if booked else ""


def _said(line: OrderLine) -> LineStep | None:
    """The last thing that was said of a line: what was found, what a quote is for, what the proof shows."""
    return next((step for step in reversed(line.history.all()) if step.text or step.amount), None)


def acts_of(order: Order, line: OrderLine) -> list[LineAct]:
    """What the buyer can do with a line now, from the table of its family."""
    rules = line_rules(line.family, line.status, order.status, Actor.BUYER)
    return [
        LineAct(rule.act, str(label), str(asks or ""), rule.act in _LAST)
        for rule in rules
        for label, asks in [_ACTS[rule.act]]
    ]


def _is_done(line: OrderLine) -> bool:
    return line_is_at_rest(line.family, line.status) and line.status not in GONE
