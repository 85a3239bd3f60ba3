"""What a screen shows before any total is known, worked out from what is possible alone."""

from dataclasses import dataclass

from .model import Model, negated, option_of


@dataclass(frozen=True, slots=True)
class Outline:
    """The part of an ``Answer`` that needs no prices; the fields mean the same there."""

    valid: bool
    possible: frozenset[str]
    """The literals that can be had: own group's choice or own refusal released, the other choices kept."""
    undecided: tuple[str, ...]
    forced: frozenset[str]


def outline_of(model: Model, choices: tuple[str, ...], possible: frozenset[str]) -> Outline:
    """From ``Machine.possible(choices)``; ``choices`` are normal (without repetitions)."""
    chosen = {option_of(choice) for choice in choices}
    # Each choice is possible beside all others, unless they contradict each other within their own group.
    valid = possible.issuperset(choices) and not _contradictory(model, choices) and _has_car(model, possible)
    forced: list[str] = []
    undecided: list[str] = []
    for group in model.groups:
        options = [option.id for option in group.options]
        if group.pick == "any":
            needed = (option for option in options if f"!{option}" not in possible and option not in chosen)
            forced += needed if valid else ()
        elif chosen.isdisjoint(options):
            left = [option for option in options if option in possible]
            if valid and len(left) == 1:
                forced += left
            else:
                undecided.append(group.name)
    return Outline(valid, possible, tuple(undecided), frozenset(forced))


def _contradictory(model: Model, choices: tuple[str, ...]) -> bool:
    groups = [
        model.group_of[choice].name for choice in choices if not choice.startswith("!") and model.picks_one(choice)
    ]
    return len(set(groups)) < len(groups) or any(negated(choice) in choices for choice in choices)


def _has_car(model: Model, possible: frozenset[str]) -> bool:
    """A car has a literal of every group; a model without any option has the empty car, if no group wants a pick."""
    return bool(possible) or not any(group.options or group.pick == "one" for group in model.groups)
