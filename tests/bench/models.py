"""Models to measure with: a seeded generator of structured vehicle models, and readers of public instances."""

import random
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from apps.configurator.engine.model import (
    AtLeast,
    AtMost,
    Context,
    Excludes,
    Group,
    Model,
    Option,
    PriceRule,
    Requires,
    Rule,
    Table,
)

FEN = 100
DRIVERS = (("body", 4), ("trim", 4), ("engine", 5), ("gearbox", 3), ("axle", 3))


def make_vehicle(options: int, *, seed: int = 1, rules_per_option: float = 1.45, coupling: float = 0.1) -> Model:
    """A vehicle of about ``options`` options: a handful of drivers (trim, engine, …), and families of groups.

    Most rules stay within a family, or tie it to a driver, as in real price lists; the share ``coupling`` ties it to a neighbouring
    family. A reference car that obeys every rule is drawn first, so that the model has a car. One price rule for every ten options
    (packages are cheaper together).
    """
    return _Maker(options, random.Random(seed), coupling).make(round(options * rules_per_option))


class _Maker:
    def __init__(self, options: int, rng: random.Random, coupling: float) -> None:
        self.rng = rng
        self.coupling = coupling
        self.groups: list[Group] = []
        self.rules: list[Rule] = []
        self.price_rules: list[PriceRule] = []
        self.drivers = [self.group(name, "one", size) for name, size in DRIVERS]
        self.families: list[list[Group]] = []
        while (left := options - sum(len(group.options) for group in self.groups)) > 0:
            self.families.append(self.family(f"f{len(self.families)}", left))
        self.car = self.reference_car()

    def group(self, name: str, pick: str, size: int) -> Group:
        options = tuple(Option(f"{name}-{i}", self.rng.randrange(0, 20_000) * FEN) for i in range(size))
        group = Group(name, "one" if pick == "one" else "any", options)
        self.groups.append(group)
        return group

    def family(self, name: str, left: int) -> list[Group]:
        sizes = [self.rng.randint(2, 5), self.rng.randint(2, 4), self.rng.randint(4, 8)]
        groups: list[Group] = []
        for part, pick in enumerate(("one", "one", "any")):
            size = min(sizes[part], left)
            if size > 0:
                groups.append(self.group(f"{name}{'abc'[part]}", pick, size))
                left -= size
        return groups

    def reference_car(self) -> frozenset[str]:
        picked: list[str] = []
        for group in self.groups:
            if group.pick == "one":
                picked.append(self.rng.choice(group.options).id)
            else:
                picked += [option.id for option in group.options if self.rng.random() < 0.4]
        return frozenset(picked)

    def make(self, rules: int) -> Model:
        self.driver_tables()
        while len(self.rules) < rules:
            family = self.rng.choice(self.families)
            rule = self.family_rule(f"r{len(self.rules)}", family)
            if rule is not None:
                self.rules.append(rule)
        for index in range(sum(len(group.options) for group in self.groups) // 10):
            together = self.sample(self.rng.choice(self.families), 2 + index % 2)
            self.price_rules.append(PriceRule(f"p{index}", together, -self.rng.randrange(10, 500) * FEN))
        return Model(tuple(self.groups), tuple(self.rules), tuple(self.price_rules))

    def driver_tables(self) -> None:
        for first, second in zip(self.drivers, self.drivers[1:], strict=False):
            rows = [
                (a.id, b.id)
                for a in first.options
                for b in second.options
                if {a.id, b.id} <= self.car or self.rng.random() < 0.6
            ]
            self.rules.append(Table(f"t-{first.name}-{second.name}", (first.name, second.name), tuple(rows)))

    def family_rule(self, name: str, family: list[Group]) -> Rule | None:
        if self.rng.random() < self.coupling:
            other = self.families[(self.families.index(family) + self.rng.randint(1, 2)) % len(self.families)]
            return self.kept(Requires(name, self.sample(family, 1), self.sample(other, 2)))
        kind = self.rng.choices(("driver", "requires", "excludes", "at_most", "at_least"), (5, 5, 4, 1, 1))[0]
        if kind == "driver":
            driver = self.rng.choice(self.drivers)
            wanted = tuple(o.id for o in self.rng.sample(driver.options, self.rng.randint(1, 3)))
            return self.kept(Requires(name, self.sample(family, 1), wanted))
        if kind == "requires":
            return self.kept(Requires(name, self.sample(family, self.rng.randint(1, 2)), self.sample(family, 2)))
        if kind == "excludes":
            return self.kept(Excludes(name, self.sample(family, 2)))
        if kind == "at_most":
            return self.kept(AtMost(name, 2, self.sample(family, 4)))
        return self.kept(AtLeast(name, 1, self.sample(family, 4)))

    def sample(self, family: list[Group], size: int) -> tuple[str, ...]:
        options = [option.id for group in family for option in group.options]
        return tuple(self.rng.sample(options, min(size, len(options))))

    def kept(self, rule: Rule) -> Rule | None:
        """The rule, if the reference car obeys it and it says something."""
        car = self.car
        match rule:
            case Requires():
                obeyed = not car.issuperset(rule.if_all) or not car.isdisjoint(rule.any_of)
                return rule if obeyed and not set(rule.if_all) & set(rule.any_of) else None
            case Excludes():
                return rule if len(car.intersection(rule.options)) <= 1 else None
            case AtMost():
                return rule if len(car.intersection(rule.options)) <= rule.k else None
            case AtLeast():
                return rule if len(car.intersection(rule.options)) >= rule.k else None
            case _:
                return rule


def read_renault(directory: Path, *, seed: int = 1) -> Model:
    """The Renault Megane tables (variables as groups, values as options), priced from a seed."""
    rng = random.Random(seed)
    values: dict[str, dict[str, None]] = {}
    rules: list[Rule] = []
    for path in sorted((directory / "renault-relaxed" / "rules").glob("*.pm")):
        rows = list(_rows(path))
        columns = tuple(rows[0])
        for row in rows:
            for column, value in row.items():
                values.setdefault(column, {})[f"{column}:{value}"] = None
        cells = tuple(tuple(f"{column}:{row[column]}" for column in columns) for row in rows)
        rules.append(Table(path.stem, columns, cells))
    groups = tuple(
        Group(column, "one", tuple(Option(name, rng.randrange(0, 20_000) * FEN) for name in names))
        for column, names in sorted(values.items())
    )
    return Model(groups, tuple(rules))


def _rows(path: Path) -> Iterator[dict[str, str]]:
    for line in path.read_text().splitlines():
        cells = dict(re.findall(r"(\w+)\s*=\s*(\w+)", line))
        if cells:
            yield cells


CONTEXT = Context("CN", None)


def priced(model: Model, *, seed: int = 1) -> Model:
    """The model with prices drawn from a seed."""
    rng = random.Random(seed)
    groups = tuple(
        replace(group, options=tuple(replace(option, price=rng.randrange(0, 20_000) * FEN) for option in group.options))
        for group in model.groups
    )
    return replace(model, groups=groups)
