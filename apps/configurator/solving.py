"""Totals where nothing is compiled: solved in the background, once for every place and choices, and kept.

A visitor's request only reads and asks; the row is the question and the answer. What is asked again while it waits
comes first; what nobody waits for any more is not solved. Exact: CP-SAT proves every total.
"""

import hashlib
import json
import time
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import structlog
from django.db.models import F
from django.utils import timezone

from apps.common.doorbell import ring
from apps.common.locks import try_lock
from apps.configurator.engine.answer import Answer
from apps.configurator.engine.deadline import TookTooLong
from apps.configurator.engine.interchange import document_of, read
from apps.configurator.engine.model import Context, Model
from apps.configurator.memory import Memory
from apps.configurator.models import SolvedAnswer

if TYPE_CHECKING:
    from apps.configurator.engine.solvers import SolverModel
    from apps.configurator.machines import Session

log = structlog.get_logger(__name__)
State = SolvedAnswer.State
QUEUE = 200
"""So many questions wait at most; further ones are asked again by their visitors' next look."""
WAITING = timedelta(seconds=30)
"""Who waits looks again every second or two; a question nobody has asked for so long has nobody waiting."""
FAILED_FOR = timedelta(minutes=10)
"""How long a question that could not be answered is left alone."""
KEPT = timedelta(days=30)
LIMIT_S = 60.0
"""What one question may take."""
SLICE_S = 10.0
"""How long a worker works at a time before others have their turn."""
ATTEMPTS = 3
_SOLVERS: "Memory[str, SolverModel]" = Memory(8)


def key_of(place: tuple[str, str, int], choices: tuple[str, ...]) -> str:
    text = json.dumps([*place, sorted(set(choices))], ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def solved(session: "Session", choices: tuple[str, ...]) -> Answer | None:
    """The answer if it is known; otherwise the question is put, if it is not already. Raises ``ModelError``."""
    machine = session.machine
    choices = machine.model.normal_choices(choices)
    key, now = key_of(session.place, choices), timezone.now()
    row = SolvedAnswer.objects.filter(key=key).values_list("state", "answer", "asked_at", "done_at").first()
    if row is None:
        _ask(key, session.document.sha256, machine.model, machine.context, choices)
        return None
    state, answer, asked_at, done_at = row
    if state == State.DONE:
        return answer_from(answer)
    if state == State.FAILED and (done_at is None or now - done_at > FAILED_FOR):
        _ask_again(key, machine.model, machine.context)
    elif state == State.QUEUED and now - asked_at > timedelta(seconds=2):
        SolvedAnswer.objects.filter(key=key, state=State.QUEUED).update(asked_at=now)
        _ring()
    return None


def work(*, limit_s: float = LIMIT_S) -> bool:
    """Answer questions for a slice of time, what was asked last first; whether more are waiting.

    ``limit_s`` is what one question may take.
    """
    deadline = time.monotonic() + SLICE_S
    with try_lock("configurator.solve") as mine:
        while mine and (row := _next()):
            if time.monotonic() > deadline:
                return True
            _answer(row, limit_s)
    return False


def prune() -> int:
    """Forget answers nobody has asked for in a month, and questions nobody waits for; how many."""
    now = timezone.now()
    old, _ = SolvedAnswer.objects.filter(asked_at__lt=now - KEPT).delete()
    left, _ = SolvedAnswer.objects.filter(state=State.QUEUED, asked_at__lt=now - FAILED_FOR).delete()
    return old + left


def as_json(answer: Answer) -> dict[str, Any]:
    return {
        "valid": answer.valid,
        "count": None if answer.count is None else str(answer.count),
        "minimum": answer.minimum,
        "from": dict(answer.from_total),
        "refuse": dict(answer.refuse),
        "undecided": list(answer.undecided),
        "forced": sorted(answer.forced),
        "complete": None if answer.complete is None else list(answer.complete),
    }


def answer_from(data: dict[str, Any]) -> Answer:
    return Answer(
        valid=data["valid"],
        count=None if data["count"] is None else int(data["count"]),
        minimum=data["minimum"],
        from_total=data["from"],
        refuse=data["refuse"],
        undecided=tuple(data["undecided"]),
        forced=frozenset(data["forced"]),
        complete=None if data["complete"] is None else tuple(data["complete"]),
    )


def _ask(key: str, document: str, model: Model, context: Context, choices: tuple[str, ...]) -> None:
    now = timezone.now()
    if SolvedAnswer.objects.filter(state=State.QUEUED, asked_at__gt=now - WAITING)[:QUEUE].count() >= QUEUE:
        return
    row = SolvedAnswer(
        key=key, document=document, model=document_of(model, context), choices=list(choices), asked_at=now
    )
    SolvedAnswer.objects.bulk_create([row], ignore_conflicts=True)
    _ring()


def _ask_again(key: str, model: Model, context: Context) -> None:
    SolvedAnswer.objects.filter(key=key, state=State.FAILED).update(
        state=State.QUEUED, model=document_of(model, context), done_at=None, attempts=0, asked_at=timezone.now()
    )
    _ring()


def _next() -> SolvedAnswer | None:
    waiting = SolvedAnswer.objects.filter(state=State.QUEUED, asked_at__gt=timezone.now() - WAITING)
    return waiting.order_by("-asked_at").first()


def _answer(row: SolvedAnswer, limit_s: float) -> None:
    asked = SolvedAnswer.objects.filter(pk=row.pk, state=State.QUEUED)
    if row.attempts >= ATTEMPTS:  # workers died of it
        asked.update(state=State.FAILED, model=None, done_at=timezone.now())
        return
    asked.update(attempts=F("attempts") + 1)
    started, fields = time.perf_counter(), dict[str, Any](state=State.FAILED)
    try:
        answer = _solver(row).answer(tuple(row.choices), seconds=limit_s)
        fields = {"state": State.DONE, "answer": as_json(answer)}
    except TookTooLong:
        log.warning("solving_took_too_long", key=row.key)
    except Exception:
        log.exception("solving_failed", key=row.key)
    seconds = round(time.perf_counter() - started, 3)
    asked.update(model=None, done_at=timezone.now(), seconds=seconds, **fields)


def _solver(row: SolvedAnswer) -> "SolverModel":
    """Kept for the next question: making it costs more than a price."""
    from apps.configurator.engine.solvers import SolverModel

    text = json.dumps(row.model, sort_keys=True)

    def make() -> SolverModel:
        inquiry = read(row.model)
        return SolverModel(inquiry.model, inquiry.context)

    return _SOLVERS.get(hashlib.sha256(text.encode()).hexdigest(), make)


def _ring() -> None:
    from apps.configurator.tasks import solve

    ring(solve)
