"""Spec tables of several trims side by side: which rows differ and who has the best value. Pure over loaded rows."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from django.utils.functional import Promise

from apps.catalog.specs import GROUPS, ORDER, Better, Kind, SpecDefinition, definition

if TYPE_CHECKING:
    from apps.catalog.models import SpecValue, Trim


@dataclass(frozen=True, slots=True)
class Cell:
    """One value of one trim; ``best`` only where values of several trims can be ranked."""

    value: "SpecValue | None"
    best: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    definition: SpecDefinition
    cycle: str
    cells: tuple[Cell, ...]
    differs: bool


@dataclass(frozen=True, slots=True)
class Group:
    label: str | Promise
    rows: tuple[Row, ...]


def spec_table(trims: "Sequence[Trim]") -> tuple[Group, ...]:
    """The spec table of trims loaded with ``with_specs``, one column each, without empty rows and groups."""
    columns = [_values(trim) for trim in trims]
    keys = sorted({key for column in columns for key in column}, key=lambda key: (ORDER.get(key[0], 999), key))
    rows = [_row(key, cycle, [column.get((key, cycle)) for column in columns]) for key, cycle in keys]
    groups = [Group(group.label, tuple(row for row in rows if row.definition.group == group.key)) for group in GROUPS]
    return tuple(group for group in groups if group.rows)


def heads_that_differ(trims: "Sequence[Trim]") -> frozenset[str]:
    """Which of ``price``, ``energy`` and ``body`` these trims do not share."""
    facts: dict[str, set[int] | set[str]] = {
        "price": {trim.price for trim in trims},
        "energy": {trim.energy for trim in trims},
        "body": {trim.car_model.body for trim in trims},
    }
    return frozenset(name for name, found in facts.items() if len(found) > 1)


def _values(trim: "Trim") -> "dict[tuple[str, str], SpecValue]":
    sheets = getattr(trim, "current_sheets", [])
    return {(value.key, value.cycle): value for sheet in sheets for value in sheet.values.all()}


def _row(key: str, cycle: str, values: "list[SpecValue | None]") -> Row:
    spec = definition(key)
    facts = {None if value is None else (value.number, value.text_en, value.text_zh) for value in values}
    best = best_of([None if value is None else value.number for value in values], spec)
    cells = tuple(Cell(value, best is not None and value is not None and value.number == best) for value in values)
    return Row(spec, cycle, cells, differs=len(facts) > 1)


def best_of(numbers: Sequence[Decimal | int | None], spec: SpecDefinition) -> Decimal | int | None:
    """The best of at least two numbers that are not all the same, by the definition's direction; else nothing."""
    known = [number for number in numbers if number is not None]
    if spec.kind is not Kind.NUMBER or spec.better is Better.NEITHER or len(known) < 2 or len(set(known)) == 1:
        return None
    return max(known) if spec.better is Better.HIGHER else min(known)
