"""The steps of a past order: what was done, and the one that is next."""

from datetime import datetime

from apps.orders.demo.stories import Story
from apps.orders.lifecycle import Status
from apps.orders.models import FulfilmentStep, Order
from apps.orders.terms import BUILD_ACCEPTED_DAYS, BUILD_DAYS, PREPARATION_DAYS, TRANSPORT_DAYS, pace

_S, _Step = Status, FulfilmentStep.Status
# The steps that had been done when an order came into a state.
_DONE_AT = {
    _S.SIGNED: ("submit_build",),
    _S.SCHEDULED: ("await_slot",),
    _S.VIN_ASSIGNED: ("await_build",),
    _S.MISMATCH: ("await_build",),
    _S.IN_TRANSIT: ("ship",),
    _S.AT_STORE: ("await_arrival",),
    _S.READY: ("prepare", "await_balance", "book_handover"),
    _S.DELIVERED: ("activate",),
}
_GOODS_DONE_AT = {_S.RESERVED: ("send_goods",), _S.COMPLETED: ("goods_arrive",)}
TRIES = 8
SILENT = "TimeoutError: the maker did not answer"
# The carrier comes for a new car so much later.
_COLLECTED_AFTER_DAYS = 4 / 24


def steps_of(story: Story, order: Order, now: datetime, speed: float) -> list[FulfilmentStep]:
    """In the order in which they were queued; ``created_at`` is when that was."""
    done_at = _DONE_AT if story.has_car else _GOODS_DONE_AT
    steps, since = [], story.way[0][1]
    for state, moment in story.way:
        for kind in done_at.get(state, ()):
            steps.append(_step(order, kind, _Step.DONE, since, moment))
            since = moment
    if story.status == _S.CANCELLED and story.at(_S.SCHEDULED):
        undone_at = story.way[-2][1]
        steps.append(_step(order, "await_build", _Step.STOPPED, since, undone_at))
        steps.append(_step(order, "submit_build", _Step.DONE, undone_at, story.way[-1][1], direction=-1))
    following = _next(story, now, speed)
    if following is not None:
        kind, due = following
        steps.append(_step(order, kind, _Step.PARKED if story.parked else _Step.READY, story.way[-1][1], due))
    if story.parked:
        steps[-1].attempts, steps[-1].error = TRIES, SILENT
    return steps


def _step(
    order: Order, kind: str, status: FulfilmentStep.Status, since: datetime, moment: datetime, direction: int = 1
) -> FulfilmentStep:
    done_at = moment if status in (_Step.DONE, _Step.STOPPED) else None
    attempts = 0 if done_at is None else 1
    return FulfilmentStep(
        order=order, kind=kind, direction=direction, status=status, attempts=attempts, created_at=since,
        next_at=moment if done_at is None else since, done_at=done_at,
    )  # fmt: skip


def _next(story: Story, now: datetime, speed: float) -> tuple[str, datetime] | None:
    """The step that an order waits for, and when it is due."""
    since, signed_at = story.way[-1][1], story.at(_S.SIGNED) or now
    match story.status:
        case _S.SIGNED:
            return "await_slot", signed_at + pace(BUILD_ACCEPTED_DAYS, speed)
        case _S.SCHEDULED:
            return "await_build", signed_at + pace(BUILD_ACCEPTED_DAYS + BUILD_DAYS, speed)
        case _S.VIN_ASSIGNED:
            return "ship", now + pace(_COLLECTED_AFTER_DAYS, speed)
        case _S.IN_TRANSIT:
            return "await_arrival", since + pace(TRANSPORT_DAYS, speed)
        case _S.AT_STORE:
            return "prepare", since + pace(PREPARATION_DAYS, speed)
        case _:
            return None
