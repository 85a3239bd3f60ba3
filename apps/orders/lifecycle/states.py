"""The names of the states, of those who move them, and of the flags. Pure."""

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
    ALLOC_FAILED = "alloc_failed", pgettext_lazy("order", "Refused by the maker")
    SCHEDULED = "scheduled", pgettext_lazy("order", "Scheduled at the maker")
    VIN_ASSIGNED = "vin_assigned", pgettext_lazy("order", "Built")
    MISMATCH = "mismatch", pgettext_lazy("order", "Not built as ordered")
    IN_TRANSIT = "in_transit", pgettext_lazy("order", "On the way")
    AT_STORE = "at_store", pgettext_lazy("order", "At the store")
    READY = "ready", pgettext_lazy("order", "Ready for hand-over")
    REJECTED = "rejected", pgettext_lazy("order", "Refused at the hand-over")
    DELIVERED = "delivered", pgettext_lazy("order", "Delivered")
    RETURNING = "returning", pgettext_lazy("order", "Being returned")
    RETURNED = "returned", pgettext_lazy("order", "Returned")
    COMPLETED = "completed", pgettext_lazy("order", "Completed")
    CANCELLING = "cancelling", pgettext_lazy("order", "Being cancelled")
    CANCELLED = "cancelled", pgettext_lazy("order", "Cancelled")


class LegStatus(TextChoices):
    """One payment: a deposit, a balance, or everything at once."""

    PLANNED = "planned", pgettext_lazy("payment", "Planned")
    REQUESTED = "requested", pgettext_lazy("payment", "To be paid")
    PROCESSING = "processing", pgettext_lazy("payment", "Being processed")
    AUTHORISED = "authorised", pgettext_lazy("payment", "Authorised")
    CAPTURED = "captured", pgettext_lazy("payment", "Paid")
    PARTIALLY_REFUNDED = "partially_refunded", pgettext_lazy("payment", "Partly refunded")
    REFUNDED = "refunded", pgettext_lazy("payment", "Refunded")
    FAILED = "failed", pgettext_lazy("payment", "Failed")
    EXPIRED = "expired", pgettext_lazy("payment", "No longer due")
    SUSPECT = "suspect", pgettext_lazy("payment", "Being checked")
    DISPUTED = "disputed", pgettext_lazy("payment", "Disputed")


class LineStatus(TextChoices):
    """One line's fulfilment; which of them a line passes depends on its family."""

    PENDING = "pending", pgettext_lazy("line", "Pending")
    ALLOCATED = "allocated", pgettext_lazy("line", "Set aside")
    FITTED = "fitted", pgettext_lazy("line", "Fitted")
    PACKED = "packed", pgettext_lazy("line", "Packed")
    SHIPPED = "shipped", pgettext_lazy("line", "Shipped")
    LOST = "lost", pgettext_lazy("line", "Lost on the way")
    RECEIVED = "received", pgettext_lazy("line", "Received")
    PROOF = "proof", pgettext_lazy("line", "Proof sent to you")
    APPROVED = "approved", pgettext_lazy("line", "Proof approved")
    MAKING = "making", pgettext_lazy("line", "Being made")
    SURVEYED = "surveyed", pgettext_lazy("line", "Place surveyed")
    QUOTED = "quoted", pgettext_lazy("line", "Installation quoted")
    ACCEPTED = "accepted", pgettext_lazy("line", "Quote accepted")
    BOOKED = "booked", pgettext_lazy("line", "Installation booked")
    INSTALLED = "installed", pgettext_lazy("line", "Installed")
    ACCEPTED_BY_BUYER = "accepted_by_buyer", pgettext_lazy("line", "Installed and accepted")
    INFEASIBLE = "infeasible", pgettext_lazy("line", "Cannot be installed")
    ACTIVE = "active", pgettext_lazy("line", "Active")
    SUSPENDED = "suspended", pgettext_lazy("line", "Suspended")
    EXHAUSTED = "exhausted", pgettext_lazy("line", "Used up")
    EXPIRED = "expired", pgettext_lazy("line", "Expired")
    LAPSED = "lapsed", pgettext_lazy("line", "Lapsed")
    BOUGHT_OUT = "bought_out", pgettext_lazy("line", "Bought out")
    ENDED = "ended", pgettext_lazy("line", "Ended")
    OFFERED = "offered", pgettext_lazy("line", "Offered")
    FIRM = "firm", pgettext_lazy("line", "Firm for seven days")
    APPLIED = "applied", pgettext_lazy("line", "Counted towards the price")
    INSPECTED = "inspected", pgettext_lazy("line", "Inspected")
    SHORT = "short", pgettext_lazy("line", "Worth less than offered")
    SETTLED = "settled", pgettext_lazy("line", "Settled")
    RETURNED = "returned", pgettext_lazy("line", "Returned")
    REFUNDED = "refunded", pgettext_lazy("line", "Refunded")


class Family(TextChoices):
    """What a line is by nature: each family has a table of its own."""

    VEHICLE = "vehicle", _("Vehicle")
    GOODS = "goods", _("Goods")
    MADE_TO_ORDER = "made_to_order", _("Made to order")
    INSTALL = "install", _("Installation")
    ENTITLEMENT = "entitlement", _("Entitlement")
    BATTERY_LEASE = "battery_lease", _("Battery lease")
    WARRANTY = "warranty", _("Warranty")
    TRADE_IN = "trade_in", _("Trade-in credit")


class Actor(StrEnum):
    """Who moves an order."""

    BUYER = "buyer"
    STAFF = "staff"
    SYSTEM = "system"


class Trigger(StrEnum):
    """What sets a rule off: a person's click, or something that happens."""

    BUYER = "buyer"
    STAFF = "staff"
    GATEWAY = "gateway"
    TIMER = "timer"
    PARTNER = "partner"
    WORKER = "worker"


class Flag(StrEnum):
    """What stops an order wherever it stands: a contested payment, or damage that is being looked at."""

    DISPUTED = "disputed"
    FROZEN = "frozen"
