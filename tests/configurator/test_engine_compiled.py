"""The compiled machine against a brute-force enumeration."""

from hypothesis import given, settings

from apps.configurator.engine.compiled import CompiledModel
from apps.configurator.engine.publishing import compile_model
from tests.factories.engine import Case, make_cases

from .test_engine_solvers import check_answer, check_explanations


def make_machine(case: Case) -> CompiledModel:
    return CompiledModel(case.model, case.context, compile_model(case.model, case.context), mode="interpreted")


@settings(max_examples=40, deadline=None)
@given(make_cases())
def test_every_total_and_the_count_are_those_of_an_enumeration(case: Case) -> None:
    check_answer(make_machine(case), case)


@settings(max_examples=40, deadline=None)
@given(make_cases())
def test_every_reason_is_minimal_and_every_repair_the_nearest(case: Case) -> None:
    check_explanations(make_machine(case), case)
