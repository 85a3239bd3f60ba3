"""Table rules from a spreadsheet and back. Pure.

The first line names groups, the others options of them; by code or by the name in either language, whatever the
capitals, the width of the letters and the spaces. Tabs, commas, semicolons and bars are told apart by which of them
makes the first line groups of this car.
"""

import csv
import io
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

DELIMITERS = "\t,;|，；"
MOST_ROWS = 20_000
MOST_FAULTS = 200
"""More than this nobody reads; the count is told."""


@dataclass(frozen=True)
class Column:
    """A group that can be a column: its code, its names, and its options as (code, English, Chinese)."""

    code: str
    names: tuple[str, str]
    options: tuple[tuple[str, str, str], ...]
    single: bool = True


@dataclass(frozen=True)
class Fault:
    """``row`` counts the lines of the sheet from 1, the header included; ``column`` from 1, 0 for the whole row."""

    row: int
    column: int
    message: str


@dataclass(frozen=True)
class Sheet:
    """What was understood: group codes, rows of option codes in the sheet's order, each once."""

    groups: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    faults: tuple[Fault, ...] = ()
    more_faults: int = 0
    repeated: int = 0
    """How many rows stood there more than once."""


@dataclass
class _Reading:
    faults: list[Fault] = field(default_factory=list)
    more: int = 0

    def fault(self, row: int, column: int, message: str) -> None:
        if len(self.faults) < MOST_FAULTS:
            self.faults.append(Fault(row, column, message))
        else:
            self.more += 1


def decode(data: bytes) -> str:
    """A file's text: UTF-8 with or without a mark, UTF-16 with one, else the Chinese Windows encoding."""
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return data.decode("utf-16", errors="replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("gb18030", errors="replace")


def read(text: str, columns: Sequence[Column]) -> Sheet:
    """The table that a pasted text means, with everything that was not understood by row and column."""
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    if not text.strip():
        return Sheet(faults=(Fault(1, 0, _("Paste a header and at least one row.")),))
    lines = _lines(text, _delimiter(text, columns))
    reading = _Reading()
    (top, header), *body = lines
    chosen = _header(top, header, columns, reading)
    if reading.faults:
        return Sheet(faults=tuple(reading.faults), more_faults=reading.more)
    if len(body) > MOST_ROWS:
        message = _("At most %(most)s rows; these are %(count)s.") % {"most": f"{MOST_ROWS:,}", "count": len(body)}
        return Sheet(groups=tuple(column.code for column in chosen), faults=(Fault(MOST_ROWS + 1, 0, message),))
    rows, repeated = _rows(body, chosen, reading)
    if not rows and not reading.faults:
        reading.fault(top + 1, 0, _("There is no row below the header."))
    return Sheet(tuple(column.code for column in chosen), tuple(rows), tuple(reading.faults), reading.more, repeated)


def write(
    groups: Iterable[str],
    rows: Iterable[Sequence[str]],
    *,
    heads: Mapping[str, str] | None = None,
    cells: Mapping[str, str] | None = None,
    delimiter: str = ",",
) -> str:
    """The table as CSV: codes, or names where ``heads`` (groups) and ``cells`` (options) have one for a code."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter, lineterminator="\r\n")
    head, cell = (heads or {}).get, (cells or {}).get
    writer.writerow([head(code, code) for code in groups])
    writer.writerows([[cell(code, code) for code in row] for row in rows])
    return out.getvalue()


def _lines(text: str, delimiter: str) -> list[tuple[int, list[str]]]:
    """The lines that hold anything, with their numbers; empty cells at a line's end are a spreadsheet's, not meant."""
    reader = csv.reader(io.StringIO(text), delimiter=delimiter, skipinitialspace=True)
    found: list[tuple[int, list[str]]] = []
    for cells in reader:
        if not any(cell.strip() for cell in cells):
            continue
        least = len(found[0][1]) if found else 0
        while len(cells) > least and not cells[-1].strip():
            cells.pop()
        found.append((reader.line_num, cells))
    return found


def _delimiter(text: str, columns: Sequence[Column]) -> str:
    first = next(line for line in text.split("\n") if line.strip())
    known = {key for column in columns for key in _keys(column.code, *column.names)}

    def groups(delimiter: str) -> tuple[int, int]:
        cells = next(csv.reader([first], delimiter=delimiter, skipinitialspace=True), [])
        return sum(_key(cell) in known for cell in cells), len(cells)

    return max(DELIMITERS, key=groups)


def _header(row: int, cells: list[str], columns: Sequence[Column], reading: _Reading) -> list[Column]:
    chosen: list[Column] = []
    by_key = _by_key((column, (column.code, *column.names)) for column in columns)
    for place, cell in enumerate(cells, start=1):
        found = by_key.get(_key(cell), [])
        if not found:
            reading.fault(row, place, _("This car has no group “%(text)s”.") % {"text": cell.strip()})
        elif len(found) > 1:
            codes = ", ".join(column.code for column in found)
            reading.fault(
                row, place, _("“%(text)s” may be %(codes)s: write the code.") % {"text": cell, "codes": codes}
            )
        elif not found[0].single:
            text = _("A column is a group of which exactly one option is picked; “%(text)s” is not.")
            reading.fault(row, place, text % {"text": cell})
        elif found[0] in chosen:
            reading.fault(row, place, _("“%(text)s” is there twice.") % {"text": cell})
        else:
            chosen.append(found[0])
    if not reading.faults and len(chosen) < 2:
        reading.fault(row, 0, _("A table has at least two columns."))
    return chosen


def _rows(
    lines: list[tuple[int, list[str]]], columns: list[Column], reading: _Reading
) -> tuple[list[tuple[str, ...]], int]:
    options = [_by_key(((code, (code, *names)) for code, *names in column.options)) for column in columns]
    rows: dict[tuple[str, ...], None] = {}
    good = 0
    for number, cells in lines:
        if len(cells) != len(columns):
            text = _("This row has %(cells)s cells, the header %(columns)s.")
            reading.fault(number, 0, text % {"cells": len(cells), "columns": len(columns)})
            continue
        row = []
        for place, cell in enumerate(cells):
            found = options[place].get(_key(cell), [])
            if len(found) == 1:
                row.append(found[0])
            else:
                reading.fault(number, place + 1, _cell_fault(cell, columns[place], found))
        if len(row) == len(columns):
            good += 1
            rows[tuple(row)] = None
    return list(rows), good - len(rows)


def _cell_fault(cell: str, column: Column, found: list[str]) -> str:
    values = {"text": cell.strip(), "group": column.code, "codes": ", ".join(found)}
    if found:
        return _("“%(text)s” may be %(codes)s: write the code.") % values
    if not cell.strip():
        return _("This cell is empty.")
    return _("“%(text)s” is no option of %(group)s.") % values


def _by_key[T](entries: Iterable[tuple[T, Sequence[str]]]) -> dict[str, list[T]]:
    """By code first: a code always means itself, even where it is another one's name."""
    entries = list(entries)
    found: dict[str, list[T]] = {}
    for entry, (_code, *names) in entries:
        for key in _keys(*names):
            found.setdefault(key, []).append(entry)
    for entry, (code, *_names) in entries:
        found[_key(code)] = [entry]
    return found


def _keys(*texts: str) -> set[str]:
    return {_key(text) for text in texts if text}


def _key(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())
