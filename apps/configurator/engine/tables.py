"""A table of allowed rows as a list of clauses: the prime boxes of its complement.

A *box* is a product of value sets, one per column. The table is walked as a trie over its columns in which equal
sub-tables are merged: every value set missing at a node is a forbidden box. Then each box is widened, column by
column, as far as it meets no row (that makes it a prime implicate), and boxes inside other boxes are dropped.

Value sets are bit masks (bit ``a``: value ``a``), and so are sets of rows (bit ``r``: row ``r``).
"""

from collections.abc import Sequence
from math import prod

type Box = tuple[int, ...]


class TableTooLarge(Exception):
    """The complement needs more boxes than a compile could use."""


def table_clauses(sizes: Sequence[int], rows: Sequence[Sequence[int]], *, limit: int = 20_000) -> list[Box]:
    """The clauses of a table: per clause one mask per column, "some column has a value of its mask" (0: column absent).

    ``sizes`` are the columns' numbers of values, ``rows`` tuples of value indices. Raises ``TableTooLarge`` when there are more than ``limit`` boxes.
    """
    distinct = sorted({tuple(row) for row in rows})
    full = tuple((1 << size) - 1 for size in sizes)
    forbidden = _Trie(full, limit).boxes(distinct)
    widened = _widened(full, distinct, forbidden)
    return [tuple(mask & ~allowed for mask, allowed in zip(full, box, strict=True)) for box in _maximal(widened)]


class _Trie:
    """Forbidden boxes of the sub-tables, each distinct sub-table walked once."""

    def __init__(self, full: Box, limit: int) -> None:
        self.full = full
        self.limit = limit
        self.memo: dict[tuple[tuple[int, ...], ...], list[Box]] = {}

    def boxes(self, rows: list[tuple[int, ...]]) -> list[Box]:
        """Boxes over the last columns that no row lies in; the rows are sorted tuples over those columns."""
        depth = len(self.full) - len(rows[0]) if rows else 0
        if rows and not rows[0]:
            return []
        key = tuple(rows)
        known = self.memo.get(key)
        if known is None:
            known = self.memo[key] = self._split(rows, depth)
        return known

    def _split(self, rows: list[tuple[int, ...]], depth: int) -> list[Box]:
        by_value: dict[int, list[tuple[int, ...]]] = {}
        for row in rows:
            by_value.setdefault(row[0], []).append(row[1:])
        missing = self.full[depth]
        by_tail: dict[tuple[tuple[int, ...], ...], int] = {}
        for value, tails in by_value.items():
            missing &= ~(1 << value)
            key = tuple(tails)
            by_tail[key] = by_tail.get(key, 0) | 1 << value
        result: list[Box] = []
        if missing:
            result.append((missing, *self.full[depth + 1 :]))
        masks: dict[Box, int] = {}
        for tail, mask in by_tail.items():
            for box in self.boxes(list(tail)):
                masks[box] = masks.get(box, 0) | mask
        # a box below some values also covers the values that are forbidden here anyway
        result.extend((mask | missing, *box) for box, mask in masks.items())
        if len(result) > self.limit:
            raise TableTooLarge
        return result


def _widened(full: Box, rows: list[tuple[int, ...]], boxes: list[Box]) -> set[Box]:
    """Each box widened to a prime one, the column with most values first."""
    table = _Rows(full, rows)
    result: set[Box] = set()
    for box in boxes:
        wide = list(box)
        narrow = [column for column, mask in enumerate(box) if mask != full[column]]
        for column in sorted(narrow, key=lambda column: (-box[column].bit_count(), column)):
            others = table.every
            for other in narrow:
                if other != column:
                    others &= table.having(other, wide[other])
            wide[column] |= table.values_without(column, others)
        result.add(tuple(wide))
    return result


class _Rows:
    """Sets of rows (as masks) by what they have in a column."""

    def __init__(self, full: Box, rows: list[tuple[int, ...]]) -> None:
        self.full = full
        self.every = (1 << len(rows)) - 1
        self._by_value = _rows_by_value(full, rows)
        self._memo: dict[tuple[int, int], int] = {}

    def having(self, column: int, mask: int) -> int:
        """The rows with one of the values of the mask in the column."""
        if mask == self.full[column]:
            return self.every
        found = self._memo.get((column, mask))
        if found is None:
            found = 0
            for value, members in enumerate(self._by_value[column]):
                if mask >> value & 1:
                    found |= members
            self._memo[column, mask] = found
        return found

    def values_without(self, column: int, rows: int) -> int:
        """The mask of the values that none of the rows has in the column."""
        return sum(1 << value for value, members in enumerate(self._by_value[column]) if not members & rows)


def _rows_by_value(full: Box, rows: list[tuple[int, ...]]) -> list[list[int]]:
    """Per column and value the mask of the rows that have it."""
    result: list[list[int]] = []
    for column, mask in enumerate(full):
        members: list[list[str]] = [["0"] * len(rows) for _ in range(mask.bit_length())]
        for index, row in enumerate(rows):
            members[row[column]][-1 - index] = "1"
        result.append([int("".join(bits), 2) if bits else 0 for bits in members])
    return result


def _maximal(boxes: set[Box]) -> list[Box]:
    """The boxes that lie in no other, widest first, in an order that depends on the boxes alone."""
    ordered = sorted(boxes, key=lambda box: (-prod(mask.bit_count() for mask in box), box))
    keep: list[Box] = []
    for box in ordered:
        if not any(all(mask & ~wide == 0 for mask, wide in zip(box, other, strict=True)) for other in keep):
            keep.append(box)
    return keep
