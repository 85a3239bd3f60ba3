"""What the engine answers: to a click, to "why not?", to "how do I get it?"."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Conflict:
    """An inclusion-minimal contradiction: leave out any one choice or rule, and the rest has a car again.

    ``choices`` are literals, ``rules`` ids of rules; both in the order of the visitor's choices and of the model.
    """

    choices: tuple[str, ...]
    rules: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Repair:
    """The nearest way to a car: fewest choices given up, then the least total.

    ``changes`` is how many choices are given up, ``give_up`` which. ``add`` is what comes instead: the option asked
    for, and for every choice given up what the cheapest car has in its place. ``price`` is that car's total (fen).
    The choices without ``give_up`` (and without the asked option's own group), with ``add``, are buildable.
    """

    changes: int
    give_up: tuple[str, ...]
    add: tuple[str, ...]
    price: int


@dataclass(frozen=True, slots=True)
class Answer:
    """Everything the screen shows after a click. Totals are in fen; ``None`` is "impossible" unless said otherwise."""

    valid: bool
    """Whether a car with all these choices exists (whatever the budget)."""
    count: int | None
    """How many cars the choices leave (whatever the budget), exactly; ``None`` is "not counted"."""
    minimum: int | None
    """The least total with all choices kept (whatever the budget)."""
    from_total: Mapping[str, int | None]
    """Option to the least total with it: its own group's choice or its own refusal released, the others kept."""
    refuse: Mapping[str, int | None]
    """Option of an "any" group to the least total without it, its own choice released, the others kept."""
    undecided: tuple[str, ...]
    """Names of the "one" groups with neither a choice nor only one option left."""
    forced: frozenset[str]
    """Options that were not chosen but are in every car that the choices leave."""
    complete: tuple[str, ...] | None
    """Ids of all options picked in a cheapest car with these choices, in the model's order."""
