"""What happens next with an order: what, who owes it, by when, and what if nothing happens. Reading only."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, tzinfo

from django.conf import settings
from django.db.models import TextChoices
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from apps.orders import terms
from apps.orders.lifecycle import Status
from apps.orders.models import Order
from apps.orders.services.payments import due_leg
from apps.orders.services.transitions import SIGN_WITHIN
from apps.orders.terms import pace

# So long a bank may take until a refund is seen, and a buyer until somebody calls.
REFUND_DAYS, ANSWER_DAYS = 3, 7
COLLECT_DAYS = 1


class Owner(TextChoices):
    """Who owes the next step."""

    BUYER = "buyer", pgettext_lazy("owner", "you")
    HOUSE = "house", pgettext_lazy("owner", "Kaiche")
    MAKER = "maker", pgettext_lazy("owner", "the maker")
    CARRIER = "carrier", pgettext_lazy("owner", "the carrier")
    STORE = "store", pgettext_lazy("owner", "the store")
    GATEWAY = "gateway", pgettext_lazy("owner", "the payment service")
    NOBODY = "nobody", pgettext_lazy("owner", "nobody")


@dataclass(frozen=True, slots=True)
class Next:
    """``due`` in UTC or None where nobody can say; ``otherwise`` is what happens if nothing does. ``zone`` is where it is to be
    read, ``city`` names that place where the reader's clock shows something else. ``place`` is where on the page it is done."""

    what: str
    owner: Owner
    due: datetime | None
    otherwise: str
    overdue: bool
    zone: tzinfo | None = None
    city: str = ""
    place: str = ""

    @property
    def yours(self) -> bool:
        return self.owner == Owner.BUYER


@dataclass(frozen=True, slots=True)
class _Row:
    what: Promise
    owner: Owner
    otherwise: Promise
    due: "Callable[[Order, datetime], datetime | None]"


def _never(_order: Order, _since: datetime) -> None:
    return None


def _days(days: float) -> Callable[[Order, datetime], datetime | None]:
    return lambda _order, since: since + pace(days, settings.FULFILMENT_SPEED)


def _timer(kind: str) -> Callable[[Order, datetime], datetime | None]:
    return lambda order, _since: next(
        (one.due_at for one in order.timers.all() if one.kind == kind and one.done_at is None), None
    )


def _first_reserved(order: Order, since: datetime) -> datetime:
    """Since when the order waits for a signature: changing it gives no new month."""
    rows = order.transitions.all()
    return max((row.at for row in rows if row.target == _S.RESERVED and row.source != _S.RESERVED), default=since)


_S, _O = Status, Owner
WITHOUT_YOU = _("Nothing is decided without you. Somebody of ours calls you.")
_ROWS: Mapping[str, _Row] = {
    _S.PLACED: _Row(_("Pay, so that everything stays yours"), _O.BUYER,
        _("Then the car and the parts go back on sale, and you owe nothing."), _timer("hold")),
    _S.RESERVED: _Row(_("Read the contract and sign it"), _O.BUYER,
        _("The maker does not begin. We remind you, then the order ends and everything you paid goes back."),
        lambda order, since: _first_reserved(order, since) + SIGN_WITHIN),
    _S.SIGNED: _Row(_("The maker gives your car its place on the line"), _O.MAKER,
        _("We ask again by ourselves; after a day somebody of ours calls the maker."), _days(terms.BUILD_ACCEPTED_DAYS)),
    _S.ALLOC_FAILED: _Row(_("Choose: another place, another build, or your money back"), _O.BUYER,
        WITHOUT_YOU, _days(ANSWER_DAYS)),
    _S.SCHEDULED: _Row(_("The maker builds your car and we check it against your order"), _O.MAKER,
        _("We ask the maker every day and tell you the new date."), _days(terms.BUILD_DAYS)),
    _S.VIN_ASSIGNED: _Row(_("The carrier collects your car"), _O.CARRIER,
        _("We send the order again, or another carrier."), _days(COLLECT_DAYS)),
    _S.MISMATCH: _Row(_("Choose: take the car with a credit, have it built again, or get everything back"), _O.BUYER,
        WITHOUT_YOU, _days(ANSWER_DAYS)),
    _S.IN_TRANSIT: _Row(_("The carrier brings your car to the store"), _O.CARRIER,
        _("We find out where it is and tell you the new date."), _days(terms.TRANSPORT_DAYS)),
    _S.AT_STORE: _Row(_("The store checks, prepares and fits your car"), _O.STORE,
        _("We call the store and tell you the new date."), _days(terms.PREPARATION_DAYS)),
    _S.READY: _Row(_("Come to the hand-over, look at your car and accept it"), _O.BUYER,
        _("The car stays safe at the store. Choose another time whenever you like."),
        lambda order, _since: order.appointment.starts_at if order.appointment else None),
    _S.REJECTED: _Row(_("The store puts right what you named and offers you a new time"), _O.STORE,
        _("You may cancel free of charge at any time."), _days(ANSWER_DAYS)),
    _S.DELIVERED: _Row(_("Nothing is left to do for the car. Until then you may give it back by the terms of the contract"), _O.NOBODY,
        _("The order is complete by itself."), _timer("return_window")),
    _S.RETURNING: _Row(_("Bring the car to the store, where it is looked at"), _O.BUYER,
        _("The car stays yours. Somebody of ours calls you."), _days(ANSWER_DAYS)),
    _S.CANCELLING: _Row(_("Your money goes back to where it came from"), _O.GATEWAY,
        _("We ask the payment service every hour; then somebody of ours calls it."), _days(REFUND_DAYS)),
}  # fmt: skip
_PARCEL = _Row(_("Your parcel is packed and sent"), _O.HOUSE,
    _("We find out where it is, or send it again."), _days(terms.GOODS_DAYS))  # fmt: skip
