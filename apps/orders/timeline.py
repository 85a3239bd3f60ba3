"""What has happened to an order, where it stands, and what is still to come: for the page and the API alike."""

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from apps.orders import terms
from apps.orders.lifecycle import MAIN_LINE, PAID, QUIET, WHAT_IT_MEANS, LegStatus, LineStatus, Status
from apps.orders.models import LineKind, Order, Transition
from apps.orders.terms import pace

# How long each step takes, counted from the one before it.
_DAYS = {
    Status.SCHEDULED: terms.BUILD_ACCEPTED_DAYS,
    Status.VIN_ASSIGNED: terms.BUILD_DAYS,
    Status.IN_TRANSIT: 0,
    Status.AT_STORE: terms.TRANSPORT_DAYS,
    Status.READY: terms.PREPARATION_DAYS,
}
_BUYER_ACTS = {Status.RESERVED, Status.SIGNED, Status.DELIVERED}


@dataclass(frozen=True, slots=True)
class Entry:
    """One line. ``when`` is done, now or next; ``at`` when it happened, ``due`` when it is expected; ``owner`` who acts."""

    kind: str
    subject: str
    status: str
    when: str
    at: datetime | None
    due: datetime | None
    owner: str
    text: str


def of(order: Order) -> list[Entry]:
    """The whole timeline: the order's own steps, then payments, then lines. Reads only what is prefetched."""
    return [*_behind(order), *_ahead(order), *_payments(order), *_lines(order)]


def _behind(order: Order) -> list[Entry]:
    steps = sorted(order.transitions.all(), key=lambda one: one.seq)
    entries = []
    for step in steps:
        status = Status(step.target)
        last = step is steps[-1]
        when = "now" if last and status not in QUIET else "done"
        text = str(WHAT_IT_MEANS[status]) if last else ""
        if is_change(step):
            entries.append(
                Entry("order", pgettext("order", "Changed"), "changed", "done", step.at, None, step.actor, "")
            )
            if status == step.source and not last:
                continue
        entries.append(Entry("order", str(status.label), status.value, when, step.at, None, step.actor, text))
    return entries


def is_change(step: Transition) -> bool:
    """Whether the buyer changed the order in this step."""
    return (step.key or "").startswith("change:")


def _ahead(order: Order) -> list[Entry]:
    """What a car's order still has before it, with the expected times once the contract runs."""
    if order.status not in MAIN_LINE or not order.has_car:
        return []
    here = MAIN_LINE.index(Status(order.status))
    since = max((step.at for step in order.transitions.all()), default=order.placed_at)
    known, now = order.signed_at is not None, timezone.now()
    entries = []
    for status in MAIN_LINE[here + 1 :]:
        days = _DAYS.get(status)
        if status in _BUYER_ACTS or days is None:
            known = known and status not in _BUYER_ACTS
        elif known:
            since += pace(days, settings.FULFILMENT_SPEED)
        owner = "buyer" if status in _BUYER_ACTS else "system"
        # What is late is expected now: a day that is over promises nothing.
        due = max(since, now) if known and days is not None else None
        entries.append(Entry("order", str(status.label), status.value, "next", None, due, owner, ""))
    return entries


def _payments(order: Order) -> list[Entry]:
    entries = []
    for leg in sorted(order.legs.all(), key=lambda one: one.position):
        paid = leg.status in (*PAID, LegStatus.REFUNDED)
        due = order.placed_at + terms.HOLD if leg.position == 1 and not paid and order.status == Status.PLACED else None
        when = "done" if paid else "next"
        subject = str(leg.get_purpose_display())
        label = str(LegStatus(leg.status).label)
        entries.append(Entry("payment", subject, leg.status, when, leg.captured_at, due, "buyer", label))
    return entries


def _lines(order: Order) -> list[Entry]:
    done = {LineStatus.FITTED, LineStatus.RECEIVED, LineStatus.INSTALLED, LineStatus.ACTIVE, LineStatus.REFUNDED}
    entries = []
    for line in order.lines.all():
        if line.kind == LineKind.CAR:
            continue
        text = str(LineStatus(line.status).label)
        if line.visits_left is not None and line.active_until is not None:
            text = _("%(visits)s visits left until %(day)s") % {"visits": line.visits_left, "day": line.active_until}
        when = "done" if line.status in done else "next"
        entries.append(Entry("line", line.name, line.status, when, None, None, "system", text))
    return entries


def expected_ready(order: Order) -> datetime | None:
    """When the car should be ready, or None where nobody can say yet."""
    return next((entry.due for entry in _ahead(order) if entry.status == Status.READY), None)
