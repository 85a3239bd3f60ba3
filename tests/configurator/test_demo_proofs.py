"""The cars that come with the portal, as they are loaded and opened, against SAT and CP-SAT: every figure of a click.

The solvers work on the rules, not on the circuit. A reason's minimality is checked rule by rule with models that have no
other rules.
"""

import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import pytest

from apps.configurator.documents import Document
from apps.configurator.engine.answer import Conflict, Repair
from apps.configurator.engine.compiled import CompiledModel
from apps.configurator.engine.model import Context, Model, literals
from apps.configurator.engine.solvers import SolverModel
from apps.configurator.machines import Session

from .test_demo import CARS, documents

pytestmark = pytest.mark.django_db
__all__ = ["documents"]
DAY = date(2026, 1, 1)
ASKED = 4
"""So many blocked options are explained and repaired at every click."""


def opened(document: Document, market: str) -> tuple[CompiledModel, SolverModel]:
    machine = Session(document, market, DAY).machine
    assert isinstance(machine, CompiledModel)
    return machine, SolverModel(machine.model, machine.context)


def clicks(machine: CompiledModel, rng: random.Random, count: int) -> Iterator[tuple[str, ...]]:
    """Choices as a visitor makes them one after the other, up to eight and then anew; every fourth time any at all."""
    known, choices = list(literals(machine.model)), tuple[str, ...]()
    for click in range(count):
        if click % 4 == 3:
            yield tuple(rng.sample(known, 5))
        else:
            yield choices
        free = sorted(machine.possible(choices) - set(choices))
        picked = rng.choice(free)
        choices = (*machine.model.released(choices, picked), picked) if len(choices) < 8 else ()


def check_click(machine: CompiledModel, solver: SolverModel, choices: tuple[str, ...], rng: random.Random) -> None:
    """Domains, totals, switch prices, refusals, the count where solvers can count, the cheapest car; then explanations."""
    ours, theirs = machine.answer(choices), solver.answer(choices)
    counted = theirs.count is not None
    assert replace(ours, count=ours.count if counted else None, complete=None) == replace(theirs, complete=None)
    assert machine.possible(choices) == solver.possible(choices)
    assert (ours.complete is None) == (not ours.valid)
    if ours.complete is not None:
        picked = frozenset(ours.complete)
        refused = {f"!{option.id}" for option in machine.model.options() if option.id not in picked}
        assert machine.model.total(picked) == ours.minimum
        assert solver.least((*choices, *picked, *sorted(refused.intersection(literals(machine.model))))) == ours.minimum
    blocked = sorted(set(literals(machine.model)) - solver.possible(choices))
    for option in rng.sample(blocked, min(ASKED, len(blocked))):
        kept = machine.model.released(choices, option)
        check_reason(machine.model, machine.context, machine.why(choices, option), kept, (option,))
        check_repair(solver, machine.repair(choices, option), solver.repair(choices, option), kept, option)
    check_all_repairs(machine, solver, choices, rng)
    if not ours.valid:
        check_reason(machine.model, machine.context, machine.conflict(choices), choices, ())
        check_repair(solver, machine.repair_conflict(choices), solver.repair_conflict(choices), choices, None)


def check_reason(
    model: Model, context: Context, why: Conflict | None, kept: tuple[str, ...], fixed: tuple[str, ...]
) -> None:
    """The choices and rules leave no car, and without any one of them there is one."""
    assert why is not None
    assert set(why.choices) <= set(kept)
    rules = tuple(rule for rule in model.rules if rule.id in why.rules)

    def buildable(left: tuple[str, ...], without: str = "") -> bool:
        fewer = replace(model, rules=tuple(rule for rule in rules if rule.id != without), price_rules=())
        return SolverModel(fewer, context)._rules.car((*left, *fixed)) is not None

    assert not buildable(why.choices)
    for choice in why.choices:
        assert buildable(tuple(other for other in why.choices if other != choice)), choice
    for rule in rules:
        assert buildable(why.choices, without=rule.id), rule.id


def check_repair(
    solver: SolverModel, ours: Repair | None, best: Repair | None, kept: tuple[str, ...], asked: str | None
) -> None:
    """As few changes as CP-SAT needs, then as cheap, and what it says can be built at that price."""
    assert (ours is None) == (best is None)
    if ours is None or best is None:
        return
    assert (ours.changes, ours.price) == (best.changes, best.price)
    left = tuple(choice for choice in kept if choice not in ours.give_up)
    assert len(left) == len(set(kept)) - ours.changes or len(left) == len(kept) - ours.changes
    assert asked is None or asked in ours.add
    assert solver.least((*left, *ours.add)) == ours.price


def check_all_repairs(
    machine: CompiledModel, solver: SolverModel, choices: tuple[str, ...], rng: random.Random
) -> None:
    """The one sweep over all repairs says what CP-SAT says of each."""
    found = machine.repairs(choices)
    for literal in rng.sample(sorted(literals(machine.model)), 2):
        best = solver.repair(choices, literal)
        assert found.get(literal) == (None if best is None else (best.changes, best.price))


@pytest.mark.parametrize(("slug", "checked"), zip(CARS, (4, 4, 2), strict=True))
def test_clicks_on_a_demo_car_are_what_the_solvers_say(documents: dict[str, Document], slug: str, checked: int) -> None:
    """The last one is any choices at all, which contradict each other."""
    document, rng = documents[slug], random.Random(slug)
    machine, solver = opened(document, document.markets[0])
    for choices in list(clicks(machine, rng, 4))[-checked:]:
        check_click(machine, solver, choices, rng)


@pytest.mark.long
@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("slug", CARS)
def test_many_clicks_in_every_market_are_what_the_solvers_say(
    documents: dict[str, Document], slug: str, seed: int
) -> None:
    rng = random.Random(f"{slug} {seed}")
    for market in documents[slug].markets:
        machine, solver = opened(documents[slug], market)
        for choices in clicks(machine, rng, 12):
            check_click(machine, solver, choices, rng)
