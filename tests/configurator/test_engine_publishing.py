"""Compiling within a budget, in a process of its own, and what happens beyond the budget."""

import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

from apps.configurator.engine.circuit import circuit_of
from apps.configurator.engine.compiled import CompiledModel
from apps.configurator.engine.compiler import Budget, BudgetExceeded, compile_problem
from apps.configurator.engine.encoding import encode
from apps.configurator.engine.entangling import entangling_rules
from apps.configurator.engine.machine import machine_for
from apps.configurator.engine.model import AtMost, Group, Model, Option, Requires
from apps.configurator.engine.process import compile_apart
from apps.configurator.engine.publishing import compile_model
from apps.configurator.engine.simplify import simplified
from apps.configurator.engine.solvers import SolverModel
from tests.bench.models import CONTEXT, make_vehicle

SMALL = make_vehicle(40, seed=2)
TANGLED = make_vehicle(120, seed=1, coupling=0.9)


def test_within_the_budget_a_machine_is_compiled() -> None:
    assert isinstance(machine_for(SMALL, CONTEXT), CompiledModel)


def test_beyond_the_budget_a_machine_solves_and_answers_the_same() -> None:
    fallback = machine_for(SMALL, CONTEXT, Budget(edges=20), apart=True)
    assert isinstance(fallback, SolverModel)
    assert fallback.possible(("engine-1",)) == machine_for(SMALL, CONTEXT).possible(("engine-1",))


def test_a_compile_stops_at_its_budget_and_says_how_far_it_came() -> None:
    with pytest.raises(BudgetExceeded) as caught:
        compile_model(TANGLED, CONTEXT, Budget(edges=2_000))
    assert caught.value.edges == 2_000
    with pytest.raises(BudgetExceeded):
        compile_model(TANGLED, CONTEXT, Budget(seconds=0.0))


@pytest.mark.parametrize("drivers_above", [None, 0, 30])
def test_every_way_of_branching_finds_the_same_cars(drivers_above: int | None) -> None:
    problem = simplified(encode(SMALL, CONTEXT))
    total = compile_model(SMALL, CONTEXT).total
    for order in (range(len(problem.slots)), reversed(range(len(problem.slots)))):
        compiled = compile_problem(problem, list(order), drivers_above=drivers_above)
        assert circuit_of(compiled, "").total == total


def test_threads_may_compile_at_the_same_time_and_the_recursion_limit_is_as_before() -> None:
    usual = sys.getrecursionlimit()
    with ThreadPoolExecutor(4) as pool:
        made = list(pool.map(lambda _: compile_model(SMALL, CONTEXT).to_bytes(), range(4)))
    assert len(set(made)) == 1
    assert sys.getrecursionlimit() == usual


def test_the_rule_that_ties_everything_together_is_named() -> None:
    options = tuple(f"x{i}" for i in range(12))
    chain = tuple(Requires(f"c{i}", (options[i],), (options[i + 1],)) for i in range(11))
    group = Group("g", "any", tuple(Option(option) for option in options))
    model = Model((group,), (*chain, AtMost("tangle", 10, options)))
    assert entangling_rules(model, CONTEXT, 1) == ["tangle"]


def test_a_process_of_its_own_makes_the_same_artefact() -> None:
    assert compile_apart(SMALL, CONTEXT).to_bytes() == compile_model(SMALL, CONTEXT).to_bytes()


def test_a_process_of_its_own_reports_its_progress_and_keeps_to_the_budget() -> None:
    seen: list[int] = []
    with pytest.raises(BudgetExceeded):
        compile_apart(TANGLED, CONTEXT, Budget(edges=3_000), lambda _seconds, edges: seen.append(edges))
    assert seen == sorted(seen) or len(seen) > 1


class Cancelled(Exception):
    pass


def test_a_compile_can_be_cancelled() -> None:
    def cancel(_seconds: float, _edges: int) -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        compile_apart(TANGLED, CONTEXT, Budget(seconds=20), cancel)
