"""What can be configured: groups of options, the rules between them, their prices, and the context of a sale.

Everything here is frozen and validated once, when a ``Model`` is made; the rest of the engine trusts it.

* Prices are integers in fen. A price may be negative (a discount), an option's as well as a price rule's.
* A *literal* is an option's id, or ``"!" + id`` for "not picked". Choices are tuples of literals; a choice may
  refuse (``!x``) only an option of an "any" group, for in a "one" group one says what one wants instead.
"""

import datetime
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

type Pick = Literal["one", "any"]

PRICE_LIMIT = 1 << 58
"""The sum of all absolute amounts of a model stays below this, so that no total leaves 64 bits."""


class ModelError(Exception):
    """A model, a context or choices that make no sense.

    ``code`` is stable and machine-readable, ``path`` says where (``rules[2].options[0]``).
    """

    def __init__(self, code: str, message: str, path: str = "") -> None:
        super().__init__(f"{path}: {message}" if path else message)
        self.code = code
        self.message = message
        self.path = path


def option_of(literal: str) -> str:
    """The option a literal speaks of: ``option_of("!x") == "x"``."""
    return literal.removeprefix("!")


def negated(literal: str) -> str:
    """``x`` for ``!x`` and ``!x`` for ``x``."""
    return literal[1:] if literal.startswith("!") else f"!{literal}"


@dataclass(frozen=True, slots=True)
class Option:
    """One thing that can be picked, and what it adds to the total (fen)."""

    id: str
    price: int = 0


@dataclass(frozen=True, slots=True)
class Group:
    """Options that are picked together: exactly one of them, or any subset."""

    name: str
    pick: Pick
    options: tuple[Option, ...]


@dataclass(frozen=True, slots=True)
class Requires:
    """If all of ``if_all`` are picked, at least one of ``any_of`` is. Empty ``if_all``: always."""

    id: str
    if_all: tuple[str, ...]
    any_of: tuple[str, ...]
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Excludes:
    """The options exclude each other: no two of them in one car."""

    id: str
    options: tuple[str, ...]
    reason: str = ""


@dataclass(frozen=True, slots=True)
class AtLeast:
    """At least ``k`` of the (distinct) options are picked."""

    id: str
    k: int
    options: tuple[str, ...]
    reason: str = ""


@dataclass(frozen=True, slots=True)
class AtMost:
    """At most ``k`` of the (distinct) options are picked."""

    id: str
    k: int
    options: tuple[str, ...]
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Available:
    """The option is sold only in ``markets`` (empty: everywhere), from ``from_`` on and before ``until`` (half open).

    A sale whose market or date is not known does not fulfil a limit on it. Several rules for one option all hold.
    """

    id: str
    option: str
    markets: tuple[str, ...] = ()
    from_: datetime.date | None = None
    until: datetime.date | None = None
    reason: str = ""

    def holds(self, context: "Context") -> bool:
        """Whether the option may be sold in this context."""
        if self.markets and context.market not in self.markets:
            return False
        if self.from_ is None and self.until is None:
            return True
        day = context.date
        if day is None or (self.from_ is not None and day < self.from_):
            return False
        return self.until is None or day < self.until


@dataclass(frozen=True, slots=True)
class Table:
    """Allowed combinations: the picks of the ``groups`` (all of pick "one") are one of the ``rows``."""

    id: str
    groups: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    reason: str = ""


type Rule = Requires | Excludes | AtLeast | AtMost | Available | Table


@dataclass(frozen=True, slots=True)
class PriceRule:
    """Adds ``amount`` (fen, may be negative) to the total of every car in which all literals of ``when`` hold."""

    id: str
    when: tuple[str, ...]
    amount: int


@dataclass(frozen=True, slots=True)
class Context:
    """Where and when the car is sold; availability rules look at it."""

    market: str | None = None
    date: datetime.date | None = None


@dataclass(frozen=True, slots=True)
class Model:
    """Groups, rules and price rules; raises ``ModelError`` when they do not fit together."""

    groups: tuple[Group, ...]
    rules: tuple[Rule, ...] = ()
    price_rules: tuple[PriceRule, ...] = ()
    group_of: dict[str, Group] = field(init=False, repr=False, compare=False)
    """Option id to its group."""
    prices: dict[str, int] = field(init=False, repr=False, compare=False)
    """Option id to its price."""
    sayable: frozenset[str] = field(init=False, repr=False, compare=False)
    """All ``literals``."""

    def __post_init__(self) -> None:
        from .validation import check_model

        object.__setattr__(self, "group_of", {o.id: group for group in self.groups for o in group.options})
        object.__setattr__(self, "prices", {o.id: o.price for group in self.groups for o in group.options})
        object.__setattr__(self, "sayable", frozenset(literals(self)))
        check_model(self)

    def options(self) -> Iterator[Option]:
        """Every option, group by group."""
        for group in self.groups:
            yield from group.options

    def picks_one(self, option: str) -> bool:
        """Whether the option stands in a group of which exactly one is picked."""
        return self.group_of[option].pick == "one"

    def normal_choices(self, choices: tuple[str, ...]) -> tuple[str, ...]:
        """The choices without repetitions, checked; raises ``ModelError`` for one that does not exist."""
        if not self.sayable.issuperset(choices):
            from .validation import check_choices

            check_choices(self, choices)
        return tuple(dict.fromkeys(choices))

    def released(self, choices: tuple[str, ...], literal: str) -> tuple[str, ...]:
        """The choices that remain when ``literal`` is asked for: its own group's (pick one) or its negation go."""
        option = option_of(literal)
        group = self.group_of[option]
        if group.pick == "any":
            return tuple(choice for choice in choices if choice != negated(literal))
        return tuple(choice for choice in choices if self.group_of[option_of(choice)] is not group)

    def total(self, picked: frozenset[str] | set[str]) -> int:
        """The total of a car (fen), given the ids of all its picked options."""
        amount = sum(self.prices[option] for option in picked)
        for rule in self.price_rules:
            if all((option_of(literal) in picked) != literal.startswith("!") for literal in rule.when):
                amount += rule.amount
        return amount


def literals(model: Model) -> Iterator[str]:
    """Everything a visitor may say: every option, and the refusal of every option of an "any" group."""
    for group in model.groups:
        for option in group.options:
            yield option.id
            if group.pick == "any":
                yield f"!{option.id}"
