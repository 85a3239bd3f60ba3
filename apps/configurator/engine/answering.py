"""From totals per literal to the ``Answer``, and from a repaired car to the ``Repair``: the same for every machine."""

from collections.abc import Mapping, Sequence

from .answer import Answer, Repair
from .model import Model, Option, option_of

type Totals = Mapping[str, int | None]
"""Literal to the least total with it, its own group's choice or its negation released."""


def assemble(
    model: Model,
    choices: tuple[str, ...],
    totals: Totals,
    *,
    count: int | None,
    minimum: int | None,
    complete: frozenset[str] | None,
    budget: int | None,
) -> Answer:
    """The answer to a click, given the totals without regard to the budget."""
    chosen = {option_of(choice) for choice in choices}
    valid = minimum is not None
    undecided: list[str] = []
    forced: list[str] = []
    for group in model.groups:
        if group.pick == "any":
            forced += [o.id for o in group.options if valid and o.id not in chosen and totals[f"!{o.id}"] is None]
            continue
        if any(option.id in chosen for option in group.options):
            continue
        left = [option.id for option in group.options if totals[option.id] is not None]
        if valid and len(left) == 1:
            forced += left
        else:
            undecided.append(group.name)

    def within(literal: str) -> int | None:
        total = totals[literal]
        return None if total is None or (budget is not None and total > budget) else total

    return Answer(
        valid=valid,
        count=count,
        minimum=minimum,
        from_total={option.id: within(option.id) for option in model.options()},
        refuse={option.id: within(f"!{option.id}") for option in _refusable(model)},
        undecided=tuple(undecided),
        forced=frozenset(forced),
        complete=None if complete is None else tuple(o.id for o in model.options() if o.id in complete),
    )


def _refusable(model: Model) -> list[Option]:
    return [option for group in model.groups if group.pick == "any" for option in group.options]


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
