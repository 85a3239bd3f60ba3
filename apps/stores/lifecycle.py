"""The states of an appointment and the only ways between them. Pure; the database's trigger holds the same pairs."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Status(TextChoices):
    HELD = "held", _("held for you")
    REQUESTED = "requested", _("waiting for the store")
    CONFIRMED = "confirmed", _("confirmed")
    CHECKED_IN = "checked_in", _("arrived")
    IN_SERVICE = "in_service", _("in work")
    AWAITING_APPROVAL = "awaiting_approval", _("waiting for your approval")
    QUALITY_CHECK = "quality_check", _("being checked")
    READY = "ready", _("ready")
    CLOSED = "closed", pgettext_lazy("appointment", "done")
    EXPIRED = "expired", _("not confirmed in time")
    DECLINED = "declined", _("declined by the store")
    RESCHEDULED = "rescheduled", _("moved to another time")
    CANCELLED_CUSTOMER = "cancelled_customer", _("cancelled by you")
    CANCELLED_STORE = "cancelled_store", _("cancelled by the store")
    NO_SHOW = "no_show", _("nobody came")


class Party(TextChoices):
    """Who moves an appointment."""

    CUSTOMER = "customer", _("customer")
    STORE = "store", _("store")
    SYSTEM = "system", _("system")


S = Status
# A bay is taken while the appointment is in one of these.
ACTIVE: tuple[Status, ...] = (
    S.HELD,
    S.REQUESTED,
    S.CONFIRMED,
    S.CHECKED_IN,
    S.IN_SERVICE,
    S.AWAITING_APPROVAL,
    S.QUALITY_CHECK,
    S.READY,
)
# What the customer may still move or cancel.
CHANGEABLE: tuple[Status, ...] = (S.HELD, S.REQUESTED, S.CONFIRMED)
TRANSITIONS: dict[Status, tuple[Status, ...]] = {
    S.HELD: (S.REQUESTED, S.CONFIRMED, S.EXPIRED, S.RESCHEDULED, S.CANCELLED_CUSTOMER, S.CANCELLED_STORE),
    S.REQUESTED: (S.CONFIRMED, S.DECLINED, S.RESCHEDULED, S.CANCELLED_CUSTOMER, S.CANCELLED_STORE),
    S.CONFIRMED: (S.CHECKED_IN, S.NO_SHOW, S.RESCHEDULED, S.CANCELLED_CUSTOMER, S.CANCELLED_STORE),
    S.CHECKED_IN: (S.IN_SERVICE, S.CANCELLED_STORE),
    S.IN_SERVICE: (S.AWAITING_APPROVAL, S.QUALITY_CHECK),
    S.AWAITING_APPROVAL: (S.IN_SERVICE,),
    S.QUALITY_CHECK: (S.IN_SERVICE, S.READY),
    S.READY: (S.CLOSED,),
    # Somebody who came late: the store may undo it on the same day, if the bay is still free.
    S.NO_SHOW: (S.CHECKED_IN,),
}
# The way from each state to the end, when everything goes well.
FORWARD: tuple[Status, ...] = (S.CONFIRMED, S.CHECKED_IN, S.IN_SERVICE, S.QUALITY_CHECK, S.READY, S.CLOSED)
CANCELLED_BY = {
    Party.CUSTOMER: S.CANCELLED_CUSTOMER,
    Party.STORE: S.CANCELLED_STORE,
    Party.SYSTEM: S.CANCELLED_CUSTOMER,
}


def allowed(old: str, new: str) -> bool:
    return new in TRANSITIONS.get(Status(old), ())


def is_final(status: str) -> bool:
    """Nothing leads out of it."""
    return Status(status) not in TRANSITIONS


def path_to_end(status: str) -> tuple[Status, ...]:
    """The states still to pass until ``closed``; work that waits for an approval goes on without the extra."""
    current = Status(status)
    if current == S.AWAITING_APPROVAL:
        return FORWARD[FORWARD.index(S.IN_SERVICE) :]
    return FORWARD[FORWARD.index(current) + 1 :] if current in FORWARD else ()


def pairs() -> set[tuple[str, str]]:
    return {(old.value, new.value) for old, targets in TRANSITIONS.items() for new in targets}
