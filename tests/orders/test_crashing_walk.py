"""The wild walk with a crash in its acts: raised in the process, or the database's connection killed, after a statement drawn by
lot. Transactions are real here, so that what is left is what a crash would leave. Each statement of each act is struck by
``test_every_strike.py``."""

from contextlib import suppress
from random import Random

import pytest

from apps.common.errors import DomainError
from apps.orders.models import Order, Transition
from tests.orders.walking.crashing import Record, Strikes, survives, tables
from tests.orders.walking.means import Means
from tests.orders.walking.opening import ACTS, open_shop
from tests.orders.walking.promises import check
from tests.orders.walking.steering import next_acts

pytestmark = pytest.mark.django_db(transaction=True)
# Made of other acts, each of which is struck by itself.
MADE_OF_OTHERS = {"pay", "work_on", "confirm_refunds"}
SINGLE = [name for name in ACTS if name not in MADE_OF_OTHERS]
# More than one transaction, because a partner or a gateway is asked in between, or because there are several orders.
SEVERAL = {"ask", "step", "work", "sweep"}
# Doing it again is another wish: a clerk's refund of what is left, the next step, the next timer, an offer that is firm for a week again.
ANEW = {*SEVERAL, "send_all_back", "open_more", "value_old_car"}


def strike(shop: Means, name: str, record: Record, chance: Random, order: Order | None, most: int) -> None:
    """The act, struck up to ``most`` times, then done, then done once more with the same keys."""
    try:
        do = shop.pick(name, chance, order)
    except DomainError:
        do = None
    if do is None:
        return
    before, strikes = tables(), Strikes(chance)
    try:
        for _ in range(most):
            if survives(do, name, record, strikes):
                break
            if name not in SEVERAL:
                assert tables() == before, f"{name} has left something"
            else:
                check(shop)
        else:
            do()
    except DomainError:
        record.refused[name] += 1
        assert name in SEVERAL or tables() == before, f"{name} was refused and has left something"
        return
    record.done[name] += 1
    check(shop)
    if name not in ANEW:
        after = tables()
        with suppress(DomainError):
            do()
        again = tables()
        assert again == after, (name, [table for table in after if after[table] != again[table]])


def walk(record: Record, chance: Random, *, length: int, most: int, slots: int = 3) -> None:
    """One shop: half of its acts by lot, half by what the orders can do that was done least."""
    shop = open_shop(slots)
    names: tuple[str, ...]
    while length > 0:
        if chance.random() < 0.4:
            names, order = (chance.choice(SINGLE),), None
        else:
            names, order = next_acts(record, chance)
        for name in names:
            strike(shop, name, record, chance, order, most if chance.random() < 0.7 else 0)
            length -= 1
    record.ways.update(Transition.objects.values_list("source", "target"))


@pytest.mark.parametrize("seed", [2, 5])
def test_a_crash_in_any_act_leaves_nothing_and_the_next_try_happens_once(seed: int) -> None:
    record = Record()
    walk(record, Random(seed), length=32, most=2)
    print(record.told())
    assert sum(record.crashes.values()) >= 12
