"""The checks that a document passes before it can be on sale, and the worker that runs them for publications.

Per set of rules in force (markets and intervals share it where the rules are equal): compile, look for contradictions,
dead and forced options and redundant rules, and ask SAT and CP-SAT the same as the circuit in random clicks.
"""

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Protocol

import structlog
from django.db import OperationalError
from django.utils import timezone

from apps.common.locks import try_lock
from apps.configurator import artefacts
from apps.configurator.documents import Document, read
from apps.configurator.engine.checks import Finding, findings
from apps.configurator.engine.circuit import Circuit
from apps.configurator.engine.compiled import CompiledModel
from apps.configurator.engine.compiler import Budget
from apps.configurator.engine.model import ModelError
from apps.configurator.errors import CannotPublish
from apps.configurator.models import Artefact, Publication
from apps.configurator.problems import Problem
from apps.configurator.services.artefacts import Part, ensure_artefact, parts_of

log = structlog.get_logger(__name__)
CLICKS, PRICES = 20, 2
"""How many random clicks per set of rules, and how many totals after each, the solvers are asked for."""
ATTEMPTS = 5
"""After so many workers died of it, a publication has failed."""


class TooEntangled(Exception):
    """Rules that do not compile within the budget; ``report`` names the worst of them."""

    def __init__(self, report: "Report") -> None:
        super().__init__("too entangled")
        self.report = report


class Cancelled(Exception):
    """Somebody has cancelled the publication, or has taken it over."""


@dataclass(slots=True)
class Report:
    """What the checks found; ``cars`` is a decimal text, for it outgrows every JSON number, or empty: not counted.

    ``cars``, ``cheapest`` (fen, with the base price) speak of the first market today. ``parts`` has an entry per
    market and interval: market, from, until, cars, cheapest, edges, bytes, seconds (of compiling), exact.
    ``findings``: kind, subject, rules, markets. ``entangling``: ids of rules that make compiling hard, the worst first.
    """

    options: int
    rules: int
    cars: str = ""
    cheapest: int = 0
    seconds: float = 0
    dead: list[str] = field(default_factory=list)
    exact: bool = True
    edges: int = 0
    bytes: int = 0
    clicks: int = 0
    prices: int = 0
    parts: list[dict[str, Any]] = field(default_factory=list)
    findings: list[dict[str, Any]] = field(default_factory=list)
    entangling: list[str] = field(default_factory=list)
    warnings: list[dict[str, Any]] = field(default_factory=list)


class Told(Protocol):
    """Where progress goes; it may raise to stop."""

    def __call__(self, state: str, percent: int, **detail: Any) -> None: ...


def _nobody(state: str, percent: int, **detail: Any) -> None:
    """Nobody wants to know."""


def check(
    document: Document,
    *,
    fallback: bool = False,
    apart: bool = True,
    budget: Budget | None = None,
    clicks: int = CLICKS,
    tell: Told = _nobody,
) -> Report:
    """Compile and check a document for every market, from today on.

    ``fallback``: rules that do not compile are checked by solving. ``apart``: compile in a process of its own.
    ``clicks``: random ones per set of rules, after which the solvers are asked the same.

    Raises:
        CannotPublish: no buildable car or a dead standard option today, rules that make no sense; it names all.
        TooEntangled: rules that do not compile.
    """
    started = time.perf_counter()
    report = Report(len(document.options), len(document.rules))
    try:
        parts = list(parts_of(document, timezone.localdate()))
    except ModelError as error:
        raise CannotPublish([{"code": "model", "text": str(error)}]) from error
    distinct = {part.key: part for part in reversed(parts)}
    rows = dict(_compiled(list(distinct.values())[::-1], budget, apart=apart, tell=tell))
    report.exact = all(row.compiled for row in rows.values())
    report.edges = sum(row.edges for row in rows.values() if row.compiled)
    report.bytes = sum(row.size for row in rows.values())
    if not report.exact and not fallback:
        report.entangling = _entangling(part for part in distinct.values() if not rows[part.key].compiled)
        raise TooEntangled(report)
    _examine(document, parts, rows, report, clicks, tell)
    report.seconds = round(time.perf_counter() - started, 2)
    return report


