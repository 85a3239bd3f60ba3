"""Many at once, on real connections: nothing is sold twice, nobody deadlocks, every balance adds up."""

import random
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from functools import partial
from threading import Barrier

import pytest
from django.db import connection
from django.utils import timezone

from apps.capacity import kinds, services
from apps.capacity.errors import NotEnough
from apps.capacity.models import Hold, Pool
from apps.common.errors import DomainError

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.services]


def together(*acts: Callable[[], object]) -> list[object]:
    """What each act gave, all begun at the same moment."""
    barrier = Barrier(len(acts))

    def run(act: Callable[[], object]) -> object:
        try:
            barrier.wait()
            return act()
        except DomainError as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


def later() -> datetime:
    return timezone.now() + timedelta(hours=1)


def test_of_eighty_who_want_the_last_unit_one_gets_it() -> None:
    services.open(resource="stock:LAST", quantity=1)
    wanting = [
        partial(services.hold, resource="stock:LAST", quantity=1, owner=f"K{n}", until=later()) for n in range(80)
    ]
    assert Counter(type(answer) for answer in together(*wanting)) == {type(None): 1, NotEnough: 79}
    assert (Pool.objects.get().held, Hold.objects.count(), services.prove()) == (1, 1, [])


def test_one_owner_at_ten_counters_holds_once_and_gives_back_once() -> None:
    services.open(resource="stock:LAST", quantity=5)
    again = partial(services.hold, resource="stock:LAST", quantity=2, owner="K1", until=later())
    assert together(*[again] * 10) == [None] * 10
    assert (Pool.objects.get().held, Hold.objects.count()) == (2, 1)
    given_back = together(*[partial(services.release, owner="K1")] * 10)
    assert sorted(map(len, given_back)) == [0] * 9 + [1]  # type: ignore[arg-type]
    assert (Pool.objects.get().held, services.prove()) == (0, [])


def test_baskets_of_several_things_in_any_order_never_wait_in_a_circle() -> None:
    names = [kinds.stock(f"AC-{n}") for n in range(6)]
    for name in names:
        services.open(resource=name, quantity=30)

    def live(seed: int) -> int:
        dice, done = random.Random(seed), 0
        for turn in range(12):
            owner = f"K{seed}-{turn}"
            try:
                services.hold_all(
                    wanted=dict.fromkeys(dice.sample(names, 4), dice.randint(1, 3)),
                    owner=owner,
                    until=timezone.now() + timedelta(seconds=dice.choice([-1, 60])),
                    instead_of=[f"K{seed}-{turn - 1}"],
                )
            except NotEnough:
                continue
            done += 1
            services.expire()
            dice.choice([services.take, services.release, services.use])(owner=owner)
        return done

    assert sum(together(*(partial(live, seed) for seed in range(12)))) > 12  # type: ignore[arg-type]
    assert services.prove() == []


def test_two_sweeps_and_two_payments_end_each_hold_once() -> None:
    services.open(resource="stock:MAT", quantity=40)
    past = timezone.now() - timedelta(seconds=1)
    for n in range(40):
        services.hold(resource="stock:MAT", quantity=1, owner=f"K{n}", until=past)

    def pay() -> int:
        return sum(bool(services.take(owner=f"K{n}")) for n in range(40))

    answers = together(services.expire, services.expire, pay, pay)
    swept = sum(one.get("stock:MAT", 0) for one in answers if isinstance(one, dict))
    paid = sum(one for one in answers if isinstance(one, int))
    pool = Pool.objects.get()
    assert (pool.held, pool.taken) == (0, paid)
    assert (swept + paid, services.prove()) == (40, [])
