"""The circuit under construction: hash-consed nodes, children before parents.

Nodes are numbers. The first ones are the literals, one per slot; above them stand AND nodes (children over disjoint
variables) and OR nodes (children over the same variables that never hold together). Two nodes of a kind with the same
children are one node.
"""

from collections.abc import Iterable

AND = 0
OR = 1
LITERAL = 2


class Nodes:
    """A growing circuit over ``slots`` literals: node ``s < slots`` is the literal of slot ``s``."""

    __slots__ = ("_packed", "_unique", "children", "edges", "kinds", "slots")

    def __init__(self, slots: int) -> None:
        self.slots = slots
        self.kinds = bytearray([LITERAL]) * slots
        self.children: list[tuple[int, ...]] = [()] * slots
        self.edges = 0
        self._unique: dict[tuple[int, tuple[int, ...]], int] = {}
        self._packed: set[int] = set()

    def pack(self, slots: Iterable[int]) -> int:
        """The AND of literals that always go together; it stays one node in whatever it becomes part of."""
        node = self.conjunction(slots)
        self._packed.add(node)
        return node

    def conjunction(self, parts: Iterable[int]) -> int:
        """The AND of the parts (an AND without children: always); parts that are ANDs, but not packs, are taken apart."""
        flat: list[int] = []
        for part in parts:
            flat += self.factors(part)
        return flat[0] if len(flat) == 1 else self._node(AND, tuple(sorted(flat)))

    def disjunction(self, parts: Iterable[int]) -> int:
        """The OR of the parts."""
        flat = tuple(sorted(parts))
        return flat[0] if len(flat) == 1 else self._node(OR, flat)

    def factors(self, node: int) -> tuple[int, ...]:
        """What the node is the AND of."""
        return self.children[node] if self.kinds[node] == AND and node not in self._packed else (node,)

    def _node(self, kind: int, children: tuple[int, ...]) -> int:
        key = (kind, children)
        node = self._unique.get(key)
        if node is None:
            node = self._unique[key] = len(self.kinds)
            self.kinds.append(kind)
            self.children.append(children)
            self.edges += len(children)
        return node
