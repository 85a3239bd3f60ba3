"""Compile what is missing, once, apart from every request; forget what nothing needs."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from hashlib import sha256
from time import process_time, sleep

import structlog
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from apps.common.doorbell import ring
from apps.common.locks import try_lock
from apps.configurator.artefacts import path_of
from apps.configurator.documents import Document, read
from apps.configurator.engine.circuit import COMPILER_VERSION, Circuit, circuit_key
from apps.configurator.engine.compiler import Budget, BudgetExceeded, Progress
from apps.configurator.engine.interchange import document_of
from apps.configurator.engine.interchange import read as read_interchange
from apps.configurator.engine.model import Context, Model, Table
from apps.configurator.engine.process import compile_apart
from apps.configurator.engine.publishing import compile_model
from apps.configurator.engine.tables import TableTooLarge
from apps.configurator.models import Artefact, ArtefactRequest, Configurator, ConfiguratorVersion, Publication

log = structlog.get_logger(__name__)
KEPT = timedelta(days=7)
"""How long an artefact stays that nothing needs: an earlier version may come back, an old release be at work."""
FRESH = timedelta(hours=1)
"""What was marked as needed within this time is not marked again."""
ATTEMPTS = 3
"""After so many compiles that ended badly, a request is left alone: visitors are answered by solving."""
PATIENCE_S = 0.25
SMALL, SMALL_EDGES = 100, 5_000
"""Options and rows of tables, and edges, up to which a compile takes some hundredths of a second."""


@dataclass(frozen=True)
class Part:
    """A document in one market and from one day until the next day on which its rules change (``None``: for ever)."""

    market: str
    day: date
    until: date | None
    model: Model
    key: str

    @property
    def context(self) -> Context:
        return Context(self.market, self.day)


def parts_of(document: Document, today: date) -> Iterator[Part]:
    """Every market, today and from every later day on which something changes. Raises ``ModelError``."""
    days = [today, *(day for day in document.boundaries if day > today)]
    for day, until in zip(days, [*days[1:], None], strict=True):
        model = document.model_on(day)
        for market in document.markets:
            yield Part(market, day, until, model, circuit_key(model, Context(market, day)))


def ensure_artefact(
    model: Model,
    context: Context,
    *,
    budget: Budget | None = None,
    apart: bool = True,
    progress: Progress | None = None,
) -> Artefact:
    """The stored artefact of the rules, compiled if nobody has yet, or the verdict that they are too entangled.

    Several processes that want the same compile it once; the others wait. ``progress`` is called while that lasts, an
    exception out of it ends the compile and is passed on.
    """
    key = circuit_key(model, context)
    while True:
        with try_lock(f"artefact {key}") as mine:
            found = _needed(key)
            if found is None and mine:
                found = _compile(model, context, key, budget or Budget(), apart=apart, progress=progress)
        if found is not None:
            ArtefactRequest.objects.filter(key=key).delete()
            return found
        if progress is not None:
            progress(0.0, 0)
        sleep(PATIENCE_S)


def request_artefact(model: Model, context: Context) -> None:
    """Ask a worker for a missing circuit; many who ask make one request."""
    key = circuit_key(model, context)
    made = ArtefactRequest(key=key, model=document_of(model, context), asked_at=timezone.now())
    with transaction.atomic():
        ArtefactRequest.objects.bulk_create([made], ignore_conflicts=True)
        from apps.configurator.tasks import compile_missing

        ring(compile_missing)


def work_on_requests() -> int:
    """Compile what was asked for, the newest first; how many. One process at a time does this."""
    done = 0
    with try_lock("configurator.compile") as mine:
        while mine and (request := ArtefactRequest.objects.filter(attempts__lt=ATTEMPTS).order_by("-asked_at").first()):
            # Counted before, so that a worker that dies of it does not try for ever.
            ArtefactRequest.objects.filter(pk=request.pk).update(attempts=F("attempts") + 1)
            try:
                inquiry = read_interchange(request.model)
                ensure_artefact(inquiry.model, inquiry.context)
            except Exception as error:
                log.exception("artefact_failed", key=request.key)
                ArtefactRequest.objects.filter(pk=request.pk).update(error=repr(error)[:2000])
                continue
            ArtefactRequest.objects.filter(pk=request.pk).delete()
            done += 1
    return done


def ensure_for_sale() -> int:
    """Ask for every circuit of a version on sale that is missing (after a new compiler, say); how many."""
    today, missing = timezone.localdate(), 0
    for document in _on_sale():
        parts = {part.key: part for part in parts_of(document, today)}
        known = set(Artefact.objects.filter(key__in=parts).values_list("key", flat=True))
        for key in parts.keys() - known:
            request_artefact(parts[key].model, parts[key].context)
            missing += 1
    return missing


def prune_artefacts() -> int:
    """Delete artefacts that nothing on sale or under way has needed for a week, and files without a row; how many.

    Whoever still wants one of them finds it missing and has it compiled again, so the worst that a mistake here can do
    is work.
    """
    today, now = timezone.localdate(), timezone.now()
    needed: set[str] = set()
    for document in [*_on_sale(), *_under_way()]:
        needed |= {part.key for part in parts_of(document, today)}
    Artefact.objects.filter(key__in=needed).update(needed_at=now)
    gone, _ = Artefact.objects.filter(needed_at__lt=now - KEPT).delete()
    known = set(Artefact.objects.values_list("key", flat=True))
    folder = path_of("").parent
    for path in folder.iterdir() if folder.is_dir() else ():
        old = path.stat().st_mtime < (now - FRESH).timestamp()
        if old and (path.suffix != ".circuit" or path.stem not in known):
            path.unlink(missing_ok=True)
    ArtefactRequest.objects.filter(asked_at__lt=now - KEPT).delete()
    return gone


def _needed(key: str) -> Artefact | None:
    """The row, marked as needed so that it is not pruned meanwhile."""
    found = Artefact.objects.defer("data").filter(key=key).first()
    if found is not None and found.needed_at < timezone.now() - FRESH:
        marked = Artefact.objects.filter(pk=found.pk).update(needed_at=timezone.now())
        return found if marked else None
    return found


def _compile(
    model: Model, context: Context, key: str, budget: Budget, *, apart: bool, progress: Progress | None
) -> Artefact:
    spent = [0.0, 0]

    def follow(seconds: float, edges: int) -> None:
        spent[:] = [max(seconds, spent[0]), edges]
        if progress is not None:
            progress(seconds, edges)

    circuit: Circuit | None = None
    started = process_time()
    try:
        circuit = _compiled_at_once(model, context, budget) if apart else None
        circuit = circuit or (compile_apart if apart else compile_model)(model, context, budget, follow)
    except BudgetExceeded as error:
        spent[:] = [error.seconds, error.edges]
    except TableTooLarge:
        pass
    spent[0] = max(spent[0], process_time() - started)
    now = timezone.now()
    data = None if circuit is None else circuit.to_bytes()
    made = Artefact(
        key=key,
        compiler=COMPILER_VERSION,
        data=data,
        sha256="" if data is None else sha256(data).hexdigest(),
        size=0 if data is None else len(data),
        edges=int(spent[1]) if circuit is None else circuit.edges,
        cars="" if circuit is None else str(circuit.total),
        seconds=round(spent[0], 3),
        created_at=now,
        needed_at=now,
    )
    Artefact.objects.bulk_create([made], ignore_conflicts=True)  # the lock was lost with a connection: then it is there
    return Artefact.objects.defer("data").get(key=key)


def _compiled_at_once(model: Model, context: Context, budget: Budget) -> Circuit | None:
    """The circuit of a small model, here: that takes less than a process needs to start. The same as elsewhere."""
    rows = sum(len(rule.rows) for rule in model.rules if isinstance(rule, Table))
    if len(model.prices) > SMALL or rows > SMALL:
        return None
    try:
        return compile_model(model, context, Budget(min(1.0, budget.seconds), min(SMALL_EDGES, budget.edges)))
    except (BudgetExceeded, TableTooLarge):
        return None


def _on_sale() -> Iterator[Document]:
    current = Configurator.objects.filter(current__isnull=False).values("current_id")
    for text in ConfiguratorVersion.objects.filter(pk__in=current).values_list("document", flat=True).iterator():
        yield read(text)


def _under_way() -> Iterator[Document]:
    for text in Publication.objects.filter(state__in=Publication.OPEN).values_list("document", flat=True).iterator():
        yield read(text)
