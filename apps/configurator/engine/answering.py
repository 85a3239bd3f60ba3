"""From totals per slot to the ``Answer``, and from a repaired car to the ``Repair``: the same for every machine."""

from collections.abc import Callable, Iterable, Sequence
from operator import itemgetter

from .answer import Answer, Repair
from .layout import Layout
from .model import Model, option_of
from .totals import Totals


class Board:
    """What the screen shows, by slot: worked out once per model, so that a click costs little Python."""

    def __init__(self, model: Model, layout: Layout, slots: int) -> None:
        """``slots``: how many there are, counters of the encoding included."""
        options = [option.id for option in model.options()]
        refusable = [option.id for group in model.groups if group.pick == "any" for option in group.options]
        self.option_place = {option: place for place, option in enumerate(options)}
        self.refusal_place = {option: place for place, option in enumerate(refusable)}
        self.option_totals = _selector([layout.slot_of[option] for option in options])
        self.refusal_totals = _selector([layout.slot_of[f"!{option}"] for option in refusable])
        self.literal_at: list[str | None] = [None] * slots
        for literal, slot in layout.slot_of.items():
            self.literal_at[slot] = literal
        self.option_at = [None if literal is None or literal[0] == "!" else literal for literal in self.literal_at]
        self.singles = [(group.name, [o.id for o in group.options]) for group in model.groups if group.pick == "one"]

    def answer(
        self,
        choices: tuple[str, ...],
        totals: Sequence[int],
        blocked: Iterable[int],
        *,
        count: int | None,
        minimum: int | None,
        complete: Sequence[int] | None,
        budget: int | None,
    ) -> Answer:
        """The answer to a click.

        ``totals``: per slot the least total with it, whatever the budget; those of the ``blocked`` slots mean nothing.
        ``complete``: the slots of a cheapest car.
        """
        from_values: list[int | None] = list(self.option_totals(totals))
        refuse_values: list[int | None] = list(self.refusal_totals(totals))
        needed: list[str] = []
        for slot in blocked:
            literal = self.literal_at[slot]
            if literal is None:
                continue
            if literal[0] == "!":
                refuse_values[self.refusal_place[literal[1:]]] = None
                needed.append(literal[1:])
            else:
                from_values[self.option_place[literal]] = None
        forced, undecided = self._decided(choices, from_values, needed, valid=minimum is not None)
        if budget is not None:
            _limit(from_values, budget)
            _limit(refuse_values, budget)
        return Answer(
            valid=minimum is not None,
            count=count,
            minimum=minimum,
            from_total=Totals(self.option_place, from_values),
            refuse=Totals(self.refusal_place, refuse_values),
            undecided=tuple(undecided),
            forced=frozenset(forced),
            complete=None if complete is None else self.picked(complete),
        )

    def picked(self, slots: Iterable[int]) -> tuple[str, ...]:
        """The options among the slots."""
        return tuple(filter(None, map(self.option_at.__getitem__, slots)))

    def _decided(
        self, choices: tuple[str, ...], from_values: list[int | None], needed: list[str], *, valid: bool
    ) -> tuple[list[str], list[str]]:
        """The options that the choices force (``needed``: cannot be left out), and the groups that nothing decides."""
        chosen = {option_of(choice) for choice in choices}
        forced = [option for option in needed if option not in chosen] if valid else []
        undecided: list[str] = []
        for name, options in self.singles:
            if chosen.isdisjoint(options):
                left = [option for option in options if from_values[self.option_place[option]] is not None]
                if valid and len(left) == 1:
                    forced += left
                else:
                    undecided.append(name)
        return forced, undecided


def _selector(slots: list[int]) -> Callable[[Sequence[int]], Sequence[int]]:
    """A function that takes the values at the slots out of a sequence."""
    if len(slots) < 2:  # for one item itemgetter does not answer with a tuple
        return lambda totals: [totals[slot] for slot in slots]
    return itemgetter(*slots)


def _limit(totals: list[int | None], budget: int) -> None:
    """Block what is above the budget."""
    totals[:] = (None if total is None or total > budget else total for total in totals)


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
