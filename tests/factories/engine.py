"""Small random models for the configurator engine, and a brute-force enumeration that knows nothing but the definitions."""

import datetime
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

from hypothesis import strategies as st

from apps.configurator.engine.model import (
    AtLeast,
    AtMost,
    Available,
    Context,
    Excludes,
    Group,
    Model,
    Option,
    PriceRule,
    Requires,
    Rule,
    Table,
    literals,
    option_of,
)

DAY = datetime.date(2025, 11, 1)

type Car = frozenset[str]


@dataclass(frozen=True)
class Case:
    """A model with a context and choices."""

    model: Model
    context: Context
    choices: tuple[str, ...]


def allows(model: Model, rule: Rule, context: Context, car: Car) -> bool:
    """Whether a car obeys a rule, word for word as the rule is defined."""
    match rule:
        case Requires():
            return not car.issuperset(rule.if_all) or not car.isdisjoint(rule.any_of)
        case Excludes():
            return len(car.intersection(rule.options)) <= 1
        case AtLeast():
            return len(car.intersection(rule.options)) >= rule.k
        case AtMost():
            return len(car.intersection(rule.options)) <= rule.k
        case Available():
            in_market = not rule.markets or context.market in rule.markets
            day = context.date
            begun = rule.from_ is None or (day is not None and rule.from_ <= day)
            not_over = rule.until is None or (day is not None and day < rule.until)
            return rule.option not in car or (in_market and begun and not_over)
        case Table():
            return any(car.issuperset(row) for row in rule.rows)


class Brute:
    """Every car of a model, one by one."""

    def __init__(self, model: Model, context: Context, rules: frozenset[str] | None = None) -> None:
        self.model = model
        in_force = [rule for rule in model.rules if rules is None or rule.id in rules]
        picks: list[list[tuple[str, ...]]] = []
        for group in model.groups:
            if group.pick == "one":
                picks.append([(option.id,) for option in group.options])
            else:
                picks += [[(option.id,), ()] for option in group.options]
        cars = (frozenset(option for part in parts for option in part) for parts in product(*picks))
        self.cars = [car for car in cars if all(allows(model, rule, context, car) for rule in in_force)]

    def having(self, wanted: tuple[str, ...]) -> list[Car]:
        """The cars with all these literals."""
        return [car for car in self.cars if all(agrees(literal, car) for literal in wanted)]

    def least(self, wanted: tuple[str, ...]) -> int | None:
        """The least total with all these literals."""
        return min((self.model.total(car) for car in self.having(wanted)), default=None)

    def nearest(self, kept: tuple[str, ...], fixed: tuple[str, ...]) -> tuple[int, int] | None:
        """Fewest of ``kept`` given up, and then the least total."""
        return min(
            ((sum(not agrees(c, car) for c in kept), self.model.total(car)) for car in self.having(fixed)), default=None
        )


def agrees(literal: str, car: Car) -> bool:
    """Whether a literal holds in a car."""
    return (option_of(literal) in car) != literal.startswith("!")


@st.composite
def make_cases(draw: st.DrawFn, *, max_groups: int = 4, max_rules: int = 5) -> Case:
    """A model with every kind of rule in turn, prices of both signs, a context at the edges of the rules, choices."""
    groups = [_group(draw, index) for index in range(draw(st.integers(1, max_groups)))]
    options = [option.id for group in groups for option in group.options]
    if not options:
        groups.append(Group("g9", "any", (Option("z", 5),)))
        options = ["z"]
    rules = tuple(_rule(draw, f"r{i}", groups, options) for i in range(draw(st.integers(0, max_rules))))
    signed = [literal for option in options for literal in (option, f"!{option}")]
    price_rules = tuple(
        PriceRule(f"p{i}", tuple(draw(st.lists(st.sampled_from(signed), max_size=3))), draw(st.integers(-20, 20)))
        for i in range(draw(st.integers(0, 3)))
    )
    model = Model(tuple(groups), rules, price_rules)
    choices = draw(st.lists(st.sampled_from(list(literals(model))), max_size=4))
    market = draw(st.sampled_from([None, "N", "S"]))
    day = draw(st.sampled_from([None, *_days()]))
    return Case(model, Context(market, day), tuple(choices))


def _days() -> list[datetime.date]:
    return [DAY + datetime.timedelta(days=offset) for offset in (-1, 0, 1, 2)]


def _group(draw: st.DrawFn, index: int) -> Group:
    pick = draw(st.sampled_from(["one", "one", "any"]))
    size = draw(st.integers(1, 4 if pick == "one" else 3))
    options = tuple(Option(f"{'abcdefgh'[index]}{i}", draw(st.integers(-5, 30))) for i in range(size))
    return Group(f"g{index}", "one" if pick == "one" else "any", options)


def _rule(draw: st.DrawFn, name: str, groups: list[Group], options: list[str]) -> Rule:
    some = st.lists(st.sampled_from(options), max_size=3).map(tuple)
    kind = draw(st.sampled_from(["requires", "excludes", "at_least", "at_most", "available", "table"]))
    columns = [group for group in groups if group.pick == "one"]
    if kind == "requires" or (kind == "table" and not columns):
        wanted = draw(some)
        return Requires(name, draw(some) if wanted else (draw(st.sampled_from(options)),), wanted)
    if kind == "excludes":
        return Excludes(name, tuple(draw(st.lists(st.sampled_from(options), max_size=5))))
    if kind in ("at_least", "at_most"):
        counted = tuple(draw(st.lists(st.sampled_from(options), max_size=6)))
        k = draw(st.integers(0, 3))
        return AtLeast(name, k, counted) if kind == "at_least" else AtMost(name, k, counted)
    if kind == "available":
        markets = tuple(draw(st.sets(st.sampled_from(["N", "S"]), max_size=2)))
        days = st.sampled_from([None, *_days()])
        return Available(name, draw(st.sampled_from(options)), markets, draw(days), draw(days))
    chosen = draw(st.lists(st.sampled_from(columns), min_size=1, max_size=3, unique=True))
    cells = [st.sampled_from([option.id for option in group.options]) for group in chosen]
    rows = draw(st.lists(st.tuples(*cells), max_size=8))
    return Table(name, tuple(group.name for group in chosen), tuple(rows))


def released(model: Model, choices: tuple[str, ...], literal: str) -> tuple[str, ...]:
    """The choices, each once, that stay in force when a literal is asked for, word for word as the format says."""
    asked = option_of(literal)
    (group,) = [group for group in model.groups if asked in {option.id for option in group.options}]
    own = {option.id for option in group.options}
    if group.pick == "any":
        own = {asked if literal.startswith("!") else f"!{asked}"}
    return tuple(dict.fromkeys(choice for choice in choices if choice not in own))


def subsets_one_smaller(items: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """The tuples that leave out one item."""
    for index in range(len(items)):
        yield items[:index] + items[index + 1 :]
