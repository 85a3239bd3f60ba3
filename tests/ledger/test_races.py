"""Many at once, on real connections."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Barrier, Event

import pytest
from django.db import connection, transaction

from apps.common.errors import DomainError
from apps.ledger.errors import TooFewCoins
from apps.ledger.models import Entry
from apps.ledger.services import balance, post, prove, roll_up, wallet

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.services]


def together(*acts: Callable[[], object]) -> list[object]:
    """What each act gave, all begun at the same moment: its result, or its refusal."""
    barrier = Barrier(len(acts))

    def run(act: Callable[[], object]) -> object:
        try:
            barrier.wait()
            return act()
        except DomainError as error:
            return type(error)
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


def give(user: int, coins: int) -> None:
    post(key=f"give:{user}", kind="grant", postings=[(wallet(user), coins), ("coins:issued", -coins)], currency="COIN")


def spend(user: int, coins: int, key: str) -> str:
    post(key=key, kind="spend", postings=[(wallet(user), -coins), ("coins:spent", coins)], currency="COIN")
    return "spent"


def test_the_last_coins_are_spent_once_by_forty_at_once() -> None:
    give(1, 100)
    answers = together(*(partial(spend, 1, 30, f"s{n}") for n in range(40)))
    assert Counter(answers) == {"spent": 3, TooFewCoins: 37}
    assert (balance(wallet(1), "COIN"), balance("coins:spent", "COIN"), prove()) == (10, 90, [])


def test_one_key_at_forty_at_once_books_once() -> None:
    movement = [("gateway:x", 500), ("customers", -500)]
    answers = together(*[lambda: post(key="one", kind="capture", postings=movement).pk] * 40)
    assert len(set(answers)) == 1
    assert (Entry.objects.count(), balance("gateway:x"), prove()) == (1, 500, [])


def test_wallets_that_pay_each_other_crosswise_never_wait_for_ever() -> None:
    give(1, 1000)
    give(2, 1000)

    def swap(number: int) -> str:
        one, other = (wallet(1), wallet(2)) if number % 2 else (wallet(2), wallet(1))
        post(key=f"swap{number}", kind="swap", postings=[(one, -1), (other, 1)], currency="COIN")
        return "done"

    assert Counter(together(*(partial(swap, number) for number in range(20)))) == {"done": 20}
    assert balance(wallet(1), "COIN") + balance(wallet(2), "COIN") == 2000


def test_a_snapshot_waits_for_whoever_is_posting_and_misses_nothing() -> None:
    post(key="first", kind="x", postings=[("a", 1), ("b", -1)])
    posted, go_on = Event(), Event()

    def slow() -> None:
        try:
            with transaction.atomic():
                post(key="slow", kind="x", postings=[("a", 10), ("b", -10)])
                posted.set()
                assert go_on.wait(30)
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(slow)
        assert posted.wait(30)
        assert not roll_up()
        go_on.set()
        running.result()
    assert roll_up()
    assert (balance("a"), prove()) == (11, [])


def test_snapshots_taken_while_twenty_post_miss_nothing() -> None:
    def many(number: int) -> None:
        for step in range(10):
            post(key=f"{number}:{step}", kind="x", postings=[("a", 1), ("b", -1)])

    def snapshots() -> None:
        for _ in range(10):
            roll_up()

    together(*(partial(many, number) for number in range(20)), snapshots)
    assert (balance("a"), balance("b"), prove()) == (200, -200, [])
    assert roll_up()
    assert (balance("a"), prove()) == (200, [])
