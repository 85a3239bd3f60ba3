"""Each act struck after each statement it makes, once for each way of statements that leads there."""

import copy
from collections import Counter, defaultdict
from collections.abc import Callable
from contextlib import suppress

from django.contrib.contenttypes.models import ContentType

from apps.common.errors import DomainError
from apps.orders.lifecycle import TRANSITIONS, Rule
from apps.orders.models import Transition
from tests.orders.walking.crashing import Record, survives, watched
from tests.orders.walking.outside import Outside
from tests.orders.walking.picture import Picture, essence
from tests.orders.walking.promises import check
from tests.orders.walking.shop import Do

# One in so many strikes ends the connection in the server, the others end the process.
KILL_EVERY = 6
# A worker that was struck is followed by another one; a third must not be needed.
WORKERS = 2
_PAIRS = [rule.pair for rule in TRANSITIONS]
# Where two rules lead the same way, the act tells which it was.
_BY_ACT = {pair for pair in _PAIRS if _PAIRS.count(pair) > 1}


class Once:
    """Strike after the statement of this number."""

    def __init__(self, number: int, how: str) -> None:
        self.number, self.how = number, how
        self.struck = False

    def again(self) -> None:
        self.struck = False

    def __call__(self, kind: str, number: int) -> str:
        if number != self.number:
            return ""
        self.struck = True
        return self.how


def fresh(do: Do) -> Do:
    """The same wish with the same keys, of a process that has looked nothing up before."""
    ContentType.objects.clear_cache()
    return copy.deepcopy(do)


def told(table: str, undisturbed: list[str], struck: list[str]) -> str:
    """In what a table differs."""
    one, other = Counter(undisturbed), Counter(struck)
    return f"{table}: {sorted((one - other).elements())} undisturbed, {sorted((other - one).elements())} struck"


class Everywhere:
    """Strikes acts in one shop after the other, and knows what has been struck."""

    def __init__(self, record: Record) -> None:
        self.record, self.picture = record, Picture()
        self.ways: dict[str, set[tuple[str, ...]]] = defaultdict(set)
        self.rules: set[Rule] = set()
        self.strikes = self.kills = 0

    def told(self) -> str:
        """What was struck, in a table and a sentence."""
        statements = sum(map(len, self.record.struck.values()))
        return (
            f"{self.record.told()}\n{self.strikes} strikes, {self.kills} of them on the connection, after {statements} statements of "
            f"{len(self.record.struck)} acts; {len(self.rules)} of {len(TRANSITIONS)} rules walked"
        )

    def act(self, shop: Outside, name: str, again: Callable[[], Do | None], *, several: bool, anew: bool) -> None:
        """Strike it after each statement that was not yet reached by the same way, then do it, and repeat it.

        ``again`` picks the act anew, as the next worker would. ``several``: it is more than one transaction. ``anew``: doing it
        once more is another wish.
        """
        do = again()
        assert do is not None, f"nothing to do for {name}"
        self.picture.take()
        sequence = self._learn(name, do)
        base = essence(self.picture.prints) if several else {}
        written = set(self.picture.changed())
        self.picture.put_back()
        for number in range(1, len(sequence) + 1):
            way = tuple(sequence[:number])
            if way in self.ways[name]:
                continue
            self._strike(name, do, number)
            self.ways[name].add(way)
            if several:
                check(shop)
                self._recover(f"{name}, struck after {number}: {way[-1]}", again, base, written)
                self.picture.put_back()
            else:
                assert self.picture.changed() == [], f"{name} left something after {number}: {way[-1]}"
        self._do(shop, name, do, anew=anew)

    def _learn(self, name: str, do: Do) -> list[str]:
        """The statements of an undisturbed run."""
        sequence: list[str] = []

        def note(kind: str, number: int) -> str:
            sequence.append(kind)
            return ""

        with watched(name, self.record, note):
            fresh(do)()
        return sequence

    def _strike(self, name: str, do: Do, number: int) -> None:
        self.strikes += 1
        kill = self.strikes % KILL_EVERY == 0
        self.kills += kill
        at = Once(number, "kill" if kill else "crash")
        assert not survives(fresh(do), name, self.record, at), f"{name} made fewer than {number} statements"

    def _recover(
        self, what: str, again: Callable[[], Do | None], base: dict[str, list[str]], written: set[str]
    ) -> None:
        """Whoever comes next does the rest: then all stands as if nothing had struck."""
        differ: list[str] = []
        for _ in range(WORKERS):
            do = again()
            if do is not None:
                do()
            now = essence(written | set(self.picture.changed()))
            differ = [told(table, base[table], now[table]) for table in now if now[table] != base[table]]
            if not differ:
                return
        raise AssertionError(f"{what}\n" + "\n".join(differ))

    def _do(self, shop: Outside, name: str, do: Do, *, anew: bool) -> None:
        last = Transition.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
        fresh(do)()
        self.record.done[name] += 1
        check(shop)
        self._note_rules(name, last)
        if not anew:
            self.picture.take()
            with suppress(DomainError):
                fresh(do)()
            assert self.picture.changed() == [], f"{name} happened twice"

    def _note_rules(self, name: str, last: int) -> None:
        for pair in Transition.objects.filter(pk__gt=last).values_list("source", "target"):
            self.record.ways[pair] += 1
            self.rules |= {
                rule for rule in TRANSITIONS if rule.pair == pair and (pair not in _BY_ACT or rule.act == name)
            }
