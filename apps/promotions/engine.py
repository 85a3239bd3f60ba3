"""What campaigns take off a basket, and why they do not. Pure: no ORM, no clock.

Every summand of a total is a ``Step`` of (rule, base, amount): first what each thing costs, then what each campaign takes off.
Groups are applied in the order of their position: of one group the best campaign counts, different groups add up, each on what
the earlier ones have left. A share of money is rounded once, in ``common.money.share``; what is taken off is split over the
lines by the largest remainder, so a single line can be given back to the fen.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any

from apps.common.money import share, split
from apps.common.translated import Translated

# An order is never for nothing: so many fen stay to be paid.
LEAST = 1
CAR = "car"


class Kind(StrEnum):
    FIXED = "fixed"
    PERCENT = "percent"
    FREE = "free"
    BUNDLE = "bundle"


class Missing(StrEnum):
    """Why a campaign does not apply."""

    NOT_YET = "not_yet"
    OVER = "over"
    CODE = "code"
    MODEL = "model"
    OPTION = "option"
    THINGS = "things"
    CITY = "city"
    CITY_UNKNOWN = "city_unknown"
    MARKET = "market"
    SEGMENT = "segment"
    FIRST_ORDER = "first_order"
    LEAST = "least"
    BETTER = "better"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Item:
    """One line of a basket: ``amount`` is what all its units cost, in fen. ``options`` are those of a car."""

    key: str
    kind: str
    code: str
    unit: int
    quantity: int = 1
    options: frozenset[str] = frozenset()
    label_en: str = ""
    label_zh: str = ""

    @property
    def amount(self) -> int:
        return self.unit * self.quantity


@dataclass(frozen=True, slots=True)
class Buyer:
    """For whom and when: empty ``city`` is one that is not known yet."""

    day: date
    market: str = "CN"
    city: str = ""
    segments: frozenset[str] = frozenset()
    first_order: bool = False
    codes: frozenset[str] = frozenset()
    car_model: str = ""


@dataclass(frozen=True, slots=True)
class Rule:
    """A campaign. Empty conditions are always met; dates are half-open; ``targets`` are kinds or article numbers."""

    slug: str
    kind: Kind
    group: str
    group_position: int = 0
    position: int = 0
    amount: int = 0
    percent: Decimal = Decimal(0)
    most: int | None = None
    targets: frozenset[str] = frozenset()
    starts_on: date | None = None
    ends_on: date | None = None
    models: frozenset[str] = frozenset()
    options: frozenset[str] = frozenset()
    things: frozenset[str] = frozenset()
    cities: frozenset[str] = frozenset()
    markets: frozenset[str] = frozenset()
    segments: frozenset[str] = frozenset()
    first_order: bool = False
    least: int = 0
    codes: frozenset[str] = frozenset()
    needs_code: bool = False
    label_en: str = ""
    label_zh: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """One summand of a total. ``shares`` says how much of it each line bears; ``how`` is all that replaying needs."""

    rule: str
    base: int
    amount: int
    label_en: str = ""
    label_zh: str = ""
    shares: Mapping[str, int] = field(default_factory=dict)
    how: Mapping[str, Any] = field(default_factory=dict)
    label = Translated("label")

    def as_json(self) -> dict[str, Any]:
        return {
            "rule": self.rule,
            "base": self.base,
            "amount": self.amount,
            "label_en": self.label_en,
            "label_zh": self.label_zh,
            "shares": dict(self.shares),
            "how": dict(self.how),
        }


@dataclass(frozen=True, slots=True)
class Result:
    """The whole calculation: ``refused`` says of each campaign that does not apply what is missing."""

    steps: tuple[Step, ...]
    refused: Mapping[str, Missing]

    @property
    def total(self) -> int:
        return sum(step.amount for step in self.steps)

    @property
    def savings(self) -> tuple[Step, ...]:
        return tuple(step for step in self.steps if step.rule.startswith("promotion:"))

    @property
    def saved(self) -> int:
        return -sum(step.amount for step in self.savings)

    def saved_on(self, key: str) -> int:
        """What one line bears of the savings."""
        return -sum(step.shares.get(key, 0) for step in self.savings)


def missing(rule: Rule, items: Sequence[Item], buyer: Buyer) -> Missing | None:
    """The first condition of a campaign that is not met; None when all are."""
    have = {item.code for item in items} | {item.kind for item in items}
    options = frozenset[str]().union(*(item.options for item in items))
    city = Missing.CITY_UNKNOWN if not buyer.city else Missing.CITY
    checks: tuple[tuple[Missing, bool], ...] = (
        (Missing.NOT_YET, rule.starts_on is not None and buyer.day < rule.starts_on),
        (Missing.OVER, rule.ends_on is not None and buyer.day >= rule.ends_on),
        (Missing.CODE, rule.needs_code and not rule.codes & buyer.codes),
        (Missing.MARKET, bool(rule.markets) and buyer.market not in rule.markets),
        (Missing.MODEL, bool(rule.models) and buyer.car_model not in rule.models),
        (Missing.OPTION, not rule.options <= options),
        (Missing.THINGS, not rule.things <= have),
        (city, bool(rule.cities) and buyer.city not in rule.cities),
        (Missing.SEGMENT, bool(rule.segments) and not rule.segments & buyer.segments),
        (Missing.FIRST_ORDER, rule.first_order and not buyer.first_order),
        (Missing.LEAST, sum(item.amount for item in items) < rule.least),
    )
    return next((reason for reason, unmet in checks if unmet), None)


def calculate(rules: Iterable[Rule], items: Sequence[Item], buyer: Buyer) -> Result:
    """What the basket costs, step by step."""
    left = {item.key: item.amount for item in items}
    steps = [_of_item(item) for item in items]
    refused: dict[str, Missing] = {}
    for group in _groups(rules):
        offers: list[Step] = []
        for rule in group:
            reason = missing(rule, items, buyer)
            step = _saving(rule, items, left) if reason is None else None
            if step is not None:
                offers.append(step)
            else:
                refused[rule.slug] = reason or Missing.NOTHING
        if not offers:
            continue
        best = min(offers, key=lambda one: one.amount)  # the first of the best: offers stand in order
        refused |= {one.rule.removeprefix("promotion:"): Missing.BETTER for one in offers if one is not best}
        steps.append(best)
        for key, part in best.shares.items():
            left[key] += part
    return Result(tuple(steps), refused)


def _groups(rules: Iterable[Rule]) -> list[list[Rule]]:
    found: dict[tuple[int, str], list[Rule]] = {}
    for rule in sorted(rules, key=lambda one: (one.group_position, one.group, one.position, one.slug)):
        found.setdefault((rule.group_position, rule.group), []).append(rule)
    return list(found.values())


def _of_item(item: Item) -> Step:
    how = {"kind": "item", "quantity": item.quantity}
    shares = {item.key: item.amount}
    return Step(f"item:{item.code}", item.unit, item.amount, item.label_en, item.label_zh, shares, how)


def _saving(rule: Rule, items: Sequence[Item], left: Mapping[str, int]) -> Step | None:
    """What a campaign whose conditions are met takes off, or None when that is nothing."""
    aimed = _aimed(rule, items)
    weights = [left[item.key] for item in aimed]
    base = sum(weights)
    how: dict[str, Any] = {"kind": rule.kind.value, "spare": sum(left.values()) - LEAST}
    if rule.kind == Kind.PERCENT:
        how |= {"percent": str(rule.percent), "most": rule.most}
    elif rule.kind == Kind.FREE:
        base = sum(min(left[item.key], item.unit) for item in aimed)
    else:
        how["value"] = rule.amount
    amount = taken_off(base, how)
    if not aimed or amount >= 0:
        return None
    parts = split(amount, weights)
    shares = {item.key: part for item, part in zip(aimed, parts, strict=True) if part}
    return Step(f"promotion:{rule.slug}", base, amount, rule.label_en, rule.label_zh, shares, how)


def _aimed(rule: Rule, items: Sequence[Item]) -> list[Item]:
    if rule.kind == Kind.BUNDLE:
        return [item for item in items if item.code in rule.things or item.kind in rule.things]
    return [item for item in items if not rule.targets or item.code in rule.targets or item.kind in rule.targets]


def taken_off(base: int, how: Mapping[str, Any]) -> int:
    """The amount (zero or below) of a campaign's step: the one function that calculates and that replays."""
    if how["kind"] == Kind.PERCENT:
        off = share(base, Decimal(how["percent"]))
        off = off if how["most"] is None else min(off, how["most"])
    elif how["kind"] == Kind.FREE:
        off = base
    elif how["kind"] == Kind.BUNDLE:
        off = base - how["value"]
    else:
        off = how["value"]
    return -max(0, min(int(off), base, int(how["spare"])))


def replay(trace: Iterable[Mapping[str, Any]]) -> int:
    """The total that a trace leads to, calculated anew from its rules and bases.

    Raises:
        ValueError: a step's amount is not what its rule gives, its shares do not add up, or a line falls below zero.
    """
    total, lines = 0, dict[str, int]()
    for step in trace:
        how, base = step["how"], step["base"]
        amount = base * how["quantity"] if how["kind"] == "item" else taken_off(base, {**how, "spare": total - LEAST})
        if amount != step["amount"] or sum(step["shares"].values()) != amount:
            raise ValueError(f"{step['rule']} does not give {step['amount']}")
        for key, part in step["shares"].items():
            lines[key] = lines.get(key, 0) + part
        if min(lines.values()) < 0:
            raise ValueError(f"{step['rule']} takes more than there is")
        total += amount
    return total


def preview(rules: Iterable[Rule], items: Sequence[Item], buyer: Buyer, codes: Collection[str]) -> Result:
    """The same with every given code entered."""
    return calculate(rules, items, replace(buyer, codes=frozenset(codes)))
