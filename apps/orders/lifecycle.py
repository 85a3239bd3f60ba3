"""The states of an order, its payment legs and its lines, and who may move them. Pure: no ORM, no clock.

The header is commercial (what buyer and house owe each other), lines are physical, legs are money. Guards of the header
read lines and legs; lines and legs never write the header. ``TRANSITIONS`` drives buttons, API, documentation and the
trigger in the database, which allows exactly these pairs.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Status(TextChoices):
    """The order's header."""

    PLACED = "placed", pgettext_lazy("order", "Placed")
    EXPIRED = "expired", pgettext_lazy("order", "Expired")
    RESERVED = "reserved", pgettext_lazy("order", "Reserved")
    SIGNED = "signed", pgettext_lazy("order", "Signed")
    SCHEDULED = "scheduled", pgettext_lazy("order", "Scheduled at the maker")
    VIN_ASSIGNED = "vin_assigned", pgettext_lazy("order", "Built")
    MISMATCH = "mismatch", pgettext_lazy("order", "Not built as ordered")
    IN_TRANSIT = "in_transit", pgettext_lazy("order", "On the way")
    AT_STORE = "at_store", pgettext_lazy("order", "At the store")
    READY = "ready", pgettext_lazy("order", "Ready for hand-over")
    DELIVERED = "delivered", pgettext_lazy("order", "Delivered")
    COMPLETED = "completed", pgettext_lazy("order", "Completed")
    CANCELLING = "cancelling", pgettext_lazy("order", "Being cancelled")
    CANCELLED = "cancelled", pgettext_lazy("order", "Cancelled")


class LegStatus(TextChoices):
    """One payment: a deposit, a balance, or everything at once."""

    PLANNED = "planned", pgettext_lazy("payment", "Planned")
    REQUESTED = "requested", pgettext_lazy("payment", "Waiting for you")
    PROCESSING = "processing", pgettext_lazy("payment", "Being processed")
    CAPTURED = "captured", pgettext_lazy("payment", "Paid")
    PARTIALLY_REFUNDED = "partially_refunded", pgettext_lazy("payment", "Partly refunded")
    REFUNDED = "refunded", pgettext_lazy("payment", "Refunded")
    FAILED = "failed", pgettext_lazy("payment", "Failed")
    EXPIRED = "expired", pgettext_lazy("payment", "No longer due")
    SUSPECT = "suspect", pgettext_lazy("payment", "Being checked")


class LineStatus(TextChoices):
    """One line's fulfilment; which of them a line passes depends on its kind."""

    PENDING = "pending", pgettext_lazy("line", "Pending")
    ALLOCATED = "allocated", pgettext_lazy("line", "Set aside for you")
    FITTED = "fitted", pgettext_lazy("line", "Fitted")
    PACKED = "packed", pgettext_lazy("line", "Packed")
    SHIPPED = "shipped", pgettext_lazy("line", "Shipped")
    RECEIVED = "received", pgettext_lazy("line", "Received")
    BOOKED = "booked", pgettext_lazy("line", "Installation booked")
    INSTALLED = "installed", pgettext_lazy("line", "Installed")
    ACTIVE = "active", pgettext_lazy("line", "Active")
    REFUNDED = "refunded", pgettext_lazy("line", "Refunded")


class Actor(StrEnum):
    """Who moves an order."""

    BUYER = "buyer"
    STAFF = "staff"
    SYSTEM = "system"


@dataclass(frozen=True, slots=True)
class Rule:
    """One way from a state to another, and who may take it."""

    source: Status
    target: Status
    actors: frozenset[Actor]


def _rule(source: Status, target: Status, *actors: Actor) -> Rule:
    return Rule(source, target, frozenset(actors))


