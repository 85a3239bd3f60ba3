"""Doing what is due: steps and refunds, one after the other, until nothing is left or the slice of time is over.

A step is claimed in two transactions. The first only raises ``attempts``: a step that kills its worker each time must not be
tried for ever, and is parked when it is claimed once too often. The second locks the order (passing over one that somebody else is working on), checks that the step is
still due, does its effect and writes what comes next. A worker that dies in between leaves nothing half done and no lease to
wait for: the row is free again as soon as its connection is gone.
"""

import time
from datetime import timedelta

import structlog
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from apps.orders.errors import Stopped
from apps.orders.fulfilment.queue import start_undoing
from apps.orders.fulfilment.steps import EFFECTS, Done, Outcome
from apps.orders.lifecycle import Status
from apps.orders.models import FulfilmentStep, Order
from apps.orders.services import transitions
from apps.orders.services.cancelling import settle
from apps.orders.services.payments import send_due_refund

log = structlog.get_logger(__name__)
Step = FulfilmentStep
SLICE_S = 2.0
MAX_ATTEMPTS = 8
STOPPED_FOR = timedelta(hours=1)


def drain(*, slice_s: float = SLICE_S) -> bool:
    """Do what is due for so long; returns whether there may be more."""
    until = time.monotonic() + slice_s
    busy: set[int] = set()
    while time.monotonic() < until:
        worked = run_step(busy)
        worked = send_due_refund() or worked
        if not worked:
            return False
    return True


def run_step(busy: set[int] | None = None) -> bool:
    """Do one due step, if there is one that is not in ``busy`` (orders that somebody else is working on)."""
    skipped = busy if busy is not None else set()
    claimed = _claim(skipped)
    if claimed is None:
        return False
    try:
        if claimed.status == Step.Status.READY and not _perform(claimed):
            skipped.add(claimed.order_id)
            _give_back(claimed)
    except Stopped:
        _put_off(claimed)
    except Exception as error:
        _note_failure(claimed, error)
    return True


def _claim(busy: set[int]) -> Step | None:
    """The next due step of an order that nobody is working on, its attempt counted."""
    with transaction.atomic():
        due = Step.objects.filter(status=Step.Status.READY, next_at__lte=timezone.now()).exclude(order_id__in=busy)
        free = due.select_related("order").select_for_update(skip_locked=True, of=("self", "order"))
        step = free.order_by("next_at", "pk").first()
        if step is None:
            return None
        if step.attempts >= MAX_ATTEMPTS:
            _park(step, step.order, "its worker was lost")
            step.save(update_fields=["status", "error"])
        else:
            step.attempts += 1
            step.save(update_fields=["attempts"])
        return step


def _park(step: Step, order: Order, why: str) -> None:
    """Too many times: wait for a person. The caller holds the order's lock and saves the step."""
    step.status = Step.Status.PARKED
    step.error = (step.error or why)[:300]
    transitions.raise_work_item(order, "step", f"{step.kind} failed {step.attempts} times: {step.error}")


def _give_back(claimed: Step) -> None:
    """Somebody else has the order: that was no attempt."""
    rows = Step.objects.filter(pk=claimed.pk, status=Step.Status.READY, attempts__gt=0)
    rows.update(attempts=F("attempts") - 1)


@transaction.atomic
def _perform(claimed: Step) -> bool:
    """The effect and what follows from it, or False when somebody else has the order."""
    order = Order.objects.select_for_update(skip_locked=True, of=("self",)).filter(pk=claimed.order_id).first()
    if order is None:
        return False
    now = timezone.now()
    step = Step.objects.select_for_update().filter(pk=claimed.pk, status=Step.Status.READY, next_at__lte=now).first()
    if step is None:
        return True
    _finish(order, step, EFFECTS[step.kind, step.direction](order, step, now))
    return True


def _finish(order: Order, step: Step, outcome: Outcome) -> None:
    step.error = ""
    if not isinstance(outcome, Done):
        step.next_at, step.attempts = outcome.until, 0
        step.save(update_fields=["next_at", "attempts", "error"])
        return
    step.status, step.result, step.done_at = Step.Status.DONE, step.result | outcome.result, timezone.now()
    step.save(update_fields=["status", "result", "done_at", "error"])
    if outcome.then is not None:
        Step.objects.create(order=order, kind=outcome.then, round=step.round, next_at=timezone.now())
    elif order.status == Status.CANCELLING:
        start_undoing(order)
        settle(order)


def _put_off(claimed: Step) -> None:
    """A flag stops the order: that is no failure. Whoever takes the flag down wakes the step."""
    with transaction.atomic():
        Order.objects.locked(claimed.order_id)
        rows = Step.objects.filter(pk=claimed.pk, status=Step.Status.READY)
        rows.update(attempts=0, next_at=timezone.now() + STOPPED_FOR)


def _note_failure(claimed: Step, error: Exception) -> None:
    """Try again later; after too many times wait for a person."""
    log.warning("step_failed", step=claimed.key, attempt=claimed.attempts, error=type(error).__name__)
    with transaction.atomic():
        order = Order.objects.locked(claimed.order_id)
        step = Step.objects.select_for_update().get(pk=claimed.pk)
        if step.status != Step.Status.READY:
            return
        step.error = f"{type(error).__name__}: {error}"[:300]
        step.next_at = timezone.now() + timedelta(seconds=2.0 ** min(step.attempts, 12))
        if step.attempts >= MAX_ATTEMPTS:
            _park(step, order, step.error)
        step.save(update_fields=["error", "next_at", "status"])
