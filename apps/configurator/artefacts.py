"""Where a process finds a compiled circuit: in memory, in a memory-mapped file, or in the database, in this order.

The files under ``VAR/artefacts`` are this machine's copies: written whole under another name first, closed by the
SHA-256 of what stands before it, checked when they are opened, and made anew from the database when they are missing
or damaged. A file is never written in place, so that nobody's map changes under them; one that is deleted lives on in
the processes that have it open. All processes of a machine share its pages.
"""

import hashlib
import mmap
from enum import Enum
from pathlib import Path

import structlog
from django.conf import settings

from apps.common import files
from apps.configurator.engine.circuit import Circuit, CircuitError
from apps.configurator.memory import Memory
from apps.configurator.models import Artefact

log = structlog.get_logger(__name__)
HASH = 32
"""Bytes of the SHA-256 at the end of a file."""


class Verdict(Enum):
    """Why there is no circuit."""

    MISSING = "missing"
    TOO_LARGE = "too large"


_CIRCUITS: Memory[str, Circuit] = Memory(256)


class _Absent(Exception):
    def __init__(self, verdict: Verdict) -> None:
        super().__init__(verdict)
        self.verdict = verdict


def find(key: str) -> Circuit | Verdict:
    """The circuit of the rules with this key. Reads the database only when the machine has no sound file."""
    try:
        return _CIRCUITS.get(key, lambda: _load(key))
    except _Absent as absent:
        return absent.verdict


def path_of(key: str) -> Path:
    return Path(settings.VAR) / "artefacts" / f"{key}.circuit"


def open_file(key: str) -> Circuit | None:
    """The circuit over the memory-mapped file, which is not copied; ``None`` if it is missing or damaged."""
    try:
        with path_of(key).open("rb") as file:
            mapped = memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
    except (OSError, ValueError):  # an empty file cannot be mapped
        return None
    body, seal = mapped[:-HASH], mapped[-HASH:]
    if hashlib.sha256(body).digest() != seal:
        log.warning("artefact_damaged", key=key)
        return None
    try:
        circuit = Circuit.from_bytes(body)
    except CircuitError:
        return None
    return circuit if circuit.key == key else None


def write_file(key: str, data: bytes) -> None:
    """Put the file in place in one step, over whatever stands there."""
    files.put(path_of(key), data, hashlib.sha256(data).digest())


def _load(key: str) -> Circuit:
    circuit = open_file(key)
    if circuit is not None:
        return circuit
    row = Artefact.objects.filter(key=key).values_list("data", "sha256").first()
    if row is None:
        raise _Absent(Verdict.MISSING)
    data, sha256 = row
    if data is None:
        raise _Absent(Verdict.TOO_LARGE)
    data = bytes(data)
    if hashlib.sha256(data).hexdigest() != sha256:
        log.error("artefact_row_damaged", key=key)
        raise _Absent(Verdict.MISSING)
    try:
        write_file(key, data)
    except OSError as error:  # a full or read-only disk: this process keeps a copy of its own
        log.warning("artefact_not_written", key=key, error=str(error))
        return Circuit.from_bytes(data)
    return open_file(key) or Circuit.from_bytes(data)


def forget() -> None:
    """For tests: as if this process had just started."""
    _CIRCUITS.clear()
