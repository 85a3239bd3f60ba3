"""Reasons in models with so many rules that they are switched on in blocks."""

import random
from dataclasses import replace

from apps.configurator.engine.encoding import encode
from apps.configurator.engine.explain import BLOCKS_ABOVE, RuleSolver, quickxplain
from apps.configurator.engine.model import AtMost, Context, Group, Model, Option
from tests.bench.models import CONTEXT, make_vehicle
from tests.factories.engine import subsets_one_smaller

MODEL = make_vehicle(160, seed=5)


def possible(rules: tuple[str, ...], wanted: tuple[str, ...]) -> bool:
    """Whether the wanted literals go together under some of the rules."""
    model = replace(MODEL, rules=tuple(rule for rule in MODEL.rules if rule.id in rules))
    solver = RuleSolver(model, encode(model, CONTEXT))
    try:
        return solver.car(wanted) is not None
    finally:
        solver.close()


def test_a_reason_among_hundreds_of_rules_is_minimal() -> None:
    assert len(MODEL.rules) > BLOCKS_ABOVE
    solver = RuleSolver(MODEL, encode(MODEL, CONTEXT))
    rng = random.Random(1)
    options = [option.id for option in MODEL.options()]
    explained = 0
    while explained < 6:
        *choices, asked = rng.sample(options, 13)
        why = solver.conflict(choices, [asked])
        if why is None:
            continue
        explained += 1
        assert not possible(why.rules, (*why.choices, asked))
        for fewer in subsets_one_smaller(why.rules):
            assert possible(fewer, (*why.choices, asked))
        for kept in subsets_one_smaller(why.choices):
            assert possible(why.rules, (*kept, asked))
    solver.close()


def test_a_rule_that_counts_many_options_is_named_with_exactly_as_many_choices_as_it_allows() -> None:
    options = tuple(Option(f"x{i}") for i in range(20))
    model = Model((Group("g", "any", options),), (AtMost("few", 5, tuple(option.id for option in options)),))
    solver = RuleSolver(model, encode(model, Context()))
    why = solver.conflict([f"x{i}" for i in range(8)], ["x19"])
    assert why is not None
    assert (len(why.choices), why.rules) == (5, ("few",))
    assert solver.conflict([f"x{i}" for i in range(4)], ["x19"]) is None
    solver.close()


def test_quickxplain_prefers_what_comes_first() -> None:
    def consistent(items: list[int]) -> bool:
        return not ({1, 5} <= set(items) or {2, 7} <= set(items))

    assert sorted(quickxplain(consistent, [], [1, 2, 5, 7])) == [1, 5]
    assert quickxplain(consistent, [1, 5], [2, 7]) == []
