"""From a visitor's choices to one exact car. Pure.

A choice is an option's code, or ``!code`` for an option of an "any" group that is refused. A car is *settled* when
every "one" group is decided (by a choice, or because only one option is left) and no rule waits for one more option
of an "any" group; what was neither chosen nor forced in the "any" groups is then left out.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from apps.configurator.engine.answer import Answer
from apps.configurator.engine.model import (
    AtLeast,
    AtMost,
    Available,
    Context,
    Excludes,
    Model,
    Requires,
    Rule,
    Table,
    option_of,
)
from apps.configurator.engine.outline import Outline


@dataclass(frozen=True, slots=True)
class Settled:
    """``picked`` is everything in the car; ``undecided`` are the codes of groups that still need a decision."""

    picked: frozenset[str]
    undecided: tuple[str, ...]

    @property
    def complete(self) -> bool:
        return not self.undecided


def settle(model: Model, context: Context, choices: tuple[str, ...], answer: Answer | Outline) -> Settled:
    """The car that valid choices mean, as far as they decide it."""
    chosen = {choice for choice in choices if not choice.startswith("!")}
    picked = frozenset(chosen | answer.forced)
    waiting = set(answer.undecided)
    if not waiting:
        for rule in model.rules:
            if not fulfilled(rule, picked, context):
                waiting |= _groups_of(model, rule, picked)
    return Settled(picked, tuple(group.name for group in model.groups if group.name in waiting))


def fulfilled(rule: Rule, picked: frozenset[str], context: Context) -> bool:
    """Whether a whole car keeps the rule."""
    match rule:
        case Requires():
            return not picked.issuperset(rule.if_all) or not picked.isdisjoint(rule.any_of)
        case Excludes():
            return len(picked.intersection(rule.options)) <= 1
        case AtLeast():
            return len(picked.intersection(rule.options)) >= rule.k
        case AtMost():
            return len(picked.intersection(rule.options)) <= rule.k
        case Available():
            return rule.option not in picked or rule.holds(context)
        case Table():
            return any(picked.issuperset(row) for row in rule.rows)


def _groups_of(model: Model, rule: Rule, picked: frozenset[str]) -> set[str]:
    """The groups in which one more pick could still fulfil the rule."""
    match rule:
        case Requires():
            options: tuple[str, ...] = rule.any_of
        case AtLeast():
            options = rule.options
        case _:
            options = ()
    return {model.group_of[option].name for option in options if option not in picked}


def with_choice(model: Model, choices: tuple[str, ...], literal: str) -> tuple[str, ...]:
    """The choices with one more; what it replaces (its group's choice, its own refusal) goes."""
    return (*(choice for choice in model.released(choices, literal) if choice != literal), literal)


def without(choices: tuple[str, ...], gone: Iterable[str]) -> tuple[str, ...]:
    dropped = set(gone)
    return tuple(choice for choice in choices if choice not in dropped)


def known(model: Model, choices: Iterable[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Choices that this model has, without repetitions, and those it has not (or cannot refuse)."""
    good: dict[str, None] = {}
    bad: dict[str, None] = {}
    for choice in choices:
        option = option_of(choice)
        exists = option in model.group_of and not (choice.startswith("!") and model.picks_one(option))
        (good if exists else bad)[choice] = None
    return tuple(good), tuple(bad)
