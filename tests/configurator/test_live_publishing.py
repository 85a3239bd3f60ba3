"""Publishing while visitors click, in processes of their own as web servers are."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from apps.configurator.models import Configurator, Option, Publication, Rule
from apps.configurator.services import approve, checking, open_session
from tests.configurator.test_publishing_worker import environment
from tests.factories.configurator import make_configurator, make_rule
from tests.factories.publications import ask, lead, product_manager

VERSIONS = 5


def change(car: Configurator, number: int) -> None:
    """Another price every time, and every second time a rule more or less."""
    Option.objects.filter(configurator=car, code="tow").update(price=number * 1_000)
    if number % 2:
        Rule.objects.filter(configurator=car, code="toggled").delete()
    else:
        make_rule(car, "toggled", "excludes", options=["tow", "rack"])


@pytest.mark.long
@pytest.mark.services
@pytest.mark.django_db(transaction=True)
def test_nobody_sees_an_error_or_a_mixture_of_versions_or_solved_answers_while_versions_are_published() -> None:
    car = make_configurator()
    author, second = product_manager(), lead()
    first = open_session("small-car").answer(())
    truth = {1: [1, 100_000, first.from_total["tow"], first.count, True]}
    visitors = [
        subprocess.Popen(
            [sys.executable, "-m", "tests.configurator.visiting"],
            env=environment() | {"DEBUG": "true"},  # static files as they lie, not packed
            cwd=Path(__file__).parents[2],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _server in range(2)
    ]
    try:
        for visitor in visitors:
            assert visitor.stdout is not None
            assert visitor.stdout.readline() == "ready\n"
        for number in range(2, VERSIONS + 1):
            change(car, number)
            publication = ask(car, by=author)
            checking.work()
            approve(publication=Publication.objects.get(pk=publication.pk), by=second)
            session = open_session("small-car")
            answer = session.answer(())
            truth[number] = [number, number * 1_000, answer.from_total["tow"], answer.count, True]
        reports = [json.loads(visitor.communicate(timeout=120)[0]) for visitor in visitors]
    finally:
        for visitor in visitors:
            visitor.kill()
            visitor.wait()
    assert [visitor.returncode for visitor in visitors] == [0, 0]
    assert len({(total, count) for _number, _price, total, count, _exact in truth.values()}) == VERSIONS
    for report in reports:
        assert report["clicks"] > 50
        assert len(report["seen"]) >= 3
        for entry in report["seen"]:
            assert entry == truth[entry[0]]
