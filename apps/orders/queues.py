"""Who must act next: each kind of work item belongs to a role, and is due so long after it was raised."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Case, DateTimeField, ExpressionWrapper, F, Q, QuerySet, TextChoices, Value, When
from django.db.models.functions import Now
from django.utils.translation import pgettext_lazy

from apps.orders.models import WorkItem


class Role(TextChoices):
    FINANCE = "finance", pgettext_lazy("role", "Finance")
    STORE = "store", pgettext_lazy("role", "Store")
    CASE = "case", pgettext_lazy("role", "Case owners")
    ALLOCATION = "allocation", pgettext_lazy("role", "Allocation")
    OPERATIONS = "operations", pgettext_lazy("role", "Operations")


@dataclass(frozen=True, slots=True)
class Queue:
    role: Role
    hours: int


_R = Role
QUEUES: Mapping[str, Queue] = {
    "payment": Queue(_R.FINANCE, 4),
    "refund": Queue(_R.FINANCE, 24),
    "unasked_refund": Queue(_R.FINANCE, 24),
    "credit": Queue(_R.FINANCE, 24),
    "payout": Queue(_R.FINANCE, 24),
    "dispute": Queue(_R.FINANCE, 24),
    "waiver": Queue(_R.FINANCE, 24),
    "refund_by_hand": Queue(_R.FINANCE, 24),
    "settlement": Queue(_R.FINANCE, 24),
    "ledgers": Queue(_R.FINANCE, 8),
    "loan": Queue(_R.FINANCE, 24),
    "trade_in": Queue(_R.STORE, 8),
    "pdi": Queue(_R.STORE, 8),
    "repair": Queue(_R.STORE, 72),
    "damage": Queue(_R.STORE, 8),
    "insurance": Queue(_R.STORE, 24),
    "handover": Queue(_R.STORE, 24),
    "rejected": Queue(_R.STORE, 24),
    "return": Queue(_R.STORE, 48),
    "charger": Queue(_R.STORE, 72),
    "proof": Queue(_R.STORE, 72),
    "complaint": Queue(_R.STORE, 24),
    "open_line": Queue(_R.STORE, 72),
    "mismatch": Queue(_R.CASE, 168),
    "call": Queue(_R.CASE, 24),
    "return_refused": Queue(_R.CASE, 24),
    "allocation": Queue(_R.ALLOCATION, 24),
}
# Whatever no role is named for: a step that failed, a mail that did not leave.
OTHERS = Queue(Role.OPERATIONS, 8)


def queue_of(kind: str) -> Queue:
    return QUEUES.get(kind, OTHERS)


def due_at(item: WorkItem) -> datetime:
    return item.created_at + timedelta(hours=queue_of(item.kind).hours)


def with_due(items: "QuerySet[WorkItem]") -> "QuerySet[WorkItem]":
    """With ``due`` on each row, worked out in the database."""
    whens = [When(kind=kind, then=Value(timedelta(hours=queue.hours))) for kind, queue in QUEUES.items()]
    allowed = Case(*whens, default=Value(timedelta(hours=OTHERS.hours)))
    return items.annotate(due=ExpressionWrapper(F("created_at") + allowed, output_field=DateTimeField()))


def of_role(items: "QuerySet[WorkItem]", role: str) -> "QuerySet[WorkItem]":
    """The items of one role."""
    mine = [kind for kind, queue in QUEUES.items() if queue.role == role]
    condition = Q(kind__in=mine)
    return items.filter(condition | ~Q(kind__in=list(QUEUES)) if role == Role.OPERATIONS else condition)


@dataclass(frozen=True, slots=True)
class Count:
    """How much waits for a role, and how much of it too long."""

    role: Role
    waiting: int
    overdue: int


def counts() -> list[Count]:
    """All roles in one query."""
    rows = with_due(WorkItem.objects.filter(closed_at=None)).values_list("kind", "due", Now())
    waiting = dict.fromkeys(Role, 0)
    overdue = dict.fromkeys(Role, 0)
    for kind, due, now in rows:
        role = queue_of(kind).role
        waiting[role] += 1
        overdue[role] += due < now
    return [Count(role, waiting[role], overdue[role]) for role in Role]
