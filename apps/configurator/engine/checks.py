"""What a person who edits rules should know at once: contradictions, dead and forced options, rules that say nothing new.

Everything by SAT, within a second for models of hundreds of options; each finding names the rules at fault.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from .encoding import encode
from .explain import RuleSolver
from .model import Available, Context, Model, negated

type Kind = Literal["contradiction", "dead", "forced", "redundant"]


@dataclass(frozen=True, slots=True)
class Finding:
    """``contradiction``: no car; ``dead``, ``forced``: an option that no car, every car has; ``redundant``: a rule.

    ``subject`` is the option or the rule (empty for a contradiction), ``rules`` a minimal set of rules at fault; for a
    redundant rule, others that say the same together (not necessarily a smallest set).
    """

    kind: Kind
    subject: str
    rules: tuple[str, ...]


def findings(model: Model, context: Context) -> list[Finding]:
    """All findings; a contradiction alone, for in it everything else is true as well."""
    solver = RuleSolver(model, encode(model, context))
    try:
        contradiction = solver.conflict(())
        if contradiction is not None:
            return [Finding("contradiction", "", contradiction.rules)]
        return [*_options(model, solver), *_rules(model, context, solver)]
    finally:
        solver.close()


def _options(model: Model, solver: RuleSolver) -> Iterator[Finding]:
    """Dead and forced options; an option that is its group's only one is forced by no rule."""
    seen: set[str] = set()
    for group in model.groups:
        for option in group.options:
            for literal in (option.id, f"!{option.id}"):
                if literal in seen:
                    continue
                car = solver.car((literal,))
                if car is not None:
                    seen.update(o.id if o.id in car else f"!{o.id}" for o in model.options())
                elif literal == option.id:
                    yield Finding("dead", option.id, _why(solver, literal))
                elif group.pick == "any" or len(group.options) > 1:
                    yield Finding("forced", negated(literal), _why(solver, literal))


def _why(solver: RuleSolver, literal: str) -> tuple[str, ...]:
    conflict = solver.conflict((), (literal,))
    return () if conflict is None else conflict.rules


def _rules(model: Model, context: Context, solver: RuleSolver) -> Iterator[Finding]:
    """Rules that the others imply; an availability that is fulfilled today may matter in another context."""
    for index, rule in enumerate(model.rules):
        if isinstance(rule, Available) and rule.holds(context):
            continue
        others = solver.implied_by(index)
        if others is not None:
            yield Finding("redundant", rule.id, others)
