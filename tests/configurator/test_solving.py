"""Totals in fallback mode: possible at once, priced in the background, exactly, once for everybody."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from apps.configurator import solving
from apps.configurator.engine.compiled import CompiledModel
from apps.configurator.engine.deadline import TookTooLong
from apps.configurator.engine.model import ModelError
from apps.configurator.engine.publishing import compile_model
from apps.configurator.engine.solvers import SolverModel
from apps.configurator.machines import Session, forget_everything
from apps.configurator.models import SolvedAnswer
from apps.configurator.services import open_session
from tests.factories.configurator import SMALL_CAR, give_up_compiling, make_configurator

State = SolvedAnswer.State


@pytest.fixture
def session(db: None, settings: Any, tmp_path: Path) -> Iterator[Session]:
    """A car on sale whose compile was given up, on a machine that has no circuit of it from elsewhere."""
    settings.VAR = tmp_path
    extra = {
        "code": "entangled",
        "reason": ["Because.", "原因。"],
        "at_most": {"k": 2, "options": ["tow", "rack", "heater"]},
    }
    make_configurator(rules=[*SMALL_CAR["rules"], extra])
    give_up_compiling(open_session("small-car").document)
    found = open_session("small-car")
    assert not found.exact
    yield found
    forget_everything()


@pytest.mark.django_db
def test_what_is_possible_is_said_at_once_and_the_totals_when_a_worker_has_solved_them(session: Session) -> None:
    assert "large" in session.possible(("red",))
    assert session.priced(("red",)) is None
    assert session.priced(("red",)) is None
    assert SolvedAnswer.objects.get().state == State.QUEUED
    assert solving.work() is False
    exact = CompiledModel(session.machine.model, session.context, compile_model(session.machine.model, session.context))
    answer, truth = session.priced(("red",)), exact.answer(("red",))
    assert answer is not None
    assert dict(answer.from_total) == dict(truth.from_total)
    assert dict(answer.refuse) == dict(truth.refuse)
    assert (answer.valid, answer.count, answer.minimum) == (truth.valid, truth.count, truth.minimum)
    assert (answer.forced, answer.undecided) == (truth.forced, truth.undecided)
    assert session.outline(("red",)).forced == truth.forced


@pytest.mark.django_db
def test_another_process_reads_what_was_solved_and_memory_needs_no_query(
    session: Session, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    session.priced(("tow", "blue"))
    solving.work()
    forget_everything()
    again = open_session("small-car")
    assert again.machine is not None
    with django_assert_num_queries(1):
        assert again.priced(("blue", "tow")) is not None  # whatever the order
    with django_assert_num_queries(0):
        assert again.priced(("tow", "blue", "tow")) is not None


@pytest.mark.django_db
def test_a_choice_that_does_not_exist_is_refused_and_asks_nothing(session: Session) -> None:
    with pytest.raises(ModelError):
        session.priced(("nope",))
    assert not SolvedAnswer.objects.exists()


@pytest.mark.django_db
def test_only_so_many_questions_wait(session: Session) -> None:
    now = timezone.now()
    others = [
        SolvedAnswer(key=f"{number:064}", document="0" * 64, model={}, choices=[], asked_at=now)
        for number in range(solving.QUEUE - 2)
    ]
    SolvedAnswer.objects.bulk_create(others)
    for choices in (("red",), ("blue",), ("tow",), ("rack",)):
        assert session.priced(choices) is None
    assert SolvedAnswer.objects.count() == solving.QUEUE
    SolvedAnswer.objects.filter(document="0" * 64).update(asked_at=now - timedelta(minutes=1))  # they have gone
    solving.work()
    assert session.priced(("tow",)) is None
    assert SolvedAnswer.objects.filter(document=session.document.sha256, state=State.QUEUED).count() == 1


@pytest.mark.django_db
def test_what_nobody_waits_for_any_more_is_not_solved_until_somebody_asks_again(session: Session) -> None:
    session.priced(("red",))
    SolvedAnswer.objects.update(asked_at=timezone.now() - timedelta(minutes=1))
    solving.work()
    assert SolvedAnswer.objects.get().state == State.QUEUED
    session.priced(("red",))
    solving.work()
    assert SolvedAnswer.objects.get().state == State.DONE


@pytest.mark.django_db
def test_what_takes_too_long_is_given_up_and_tried_again_later(session: Session) -> None:
    session.priced(("red",))
    solving.work(limit_s=0.0)
    row = SolvedAnswer.objects.get()
    assert (row.state, row.model, row.answer) == (State.FAILED, None, None)
    assert session.priced(("red",)) is None
    assert SolvedAnswer.objects.get().state == State.FAILED
    SolvedAnswer.objects.update(done_at=timezone.now() - timedelta(hours=1))
    session.priced(("red",))
    solving.work()
    assert session.priced(("red",)) is not None


@pytest.mark.django_db
def test_a_real_deadline_ends_a_real_search(session: Session) -> None:
    machine = session.machine
    assert isinstance(machine, SolverModel)
    with pytest.raises(TookTooLong):
        machine.answer((), seconds=-1)


@pytest.mark.django_db
def test_a_question_that_kills_workers_is_given_up(session: Session) -> None:
    session.priced(("red",))
    SolvedAnswer.objects.update(attempts=solving.ATTEMPTS)
    solving.work()
    assert SolvedAnswer.objects.get().state == State.FAILED


@pytest.mark.django_db
def test_old_answers_and_questions_are_forgotten(session: Session) -> None:
    session.priced(("red",))
    solving.work()
    session.priced(("blue",))
    assert solving.prune() == 0
    SolvedAnswer.objects.filter(state=State.DONE).update(asked_at=timezone.now() - timedelta(days=31))
    SolvedAnswer.objects.filter(state=State.QUEUED).update(asked_at=timezone.now() - timedelta(hours=1))
    assert solving.prune() == 2


@pytest.mark.django_db
def test_the_database_keeps_question_and_answer_apart(session: Session) -> None:
    session.priced(("red",))
    changes: list[dict[str, Any]] = [{"state": "done"}, {"state": "failed"}, {"model": None}, {"answer": {}}]
    for wrong in changes:
        with pytest.raises(DatabaseError, match="solvedanswer_state"), transaction.atomic():
            SolvedAnswer.objects.update(**wrong)


@pytest.mark.services
@pytest.mark.django_db(transaction=True)
def test_however_many_ask_and_however_many_workers_there_are_it_is_solved_once(session: Session) -> None:
    barrier = Barrier(6)

    def visitor(number: int) -> None:
        barrier.wait()
        try:
            session.priced(("red", "tow") if number % 2 else ("tow", "red"))
            solving.work()
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(visitor, range(6)))
    solving.work()
    row = SolvedAnswer.objects.get()
    assert (row.state, row.attempts) == (State.DONE, 1)
