"""Telling a story act by act, with each of its acts struck everywhere."""

import copy
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from random import Random

import pytest
from django.conf import settings
from django.utils import timezone

from apps.orders import tasks
from apps.orders.fulfilment.asking import ASKS
from apps.orders.fulfilment.steps import EFFECTS
from apps.orders.lifecycle import LINE_RULES, TRANSITIONS
from apps.orders.models import FulfilmentStep, Order, Refund, Timer
from apps.orders.partners.simulation import parse
from apps.orders.services.timers import HANDLERS
from tests.orders.walking.everywhere import Everywhere
from tests.orders.walking.lines import Lines
from tests.orders.walking.means import Means
from tests.orders.walking.outside import Outside
from tests.orders.walking.shop import Do, World, acts_of
from tests.orders.walking.wild import Wild

# More than one transaction, because a partner or a gateway is asked in between, or because there are several orders.
SEVERAL = {"ask", "step", "work", "sweep", "send_refund", "partner_rings"}
# Doing it again is another wish: a clerk's refund of what is left, an offer that is firm for a week again, another day, another complaint.
ANEW = {"send_all_back", "value_old_car", "plan_survey", "book", "rebook", "complain"}
# Made of other acts, each of which is struck by itself.
MADE_OF_OTHERS = {"pay", "work_on", "confirm_refunds"}
# What the world does around the portal: the partners' clock and books, prices, a plate. Nobody's process crashes there.
ARRANGED = {"take_time", "hurry", "build_wrongly", "open_more", "become_cheaper", "order_plate"}
MOST_STEPS = 40
_NOW = timezone.now


class Turn(Random):
    """No chance at all: the one turn that the story names."""

    def __init__(self, turn: int) -> None:
        super().__init__(0)
        self.turn = turn

    def randrange(self, *_bounds: int) -> int:  # type: ignore[override]
        return self.turn


class Telling:
    """One story in a shop as it opened."""

    def __init__(self, everywhere: Everywhere, shop: Lines) -> None:
        self.everywhere, self.shop = everywhere, copy.copy(shop)
        self.later = timedelta()
        self.shop.hurry(Order())()
        settings.PARTNER_FAULTS = {}

    @contextmanager
    def clock(self) -> Iterator[None]:
        """``timezone.now`` goes as many days ahead as the story says."""
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(timezone, "now", lambda: _NOW() + self.later)
            yield

    def tell(self, story: str) -> None:
        with self.clock():
            for word in story.split():
                name, _colon, value = word.partition(":")
                if name == "until":
                    self._until(value)
                elif name == "undone":
                    self._undone()
                elif name == "confirmed":
                    self._confirmed()
                elif name == "later":
                    self.later += timedelta(days=int(value))
                elif name == "faults":
                    settings.PARTNER_FAULTS = parse(value)
                else:
                    self._act(name, int(value or 1))

    @property
    def order(self) -> Order | None:
        return Order.objects.order_by("-pk").first()

    def _act(self, name: str, turn: int) -> None:
        if name in ARRANGED:
            do = self._pick(name, turn)
            assert do is not None
            do()
            return
        several = name in SEVERAL or name.startswith("beat_")
        again = partial(self._pick, name, turn)
        self.everywhere.act(self.shop, self._way_of(name), again, several=several, anew=several or name in ANEW)

    def _pick(self, name: str, turn: int) -> Do | None:
        return self.shop.pick(name, Turn(turn), self.order)

    def _way_of(self, name: str) -> str:
        """A step is an act of its kind, a sweep one of the deadlines that come."""
        if name == "step":
            step = FulfilmentStep.objects.get(order=self.order, status="ready")
            return f"step {step.kind} {step.direction:+}"
        if name == "sweep":
            return " ".join(
                ["sweep", *Timer.objects.filter(done_at=None).order_by("kind").values_list("kind", flat=True)]
            )
        return name

    def _until(self, status: str) -> None:
        for _ in range(MOST_STEPS):
            order = self.order
            if order is not None and order.status == status:
                return
            self._act("step", 1)
        raise AssertionError(f"not {status}")

    def _undone(self) -> None:
        while FulfilmentStep.objects.filter(order=self.order, status="ready").exists():
            self._act("step", 1)
        if Refund.objects.filter(leg__order=self.order, status="due").exists():
            self._act("send_refund", 1)

    def _confirmed(self) -> None:
        while Refund.objects.filter(leg__order=self.order).exclude(status="done").exists():
            self._act("confirm_refund", 1)


def never_reached(everywhere: Everywhere) -> list[str]:
    """What the stories leave out: acts, kinds of steps and deadlines, statements of an act, rules of the table."""
    record = everywhere.record
    struck = {name.split()[0] for name in record.struck}
    acts = set(acts_of(World, Wild, Means, Outside)) - MADE_OF_OTHERS - ARRANGED
    beats = {f"beat_{name}" for name, task in vars(tasks).items() if hasattr(task, "apply_async")}
    lines = {rule.act for rule in LINE_RULES}
    steps = {f"step {kind} {direction:+}" for kind, direction in {**EFFECTS, **ASKS}}
    deadlines = {kind for name in record.struck if name.startswith("sweep") for kind in name.split()[1:]}
    return [
        *(f"act: {one}" for one in sorted((acts | beats | lines) - struck)),
        *(f"act: {one}" for one in sorted(steps - record.struck.keys())),
        *(f"deadline: {one}" for one in sorted(HANDLERS.keys() - deadlines)),
        *(f"statement of {act}: {one}" for act, left in sorted(record.missing().items()) for one in sorted(left)),
        *(f"rule: {one.number} {one.act} {one.pair}" for one in TRANSITIONS if one not in everywhere.rules),
    ]
