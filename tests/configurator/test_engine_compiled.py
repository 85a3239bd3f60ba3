"""The compiled machine against a brute-force enumeration, and on larger models against the solvers."""

import random
from dataclasses import replace
from functools import cache

import pytest
from hypothesis import given, settings

from apps.configurator.engine.compiled import CompiledModel
from apps.configurator.engine.machine import machine_for
from apps.configurator.engine.model import Context, Group, Model, Option, PriceRule, Requires, literals
from apps.configurator.engine.publishing import compile_model
from apps.configurator.engine.solvers import SolverModel
from apps.configurator.engine.sweep import Mode
from tests.bench.models import CONTEXT, make_vehicle
from tests.factories.engine import Case, make_cases

from .test_engine_solvers import check_answer, check_explanations


def make_machine(case: Case) -> CompiledModel:
    return CompiledModel(case.model, case.context, compile_model(case.model, case.context), mode="interpreted")


@cache
def make_vehicle_machine(mode: Mode, options: int = 45) -> CompiledModel:
    model = make_vehicle(options, seed=3, coupling=0.1)
    return CompiledModel(model, CONTEXT, compile_model(model, CONTEXT), mode=mode)


def random_choices(machine: CompiledModel, seed: int, size: int) -> tuple[str, ...]:
    """Choices of any kind, contradictory ones among them."""
    return tuple(random.Random(seed).sample(list(literals(machine.model)), size))


@settings(max_examples=150, deadline=None)
@given(make_cases())
def test_every_total_and_the_count_are_those_of_an_enumeration(case: Case) -> None:
    check_answer(make_machine(case), case)


@settings(max_examples=100, deadline=None)
@given(make_cases())
def test_every_reason_is_minimal_and_every_repair_the_nearest(case: Case) -> None:
    check_explanations(make_machine(case), case)


@settings(max_examples=30, deadline=None)
@given(make_cases())
def test_all_repairs_of_one_sweep_are_those_asked_one_by_one(case: Case) -> None:
    machine = make_machine(case)
    found = {literal: machine.repair(case.choices, literal) for literal in literals(case.model)}
    expected = {literal: (repair.changes, repair.price) for literal, repair in found.items() if repair is not None}
    assert machine.repairs(case.choices) == expected
    some = sorted(found)[::2]
    assert machine.repairs(case.choices, some) == {name: expected[name] for name in some if name in expected}


@pytest.mark.parametrize("size", [0, 2, 5])
def test_a_vehicle_is_answered_as_the_solvers_answer_it(size: int) -> None:
    machine = make_vehicle_machine("compiled")
    solver = SolverModel(machine.model, machine.context, count_limit=0)
    choices = random_choices(machine, size, size)
    ours, theirs = machine.answer(choices), solver.answer(choices)
    assert replace(ours, count=None, complete=None) == replace(theirs, count=None, complete=None, valid=ours.valid)
    assert machine.possible(choices) == solver.possible(choices)
    for option in random.Random(size).sample([o.id for o in machine.model.options()], 4):
        nearest, expected = machine.repair(choices, option), solver.repair(choices, option)
        assert (nearest is None) == (expected is None)
        if nearest is not None and expected is not None:
            assert (nearest.changes, nearest.price) == (expected.changes, expected.price)


@pytest.mark.parametrize(("seed", "options"), [*((seed, 45) for seed in range(6)), *((seed, 150) for seed in range(6))])
def test_compiled_and_interpreted_kernels_agree(seed: int, options: int) -> None:
    """With 45 options every number of cars is below 2^53, with 150 there are nodes with more and with fewer."""
    fast, slow = make_vehicle_machine("compiled", options), make_vehicle_machine("interpreted", options)
    assert (fast.circuit.total > 2**53) == (options == 150)
    choices = random_choices(fast, seed, seed)
    assert fast.answer(choices) == slow.answer(choices)
    every = fast.repairs(choices)
    assert every == slow.repairs(choices)
    blocked = [literal for literal in literals(fast.model) if literal not in fast.possible(choices)]
    expected = {literal: every[literal] for literal in blocked if literal in every}
    assert expected or seed < 2
    for machine in (fast, slow):
        assert machine.repairs(choices, [*blocked, "nonsense"]) == expected


@pytest.mark.parametrize("size", [51, 54, 100, 700, 1100])
def test_a_number_of_cars_beyond_any_register_is_exact(size: int) -> None:
    """2^1100 is also beyond what a double can hold roughly."""
    options = tuple(Option(f"x{i}", i) for i in range(size))
    model = Model((Group("a", "one", (Option("m"), Option("n"), Option("o"))), Group("g", "any", options)))
    machine = CompiledModel(model, Context(), compile_model(model, Context()), mode="compiled")
    assert machine.answer(()).count == 3 * 2**size
    assert machine.answer(("x1", "!x2", "m")).count == 2 ** (size - 2)
    assert machine.answer(("x1", "!x1")).count == 0


def test_a_price_change_needs_no_new_circuit() -> None:
    machine = make_vehicle_machine("compiled")
    model = machine.model
    groups = tuple(replace(g, options=tuple(replace(o, price=o.price + 7) for o in g.options)) for g in model.groups)
    rules = tuple(replace(rule, amount=rule.amount - 3) for rule in model.price_rules)
    dearer = CompiledModel(replace(model, groups=groups, price_rules=rules), CONTEXT, machine.circuit)
    solver = SolverModel(dearer.model, CONTEXT)
    for option in ("engine-1", "f0c-0", "f1a-0"):
        assert dearer.answer(()).from_total[option] == solver.least((option,))


def test_prices_beyond_the_exactness_of_doubles_are_exact() -> None:
    dear = (1 << 56) + 1
    model = Model(
        (Group("a", "one", (Option("m", dear), Option("n", dear + 1))), Group("b", "any", (Option("x", 1),))),
        price_rules=(PriceRule("p", ("n", "x"), -3),),
    )
    machine = CompiledModel(model, Context(), compile_model(model, Context()), mode="compiled")
    answer = machine.answer(())
    assert answer.from_total == {"m": dear, "n": dear - 1, "x": dear - 1}
    repair = machine.repair(("m",), "x")
    assert repair is not None
    assert repair.price == dear + 1


@pytest.mark.parametrize("size", [0, 1])
def test_a_group_without_options_has_no_car_and_one_option_is_forced(size: int) -> None:
    model = Model(
        (Group("a", "one", tuple(Option(f"m{i}", 4) for i in range(size))), Group("b", "any", (Option("x"),)))
    )
    answer = machine_for(model, Context()).answer(())
    assert answer.valid == bool(size)
    assert answer.count == 2 * size
    assert answer.forced == frozenset(["m0"][:size])
    assert answer.minimum == (4 if size else None)
    assert answer.undecided == (() if size else ("a",))


def test_a_forced_option_and_a_blocked_one_explain_each_other() -> None:
    model = Model(
        (Group("a", "one", (Option("m"), Option("n", 5))), Group("b", "any", (Option("x", 3),))),
        (Requires("r", ("n",), ("x",)),),
    )
    machine = machine_for(model, Context())
    answer = machine.answer(("n",))
    assert answer.forced == {"x"}
    assert answer.refuse == {"x": None}
    why = machine.why(("n",), "!x")
    assert why is not None
    assert (why.choices, why.rules) == (("n",), ("r",))
    repair = machine.repair(("n",), "!x")
    assert repair is not None
    assert (repair.give_up, repair.add, repair.price) == (("n",), ("!x", "m"), 0)
