"""Questions that no solver answers in time: given up at the deadline, never answered wrongly."""

import random
import time
from collections.abc import Callable
from itertools import combinations

import pytest

from apps.configurator.engine.deadline import TookTooLong
from apps.configurator.engine.model import Context, Excludes, Group, Model, Option
from apps.configurator.engine.solvers import SolverModel

PATIENCE_S = 0.5
GRACE_S = 5.0
"""A busy machine may take so much longer to notice."""


def pigeons(count: int) -> SolverModel:
    """One pigeon more than there are holes: there is no car, and resolution takes exponentially long to find out."""
    holes = range(count - 1)
    groups = tuple(
        Group(f"pigeon-{pigeon}", "one", tuple(Option(f"p{pigeon}-{hole}") for hole in holes))
        for pigeon in range(count)
    )
    rules = tuple(
        Excludes(f"hole-{hole}-{one}-{other}", (f"p{one}-{hole}", f"p{other}-{hole}"))
        for hole in holes
        for one, other in combinations(range(count), 2)
    )
    return SolverModel(Model(groups, rules), Context())


def independent_set(size: int, density: float) -> SolverModel:
    """Discounts that exclude each other at random: that there is a car is plain, which one is cheapest is not."""
    rng = random.Random(5)
    options = tuple(Option(f"x{i}", -rng.randrange(90, 110)) for i in range(size))
    pairs = [pair for pair in combinations(options, 2) if rng.random() < density or pair == options[:2]]
    rules = tuple(Excludes(f"r{i}", (one.id, other.id)) for i, (one, other) in enumerate(pairs))
    return SolverModel(Model((Group("extras", "any", options),), rules), Context())


def given_up(question: Callable[[float], object]) -> None:
    started = time.monotonic()
    with pytest.raises(TookTooLong):
        question(started + PATIENCE_S)
    assert time.monotonic() - started < PATIENCE_S + GRACE_S


def test_a_reason_that_takes_too_long_is_given_up() -> None:
    machine = pigeons(14)
    given_up(lambda deadline: machine.conflict((), deadline=deadline))
    given_up(lambda deadline: machine.repair_conflict(("p0-0",), deadline=deadline))
    assert pigeons(3).conflict((), deadline=time.monotonic() + 60) is not None


def test_a_repair_that_takes_too_long_is_given_up_and_the_reason_is_known() -> None:
    machine = independent_set(220, 0.1)
    with pytest.raises(TookTooLong):  # loads the solver
        machine.repair(("x0",), "x1", deadline=time.monotonic())
    why = machine.why(("x0",), "x1", deadline=time.monotonic() + 60)
    assert why is not None
    assert why.choices == ("x0",)
    given_up(lambda deadline: machine.repair(("x0",), "x1", deadline=deadline))
    easy = independent_set(12, 0.3).repair(("x0",), "x1", deadline=time.monotonic() + 60)
    assert easy is not None
    assert easy.give_up == ("x0",)


def test_who_waits_for_the_solver_waits_no_longer_than_the_deadline() -> None:
    machine = pigeons(3)
    with machine._rules._turn(None):
        given_up(lambda deadline: machine.conflict((), deadline=deadline))
