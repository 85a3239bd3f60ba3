"""The compiled circuit as flat integer arrays: what is stored, memory-mapped and swept.

Nodes ``0 .. slots-1`` are the literals, one per slot of the layout; inner nodes follow, children before parents, the
root last. They are sorted into *runs* of nodes of one level, one kind and one number of children, so that a sweep is a few
tight loops: run ``r`` is ``(kind, arity, first node, first child)`` in four int32, and its nodes' children
lie one after the other in ``children``, each node's in ascending order. A last row ``(-1, 0, number of nodes, number of edges)`` closes the runs.

As bytes: a magic, the length of a JSON header, the header (key, slots, number of cars), then both arrays in
little-endian int32, aligned to 8 bytes. Artefacts are immutable and known by their ``key``: SHA-256 of the rules in
canonical form and of ``COMPILER_VERSION``. Prices and reasons are no part of it, conditions of price rules are.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from itertools import groupby
from typing import Any

import numpy as np
import numpy.typing as npt

from .compiler import CONTRADICTION, Compiled
from .model import AtLeast, AtMost, Available, Context, Excludes, Model, Requires, Rule, Table
from .nodes import AND, LITERAL, Nodes

COMPILER_VERSION = 1
"""Raised with every change that makes other circuits of the same rules, or another format."""
MAGIC = b"KAICHE-CIRCUIT-1"

type Ints = npt.NDArray[np.int32]


class CircuitError(Exception):
    """Bytes that are no circuit of this version."""


@dataclass(frozen=True, slots=True, eq=False)
class Circuit:
    """One artefact. ``total`` is the number of cars without any choice; a circuit without a car has no runs."""

    key: str
    slots: int
    total: int
    runs: Ints
    """Shape (runs + 1, 4)."""
    children: Ints
    """Shape (edges,)."""

    @property
    def nodes(self) -> int:
        """The number of nodes, literals included."""
        return int(self.runs[-1, 2])

    @property
    def edges(self) -> int:
        """The number of edges, the measure of a sweep's work."""
        return len(self.children)

    @property
    def kinds(self) -> Ints:
        """Of every inner node; worked out anew at every call."""
        return np.repeat(self.runs[:-1, 0], np.diff(self.runs[:, 2]))

    @property
    def begins(self) -> Ints:
        """Of every inner node where its children begin, then the number of edges; worked out anew at every call."""
        arities = np.repeat(self.runs[:-1, 1], np.diff(self.runs[:, 2]))
        return np.concatenate([[0], np.cumsum(arities)]).astype(np.int32)

    def to_bytes(self) -> bytes:
        """The artefact."""
        header = {"key": self.key, "slots": self.slots, "total": str(self.total), "runs": len(self.runs)}
        text = json.dumps(header, sort_keys=True).encode()
        text += b" " * (-(len(MAGIC) + 4 + len(text)) % 8)
        body = self.runs.astype("<i4").tobytes() + self.children.astype("<i4").tobytes()
        return MAGIC + len(text).to_bytes(4, "little") + text + body

    @classmethod
    def from_bytes(cls, data: bytes | memoryview) -> "Circuit":
        """The circuit over a buffer (a memory map, say), which is not copied. Raises ``CircuitError``."""
        view = memoryview(data)
        start = len(MAGIC) + 4
        if bytes(view[: len(MAGIC)]) != MAGIC or len(view) < start:
            raise CircuitError("not a circuit of this version")
        end = start + int.from_bytes(view[len(MAGIC) : start], "little")
        try:
            header: dict[str, Any] = json.loads(bytes(view[start:end]))
            numbers = np.frombuffer(view[end:], "<i4")
            runs = numbers[: 4 * header["runs"]].reshape(-1, 4)
            children = numbers[4 * header["runs"] :]
            if len(children) != runs[-1, 3]:
                raise CircuitError("the circuit is cut short")
            return cls(header["key"], header["slots"], int(header["total"]), runs, children)
        except (KeyError, TypeError, ValueError, IndexError) as error:
            raise CircuitError("not a circuit of this version") from error


