"""The worker's side of publishing: progress, cancelling, killed workers, rules that do not compile."""

import hashlib
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import pytest
from django.db import OperationalError, connection, transaction
from django.utils import timezone, translation

from apps.common.locks import try_lock
from apps.configurator.documents import read
from apps.configurator.engine.circuit import COMPILER_VERSION
from apps.configurator.engine.model import AtMost
from apps.configurator.engine.publishing import compile_model
from apps.configurator.machines import forget_everything
from apps.configurator.models import Artefact, Configurator, Publication
from apps.configurator.services import approve, cancel, checking, go_on_in_fallback, open_session
from apps.configurator.services.artefacts import Part, parts_of
from tests.factories.configurator import forget_circuits, give_up_compiling, make_rule
from tests.factories.publications import ask, lead, make_large_car, product_manager

State = Publication.State


def environment() -> dict[str, str]:
    """What a process needs to work on this test's database: the session's address with the test database's name."""
    variable = "DATABASE_URL" if os.environ.get("DATABASE_URL") else "EMBEDDED_DATABASE_URL"
    address = urlsplit(os.environ[variable])
    name = connection.settings_dict["NAME"]
    return os.environ | {variable: urlunsplit(address._replace(path=f"/{name}")), "LOG_LEVEL": "CRITICAL"}


def kill_workers(*moments: str) -> list[str]:
    """Let workers die by SIGKILL at these moments and a last one finish; what was seen of it."""
    process = subprocess.run(
        [sys.executable, "-m", "tests.configurator.killing", *moments],
        env=environment(),
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert process.returncode == 0, process.stderr
    return process.stdout.splitlines()


def first_part(publication: Publication) -> Part:
    return next(parts_of(read(publication.document), timezone.localdate()))


@pytest.mark.long
@pytest.mark.services
@pytest.mark.django_db(transaction=True)
def test_a_killed_worker_leaves_its_publication_to_the_next_one_which_compiles_nothing_twice() -> None:
    publication = ask(make_large_car())
    moments = ("compiling", "compiled", "checking")
    assert kill_workers(*moments) == [f"killed while {moment}" for moment in moments]
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


@pytest.fixture
def own_files(settings: Any, tmp_path: Path) -> Iterator[None]:
    """No other test finds this one's circuits in a file or in memory."""
    settings.VAR = tmp_path
    yield
    forget_everything()


@pytest.mark.django_db
@pytest.mark.usefixtures("own_files")
def test_a_circuit_that_the_solvers_contradict_is_not_published(car: Configurator) -> None:
    car.options.filter(code="tow").update(price=5)
    publication = ask(car)
    forget_circuits()
    part, now = first_part(publication), timezone.now()
    stricter = replace(part.model, rules=(*part.model.rules, AtMost("wrong", 0, ("tow",))))
    data = replace(compile_model(stricter, part.context), key=part.key).to_bytes()
    Artefact.objects.create(
        key=part.key, compiler=COMPILER_VERSION, data=data, sha256=hashlib.sha256(data).hexdigest(), size=len(data),
        edges=1, cars="1", seconds=0, created_at=now, needed_at=now,
    )  # fmt: skip
    checking.work()
    publication.refresh_from_db()
    assert publication.state == State.FAILED
    assert "disagree in the market CN" in publication.problem_texts[0]


@pytest.mark.django_db
def test_what_will_be_wrong_on_a_later_day_is_a_warning_with_the_day(car: Configurator) -> None:
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
        "From 1 May 2099: The standard option 16-inch (small) is in no car of the market CN."
    )
    assert [part["from"] for part in publication.report["parts"]][2:] == ["2099-05-01", "2099-05-01"]


