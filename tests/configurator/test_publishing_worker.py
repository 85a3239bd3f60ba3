"""The worker's side of publishing: progress, cancelling, killed workers, rules that do not compile."""

import os
import subprocess
import sys
import threading
import time
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import pytest
from django.db import OperationalError, connection

from apps.configurator.documents import read
from apps.configurator.engine.compiled import CompiledModel
from apps.configurator.engine.process import CompileFailed
from apps.configurator.machines import forget_everything
from apps.configurator.models import Artefact, Configurator, Publication
from apps.configurator.services import approve, cancel, checking, go_on_in_fallback, open_session
from tests.factories.configurator import give_up_compiling, make_rule
from tests.factories.publications import ask, lead, make_large_car, product_manager

State = Publication.State


def environment() -> dict[str, str]:
    """What a process needs to work on this test's database: the session's address with the test database's name."""
    variable = "DATABASE_URL" if os.environ.get("DATABASE_URL") else "EMBEDDED_DATABASE_URL"
    address = urlsplit(os.environ[variable])
    name = connection.settings_dict["NAME"]
    return os.environ | {variable: urlunsplit(address._replace(path=f"/{name}")), "LOG_LEVEL": "CRITICAL"}


@pytest.mark.long
@pytest.mark.services
@pytest.mark.django_db(transaction=True)
def test_a_killed_worker_leaves_its_publication_to_the_next_one_which_compiles_nothing_twice() -> None:
    publication = ask(make_large_car())
    process = subprocess.run(
        [sys.executable, "-m", "tests.configurator.killing"],
        env=environment(),
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert process.returncode == 0, process.stderr
    assert process.stdout.splitlines() == ["killed while compiling", "killed while compiled", "killed while checking"]
    publication.refresh_from_db()
    assert (publication.state, publication.percent, publication.attempts) == (State.WAITING, 100, 4)
    assert [part["market"] for part in publication.report["parts"]] == ["CN", "CN-N"]
    assert publication.report["clicks"] == 40
    assert Artefact.objects.count() == 2
    approve(publication=publication, by=lead())
    session = open_session("large-car")
    assert session.exact
    assert str(session.answer(()).count) == publication.report["cars"]


@pytest.mark.services
@pytest.mark.django_db(transaction=True)
def test_cancelling_stops_the_compile_at_once() -> None:
    author = product_manager()
    publication = ask(make_large_car(options=500, coupling=0.3), by=author)
    seen: list[str] = []

    def cancel_soon() -> None:
        try:
            deadline = time.monotonic() + 120
            while time.monotonic() < deadline:
                row = Publication.objects.get(pk=publication.pk)
                if row.state == State.COMPILING and row.detail.get("edges"):
                    seen.append(row.words)
                    cancel(publication=row, by=author)
                    return
                time.sleep(0.1)
        finally:
            connection.close()

    thread = threading.Thread(target=cancel_soon)
    thread.start()
    checking.work()
    stopped = time.monotonic()
    thread.join()
    assert time.monotonic() - stopped < 1
    publication.refresh_from_db()
    assert publication.state == State.CANCELLED
    assert publication.decided_by == author
    assert seen[0].startswith("Compiling the rules for CN (1 of 2): ")
    assert not Artefact.objects.exists()  # not even a verdict: nothing was found out


@pytest.mark.django_db
def test_rules_too_entangled_are_named_and_can_be_published_in_fallback_mode(car: Configurator) -> None:
    make_rule(car, "tangle", "at_most", k=3, options=["tow", "rack", "heater", "large"])
    author, second = product_manager(), lead()
    publication = ask(car, by=author)
    give_up_compiling(read(publication.document))
    checking.work()
    publication.refresh_from_db()
    assert publication.state == State.TOO_LARGE
    assert publication.report["exact"] is False
    assert "tangle" in publication.report["entangling"]
    checking.work()  # it waits for a decision
    assert Publication.objects.get(pk=publication.pk).attempts == 1

    go_on_in_fallback(publication=publication, by=author)
    checking.work()
    publication.refresh_from_db()
    assert (publication.state, publication.fallback, publication.report["exact"]) == (State.WAITING, True, False)
    assert publication.report["cheapest"] == 5_000_000
    approve(publication=publication, by=second)
    forget_everything()
    session = open_session("small-car")
    assert not session.exact
    assert "large" in session.possible(("red",))


@pytest.mark.django_db
def test_rules_too_entangled_can_be_cancelled(car: Configurator) -> None:
    make_rule(car, "tangle-too", "at_most", k=3, options=["tow", "rack", "heater", "small"])
    author = product_manager()
    publication = ask(car, by=author)
    give_up_compiling(read(publication.document))
    checking.work()
    assert Publication.objects.get(pk=publication.pk).state == State.TOO_LARGE
    cancel(publication=publication, by=author)
    publication.refresh_from_db()
    assert publication.state == State.CANCELLED


@pytest.mark.django_db
def test_a_circuit_that_the_solvers_contradict_is_not_published(
    car: Configurator, monkeypatch: pytest.MonkeyPatch
) -> None:
    possible = CompiledModel.possible

    def wrong(self: CompiledModel, choices: tuple[str, ...]) -> frozenset[str]:
        return possible(self, choices) - {"tow"}

    monkeypatch.setattr(CompiledModel, "possible", wrong)
    car.options.filter(code="tow").update(price=5)
    publication = ask(car)
    checking.work()
    publication.refresh_from_db()
    assert publication.state == State.FAILED
    assert "disagree in the market CN" in publication.problem_texts[0]


@pytest.mark.django_db
def test_what_will_be_wrong_on_a_later_day_is_a_warning_with_the_day(car: Configurator) -> None:
    from datetime import date

    rule = make_rule(car, "no-blue", "excludes", options=["blue", "small"])
    rule.valid_from = date(2099, 5, 1)
    rule.save()
    no_red = make_rule(car, "no-red-small", "excludes", options=["red", "small"])
    no_red.valid_from = date(2099, 5, 1)
    no_red.save()
    publication = ask(car)
    checking.work()
    publication.refresh_from_db()
    assert publication.state == State.WAITING, publication.problems
    assert publication.warning_texts[0] == (
        "From May 1, 2099: The standard option 16-inch (small) is in no car of the market CN."
    )
    assert [part["from"] for part in publication.report["parts"]][2:] == ["2099-05-01", "2099-05-01"]


@pytest.mark.django_db
def test_a_document_that_kills_every_worker_fails_in_the_end(
    car: Configurator, monkeypatch: pytest.MonkeyPatch
) -> None:
    def dies(*_arguments: object, **_options: object) -> None:
        raise OperationalError("server closed the connection unexpectedly")

    monkeypatch.setattr(checking, "check", dies)
    car.options.filter(code="tow").update(price=5)
    publication = ask(car)
    for _worker in range(checking.ATTEMPTS):
        with pytest.raises(OperationalError):
            checking.work()
    checking.work()
    publication.refresh_from_db()
    assert publication.state == State.FAILED
    assert publication.problem_texts == ["The check broke off 5 times."]


@pytest.mark.django_db
def test_an_error_in_the_check_fails_the_publication_and_is_no_endless_loop(
    car: Configurator, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_arguments: object, **_options: object) -> None:
        raise CompileFailed("the compile ended with code -9")

    monkeypatch.setattr(checking, "check", broken)
    car.options.filter(code="tow").update(price=5)
    publication = ask(car)
    assert checking.work() == 1
    publication.refresh_from_db()
    assert publication.state == State.FAILED
    assert publication.problem_texts == ["The check broke off with an error; it is in the log."]


@pytest.mark.django_db
def test_progress_only_grows_and_has_words_in_the_readers_language(car: Configurator) -> None:
    from django.utils import translation

    told: list[tuple[str, int]] = []
    desk = checking._Desk
    write = desk.write

    def listen(self: object, **fields: object) -> None:
        told.append((str(fields["state"]), int(str(fields.get("percent", 0)))))
        write(self, **fields)  # type: ignore[arg-type]

    desk.write = listen  # type: ignore[method-assign]
    try:
        car.options.filter(code="tow").update(price=5)
        publication = ask(car)
        checking.work()
    finally:
        desk.write = write  # type: ignore[method-assign]
    assert told[0][0] == "compiling"
    assert told[-1] == ("waiting", 100)
    assert [percent for _state, percent in told] == sorted(percent for _state, percent in told)
    publication.refresh_from_db()
    with translation.override("zh-hans"):
        assert publication.words == "等待他人审批"
