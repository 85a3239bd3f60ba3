"""Several people and several threads at once."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from apps.configurator.loading import publish
from apps.configurator.memory import Memory
from apps.configurator.models import Configurator, ConfiguratorVersion, Option
from apps.configurator.services import open_session
from tests.factories.configurator import make_configurator


@pytest.mark.services
@pytest.mark.django_db(transaction=True)
def test_two_people_who_publish_at_once_publish_one_version_while_visitors_click() -> None:
    car = make_configurator()
    Option.objects.filter(code="tow").update(price=200_000)
    barrier = Barrier(4)

    def publisher() -> int:
        barrier.wait()
        try:
            return publish(configurator=Configurator.objects.get(pk=car.pk)).number
        finally:
            connection.close()

    def visitor() -> set[tuple[int, int]]:
        barrier.wait()
        try:
            sessions = [open_session("small-car") for _click in range(50)]
            return {(session.version_number, session.document.options["tow"].price) for session in sessions}
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        publishers = [pool.submit(publisher) for _person in range(2)]
        visitors = [pool.submit(visitor) for _person in range(2)]
        assert [future.result() for future in publishers] == [2, 2]
        assert all(future.result() <= {(1, 100_000), (2, 200_000)} for future in visitors)
    assert ConfiguratorVersion.objects.count() == 2


def test_a_value_that_many_threads_ask_for_is_made_once_and_the_oldest_is_forgotten() -> None:
    memory: Memory[str, list[str]] = Memory(2)
    barrier, made = Barrier(8), []

    def ask() -> list[str]:
        barrier.wait()
        return memory.get("a", lambda: made.append("a") or ["a"])  # type: ignore[func-returns-value]

    with ThreadPoolExecutor(8) as pool:
        found = [future.result() for future in [pool.submit(ask) for _thread in range(8)]]
    assert made == ["a"]
    assert all(value is found[0] for value in found)
    for key in ("b", "c"):
        memory.get(key, lambda: ["x"])
    assert "a" not in memory
    assert "c" in memory
