"""Putting work into the queue, and taking it out again. Every caller holds the order's lock."""

from collections.abc import Mapping
from datetime import datetime

from django.db.models import Max
from django.utils import timezone

from apps.common.doorbell import ring
from apps.orders.models import FulfilmentStep, Order

Step = FulfilmentStep
# What has to be undone at somebody else's, or in the books, when an order is cancelled.
UNDOABLE = ("submit_build", "await_build", "ship", "prepare", "book_handover")
# What may have reached somebody else although we never noted it: a worker can die between the call and its commit.
OUTSIDE = ("submit_build", "ship", "prepare")


def enqueue(
    order: Order, kind: str, *, direction: int = 1, at: datetime | None = None, number: int | None = None
) -> Step:
    """Make this the order's next work; a step that is there already stays as it is. Without a round's number it is the latest."""
    step, _created = Step.objects.get_or_create(
        order=order,
        kind=kind,
        direction=direction,
        round=latest_round(order) if number is None else number,
        defaults={"next_at": at or timezone.now()},
    )
    _ring()
    return step


def begin_round(order: Order, kind: str, *, at: datetime | None = None) -> Step:
    """Begin the work again from ``kind`` on: built, shipped or prepared once more, under keys of its own."""
    return enqueue(order, kind, at=at, number=latest_round(order) + 1)


def latest_round(order: Order) -> int:
    """The round that the order's work is in; 0 while nothing had to be done again."""
    return Step.objects.filter(order=order).aggregate(latest=Max("round"))["latest"] or 0


def key_of(order: Order, kind: str) -> str:
    """The key under which the order's latest step of this kind did its effect."""
    rounds = Step.objects.filter(order=order, kind=kind, direction=1).values_list("round", flat=True)
    return Step(order_id=order.pk, kind=kind, round=rounds.latest("round")).key


def wake(order: Order, kind: str) -> None:
    """What a waiting step waited for has happened."""
    if Step.objects.filter(order=order, kind=kind, status=Step.Status.READY).update(next_at=timezone.now()):
        _ring()


# Which steps wait for news about a job that a step of the first kind began.
NEWS: Mapping[tuple[str, str], tuple[str, ...]] = {
    ("maker", "submit_build"): ("await_slot", "await_build"),
    ("carrier", "ship"): ("await_arrival",),
    ("workshop", "prepare"): ("prepare",),
}


def heard(partner: str, key: str) -> bool:
    """A partner says that there is news about the job with this key; returns whether a step waits for it."""
    order, _colon, rest = key.partition(":")
    waiting = NEWS.get((partner, rest.split(":")[0]), ())
    if not order.isdecimal() or len(order) > 18:
        return False
    rows = Step.objects.filter(order=int(order), kind__in=waiting, direction=1, status=Step.Status.READY)
    woken = bool(rows.update(next_at=timezone.now()))
    if woken:
        _ring()
    return woken


def has_open_step(order: Order) -> bool:
    return Step.objects.filter(order=order, status__in=[Step.Status.READY, Step.Status.PARKED]).exists()


def stop_open_step(order: Order) -> None:
    """The order takes another way: what was about to be done is not done."""
    rows = Step.objects.filter(order=order, status__in=[Step.Status.READY, Step.Status.PARKED])
    rows.update(status=Step.Status.STOPPED, done_at=timezone.now())


def start_undoing(order: Order) -> None:
    """Queue the undoing of the last thing that was done; its end queues the one before it."""
    step = next_to_undo(order)
    if step is not None:
        # A request that is under way arrives first: only then is there something to take back.
        enqueue(order, step.kind, direction=-1, number=step.round, at=step.calling_until)


def next_to_undo(order: Order) -> Step | None:
    """The latest step that took effect, or may have, can be undone and has not been."""
    rows = list(Step.objects.filter(order=order).order_by("-pk"))
    undone = {(step.kind, step.round) for step in rows if step.direction == -1}
    forward = (step for step in rows if step.direction == 1 and _took_effect(step))
    return next((step for step in forward if step.kind in UNDOABLE and (step.kind, step.round) not in undone), None)


def _took_effect(step: Step) -> bool:
    if step.kind == "prepare" and step.status == Step.Status.DONE:
        return False  # a car that is prepared stays so
    asked = step.attempts > 0 or bool(step.result.get("asked"))
    tried = step.status == Step.Status.STOPPED and step.kind in OUTSIDE and asked
    return tried or step.status == Step.Status.DONE


def _ring() -> None:
    from apps.orders.tasks import drain

    ring(drain)
