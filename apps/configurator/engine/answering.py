"""From totals per slot to the ``Answer``, and from a repaired car to the ``Repair``: the same for every machine."""

from collections.abc import Iterable, Sequence

from .answer import Answer, Repair
from .layout import Layout
from .model import Model, option_of
from .totals import Totals


class Board:
    """What the screen shows, by slot: worked out once per model, so that a click costs little Python."""

    def __init__(self, model: Model, layout: Layout, slots: int) -> None:
        """``slots``: how many there are, counters of the encoding included."""
        slot_of = layout.slot_of
        groups = model.groups
        self.option_slots = {option.id: slot_of[option.id] for option in model.options()}
        self.refusal_slots = {
            o.id: slot_of[f"!{o.id}"] for group in groups if group.pick == "any" for o in group.options
        }
        self.option_at = _by_slot(self.option_slots, slots)
        self.refusal_at = _by_slot(self.refusal_slots, slots)
        self.singles = [(group.name, [o.id for o in group.options]) for group in groups if group.pick == "one"]

    def answer(
        self,
        choices: tuple[str, ...],
        totals: list[int | None],
        blocked: Sequence[int],
        *,
        count: int | None,
        minimum: int | None,
        complete: Sequence[int] | None,
        budget: int | None,
    ) -> Answer:
        """The answer to a click.

        ``totals``: per slot the least total with it, whatever the budget, but of no meaning for the ``blocked`` slots;
        the list becomes part of the answer. ``complete``: the slots of a cheapest car.
        """
        for slot in blocked:
            totals[slot] = None
        needed = filter(None, map(self.refusal_at.__getitem__, blocked))
        forced, undecided = self._decided(choices, totals, needed, valid=minimum is not None)
        if budget is not None:
            totals = [None if total is None or total > budget else total for total in totals]
        return Answer(
            valid=minimum is not None,
            count=count,
            minimum=minimum,
            from_total=Totals(self.option_slots, totals),
            refuse=Totals(self.refusal_slots, totals),
            undecided=tuple(undecided),
            forced=frozenset(forced),
            complete=None if complete is None else self.picked(complete),
        )

    def picked(self, slots: Iterable[int]) -> tuple[str, ...]:
        """The options among the slots."""
        return tuple(filter(None, map(self.option_at.__getitem__, slots)))

    def _decided(
        self, choices: tuple[str, ...], totals: list[int | None], needed: Iterable[str], *, valid: bool
    ) -> tuple[list[str], list[str]]:
        """The options that the choices force (``needed``: cannot be left out), and the groups that nothing decides."""
        chosen = {option_of(choice) for choice in choices}
        forced = [option for option in needed if option not in chosen] if valid else []
        undecided: list[str] = []
        for name, options in self.singles:
            if chosen.isdisjoint(options):
                left = [option for option in options if totals[self.option_slots[option]] is not None]
                if valid and len(left) == 1:
                    forced += left
                else:
                    undecided.append(name)
        return forced, undecided


def _by_slot(slots: dict[str, int], count: int) -> list[str | None]:
    names: list[str | None] = [None] * count
    for name, slot in slots.items():
        names[slot] = name
    return names


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
