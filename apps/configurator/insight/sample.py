"""Sample visits for the demo: seeded clicks on the way to whole cars, noted and counted like any visitor's.

The cars and what is blocked on the way to them stand in ``visits.toml``: asking the engine would cost a first start
seconds. A visit follows one of them, some to the end.
"""

import random
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from uuid import UUID

from django.utils import timezone

from apps.configurator.insight.counting import count_day
from apps.configurator.insight.events import Context, Event, of_click, of_question, of_saving
from apps.configurator.insight.models import InsightCount
from apps.configurator.insight.recorder import Recorder, write_rows
from apps.configurator.models import Configurator
from apps.configurator.services import OpenSession, open_session
from apps.configurator.state import PageState

DATA = Path(__file__).with_name("visits.toml")
DAYS = 30
VISITS_A_DAY = (0, 2)
FINISHING, SAVING, BUDGETING, ASKING, REPAIRING, RETHINKING = 0.45, 0.6, 0.3, 0.5, 0.4, 0.2
BUDGETS = (0.95, 1.05, 1.2)
"""What people are ready to pay, as shares of the car's base price."""


@dataclass(frozen=True)
class Walk:
    """Choices that make a whole car (``picked``), and what is blocked after so many of them, and by which rules."""

    choices: tuple[str, ...]
    picked: tuple[str, ...]
    blocked: tuple[tuple[int, str, tuple[str, ...]], ...]


def walks_of(slug: str) -> list[Walk]:
    """The walks to one car, as the project has them."""
    return [
        Walk(
            tuple(entry["choices"]),
            tuple(entry["picked"]),
            tuple((one["at"], one["option"], tuple(one["rules"])) for one in entry["blocked"]),
        )
        for entry in tomllib.loads(DATA.read_text())["walk"]
        if entry["car"] == slug
    ]


def sample_visits(chance: random.Random, today: date | None = None) -> int:
    """Note and count the visits of the last 30 whole days for every car that has walks and no visits; returns how many there were."""
    today = today or timezone.localdate()
    recorder, visits = Recorder(write_rows, background=False), dict[date, int]()
    cars = Configurator.objects.on_sale().order_by("car_model__slug")
    counted = set(InsightCount.objects.values_list("configurator_id", flat=True).distinct())
    for slug in cars.exclude(pk__in=counted).values_list("car_model__slug", flat=True):
        session = open_session(slug)
        walks = walks_of(slug)
        if not walks or not all(set(walk.picked) <= session.document.options.keys() for walk in walks):
            continue  # a product manager has made another car of it
        for back in range(DAYS, 0, -1):
            for _visit in range(chance.randint(*VISITS_A_DAY)):
                visit = UUID(int=chance.getrandbits(128), version=4)
                context = Context(session.configurator_id, session.version_number, visit)
                events = list(_visit_of(session, chance.choice(walks), chance))
                day = today - timedelta(days=back)
                recorder.record(context, events, day)
                visits[day] = visits.get(day, 0) + 1
    recorder.flush()
    for day in visits:
        count_day(day)
    return sum(visits.values())


def _visit_of(session: OpenSession, walk: Walk, chance: random.Random) -> Iterator[Event]:
    """What one visit does, click by click."""
    last = len(walk.choices)
    end = last if chance.random() < FINISHING else chance.randint(1, last)
    asks = chance.random() < ASKING
    state = PageState(())
    if chance.random() < BUDGETING:
        wish = PageState((), budget=round(session.document.base_price / 100 * chance.choice(BUDGETS)))
        yield from of_click(session.document, state, wish, wish="", complete=False)
        state = wish
    for place in range(1, end + 1):
        after = replace(state, choices=walk.choices[:place])
        yield from of_click(session.document, state, after, wish="", complete=place == last)
        state = after
        if asks:
            for _at, option, rules in (one for one in walk.blocked if one[0] == place):
                yield from of_question(option, rules)
                if chance.random() < REPAIRING:
                    yield from of_click(session.document, state, state, wish=option, complete=False)
    if chance.random() < RETHINKING:
        without = replace(state, choices=walk.choices[: end - 1])
        yield from of_click(session.document, state, without, wish="", complete=False)
        yield from of_click(session.document, without, state, wish="", complete=end == last)
    if end == last and chance.random() < SAVING:
        yield from of_saving(walk.picked)
