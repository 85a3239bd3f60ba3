"""Doing what is due: steps and refunds, one after the other, until nothing is left or the slice of time is over.

A step is claimed in a transaction of its own, which only raises ``attempts`` (a step that kills its worker each time must not
be tried for ever: it is parked when it is claimed once too often) and, for one that needs a partner, notes what is asked.
The partner is called with nothing locked and no transaction open. A second transaction locks the order, checks that the step
is still due, does its effect and writes what comes next: a worker that dies at any point leaves nothing half done. A step of
our own is then free again at once, as the row's lock ends with its connection; one that asks a partner after ``LEASE``.
"""

import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from apps.orders.errors import Stopped
from apps.orders.fulfilment import statements
from apps.orders.fulfilment.asking import ASKS
from apps.orders.fulfilment.outcomes import Call, Done, Outcome, Park
from apps.orders.fulfilment.queue import start_undoing
from apps.orders.fulfilment.steps import EFFECTS
from apps.orders.lifecycle import Status
from apps.orders.models import FulfilmentStep, Order
from apps.orders.services import transitions
from apps.orders.services.cancelling import settle
from apps.orders.services.payments import send_due_refund
from apps.orders.wording import FAILED, WORKER_LOST

log = structlog.get_logger(__name__)
Step = FulfilmentStep
SLICE_S = 2.0
MAX_ATTEMPTS = 8
STOPPED_FOR = timedelta(hours=1)
# A call takes five seconds at most; one that was lost with its worker is made again after this.
LEASE = timedelta(seconds=10)


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


@dataclass(slots=True)
class Claimed:
    """A step that is ours to do, and what to ask first; ``error`` where not even that could be said."""

    step: Step
    call: Call | None = None
    error: Exception | None = None
    lease: datetime | None = None

    def ask(self) -> Any:
        """The partner's answer; None where there is nothing to ask."""
        if self.error is not None:
            raise self.error
        return self.call() if self.call else None


def run_step(busy: set[int] | None = None) -> bool:
    """Do one due step, if there is one that is not in ``busy`` (orders that somebody else is working on)."""
    skipped = busy if busy is not None else set()
    claimed = _claim(skipped)
    if claimed is None:
        return False
    try:
        answer = claimed.ask()
        if claimed.step.status == Step.Status.READY and not _perform(claimed, answer):
            skipped.add(claimed.step.order_id)
            _give_back(claimed)
    except Stopped:
        _put_off(claimed.step)
    except Exception as error:
        _note_failure(claimed.step, error)
    return True


def _claim(busy: set[int]) -> Claimed | None:
    """The next due step of an order that nobody is working on, its attempt counted."""
    with transaction.atomic():
        now = timezone.now()
        lease = now + LEASE
        found = statements.claim(busy=busy, now=now, lease=lease, most=MAX_ATTEMPTS, asking=ASKS)
        if found is None:
            return None
        claimed = Claimed(found.step)
        if found.spent:
            _park(found.step, found.step.order, found.step.error or WORKER_LOST)
            found.step.save(update_fields=["status", "error"])
        else:
            _prepare(claimed, lease)
        return claimed


def _prepare(claimed: Claimed, lease: datetime) -> None:
    """For a step that needs a partner: what to ask, and until when nobody else asks."""
    step = claimed.step
    ask = ASKS.get((step.kind, step.direction))
    if ask is None:
        return
    claimed.lease = lease
    try:
        with transaction.atomic():  # an attempt whose question fails counts, too
            claimed.call = ask.prepare(step.order, step)
    except Exception as error:
        claimed.error = error


def _park(step: Step, order: Order, error: str) -> None:
    """Too many times: wait for a person. The caller holds the order's lock and saves the step."""
    step.status, step.error = Step.Status.PARKED, error[:300]
    transitions.raise_work_item(order, "step", FAILED, step=step.kind, count=step.attempts, error=step.error)


def _give_back(claimed: Claimed) -> None:
    """Somebody else has the order: that was no attempt. What a partner has answered it will answer again."""
    rows = Step.objects.filter(pk=claimed.step.pk, status=Step.Status.READY)
    rows.filter(attempts__gt=0).update(attempts=F("attempts") - 1)
    if claimed.lease is not None and not rows.filter(calling_until=claimed.lease).update(
        calling_until=None, next_at=timezone.now()
    ):
        _hurry_undoing(claimed)


def _hurry_undoing(claimed: Claimed) -> None:
    """The step was stopped while we were asking. The partner has answered: what undoes it need not wait for the lease."""
    step = claimed.step
    undoing = Step.objects.filter(order=step.order_id, kind=step.kind, round=step.round, direction=-1)
    assert claimed.lease is not None
    undoing.filter(status=Step.Status.READY, next_at=claimed.lease).update(next_at=timezone.now())


@transaction.atomic
def _perform(claimed: Claimed, answer: Any) -> bool:
    """The effect and what follows from it, or False when somebody else has the order."""
    step = statements.lock_again(claimed.step.pk)
    if step is None:
        return False
    order, now = step.order, timezone.now()
    if step.status != Step.Status.READY and claimed.lease is not None:
        _hurry_undoing(claimed)
    if step.status != Step.Status.READY or (claimed.lease is None and step.next_at > now):
        return True  # cancelled, or done by somebody else meanwhile
    if claimed.lease is None:
        outcome = EFFECTS[step.kind, step.direction](order, step, now)
    else:
        outcome = ASKS[step.kind, step.direction].confirm(order, step, answer, now)
    _finish(order, step, outcome, claimed.lease)
    return True


def _finish(order: Order, step: Step, outcome: Outcome, lease: datetime | None) -> None:
    step.error, woken = "", lease is not None and step.next_at != lease
    step.calling_until = None
    if isinstance(outcome, Park):
        step.status = Step.Status.PARKED
        transitions.raise_work_item(order, "step", outcome.why, **outcome.values)
        step.error = (outcome.why % outcome.values)[:300]
        step.save(update_fields=["status", "error", "calling_until"])
        return
    step.result = step.result | outcome.result
    if not isinstance(outcome, Done):
        # Whoever rang while we were asking has news: ask again at once.
        step.next_at, step.attempts = (timezone.now() if woken else outcome.until), 0
        step.save(update_fields=["next_at", "attempts", "error", "result", "calling_until"])
        return
    if outcome.then is not None:
        statements.finish(step, outcome.then, timezone.now())
        return
    step.status, step.done_at = Step.Status.DONE, timezone.now()
    step.save(update_fields=["status", "result", "done_at", "error", "calling_until"])
    if order.status == Status.CANCELLING:
        start_undoing(order)
        settle(order)


def _put_off(claimed: Step) -> None:
    """A flag stops the order: that is no failure. Whoever takes the flag down wakes the step."""
    with transaction.atomic():
        Order.objects.locked(claimed.order_id)
        rows = Step.objects.filter(pk=claimed.pk, status=Step.Status.READY)
        rows.update(attempts=0, next_at=timezone.now() + STOPPED_FOR, calling_until=None)


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
        step.calling_until = None
        if step.attempts >= MAX_ATTEMPTS:
            _park(step, order, step.error)
        step.save(update_fields=["error", "next_at", "status", "calling_until"])
