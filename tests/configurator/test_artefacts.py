"""Compiled circuits: kept in the database, mapped from files, compiled once."""

import hashlib
import os
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from threading import Barrier
from typing import Any

import numpy as np
import pytest
from django.conf import settings
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from apps.configurator.artefacts import Verdict, find, open_file, path_of, write_file
from apps.configurator.engine.circuit import Circuit, circuit_key
from apps.configurator.engine.compiled import CompiledModel
from apps.configurator.engine.compiler import Budget
from apps.configurator.engine.model import AtMost, Context, Group, Model, Option
from apps.configurator.engine.publishing import compile_model
from apps.configurator.engine.solvers import SolverModel
from apps.configurator.loading import publish
from apps.configurator.machines import forget_everything
from apps.configurator.models import Artefact, ArtefactRequest, Configurator
from apps.configurator.services import open_session
from apps.configurator.services.artefacts import (
    ensure_artefact,
    ensure_for_sale,
    parts_of,
    prune_artefacts,
    work_on_requests,
)
from tests.bench.models import make_vehicle
from tests.factories.configurator import forget_circuits, make_rule

CONTEXT = Context("CN")


def small(name: str) -> Model:
    """Eight options of which at most two; ``name`` makes it a model that no other test has compiled."""
    options = tuple(Option(f"{name}-{i}", i * 100) for i in range(8))
    return Model((Group("extras", "any", options),), (AtMost("two", 2, tuple(option.id for option in options)),))


@pytest.fixture(autouse=True)
def _fresh_process() -> None:
    forget_everything()


def compiles(seen: CaptureQueriesContext) -> int:
    """How many circuits were compiled: each is written once, whether or not somebody else was quicker."""
    return sum(query["sql"].startswith('INSERT INTO "configurator_artefact" ') for query in seen.captured_queries)


@contextmanager
def files_of_at_most(size: int) -> Iterator[None]:
    """This process may write no file of more bytes, as on a disk that is nearly full."""
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, limits[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)


@pytest.mark.django_db
def test_equal_rules_share_an_artefact_whatever_the_market_and_the_prices(car: Configurator) -> None:
    assert Artefact.objects.count() == 2  # the heater is sold in one of the two markets
    before = set(Artefact.objects.values_list("key", flat=True))
    car.options.update(price=77)
    publish(configurator=car, clicks=0)
    assert set(Artefact.objects.values_list("key", flat=True)) == before


@pytest.mark.django_db
def test_a_price_change_compiles_nothing(car: Configurator) -> None:
    car.options.filter(code="large").update(price=350_000)
    with CaptureQueriesContext(connection) as seen:
        publish(configurator=car, clicks=0)
    assert compiles(seen) == 0
    make_rule(car, "another", "excludes", options=["rack", "red"])
    with CaptureQueriesContext(connection) as seen:
        publish(configurator=car, clicks=0)
    assert compiles(seen) == 2
    assert open_session("small-car").answer(("large",)).from_total["large"] == 350_000


@pytest.mark.django_db
def test_a_circuit_is_mapped_from_its_file_read_only_and_without_a_copy(car: Configurator) -> None:
    key = Artefact.objects.values_list("key", flat=True)[0]
    circuit = find(key)
    assert isinstance(circuit, Circuit)
    for array in (circuit.runs, circuit.children):
        assert not array.flags.writeable
        base: object = array
        while isinstance(base, np.ndarray):
            base = base.base
        assert isinstance(base, memoryview)
        assert type(base.obj).__name__ == "mmap"
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 1