def work() -> int:
    """Take the publications on that have something to do, the oldest first; how many. One process does at a time.

    A worker that is killed leaves its row behind; the next one begins it again and finds what was compiled.
    """
    done = 0
    with try_lock("configurator.publications") as mine:
        while mine and (row := Publication.objects.filter(state__in=Publication.WORK).order_by("asked_at").first()):
            _work_on(row)
            done += 1
    return done


def _work_on(publication: Publication) -> None:
    desk = _Desk(publication)
    try:
        desk.begin()
        report = check(read(publication.document), fallback=publication.fallback, tell=desk.tell)
        desk.write(
            state=Publication.State.WAITING, percent=100, detail={}, report=asdict(report), checked_at=timezone.now()
        )
    except Cancelled:
        log.info("publication_stopped", publication=publication.pk)
    except TooEntangled as found:
        desk.end(Publication.State.TOO_LARGE, report=asdict(found.report))
    except CannotPublish as error:
        desk.end(Publication.State.FAILED, problems=list(error.found))
    except OperationalError:
        raise  # the database went away, not the document's fault: the row is taken up again
    except Exception:
        log.exception("publication_broke", publication=publication.pk)
        desk.end(Publication.State.FAILED, problems=[{"code": "internal"}])


class _Desk:
    """One publication in work: progress goes out, a cancelling comes in."""

    EVERY_S = 0.5

    def __init__(self, publication: Publication) -> None:
        self.pk = publication.pk
        self.state: str = publication.state
        self.attempts = publication.attempts
        self.told = 0.0

    def begin(self) -> None:
        if self.attempts >= ATTEMPTS:
            raise CannotPublish([{"code": "worker_died", "attempts": self.attempts}])
        self.write(state=Publication.State.COMPILING, percent=0, detail={}, attempts=self.attempts + 1)
        self.attempts += 1

    def tell(self, state: str, percent: int, **detail: Any) -> None:
        now = time.monotonic()
        if state != self.state or now - self.told > self.EVERY_S:
            self.told = now
            self.write(state=state, percent=percent, detail=detail)

    def end(self, state: str, **fields: Any) -> None:
        try:
            self.write(state=state, detail={}, checked_at=timezone.now(), **fields)
        except Cancelled:
            log.info("publication_stopped", publication=self.pk)

    def write(self, **fields: Any) -> None:
        """Change the row if it is still ours: nobody has cancelled it or begun it again."""
        mine = Publication.objects.filter(pk=self.pk, state=self.state, attempts=self.attempts)
        if not mine.update(**fields):
            raise Cancelled
        self.state = fields["state"]


def _compiled(parts: list[Part], budget: Budget | None, *, apart: bool, tell: Told) -> Iterator[tuple[str, Artefact]]:
    """The artefact of each part, in order."""
    for index, part in enumerate(parts):

        def progress(seconds: float, edges: int, part: Part = part, index: int = index) -> None:
            share = min(1.0, seconds / (budget or Budget()).seconds)
            percent = round(60 * (index + share) / len(parts))
            tell("compiling", percent, market=part.market, part=index + 1, parts=len(parts), edges=edges)

        progress(0, 0)
        yield part.key, ensure_artefact(part.model, part.context, budget=budget, apart=apart, progress=progress)


