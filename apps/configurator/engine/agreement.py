"""Random clicks asked of two machines: what a circuit must pass before it is published."""

import random
from collections.abc import Callable

from .machine import Machine
from .model import literals
from .solvers import SolverModel


def disagreement(
    machine: Machine,
    solver: SolverModel,
    *,
    clicks: int = 20,
    prices: int = 2,
    seed: int = 1,
    progress: Callable[[float], None] | None = None,
) -> str | None:
    """The first difference in what is possible, or in one of a few totals per click, in words; ``None`` if there is none.

    ``progress`` is told the share that is done after every click, and may raise to stop.
    """
    rng = random.Random(seed)  # noqa: S311
    known = list(literals(machine.model))
    choices: tuple[str, ...] = ()
    for click in range(clicks):
        if progress is not None:
            progress(click / clicks)
        ours, theirs = machine.possible(choices), solver.possible(choices)
        if ours != theirs:
            return f"after {list(choices)}: {sorted(ours ^ theirs)} possible or not"
        answer = machine.answer(choices)
        for literal in rng.sample(known, min(prices, len(known))):
            total = answer.refuse[literal[1:]] if literal[0] == "!" else answer.from_total[literal]
            least = solver.least((*machine.model.released(choices, literal), literal))
            if total != least:
                return f"after {list(choices)}: {literal} from {total} or {least}"
        free = [literal for literal in known if literal in ours and machine.model.released(choices, literal) == choices]
        new = [literal for literal in free if literal not in choices]
        choices = (*choices, rng.choice(new)) if new and len(choices) < 12 else ()
    return None
