"""Who must act next: each kind of work item belongs to a role, and is due so long after it was raised."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.db.models import Case, DateTimeField, ExpressionWrapper, F, Q, QuerySet, TextChoices, Value, When
from django.db.models.functions import Now
from django.utils.translation import pgettext_lazy

from apps.orders.models import WorkItem
from apps.orders.services.permissions import CANCEL, INSPECT, REFUND
from apps.stores.models import StoreStaff

if TYPE_CHECKING:
    from apps.accounts.models import User


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
    return items.filter(_kinds_of(role))


def _kinds_of(role: str) -> Q:
    mine = [kind for kind, queue in QUEUES.items() if queue.role == role]
    condition = Q(kind__in=mine)
    return condition | ~Q(kind__in=list(QUEUES)) if role == Role.OPERATIONS else condition


# Whose work it is follows from what somebody may do.
NEEDED: Mapping[Role, str] = {
    _R.FINANCE: REFUND,
    _R.STORE: INSPECT,
    _R.CASE: CANCEL,
    _R.ALLOCATION: CANCEL,
    _R.OPERATIONS: CANCEL,
}


def roles_of(user: "User") -> list[Role]:
    """The roles in which somebody acts; who may look on alone sees every one."""
    return [role for role in Role if user.has_perm(NEEDED[role])] or list(Role)


def open_for(user: "User") -> "QuerySet[WorkItem]":
    """What waits for somebody: of their roles, and for who works at stores alone, of their stores."""
    roles = roles_of(user)
    condition = Q()
    for role in roles:
        condition |= _kinds_of(role)
    items = WorkItem.objects.filter(condition, closed_at=None)
    posts = StoreStaff.objects.filter(user=user)
    if roles != [Role.STORE] or not posts.exists():
        return items
    return items.filter(order__delivery_store__in=posts.values("store"))


@dataclass(frozen=True, slots=True)
class Count:
    """How much waits for a role, and how much of it too long."""

    role: Role
    waiting: int
    overdue: int


def counts(items: "QuerySet[WorkItem]", roles: Sequence[Role]) -> list[Count]:
    """These roles in one query."""
    rows = with_due(items).values_list("kind", "due", Now())
    waiting = dict.fromkeys(roles, 0)
    overdue = dict.fromkeys(roles, 0)
    for kind, due, now in rows:
        role = queue_of(kind).role
        waiting[role] += 1
        overdue[role] += due < now
    return [Count(role, waiting[role], overdue[role]) for role in roles]
