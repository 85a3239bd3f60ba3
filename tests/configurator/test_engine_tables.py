"""Tables as clauses."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from apps.configurator.engine.tables import TableTooLarge, table_clauses

SIZES = (3, 2, 4)
CELLS = st.tuples(*(st.integers(0, size - 1) for size in SIZES))


def fulfils(clauses: list[tuple[int, ...]], row: tuple[int, ...]) -> bool:
    return all(any(mask >> value & 1 for mask, value in zip(clause, row, strict=True)) for clause in clauses)


@hypothesis_settings(max_examples=30)
@given(st.lists(CELLS, max_size=20))
def test_exactly_the_rows_fulfil_the_clauses(rows: list[tuple[int, ...]]) -> None:
    clauses = table_clauses(SIZES, rows)
    for row in product(*map(range, SIZES)):
        assert fulfils(clauses, row) == (row in rows)


@hypothesis_settings(max_examples=30)
@given(st.lists(CELLS, min_size=1, max_size=20))
def test_no_clause_can_be_made_stronger(rows: list[tuple[int, ...]]) -> None:
    for clause in table_clauses(SIZES, rows):
        for column, mask in enumerate(clause):
            for value in range(SIZES[column]):
                if mask >> value & 1:
                    stronger = (*clause[:column], mask & ~(1 << value), *clause[column + 1 :])
                    assert not all(fulfils([stronger], row) for row in rows)


def test_a_table_without_rows_is_a_contradiction_and_a_full_one_says_nothing() -> None:
    assert table_clauses((2, 2), []) == [(0, 0)]
    assert table_clauses((2, 2), list(product(range(2), range(2)))) == []


def test_a_table_with_too_large_a_complement_is_given_up() -> None:
    rows = [(a, b) for a in range(12) for b in range(12) if a == b]
    with pytest.raises(TableTooLarge):
        table_clauses((12, 12), rows, limit=5)
