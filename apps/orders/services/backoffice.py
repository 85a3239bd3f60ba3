"""What clerks do. Each function checks the permission itself: a button that is hidden is not a refusal."""

from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.utils import timezone

from apps.orders.errors import (
    ClosesByItself,
    FormUsed,
    NotContestable,
    NothingDue,
    NothingToRefund,
    NotParked,
    ReasonNeeded,
)
from apps.orders.fulfilment.queue import wake
from apps.orders.gateways import sandbox_server
from apps.orders.lifecycle import Family, LineStatus, Status
from apps.orders.models import FulfilmentStep, Order, OrderLine, PaymentLeg, Refund, SandboxPayment, WorkItem
from apps.orders.services import once, payments, transitions
from apps.orders.services.permissions import ADVANCE, CLEAR, REFUND, require_permission

if TYPE_CHECKING:
    from apps.accounts.models import User

# How a line that people work on goes on.
NEXT_LINE_STATUS = {
    LineStatus.ALLOCATED: LineStatus.FITTED,
    LineStatus.SHIPPED: LineStatus.RECEIVED,
}


def _reason(text: str) -> str:
    if not text.strip():
        raise ReasonNeeded(field="reason")
    return text.strip()


@transaction.atomic
def advance(*, order: Order, user: "User", reason: str) -> Order:
    """Do the order's waiting step now instead of later: a partner called, a timer is not worth waiting for.

    Raises:
        NotAllowed, ReasonNeeded; NothingDue: no step is waiting.
    """
    require_permission(user, ADVANCE)
    why = _reason(reason)
    mine = transitions.lock(order)
    step = mine.steps.filter(status=FulfilmentStep.Status.READY).first()
    if step is None:
        raise NothingDue
    wake(mine, step.kind)
    FulfilmentStep.objects.filter(pk=step.pk).update(result={"advanced_by": user.pk, "reason": why[:200]})
    return mine


@transaction.atomic
def retry_step(*, step: FulfilmentStep, user: "User") -> FulfilmentStep:
    """Let a parked step try again from the beginning.

    Raises:
        NotAllowed; NotParked: it is not waiting for anybody.
    """
    require_permission(user, ADVANCE)
    order = transitions.lock(step.order)
    changed = FulfilmentStep.objects.filter(pk=step.pk, status=FulfilmentStep.Status.PARKED).update(
        status=FulfilmentStep.Status.READY, attempts=0, next_at=timezone.now(), error=""
    )
    if not changed:
        raise NotParked
    transitions.close_work_items(order, "step", owner=user)
    wake(order, step.kind)
    step.refresh_from_db()
    return step


def refund_key(order: Order, user: "User") -> str:
    """The key for a form that this person opens now: windows opened before one of them has refunded something share it."""
    return f"{order.number}:{Refund.objects.filter(leg__order=order, user=user).count()}"


@transaction.atomic
def refund(*, leg: PaymentLeg, amount: int, reason: str, user: "User", key: str | None = None) -> Refund:
    """Send some of a payment back. The same ``key`` of the same person gives the refund that it made before.

    Raises:
        NotAllowed, ReasonNeeded; NothingToRefund: more than what is left of it. FormUsed: the key was used for another refund.
    """
    require_permission(user, REFUND)
    why = _reason(reason)
    stored = once.stored_key(user.pk, key) if key else None
    transitions.lock(leg.order)
    before = Refund.objects.filter(key=stored).first() if stored else None
    if before is not None:
        return _same(before, leg, amount, why)
    fresh = PaymentLeg.objects.select_for_update().get(pk=leg.pk)
    if not 0 < amount <= payments.refundable(fresh):
        raise NothingToRefund(field="amount")
    try:
        with transaction.atomic():
            made = payments.owe_refund(fresh, amount, reason=why, user=user, key=stored)
    except IntegrityError as error:  # the same key for another order at the same moment
        if stored is None or not Refund.objects.filter(key=stored).exists():
            raise
        raise FormUsed from error
    assert made is not None  # it is more than nothing
    return made


def _same(before: Refund, leg: PaymentLeg, amount: int, reason: str) -> Refund:
    if (before.leg_id, before.amount, before.reason) != (leg.pk, amount, reason[:300]):
        raise FormUsed
    return before


def contest(*, payment: SandboxPayment, decision: str, user: "User") -> None:
    """Play the payer's bank at the test gateway: it contests a payment (``opened``), then decides (``won``, ``lost``).

    Raises:
        NotAllowed; NotContestable: there is nothing to contest or to decide.
    """
    require_permission(user, CLEAR)
    if not sandbox_server.contest(payment_id=payment.pk, decision=decision):
        raise NotContestable


@transaction.atomic
def advance_line(*, line: OrderLine, user: "User") -> OrderLine:
    """A part was fitted, or a parcel received. Installations and what is made to order: ``visits``.

    Raises:
        NotAllowed; NotInThisState: the line has nowhere to go by hand.
    """
    require_permission(user, ADVANCE)
    order = transitions.lock(line.order)
    fresh = OrderLine.objects.select_for_update().get(pk=line.pk)
    following = NEXT_LINE_STATUS.get(LineStatus(fresh.status))
    if fresh.family != Family.GOODS or following is None or order.status in (Status.CANCELLING, Status.CANCELLED):
        raise transitions.not_now(order)
    if following == LineStatus.FITTED and not fresh.facts.get("needs_fitting"):
        raise transitions.not_now(order)
    fresh.status = following
    fresh.save(update_fields=["status"])
    return fresh


@transaction.atomic
def take_work_item(*, item: WorkItem, user: "User") -> WorkItem:
    """One person sees to it: from now on the case has an owner.

    Raises:
        NotAllowed.
    """
    require_permission(user, ADVANCE)
    fresh = WorkItem.objects.select_for_update(of=("self",)).get(pk=item.pk)
    if fresh.closed_at is None:
        fresh.owner = user
        fresh.save(update_fields=["owner"])
    return fresh


@transaction.atomic
def close_work_item(*, item: WorkItem, user: "User") -> WorkItem:
    """Somebody has seen to it.

    Raises:
        NotAllowed; ClosesByItself: it is about a transfer.
    """
    require_permission(user, ADVANCE)
    fresh = WorkItem.objects.select_for_update().get(pk=item.pk)
    if fresh.payout_id is not None and fresh.closed_at is None:
        raise ClosesByItself
    if fresh.closed_at is None:
        fresh.closed_at, fresh.owner = timezone.now(), user
        fresh.save(update_fields=["closed_at", "owner"])
    return fresh
