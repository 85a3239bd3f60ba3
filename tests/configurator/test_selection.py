"""From choices to one exact car."""

from datetime import date

from apps.configurator.engine.machine import machine_for
from apps.configurator.engine.model import (
    AtLeast,
    AtMost,
    Available,
    Context,
    Excludes,
    Group,
    Model,
    Option,
    Requires,
    Table,
)
from apps.configurator.selection import Settled, fulfilled, known, settle, with_choice

MODEL = Model(
    (
        Group("paint", "one", (Option("blue"), Option("red", 100))),
        Group("wheels", "one", (Option("small"), Option("large", 300))),
        Group("extras", "any", (Option("tow", 50), Option("rack", 20))),
    ),
    (Requires("r1", ("red",), ("large",)), AtLeast("r2", 1, ("tow", "rack"))),
)
CONTEXT = Context("CN", date(2026, 1, 1))


def settled(*choices: str) -> Settled:
    return settle(MODEL, CONTEXT, choices, machine_for(MODEL, CONTEXT).answer(choices))


def test_undecided_groups_are_named_in_the_models_order() -> None:
    assert settled().undecided == ("paint", "wheels")


def test_what_is_forced_is_in_the_car() -> None:
    found = settled("red", "tow")
    assert found.picked == {"red", "large", "tow"}
    assert found.complete


def test_a_rule_that_waits_for_one_more_extra_keeps_its_group_open() -> None:
    assert settled("blue", "small").undecided == ("extras",)


def test_a_new_choice_replaces_its_groups_choice_and_its_own_refusal() -> None:
    assert with_choice(MODEL, ("red", "tow"), "blue") == ("tow", "blue")
    assert with_choice(MODEL, ("!tow",), "tow") == ("tow",)


def test_unknown_choices_and_refusals_of_single_choices_are_sorted_out() -> None:
    assert known(MODEL, ["red", "red", "!tow", "!blue", "gone"]) == (("red", "!tow"), ("!blue", "gone"))


def test_each_kind_of_rule_is_judged_on_a_whole_car() -> None:
    car = frozenset({"red", "large", "tow"})
    judged = {
        rule.id: fulfilled(rule, car, CONTEXT)
        for rule in (
            Requires("requires", ("red",), ("large",)),
            Excludes("excludes", ("red", "tow")),
            AtLeast("at_least", 2, ("tow", "rack")),
            AtMost("at_most", 1, ("tow", "rack")),
            Available("available", "tow", ("CN-N",)),
            Table("table", ("paint", "wheels"), (("blue", "small"), ("red", "large"))),
        )
    }
    assert judged == {
        "requires": True,
        "excludes": False,
        "at_least": False,
        "at_most": True,
        "available": False,
        "table": True,
    }