def circuit_of(compiled: Compiled, key: str) -> Circuit:
    """The live part of a compiled circuit, sorted into runs."""
    nodes = compiled.nodes
    if compiled.root == CONTRADICTION:
        return Circuit(key, nodes.slots, 0, np.array([[-1, 0, nodes.slots, 0]], np.int32), np.zeros(0, np.int32))
    order, level = _scheduled(nodes, compiled.root)
    number = {node: place for place, node in enumerate(order, start=nodes.slots)}
    number.update((slot, slot) for slot in range(nodes.slots))
    runs: list[tuple[int, int, int, int]] = []
    children: list[int] = []
    place = nodes.slots
    for (_, kind, arity), run in groupby(order, key=_run_key(nodes, level)):
        runs.append((kind, arity, place, len(children)))
        for node in run:
            place += 1
            children += sorted(number[child] for child in nodes.children[node])
    runs.append((-1, 0, place, len(children)))
    total = _count(nodes, order)
    return Circuit(key, nodes.slots, total, np.array(runs, np.int32), np.array(children, np.int32))


def _scheduled(nodes: Nodes, root: int) -> tuple[list[int], list[int]]:
    """The inner nodes below the root, level by level from the literals up, and the level of every node.

    A root that is a literal is made the single child of an AND, so that the last node is always the root.
    """
    if nodes.kinds[root] == LITERAL:
        nodes.kinds.append(AND)
        nodes.children.append((root,))
        root = len(nodes.kinds) - 1
    live = bytearray(root + 1)
    live[root] = 1
    for node in range(root, nodes.slots - 1, -1):
        if live[node]:
            for child in nodes.children[node]:
                live[child] = 1
    level = [0] * (root + 1)
    inner = [node for node in range(nodes.slots, root + 1) if live[node]]
    for node in inner:
        level[node] = 1 + max((level[child] for child in nodes.children[node]), default=0)
    return sorted(inner, key=_run_key(nodes, level)), level


def _run_key(nodes: Nodes, level: list[int]) -> Callable[[int], tuple[int, int, int]]:
    """Nodes of one key are one run; none of them is below another, so a run may be swept in any order."""
    return lambda node: (level[node], nodes.kinds[node], len(nodes.children[node]))


def _count(nodes: Nodes, order: list[int]) -> int:
    counts: dict[int, int] = dict.fromkeys(range(nodes.slots), 1)
    for node in order:
        parts = [counts[child] for child in nodes.children[node]]
        if nodes.kinds[node] == AND:
            product = 1
            for part in parts:
                product *= part
            counts[node] = product
        else:
            counts[node] = sum(parts)
    return counts[order[-1]]


def circuit_key(model: Model, context: Context) -> str:
    """SHA-256 (hex) of what the circuit depends on: equal keys have equal circuits, whatever prices and reasons."""
    rules = sorted(filter(None, (_canonical(rule, context) for rule in model.rules)))
    conditions = sorted({json.dumps(sorted(set(rule.when))) for rule in model.price_rules})
    text = json.dumps(
        [
            COMPILER_VERSION,
            [[group.pick, [option.id for option in group.options]] for group in model.groups],
            sorted(set(rules)),
            conditions,
        ],
        ensure_ascii=False,
        separators=(",", ":"),
    )
    return sha256(text.encode()).hexdigest()


def _canonical(rule: Rule, context: Context) -> str | None:
    """One rule without its id and reason, in one spelling; ``None``: it says nothing in this context."""
    form: list[Any]
    match rule:
        case Requires():
            form = ["requires", sorted(set(rule.if_all)), sorted(set(rule.any_of))]
        case Excludes():
            form = ["at_most", 1, sorted(set(rule.options))]
        case AtLeast():
            form = ["at_least", rule.k, sorted(set(rule.options))]
        case AtMost():
            form = ["at_most", rule.k, sorted(set(rule.options))]
        case Available():
            if rule.holds(context):
                return None
            form = ["at_most", 0, [rule.option]]
        case Table():
            form = ["table", *sorted([list(cells) for cells in set(rule.rows)]), rule.groups]
    return json.dumps(form, ensure_ascii=False, separators=(",", ":"))
