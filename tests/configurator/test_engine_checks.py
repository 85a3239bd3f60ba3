"""What the editor is told about its rules, and the check before a circuit is published."""

from hypothesis import given, settings

from apps.configurator.engine.agreement import disagreement
from apps.configurator.engine.checks import Finding, findings
from apps.configurator.engine.compiled import CompiledModel
from apps.configurator.engine.machine import machine_for
from apps.configurator.engine.model import AtLeast, Available, Context, Excludes, Group, Model, Option, Requires, Rule
from apps.configurator.engine.publishing import compile_model
from apps.configurator.engine.solvers import SolverModel
from tests.bench.models import CONTEXT, make_vehicle
from tests.factories.engine import Brute, Case, make_cases

GROUPS = (
    Group("a", "one", (Option("m", 1), Option("n", 2), Option("o", 3))),
    Group("b", "any", (Option("x", 3), Option("y", 4), Option("z", 5))),
)


def found(*rules: Rule) -> list[Finding]:
    return findings(Model(GROUPS, rules), Context("CN"))


def test_sound_rules_have_no_findings() -> None:
    assert found(Requires("r1", ("x",), ("n",)), Excludes("r2", ("x", "y")), Available("v", "m", ("CN",))) == []


def test_a_contradiction_is_named_with_its_rules_alone() -> None:
    rules = (AtLeast("all", 3, ("x", "y", "z")), Requires("other", ("m",), ("x",)), Excludes("not", ("x", "z")))
    assert found(*rules) == [Finding("contradiction", "", ("all", "not"))]


def test_dead_and_forced_options_are_named_with_the_rules_at_fault() -> None:
    assert found(Requires("r1", ("m",), ("x",)), Excludes("r2", ("m", "x")), AtLeast("r3", 1, ("y",))) == [
        Finding("dead", "m", ("r1", "r2")),
        Finding("forced", "y", ("r3",)),
    ]


def test_the_last_option_left_in_a_group_is_forced() -> None:
    assert found(Available("v1", "m", ("US",)), Available("v2", "o", ("US",))) == [
        Finding("dead", "m", ("v1",)),
        Finding("forced", "n", ("v1", "v2")),
        Finding("dead", "o", ("v2",)),
    ]


def test_a_rule_that_follows_from_others_is_redundant() -> None:
    rules = (Requires("r1", ("x",), ("y",)), Requires("r2", ("y",), ("z",)), Requires("r3", ("x",), ("z",)))
    assert found(*rules) == [Finding("redundant", "r3", ("r1", "r2"))]


@settings(max_examples=60, deadline=None)
@given(make_cases())
def test_findings_are_those_of_an_enumeration(case: Case) -> None:
    brute = Brute(case.model, case.context)
    got = findings(case.model, case.context)
    assert (not brute.cars) == any(finding.kind == "contradiction" for finding in got)
    if not brute.cars:
        return
    options = {option.id for option in case.model.options()}
    assert {f.subject for f in got if f.kind == "dead"} == options - frozenset.union(*brute.cars)
    lone = {g.options[0].id for g in case.model.groups if g.pick == "one" and len(g.options) == 1}
    assert {f.subject for f in got if f.kind == "forced"} == frozenset.intersection(*brute.cars) - lone
    names = frozenset(rule.id for rule in case.model.rules)
    for finding in got:
        if finding.kind == "redundant":
            without = Brute(case.model, case.context, names - {finding.subject})
            assert without.cars == brute.cars
            alone = Brute(case.model, case.context, frozenset(finding.rules))
            both = Brute(case.model, case.context, frozenset({*finding.rules, finding.subject}))
            assert alone.cars == both.cars


def test_a_circuit_of_the_model_agrees_with_the_solvers_and_one_of_another_model_does_not() -> None:
    model, other = make_vehicle(40, seed=2), make_vehicle(40, seed=2, rules_per_option=1.3)
    assert disagreement(machine_for(model, CONTEXT), SolverModel(model, CONTEXT), clicks=8) is None
    wrong = CompiledModel(model, CONTEXT, compile_model(other, CONTEXT))
    assert disagreement(wrong, SolverModel(model, CONTEXT), clicks=8) is not None
