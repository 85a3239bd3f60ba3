"""Many at once, on real connections."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from apps.common.errors import DomainError
from apps.stores import services
from apps.stores.lifecycle import Status
from apps.stores.models import Appointment
from tests.factories.stores import MONDAY, at, make_appointment, make_store

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.services]


def together(count: int, act: Callable[[int], None]) -> Counter[str]:
    """What ``count`` threads got that all begin at the same moment: the name of the error, or ``ok``."""
    barrier = Barrier(count)

    def run(number: int) -> str:
        try:
            barrier.wait()
            act(number)
        except DomainError as error:
            return error.code
        else:
            return "ok"
        finally:
            connection.close()

    with ThreadPoolExecutor(count) as pool:
        return Counter(pool.map(run, range(count)))


def test_sixteen_who_want_the_same_time_get_three_bays_and_thirteen_answers() -> None:
    store = make_store(bays=3)

    def take(number: int) -> None:
        services.hold_slot(store=store, service="test_drive", starts_at=at(10), reference=str(number), now=MONDAY)

    assert together(16, take) == {"ok": 3, "slot_taken": 13}
    assert Appointment.objects.active().values("bay").distinct().count() == 3


def test_two_who_swap_their_times_and_a_sweep_lose_nothing() -> None:
    store = make_store(bays=1)
    mine, yours = make_appointment(store=store), make_appointment(store=store, starts_at=at(14))
    held = make_appointment(store=store, starts_at=at(16), status="held")

    def act(number: int) -> None:
        if number % 3 == 0:
            services.reschedule(Appointment.objects.get(pk=mine.pk), at(14), now=MONDAY)
        elif number % 3 == 1:
            services.reschedule(Appointment.objects.get(pk=yours.pk), at(10), now=MONDAY)
        else:
            services.confirm(Appointment.objects.get(pk=held.pk), now=MONDAY)

    assert together(9, act)["slot_taken"] == 6
    assert sorted(Appointment.objects.active().values_list("status", "during")) == sorted(
        (Status.CONFIRMED, row.during) for row in (mine, yours, held)
    )
    assert held.events.count() == 2