_S, _A = Status, Actor
UNSIGNED = (_S.PLACED, _S.RESERVED)
IN_WORK = (_S.SIGNED, _S.SCHEDULED, _S.VIN_ASSIGNED, _S.MISMATCH, _S.IN_TRANSIT, _S.AT_STORE)
FINAL = frozenset({_S.COMPLETED, _S.CANCELLED})
# Nothing more will happen by itself; an expired order can still come back by a late payment.
QUIET = FINAL | {_S.EXPIRED}
TRANSITIONS: tuple[Rule, ...] = (
    _rule(_S.PLACED, _S.EXPIRED, _A.SYSTEM),
    _rule(_S.PLACED, _S.RESERVED, _A.SYSTEM),
    _rule(_S.PLACED, _S.CANCELLED, _A.BUYER, _A.STAFF),
    _rule(_S.EXPIRED, _S.RESERVED, _A.SYSTEM),
    _rule(_S.RESERVED, _S.CANCELLING, _A.BUYER, _A.STAFF, _A.SYSTEM),  # by itself when nobody signs for a month
    _rule(_S.RESERVED, _S.SIGNED, _A.BUYER),
    _rule(_S.RESERVED, _S.COMPLETED, _A.SYSTEM),  # nothing but goods: no car to sign for
    _rule(_S.SIGNED, _S.SCHEDULED, _A.SYSTEM),
    _rule(_S.SCHEDULED, _S.VIN_ASSIGNED, _A.SYSTEM),
    _rule(_S.SCHEDULED, _S.MISMATCH, _A.SYSTEM),
    _rule(_S.MISMATCH, _S.VIN_ASSIGNED, _A.BUYER, _A.STAFF),
    _rule(_S.VIN_ASSIGNED, _S.IN_TRANSIT, _A.SYSTEM),
    _rule(_S.IN_TRANSIT, _S.AT_STORE, _A.SYSTEM),
    _rule(_S.AT_STORE, _S.READY, _A.SYSTEM, _A.STAFF),
    _rule(_S.READY, _S.DELIVERED, _A.BUYER, _A.STAFF),
    _rule(_S.DELIVERED, _S.COMPLETED, _A.SYSTEM),
    *(_rule(state, _S.CANCELLING, _A.BUYER, _A.STAFF) for state in IN_WORK),
    _rule(_S.CANCELLING, _S.CANCELLED, _A.SYSTEM),
)
PAIRS: frozenset[tuple[str, str]] = frozenset((rule.source.value, rule.target.value) for rule in TRANSITIONS)
_TARGETS: Mapping[tuple[str, Actor], frozenset[Status]] = {
    (state.value, actor): frozenset(
        rule.target for rule in TRANSITIONS if rule.source == state and actor in rule.actors
    )
    for state in Status
    for actor in Actor
}

LEG_PAIRS: frozenset[tuple[str, str]] = frozenset(
    {
        ("planned", "requested"),
        ("planned", "expired"),
        ("requested", "processing"),
        ("requested", "captured"),
        ("requested", "failed"),
        ("requested", "expired"),
        ("requested", "suspect"),
        ("processing", "captured"),
        ("processing", "failed"),
        ("processing", "suspect"),
        ("failed", "requested"),
        ("failed", "captured"),
        ("failed", "processing"),
        ("failed", "expired"),
        ("failed", "suspect"),
        ("expired", "captured"),
        ("expired", "processing"),
        ("expired", "planned"),
        ("expired", "suspect"),
        ("captured", "partially_refunded"),
        ("captured", "refunded"),
        ("partially_refunded", "refunded"),
        ("suspect", "captured"),
        ("suspect", "refunded"),
    }
)
PAID = (LegStatus.CAPTURED, LegStatus.PARTIALLY_REFUNDED)
# From these a payment can be asked for.
PAYABLE = (LegStatus.PLANNED, LegStatus.REQUESTED, LegStatus.FAILED)


def allowed_transitions(status: str, actor: Actor) -> frozenset[Status]:
    """Where an order in ``status`` may be moved by ``actor``."""
    return _TARGETS[status, actor]


def is_allowed(source: str, target: str) -> bool:
    return (source, target) in PAIRS


# The order in which a car order's steps are shown: what is behind, where it stands, what is still to come.
MAIN_LINE = (
    _S.PLACED,
    _S.RESERVED,
    _S.SIGNED,
    _S.SCHEDULED,
    _S.VIN_ASSIGNED,
    _S.IN_TRANSIT,
    _S.AT_STORE,
    _S.READY,
    _S.DELIVERED,
    _S.COMPLETED,
)
WHAT_IT_MEANS: Mapping[str, object] = {
    _S.PLACED: _("We hold everything for you for 15 minutes, until the payment arrives."),
    _S.EXPIRED: _("The payment did not arrive in time, and what we held is free again."),
    _S.RESERVED: _("Your place is safe. You may cancel free of charge until you sign."),
    _S.SIGNED: _("The contract is made, and the maker has your order."),
    _S.SCHEDULED: _("Your car has its place on the line."),
    _S.VIN_ASSIGNED: _("Your car is built and checked against your order."),
    _S.MISMATCH: _("The car does not match your order. We will call you; you decide what happens."),
    _S.IN_TRANSIT: _("The carrier is bringing your car to the store."),
    _S.AT_STORE: _("Your car is at the store, where it is prepared and fitted."),
    _S.READY: _("Your car is ready. Come and see it, then accept it."),
    _S.DELIVERED: _("The car is yours. Drive well."),
    _S.COMPLETED: _("Everything of this order is done."),
    _S.CANCELLING: _("We are undoing the order and sending your money back."),
    _S.CANCELLED: _("The order is cancelled and settled."),
}
