"""What a process keeps in memory: documents, machines and recent answers.

Everything here is keyed by the SHA-256 of an immutable document (and, for machines, by market and by the interval
between two rule changes), so nothing ever goes stale and publishing needs no invalidation: a new version is another
key. Which version is current is the one thing that a request asks the database.

A machine sweeps a circuit that was compiled before (``artefacts.py``). No request compiles: where the circuit is missing
a worker is asked for it, and until it is there a *stand-in* answers by solving, as it does for good where the rules do
not compile at all. Both are exact; solved totals come from the background (``solving.py``).
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from apps.configurator import artefacts
from apps.configurator.documents import Document, read
from apps.configurator.engine.answer import Answer
from apps.configurator.engine.circuit import Circuit, circuit_key
from apps.configurator.engine.compiled import CompiledModel
from apps.configurator.engine.model import Context, Model
from apps.configurator.memory import Memory

if TYPE_CHECKING:
    from apps.configurator.engine.machine import Machine
    from apps.configurator.engine.outline import Outline

RECHECK_S = 1.0
"""How often a process looks whether a missing circuit has arrived."""
type Place = tuple[str, str, int]
"""Hash of the document, market, number of the interval between rule changes."""


@dataclass(frozen=True, slots=True)
class _StandIn:
    """A machine until the compiled one is there."""

    machine: "Machine"
    checked: float


class _NotCompiled(Exception):
    """The circuit is missing."""


_DOCUMENTS: Memory[str, Document] = Memory(64)
_MACHINES: "Memory[Place, Machine]" = Memory(64)
_STAND_INS: Memory[Place, _StandIn] = Memory(64)
_ANSWERS: Memory[tuple[Place, bool, tuple[str, ...]], Answer] = Memory(2048)


@dataclass(frozen=True)
class Session:
    """One document in one context: what a request works with."""

    document: Document
    market: str
    day: date

    @property
    def place(self) -> Place:
        """What the answers depend on, beside the choices."""
        return self.document.sha256, self.market, self.document.interval(self.day)

    @property
    def context(self) -> Context:
        return Context(self.market, self.day)

    @property
    def machine(self) -> "Machine":
        """The compiled machine, or the one that solves."""
        stand_in = _STAND_INS.peek(self.place)
        if stand_in is not None and time.monotonic() - stand_in.checked < RECHECK_S:
            return stand_in.machine
        try:
            machine = _MACHINES.get(self.place, self._make)
        except _NotCompiled:
            return self._stand_in(stand_in)
        _STAND_INS.drop(self.place)
        return machine

    @property
    def exact(self) -> bool:
        """Whether every total is known at once; otherwise this is fallback mode: exact too, but later."""
        return isinstance(self.machine, CompiledModel)

    def possible(self, choices: tuple[str, ...]) -> frozenset[str]:
        """The literals (``x``, ``!x``) that can be had, always within milliseconds.

        Raises:
            ModelError: a choice does not exist.
        """
        return self.machine.possible(choices)

    def outline(self, choices: tuple[str, ...]) -> "Outline":
        """What is possible, forced and undecided, without totals: as quick as ``possible``. Raises ``ModelError``."""
        from apps.configurator.engine.outline import outline_of

        return outline_of(self.machine.model, self.machine.model.normal_choices(choices), self.possible(choices))

    def priced(self, choices: tuple[str, ...]) -> Answer | None:
        """The whole answer, or ``None`` while it is being calculated in the background: ask again in a second.

        Raises:
            ModelError: a choice does not exist.
        """
        if self.exact:
            return self.answer(choices)
        from apps.configurator.solving import solved

        return _ANSWERS.peek(self._key(choices)) or self._kept(choices, solved(self, choices))

    def answer(self, choices: tuple[str, ...]) -> Answer:
        """The engine's answer; many visitors stand at the same few places, so recent ones are kept.

        In fallback mode it may take seconds: pages ask for ``priced``.

        Raises:
            ModelError: a choice does not exist.
        """
        return _ANSWERS.get(self._key(choices), lambda: self.machine.answer(choices))

    def _key(self, choices: tuple[str, ...]) -> tuple[Place, bool, tuple[str, ...]]:
        return self.place, self.exact, tuple(sorted(set(choices)))

    def _kept(self, choices: tuple[str, ...], answer: Answer | None) -> Answer | None:
        if answer is not None:
            _ANSWERS.keep(self._key(choices), answer)
        return answer

    def _make(self) -> "Machine":
        model = self.document.model_on(self.day)
        found = artefacts.find(circuit_key(model, self.context))
        if isinstance(found, Circuit):
            return CompiledModel(model, self.context, found)
        if found is artefacts.Verdict.MISSING:
            raise _NotCompiled
        return _solver(model, self.context)

    def _stand_in(self, before: _StandIn | None) -> "Machine":
        from apps.configurator.services.artefacts import request_artefact

        if before is None:
            model = self.document.model_on(self.day)
            request_artefact(model, self.context)
            before = _StandIn(_solver(model, self.context), 0.0)
        _STAND_INS.keep(self.place, _StandIn(before.machine, time.monotonic()))
        return before.machine


def _solver(model: Model, context: Context) -> "Machine":
    from apps.configurator.engine.solvers import SolverModel

    return SolverModel(model, context)


def document_for(sha256: str, load: Callable[[], str]) -> Document:
    """The document with this hash, read from ``load()`` (its canonical text) if this process has not seen it."""
    return _DOCUMENTS.get(sha256, lambda: read(load()))


def forget_everything() -> None:
    """For tests: as if this process had just started."""
    for memory in (_DOCUMENTS, _MACHINES, _STAND_INS, _ANSWERS):
        memory.clear()
    artefacts.forget()