@pytest.mark.django_db
def test_a_click_reads_no_artefact(car: Configurator, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    open_session("small-car").answer(())
    forget_everything()
    with django_assert_num_queries(2):  # which version, and its document; the circuit comes from the file
        open_session("small-car").answer(())
    with django_assert_num_queries(1):
        open_session("small-car").answer(("tow",))


@pytest.mark.django_db
@pytest.mark.parametrize("damage", ["missing", "empty", "cut", "flipped", "other", "garbage"])
def test_a_missing_or_damaged_file_is_made_anew_from_the_database(car: Configurator, damage: str) -> None:
    first, second = Artefact.objects.values_list("key", flat=True)[:2]
    path = path_of(first)
    find(first)
    sound = path.read_bytes()
    find(second)
    wrong = {
        "empty": b"",
        "cut": sound[:-7],
        "flipped": bytes([*sound[:60], sound[60] ^ 1, *sound[61:]]),
        "other": path_of(second).read_bytes(),
        "garbage": os.urandom(500),
    }
    path.unlink()
    if damage != "missing":
        path.write_bytes(wrong[damage])
    assert open_file(first) is None
    forget_everything()
    circuit = find(first)
    assert isinstance(circuit, Circuit)
    assert circuit.key == first
    assert path.read_bytes() == sound


@pytest.mark.django_db
def test_a_full_disk_costs_memory_and_no_answer_and_is_left_clean(
    car: Configurator, settings: Any, tmp_path: Path
) -> None:
    settings.VAR = tmp_path
    forget_everything()
    key, size = Artefact.objects.values_list("key", "size")[0]
    with files_of_at_most(size // 2):
        assert isinstance(find(key), Circuit)
    assert list(path_of(key).parent.iterdir()) == []
    forget_everything()
    assert isinstance(find(key), Circuit)
    assert path_of(key).exists()


@pytest.mark.django_db
def test_where_no_folder_can_be_made_the_circuit_comes_from_the_database(
    car: Configurator, settings: Any, tmp_path: Path
) -> None:
    settings.VAR = tmp_path
    forget_everything()
    (tmp_path / "artefacts").write_text("a file where the folder should be")
    assert isinstance(find(Artefact.objects.values_list("key", flat=True)[0]), Circuit)


@pytest.mark.django_db
def test_a_row_that_does_not_match_its_hash_is_not_believed() -> None:
    circuit = compile_model(small("unsound"), CONTEXT)
    now = timezone.now()
    Artefact.objects.create(
        key=circuit.key, compiler=1, data=circuit.to_bytes(), sha256="0" * 64, size=10, edges=1, cars="1", seconds=0,
        created_at=now, needed_at=now,
    )  # fmt: skip
    assert find(circuit.key) is Verdict.MISSING


@pytest.mark.django_db
def test_an_artefact_never_changes(car: Configurator) -> None:
    for change in ("edges = 0", "data = ''", "key = repeat('0', 64)", "sha256 = repeat('0', 64)"):
        with (
            pytest.raises(IntegrityError, match="never changes"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(f"UPDATE configurator_artefact SET {change}")  # noqa: S608  our own text
    assert Artefact.objects.update(needed_at=timezone.now()) == 2


@pytest.mark.django_db
def test_what_does_not_compile_is_remembered_so_that_nobody_tries_again() -> None:
    verdict = ensure_artefact(small("tiny-budget"), CONTEXT, budget=Budget(edges=3), apart=False)
    assert not verdict.compiled
    assert find(verdict.key) is Verdict.TOO_LARGE
    assert ensure_artefact(small("tiny-budget"), CONTEXT, apart=False) == verdict


@pytest.mark.django_db
def test_until_a_missing_circuit_is_there_the_answers_are_solved_and_the_same(
    car: Configurator, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    make_rule(car, "brand-new", "at_most", k=2, options=["tow", "rack", "heater"])
    publish(configurator=car, clicks=0)
    keys = list(Artefact.objects.values_list("key", flat=True))
    compiled = open_session("small-car").answer(("blue",))
    forget_circuits()
    session = open_session("small-car")
    assert not session.exact
    with django_assert_num_queries(0):  # it has looked a moment ago
        assert isinstance(session.machine, SolverModel)
    assert session.answer(("blue",)) == compiled
    assert session.possible(("blue",)) == session.outline(("blue",)).possible
    request = ArtefactRequest.objects.get()
    assert request.key in keys
    assert work_on_requests() == 1
    assert not ArtefactRequest.objects.exists()
    deadline = time.monotonic() + 60
    while not session.exact and time.monotonic() < deadline:
        time.sleep(0.1)
    assert isinstance(session.machine, CompiledModel)
    assert open_session("small-car").exact
    assert session.answer(("blue",)) == compiled


@pytest.mark.django_db
def test_a_request_that_cannot_be_compiled_is_left_alone_after_three_attempts(car: Configurator) -> None:
    now = timezone.now()
    ArtefactRequest.objects.create(key="1" * 64, model={"groups": "nonsense"}, asked_at=now)
    assert work_on_requests() == 0
    request = ArtefactRequest.objects.get()
    assert request.attempts == 3
    assert "groups" in request.error


@pytest.mark.django_db
def test_after_a_new_compiler_everything_on_sale_is_asked_for(car: Configurator) -> None:
    assert ensure_for_sale() == 0
    Artefact.objects.all().delete()  # what a new compiler's keys amount to
    assert ensure_for_sale() == 2
    assert ArtefactRequest.objects.count() == 2
    assert ensure_for_sale() == 2
    assert ArtefactRequest.objects.count() == 2


@pytest.mark.django_db
def test_only_what_nothing_needs_is_pruned_and_not_at_once(car: Configurator) -> None:
    stray = ensure_artefact(small("stray"), CONTEXT, apart=False)
    assert isinstance(find(stray.key), Circuit)
    old = time.time() - 86_400
    os.utime(path_of(stray.key), (old, old))
    part = path_of(stray.key).with_suffix(".part")
    part.write_bytes(b"left by a killed process")
    os.utime(part, (old, old))
    assert prune_artefacts() == 0
    assert path_of(stray.key).exists()
    assert not part.exists()
    Artefact.objects.update(needed_at=timezone.now() - timedelta(days=8))
    assert prune_artefacts() == 1
    assert not path_of(stray.key).exists()
    assert Artefact.objects.count() == 2
    assert isinstance(find(stray.key), Circuit)  # who has it open goes on with it
    forget_everything()
    assert find(stray.key) is Verdict.MISSING


@pytest.mark.django_db
def test_what_waits_to_be_published_is_not_pruned(car: Configurator) -> None:
    from tests.factories.publications import ask, product_manager

    make_rule(car, "waiting", "excludes", options=["rack", "red"])
    publication = ask(car, by=product_manager())
    from apps.configurator.documents import read
    from apps.configurator.services import checking

    checking.work()
    publication.refresh_from_db()
    assert publication.state == "waiting"
    keys = {part.key for part in parts_of(read(publication.document), timezone.localdate())}
    Artefact.objects.update(needed_at=timezone.now() - timedelta(days=8))
    prune_artefacts()
    assert set(Artefact.objects.filter(key__in=keys).values_list("key", flat=True)) == keys


@pytest.mark.services
@pytest.mark.django_db(transaction=True)
def test_several_who_want_the_same_circuit_at_once_compile_it_once() -> None:
    model, barrier = make_vehicle(60, seed=60), Barrier(4)  # long enough that all of them find nothing at first

    def want() -> tuple[int, int]:
        with CaptureQueriesContext(connection) as seen:
            barrier.wait()
            try:
                made = ensure_artefact(model, CONTEXT, apart=False).pk
            finally:
                connection.close()
        return made, compiles(seen)

    with ThreadPoolExecutor(4) as pool:
        wanted = [future.result() for future in [pool.submit(want) for _process in range(4)]]
    assert len({made for made, _compiles in wanted}) == 1
    assert sum(compiled for _made, compiled in wanted) == 1


@pytest.mark.services
@pytest.mark.django_db(transaction=True)
def test_a_lock_goes_with_the_process_that_had_it() -> None:
    key = circuit_key(small("killed"), CONTEXT)
    script = (
        "import django, time; django.setup()\n"
        "from apps.common.locks import try_lock\n"
        f"with try_lock('artefact {key}') as mine:\n"
        "    print(mine, flush=True); time.sleep(600)\n"
    )
    name = connection.settings_dict["NAME"]
    url = f"{os.environ.get('DATABASE_URL') or os.environ['EMBEDDED_DATABASE_URL']}"
    outside = {"SECRET_KEY": settings.SECRET_KEY, "ALLOWED_HOSTS": "localhost", "HTTPS": "false"}
    environment = {**outside, **os.environ, "KAICHE_TEST_DATABASE": str(name)}
    holder = subprocess.Popen(
        [sys.executable, "-c", f"import os; os.environ['DATABASE_URL'] = {_named(url, str(name))!r}\n{script}"],
        stdout=subprocess.PIPE,
        env=environment,
    )
    assert holder.stdout is not None
    try:
        assert holder.stdout.readline() == b"True\n"
        waited: list[float] = []

        def impatient(seconds: float, edges: int) -> None:
            waited.append(seconds)
            if len(waited) == 2:
                holder.kill()
                holder.wait()

        assert ensure_artefact(small("killed"), CONTEXT, apart=False, progress=impatient).compiled
        assert len(waited) >= 2
    finally:
        holder.kill()
        holder.wait()
        holder.stdout.close()


def _named(url: str, name: str) -> str:
    """The same server, another database."""
    from urllib.parse import urlsplit, urlunsplit

    parts = urlsplit(url)
    return urlunsplit(parts._replace(path=f"/{name}"))


@pytest.mark.django_db
def test_a_file_is_closed_by_the_hash_of_what_stands_before_it() -> None:
    circuit = compile_model(small("sealed"), CONTEXT)
    write_file(circuit.key, circuit.to_bytes())
    data = path_of(circuit.key).read_bytes()
    assert data == circuit.to_bytes() + hashlib.sha256(circuit.to_bytes()).digest()
    assert [path.suffix for path in path_of("").parent.glob(f"{circuit.key}*")] == [".circuit"]


@pytest.mark.django_db
def test_an_artefact_without_bytes_or_hash_is_refused() -> None:
    now = timezone.now()
    for wrong in ({"data": b"x", "sha256": ""}, {"data": None, "sha256": "0" * 64}, {"data": None, "cars": "1"}):
        with pytest.raises(DatabaseError, match="artefact_whole_or_verdict"), transaction.atomic():
            Artefact.objects.create(
                **{
                    "key": "2" * 64,
                    "compiler": 1,
                    "edges": 1,
                    "seconds": 0,
                    "created_at": now,
                    "needed_at": now,
                    **wrong,
                }
            )
