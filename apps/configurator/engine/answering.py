"""From totals per slot to the ``Answer``, and from a repaired car to the ``Repair``: the same for every machine."""

from collections.abc import Sequence
from math import inf

import numpy as np
import numpy.typing as npt

from .answer import Answer, Repair
from .layout import Layout
from .model import Model, option_of
from .totals import Totals

type Flags = npt.NDArray[np.bool]
"""One for each slot."""


class Board:
    """What the screen shows, by slot: worked out once per model, so that a click costs little Python."""

    def __init__(self, model: Model, layout: Layout) -> None:
        slot_of = layout.slot_of
        singles = [group for group in model.groups if group.pick == "one"]
        several = [option.id for group in model.groups if group.pick == "any" for option in group.options]
        self._options = _Slots({option.id: slot_of[option.id] for option in model.options()})
        self._refusals = _Slots({option: slot_of[f"!{option}"] for option in several})
        self._singles = _Slots({option.id: slot_of[option.id] for group in singles for option in group.options})
        self._groups = [group.name for group in singles]
        self._begins = np.cumsum([0, *(len(group.options) for group in singles)])[:-1]
        """Where the options of every single group begin among ``_singles``."""
        self._group_of = {option.id: group.name for group in singles for option in group.options}

    def answer(
        self,
        choices: tuple[str, ...],
        costs: Sequence[int | float],
        blocked: Flags,
        *,
        base: int = 0,
        count: int | None,
        minimum: int | None,
        complete: Flags | None,
        budget: int | None,
    ) -> Answer:
        """The answer to a click.

        ``costs``: per slot the least total with it, ``base`` not counted and whatever the budget, infinite where
        ``blocked``; the sequence becomes part of the answer. ``complete``: the slots of a cheapest car.
        """
        forced, undecided = self._decided(choices, blocked, valid=minimum is not None)
        limit = inf if budget is None else budget - base + 1
        return Answer(
            valid=minimum is not None,
            count=count,
            minimum=minimum,
            from_total=Totals(self._options.slot_of, costs, base=base, limit=limit),
            refuse=Totals(self._refusals.slot_of, costs, base=base, limit=limit),
            undecided=tuple(undecided),
            forced=forced,
            complete=None if complete is None else self.picked(complete),
        )

    def picked(self, slots: Flags) -> tuple[str, ...]:
        """The options among the slots."""
        return tuple(self._options.among(slots))

    def _decided(self, choices: tuple[str, ...], blocked: Flags, *, valid: bool) -> tuple[frozenset[str], list[str]]:
        """The options that the choices force, and the single groups that nothing decides."""
        chosen = set(map(option_of, choices))
        decided = set(map(self._group_of.get, chosen))
        if not valid:
            return frozenset(), [name for name in self._groups if name not in decided]
        forced = self._refusals.among(blocked)
        undecided: list[str] = []
        free = ~blocked[self._singles.slots]
        left = np.add.reduceat(free, self._begins, dtype=np.intp) if self._groups else free  # a car has no empty group
        only = self._singles.names[free].tolist()
        place = 0
        for name, number in zip(self._groups, left.tolist(), strict=True):
            if name not in decided:
                if number == 1:
                    forced.append(only[place])
                else:
                    undecided.append(name)
            place += number
        return frozenset(forced).difference(chosen), undecided


class _Slots:
    """Options, and where they (or their refusals) are."""

    def __init__(self, slot_of: dict[str, int]) -> None:
        self.slot_of = slot_of
        self.names = np.array(list(slot_of), object)
        self.slots = np.array(list(slot_of.values()), np.intp)

    def among(self, flags: Flags) -> list[str]:
        """The options whose slots have the flag."""
        found: list[str] = self.names[flags[self.slots]].tolist()
        return found


def holds(literal: str, car: frozenset[str]) -> bool:
    """Whether a car, given by its picked options, agrees with a literal."""
    return (option_of(literal) in car) != literal.startswith("!")


def repair_of(model: Model, kept: Sequence[str], car: frozenset[str], option: str | None) -> Repair:
    """The repair that a car stands for; ``kept`` are the choices that count, ``option`` what was asked for."""
    give_up = tuple(choice for choice in kept if not holds(choice, car))
    add = [] if option is None else [option]
    for choice in give_up:
        if choice.startswith("!"):
            add.append(option_of(choice))
        elif model.picks_one(choice):
            add += [other.id for other in model.group_of[choice].options if other.id in car]
    return Repair(len(give_up), give_up, tuple(dict.fromkeys(add)), model.total(car))
