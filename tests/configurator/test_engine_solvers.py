"""The solving machine against a brute-force enumeration."""

from hypothesis import given, settings

from apps.configurator.engine.machine import Machine
from apps.configurator.engine.model import literals
from apps.configurator.engine.solvers import SolverModel
from tests.factories.engine import Brute, Case, make_cases, released, subsets_one_smaller


@settings(max_examples=25, deadline=None)
@given(make_cases())
def test_every_total_and_the_count_are_those_of_an_enumeration(case: Case) -> None:
    check_answer(SolverModel(case.model, case.context), case)


@settings(max_examples=25, deadline=None)
@given(make_cases())
def test_every_reason_is_minimal_and_every_repair_the_nearest(case: Case) -> None:
    check_explanations(SolverModel(case.model, case.context), case)


def check_answer(machine: Machine, case: Case) -> None:
    """Compare one answer, field by field."""
    brute = Brute(case.model, case.context)
    answer = machine.answer(case.choices)
    cars = brute.having(case.choices)
    assert answer.count == len(cars)
    assert answer.valid == bool(cars)
    assert answer.minimum == brute.least(case.choices)
    for literal in literals(case.model):
        table = answer.refuse if literal.startswith("!") else answer.from_total
        expected = brute.least((*released(case.model, case.choices, literal), literal))
        assert table[literal.removeprefix("!")] == expected, literal
        assert (literal in machine.possible(case.choices)) == (expected is not None)
    if cars:
        assert answer.complete is not None
        assert frozenset(answer.complete) in cars
        assert case.model.total(set(answer.complete)) == answer.minimum
        assert answer.forced == frozenset.intersection(*cars) - set(case.choices)
    else:
        assert answer.complete is None
        assert answer.forced == frozenset()
    check_budget(machine, case, brute)


def check_budget(machine: Machine, case: Case, brute: Brute) -> None:
    """With a budget exactly the options above it are blocked, and nothing else changes."""
    answer = machine.answer(case.choices)
    totals = sorted(total for total in answer.from_total.values() if total is not None)
    if not totals:
        return
    budget = totals[len(totals) // 2]
    within = machine.answer(case.choices, budget=budget)
    for option, total in answer.from_total.items():
        assert within.from_total[option] == (total if total is not None and total <= budget else None)
    assert (within.count, within.minimum) == (len(brute.having(case.choices)), answer.minimum)


def check_explanations(machine: Machine, case: Case) -> None:
    """A reason is a contradiction that loses its force with any part left out; a repair cannot be bettered."""
    brute = Brute(case.model, case.context)
    for literal in literals(case.model):
        kept = released(case.model, case.choices, literal)
        why = machine.why(case.choices, literal)
        assert (why is None) == bool(brute.having((*kept, literal)))
        if why is not None:
            assert set(why.choices) <= set(kept)
            check_minimal(case, why.choices, why.rules, (literal,))
        check_repair(machine, case, brute, kept, literal)
    conflict = machine.conflict(case.choices)
    assert (conflict is None) == bool(brute.having(case.choices))
    if conflict is not None:
        check_minimal(case, conflict.choices, conflict.rules, ())
    check_repair(machine, case, brute, tuple(dict.fromkeys(case.choices)), None)


def check_minimal(case: Case, choices: tuple[str, ...], rules: tuple[str, ...], fixed: tuple[str, ...]) -> None:
    """Contradictory as it stands, but not with any choice or rule left out."""
    brute = Brute(case.model, case.context, frozenset(rules))
    assert not brute.having((*choices, *fixed))
    for fewer in subsets_one_smaller(choices):
        assert brute.having((*fewer, *fixed))
    for fewer in subsets_one_smaller(rules):
        assert Brute(case.model, case.context, frozenset(fewer)).having((*choices, *fixed))


def check_repair(machine: Machine, case: Case, brute: Brute, kept: tuple[str, ...], asked: str | None) -> None:
    """As few choices given up and as cheap as the best of all cars, and what it says can be built."""
    repair = machine.repair_conflict(case.choices) if asked is None else machine.repair(case.choices, asked)
    best = brute.nearest(kept, () if asked is None else (asked,))
    if repair is None:
        assert best is None
        return
    assert (repair.changes, repair.price) == best
    assert set(repair.give_up) <= set(kept)
    left = tuple(choice for choice in kept if choice not in repair.give_up)
    assert len(left) == len(kept) - repair.changes
    assert asked is None or asked in repair.add
    assert brute.least((*left, *repair.add)) == repair.price