def _examine(
    document: Document, parts: list[Part], rows: Mapping[str, Artefact], report: Report, clicks: int, tell: Told
) -> None:
    """Ask every set of rules once, and write what concerns each market and interval into the report."""
    problems: list[Problem] = []
    examined: dict[str, _Examined] = {}
    number = len({part.key for part in parts})
    for part in parts:
        if part.key not in examined:
            done = len(examined)

            def step(share: float, part: Part = part, done: int = done) -> None:
                tell(
                    "checking",
                    60 + round(40 * (done + share) / number),
                    market=part.market,
                    part=done + 1,
                    parts=number,
                )

            examined[part.key] = _examined(part, rows[part.key], report, clicks, step)
        seen, today = examined[part.key], part.day == parts[0].day
        wrong = seen.disagreement or _problems(document, part, seen)
        problems += wrong if today else []
        report.warnings += [] if today else [{**problem, "from": part.day.isoformat()} for problem in wrong]
        report.parts.append(_line(document, part, rows[part.key], seen))
    if problems:
        raise CannotPublish(problems)
    alive = {option for seen in examined.values() for option in seen.possible}
    report.cars, report.cheapest = report.parts[0]["cars"], report.parts[0]["cheapest"] or 0
    report.dead = [code for code in document.options if code not in alive]
    report.findings = _merged((part.market, examined[part.key].findings) for part in parts)


def _merged(found: Iterable[tuple[str, list[Finding]]]) -> list[dict[str, Any]]:
    """The same finding in several markets and intervals is one line."""
    markets: dict[Finding, dict[str, None]] = {}
    for market, noted in found:
        for finding in noted:
            markets.setdefault(finding, {})[market] = None
    return [
        {"kind": finding.kind, "subject": finding.subject, "rules": list(finding.rules), "markets": list(where)}
        for finding, where in markets.items()
    ]


@dataclass(slots=True)
class _Examined:
    possible: frozenset[str]
    minimum: int | None
    cars: str
    findings: list[Finding]
    disagreement: list[Problem]


def _examined(part: Part, row: Artefact, report: Report, clicks: int, step: Callable[[float], None]) -> _Examined:
    from apps.configurator.engine.agreement import disagreement
    from apps.configurator.engine.solvers import SolverModel

    step(0)
    solver = SolverModel(part.model, part.context)
    noted = findings(part.model, part.context)
    step(0.3)
    circuit = artefacts.find(part.key) if row.compiled else None
    if not isinstance(circuit, Circuit):
        return _Examined(solver.possible(()), solver.least(()), "", noted, [])
    machine = CompiledModel(part.model, part.context, circuit)
    text = None
    if circuit.total and clicks:
        text = disagreement(
            machine, solver, clicks=clicks, prices=PRICES, progress=lambda share: step(0.3 + 0.7 * share)
        )
        report.clicks += clicks
        report.prices += clicks * PRICES
    wrong = [] if text is None else [{"code": "disagreement", "market": part.market, "text": text}]
    answer = machine.answer(())
    possible = frozenset(option for option, total in answer.from_total.items() if total is not None)
    return _Examined(possible, answer.minimum, str(circuit.total), noted, list(wrong))


def _problems(document: Document, part: Part, seen: _Examined) -> list[Problem]:
    if seen.minimum is None:
        return [{"code": "no_car", "market": part.market}]
    return [
        {
            "code": "dead_standard",
            "option": option.code,
            "name_en": option.name_en,
            "name_zh": option.name_zh,
            "market": part.market,
        }
        for option in document.options.values()
        if option.standard and option.code not in seen.possible
    ]


def _line(document: Document, part: Part, row: Artefact, seen: _Examined) -> dict[str, Any]:
    return {
        "market": part.market,
        "from": part.day.isoformat(),
        "until": None if part.until is None else part.until.isoformat(),
        "cars": seen.cars,
        "cheapest": None if seen.minimum is None else document.base_price + seen.minimum,
        "exact": row.compiled,
        "edges": row.edges if row.compiled else 0,
        "bytes": row.size,
        "seconds": row.seconds,
        "key": part.key,
    }


def _entangling(parts: Iterator[Part]) -> list[str]:
    from apps.configurator.engine.entangling import entangling_rules

    named: dict[str, None] = {}
    for part in parts:
        named.update(dict.fromkeys(entangling_rules(part.model, part.context)))
    return list(named)
