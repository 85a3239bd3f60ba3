"""The finite-domain variables of a model, and where its prices land on them.

A "one" group is a variable with a value per option; an option of an "any" group is a variable with two values, picked
and not; a price rule over several variables gets a *flag*, a variable with two values, true when the condition holds.
Every value of every variable is a *slot*, numbered through. The layout depends on groups, options and the conditions
of the price rules, never on an amount: prices are a vector over the slots, made anew whenever they change.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from .model import Model, option_of

type Condition = tuple[tuple[int, int], ...]
"""Variables in ascending order, each with the mask of the values that fulfil the condition."""


@dataclass(slots=True)
class Layout:
    """Variables and slots. Masks are over the values of one variable (bit ``a``: its value ``a``)."""

    sizes: list[int] = field(default_factory=list)
    """Number of values per variable."""
    first: list[int] = field(default_factory=list)
    """The first slot per variable."""
    slot_of: dict[str, int] = field(default_factory=dict)
    """Literal to slot: options, and refusals of options of "any" groups."""
    variable_of: dict[str, int] = field(default_factory=dict)
    """Literal to variable."""
    flags: dict[Condition, int] = field(default_factory=dict)
    """Condition over several variables to its flag (value 0: holds, value 1: does not)."""
    landing: list[tuple[int, tuple[int, ...]]] = field(default_factory=list)
    """Index of a price rule and the slots it is added to."""
    constant: list[int] = field(default_factory=list)
    """Indices of the price rules that hold in every car."""

    @property
    def slots(self) -> int:
        """The number of slots."""
        return self.first[-1] + self.sizes[-1] if self.sizes else 0

    def add(self, size: int) -> int:
        """A new variable with ``size`` values."""
        self.first.append(self.slots)
        self.sizes.append(size)
        return len(self.sizes) - 1

    def full(self, variable: int) -> int:
        """The mask of all values."""
        return (1 << self.sizes[variable]) - 1

    def mask(self, literal: str) -> tuple[int, int]:
        """The variable that a literal speaks of, and the mask of the values in which it holds."""
        option = option_of(literal)
        variable = self.variable_of[option]
        bit = 1 << (self.slot_of[option] - self.first[variable])
        return variable, bit if literal == option else self.full(variable) & ~bit

    def condition(self, literals: Iterable[str]) -> Condition | None:
        """All literals together as masks; ``None`` if they contradict each other."""
        masks: dict[int, int] = {}
        for literal in literals:
            variable, mask = self.mask(literal)
            masks[variable] = masks.get(variable, self.full(variable)) & mask
        if not all(masks.values()):
            return None
        return tuple(sorted((variable, mask) for variable, mask in masks.items() if mask != self.full(variable)))


def layout_of(model: Model) -> Layout:
    """The variables of the groups in the model's order, then the flags."""
    layout = Layout()
    for group in model.groups:
        if group.pick == "one":
            variable = layout.add(len(group.options))
            names = [option.id for option in group.options]
            _name(layout, variable, names)
        else:
            for option in group.options:
                _name(layout, layout.add(2), [option.id, f"!{option.id}"])
    conditions = [layout.condition(rule.when) for rule in model.price_rules]
    for several in sorted({condition for condition in conditions if condition and len(condition) > 1}):
        layout.flags[several] = layout.add(2)
    for index, condition in enumerate(conditions):
        if condition is not None:
            _land(layout, index, condition)
    return layout


def price_vector(layout: Layout, model: Model) -> tuple[list[int], int]:
    """What every slot costs (fen), and the constant of the price rules that always hold."""
    prices = [0] * layout.slots
    for option in model.options():
        prices[layout.slot_of[option.id]] += option.price
    for index, slots in layout.landing:
        for slot in slots:
            prices[slot] += model.price_rules[index].amount
    return prices, sum(model.price_rules[index].amount for index in layout.constant)


def _name(layout: Layout, variable: int, literals: list[str]) -> None:
    for value, literal in enumerate(literals):
        layout.slot_of[literal] = layout.first[variable] + value
        layout.variable_of[literal] = variable


def _land(layout: Layout, index: int, condition: Condition) -> None:
    if not condition:
        layout.constant.append(index)
    elif len(condition) == 1:
        variable, mask = condition[0]
        slots = (layout.first[variable] + value for value in range(layout.sizes[variable]) if mask >> value & 1)
        layout.landing.append((index, tuple(slots)))
    else:
        layout.landing.append((index, (layout.first[layout.flags[condition]],)))