_BALANCE = _Row(_("Pay what is left, so that the car can be handed over"), _O.BUYER,
    _("The car waits for you at the store; nothing is lost."), _never)  # fmt: skip
_NEW_TIME = _Row(_("Choose a time for the hand-over"), _O.BUYER,
    _("The car stays safe at the store."), _never)  # fmt: skip
_FROZEN = _Row(_("Something may be damaged: the car is being looked at before anything else happens"), _O.HOUSE,
    _("You hear from us before the car goes on."), _never)  # fmt: skip
_DISPUTED = _Row(_("A payment is contested: your bank and we are clearing it up"), _O.HOUSE,
    _("Hand-over and refunds wait until then."), _never)  # fmt: skip


def next_step(order: Order, now: datetime | None = None) -> Next | None:
    """Of an order read with ``whole()``; None where nothing is to come."""
    row = _row_of(order)
    if row is None:
        return None
    since = max((step.at for step in order.transitions.all()), default=order.placed_at)
    due = row.due(order, since)
    return Next(
        what=str(row.what),
        owner=row.owner,
        due=due,
        otherwise=str(row.otherwise),
        overdue=due is not None and due < (now or timezone.now()),
        zone=_zone(order, row),
        city=_city(order, row, due),
    )


def hint(order: Order) -> tuple[str, bool]:
    """What comes next, as far as the order's own row tells, and whether the buyer owes it: for lists, which read no more."""
    at_rest = order.frozen or order.disputed
    row = _PARCEL if order.status == Status.RESERVED and not order.has_car else _ROWS.get(order.status)
    if row is None or at_rest:
        return "", False
    return str(row.what), row.owner == Owner.BUYER


def _zone(order: Order, row: _Row) -> tzinfo:
    """A hand-over is at the store's clock, everything else at the reader's."""
    at_store = row is _ROWS[_S.READY] and order.appointment is not None
    return order.appointment.store.zone if at_store and order.appointment else timezone.get_current_timezone()


def _city(order: Order, row: _Row, due: datetime | None) -> str:
    here, there = timezone.get_current_timezone(), _zone(order, row)
    if (
        due is None
        or order.appointment is None
        or due.astimezone(here).utcoffset() == due.astimezone(there).utcoffset()
    ):
        return ""
    return str(order.appointment.store.city.name)


def _row_of(order: Order) -> _Row | None:
    if order.frozen:
        return _FROZEN
    if order.disputed:
        return _DISPUTED
    if order.status == Status.RESERVED and not order.has_car:
        return _PARCEL
    if order.status == Status.AT_STORE and due_leg(order) is not None:
        return _BALANCE
    if order.status == Status.READY and not has_live_handover(order):
        return _NEW_TIME
    return _ROWS.get(order.status)


def has_live_handover(order: Order) -> bool:
    """Whether a hand-over is booked that still takes place."""
    from apps.stores.lifecycle import ACTIVE

    return order.appointment is not None and order.appointment.status in ACTIVE
