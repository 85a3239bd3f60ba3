"""Simplifying and importing feature models: no car is lost, and every literal keeps its price."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.configurator.engine.cnf import read_dimacs
from apps.configurator.engine.encoding import encode
from apps.configurator.engine.model import AtMost, Context, Group, Model, ModelError, Option, Requires
from apps.configurator.engine.simplify import simplified
from tests.bench.models import priced
from tests.factories.engine import Case

from .test_engine_compiled import make_machine
from .test_engine_solvers import check_answer

LITERALS = st.integers(1, 8).flatmap(lambda number: st.sampled_from([number, -number]))
CLAUSES = st.lists(st.lists(LITERALS, min_size=1, max_size=3), max_size=14)


@settings(max_examples=100, deadline=None)
@given(CLAUSES, st.lists(st.integers(1, 8), max_size=2), st.integers(0, 9))
def test_a_feature_model_keeps_all_its_products_and_prices(
    clauses: list[list[int]], chosen: list[int], seed: int
) -> None:
    lines = ["p cnf 8 0", *(" ".join(map(str, [*clause, 0])) for clause in clauses)]
    model = priced(read_dimacs(lines), seed=seed)
    case = Case(model, Context(), tuple(f"v{number}" for number in chosen))
    check_answer(make_machine(case), case)


def test_alternatives_and_their_parent_become_one_variable() -> None:
    children = ("a", "b", "c", "d")
    model = Model(
        (Group("features", "any", tuple(Option(name) for name in ("parent", *children, "dead", "other"))),),
        (
            AtMost("alternative", 1, children),
            Requires("child", ("parent",), children),
            *(Requires(f"up-{name}", (name,), ("parent",)) for name in children),
            Requires("never", ("dead",), ()),
        ),
    )
    reduced = simplified(encode(model, Context()))
    assert sorted(reduced.sizes) == [2, 5]
    assert reduced.clauses == []
    assert len(reduced.fixed) == 1
    assert sum(len(slots) for slots in max(reduced.slots, key=len)) == 5 * 5


def test_names_come_from_comments_and_clauses_may_span_lines() -> None:
    model = read_dimacs(["c 1 wheel", "p cnf 3 1", "-1 2", "3 0"])
    assert [option.id for option in model.options()] == ["wheel", "v2", "v3"]
    assert model.rules == (Requires("c1", ("wheel",), ("v2", "v3")),)


def test_what_is_no_number_is_refused_with_its_line() -> None:
    with pytest.raises(ModelError) as caught:
        read_dimacs(["p cnf 2 1", "1 x 0"])
    assert caught.value.path == "line 2"
