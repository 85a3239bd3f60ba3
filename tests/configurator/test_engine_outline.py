"""What is worked out without prices says the same as the answer with them."""

from hypothesis import given, settings

from apps.configurator.engine.compiled import CompiledModel
from apps.configurator.engine.outline import outline_of
from apps.configurator.engine.publishing import compile_model
from apps.configurator.engine.solvers import SolverModel
from tests.factories.engine import Case, make_cases


@settings(max_examples=150, deadline=None)
@given(make_cases())
def test_the_outline_of_any_choices_agrees_with_their_answer(case: Case) -> None:
    machine = CompiledModel(case.model, case.context, compile_model(case.model, case.context), mode="interpreted")
    choices = case.model.normal_choices(case.choices)
    answer = machine.answer(choices)
    possible = SolverModel(case.model, case.context).possible(choices)
    outline = outline_of(case.model, choices, possible)
    assert outline.valid == answer.valid
    assert outline.forced == answer.forced
    assert outline.undecided == answer.undecided
    assert outline.possible == {
        *(option for option, total in answer.from_total.items() if total is not None),
        *(f"!{option}" for option, total in answer.refuse.items() if total is not None),
    }