@pytest.mark.services
@pytest.mark.django_db(transaction=True)
def test_a_document_that_kills_every_worker_fails_in_the_end(car: Configurator) -> None:
    publication = ask_again(car)
    with try_lock(f"artefact {first_part(publication).key}"):  # each worker waits here, until it is killed
        assert len(kill_workers(*["compiling"] * checking.ATTEMPTS)) == checking.ATTEMPTS
    publication.refresh_from_db()
    assert (publication.state, publication.attempts) == (State.FAILED, checking.ATTEMPTS)
    assert publication.problem_texts == ["The check broke off 5 times."]


def ask_again(car: Configurator) -> Publication:
    """A publication of which nothing is compiled."""
    car.options.filter(code="tow").update(price=5)
    publication = ask(car)
    forget_circuits()
    return publication


def disturb(publication: Publication, way: str) -> None:
    """Hold the row until the worker waits for it, then break off what it does there."""
    waiting = "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    with transaction.atomic(), connection.cursor() as cursor:
        Publication.objects.select_for_update().get(pk=publication.pk)
        deadline = time.monotonic() + 60
        while not (found := cursor.execute(waiting).fetchone()) and time.monotonic() < deadline:
            time.sleep(0.05)
        assert found
        cursor.execute(f"SELECT {way}(%s)", found)


@pytest.mark.services
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("way", ["pg_terminate_backend", "pg_cancel_backend"])
def test_a_worker_whose_database_fails_leaves_its_publication_to_the_next_one(car: Configurator, way: str) -> None:
    publication = ask_again(car)

    def work() -> int:
        try:
            return checking.work()
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool, try_lock(f"artefact {first_part(publication).key}"):
        worker = pool.submit(work)
        while not Publication.objects.filter(pk=publication.pk, state=State.COMPILING).exists():
            assert not worker.done()
            time.sleep(0.05)
        disturb(publication, way)
        with pytest.raises(OperationalError):
            worker.result(60)
    publication.refresh_from_db()
    assert (publication.state, publication.attempts, publication.problems) == (State.COMPILING, 1, [])
    assert checking.work() == 1
    publication.refresh_from_db()
    assert (publication.state, publication.attempts) == (State.WAITING, 2)


def kill_the_compile() -> bool:
    """What a machine that runs out of memory does to the process that compiles; whether there was one."""
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        # -ww: whole command lines, however wide a terminal the environment speaks of.
        ps = ["ps", "-A", "-ww", "-o", "pid=,ppid=,args="]
        listing = subprocess.run(ps, capture_output=True, text=True, check=True)
        for line in listing.stdout.splitlines():
            pid, parent, command = line.split(None, 2)
            if int(parent) == os.getpid() and "configurator.engine.process" in command:
                os.kill(int(pid), signal.SIGKILL)
                return True
        time.sleep(0.1)
    return False


@pytest.mark.django_db
def test_an_error_in_the_check_fails_the_publication_and_is_no_endless_loop() -> None:
    publication = ask(make_large_car(options=500, coupling=0.3))
    with ThreadPoolExecutor(1) as pool:
        killed = pool.submit(kill_the_compile)
        assert checking.work() == 1
    assert killed.result()
    publication.refresh_from_db()
    assert publication.state == State.FAILED
    assert publication.problem_texts == ["The check broke off with an error; it is in the log."]


@pytest.mark.django_db
def test_progress_only_grows_and_has_words_in_the_readers_language(car: Configurator) -> None:
    told: list[tuple[str, int]] = []
    publication = ask_again(car)

    def listen(state: str, percent: int, **_detail: object) -> None:
        told.append((state, percent))

    checking.check(read(publication.document), tell=listen)
    assert list(dict.fromkeys(state for state, _percent in told)) == ["compiling", "checking"]
    assert [percent for _state, percent in told] == sorted(percent for _state, percent in told)
    assert (told[0][1], told[-1][1]) == (0, 99)
    checking.work()
    publication.refresh_from_db()
    assert (publication.state, publication.percent) == (State.WAITING, 100)
    with translation.override("zh-hans"):
        assert publication.words == "等待他人审批"
