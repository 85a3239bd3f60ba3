"""The checks behind ``Model``: each raises ``ModelError`` with a code, words and the place."""

from collections.abc import Iterable

from .model import (
    PRICE_LIMIT,
    AtLeast,
    AtMost,
    Available,
    Excludes,
    Group,
    Model,
    ModelError,
    Requires,
    Rule,
    Table,
    option_of,
)


def check_model(model: Model) -> None:
    """Raise ``ModelError`` for the first thing that is wrong with the model."""
    _check_groups(model.groups)
    by_name = {group.name: group for group in model.groups}
    _check_distinct("rule", ((f"rules[{i}].id", rule.id) for i, rule in enumerate(model.rules)))
    for index, rule in enumerate(model.rules):
        _check_rule(model, by_name, rule, f"rules[{index}]")
    _check_distinct("price rule", ((f"price_rules[{i}].id", rule.id) for i, rule in enumerate(model.price_rules)))
    for index, price_rule in enumerate(model.price_rules):
        _check_amount(price_rule.amount, f"price_rules[{index}].amount")
        for place, literal in enumerate(price_rule.when):
            _check_option(model, option_of(literal), f"price_rules[{index}].when[{place}]")
    amounts = sum(abs(option.price) for option in model.options()) + sum(abs(rule.amount) for rule in model.price_rules)
    if amounts >= PRICE_LIMIT:
        raise ModelError("prices-too-large", "the amounts of the model add up to more than 64 bits can hold", "groups")


def check_choices(model: Model, choices: Iterable[str]) -> None:
    """Raise ``ModelError`` for a choice of an option that does not exist or that cannot be refused."""
    for index, choice in enumerate(choices):
        _check_option(model, option_of(choice), f"choices[{index}]")
        if choice.startswith("!") and model.picks_one(option_of(choice)):
            message = f"{option_of(choice)!r} is one of a group with exactly one pick: choose another one instead"
            raise ModelError("cannot-refuse", message, f"choices[{index}]")


def _check_groups(groups: tuple[Group, ...]) -> None:
    _check_distinct("group", ((f"groups[{i}].name", group.name) for i, group in enumerate(groups)))
    for index, group in enumerate(groups):
        if group.pick not in ("one", "any"):
            raise ModelError("bad-pick", f"pick is 'one' or 'any', not {group.pick!r}", f"groups[{index}].pick")
        for place, option in enumerate(group.options):
            path = f"groups[{index}].options[{place}]"
            if option.id.startswith("!"):
                raise ModelError("bad-id", f"{option.id!r}: an option's id does not begin with '!'", f"{path}.id")
            _check_amount(option.price, f"{path}.price")
    places = (
        (f"groups[{i}].options[{j}].id", option.id)
        for i, group in enumerate(groups)
        for j, option in enumerate(group.options)
    )
    _check_distinct("option", places)


def _check_rule(model: Model, by_name: dict[str, Group], rule: Rule, path: str) -> None:
    match rule:
        case Requires():
            if not rule.if_all and not rule.any_of:
                raise ModelError("empty-rule", "the rule names no option", path)
            _check_options(model, rule.if_all, f"{path}.if")
            _check_options(model, rule.any_of, f"{path}.any_of")
        case Excludes():
            _check_options(model, rule.options, f"{path}.options")
        case AtLeast() | AtMost():
            if isinstance(rule.k, bool) or not isinstance(rule.k, int) or rule.k < 0:
                raise ModelError("bad-number", f"k is a number of options, not {rule.k!r}", f"{path}.k")
            _check_options(model, rule.options, f"{path}.options")
        case Available():
            _check_option(model, rule.option, f"{path}.option")
        case Table():
            _check_table(by_name, rule, path)


def _check_table(by_name: dict[str, Group], rule: Table, path: str) -> None:
    _check_distinct("column", ((f"{path}.groups[{i}]", name) for i, name in enumerate(rule.groups)))
    if not rule.groups:
        raise ModelError("empty-rule", "a table has at least one column", f"{path}.groups")
    columns: list[set[str]] = []
    for index, name in enumerate(rule.groups):
        group = by_name.get(name)
        if group is None:
            raise ModelError("unknown-group", f"there is no group {name!r}", f"{path}.groups[{index}]")
        if group.pick != "one":
            raise ModelError("bad-column", f"{name!r}: a column is a group of pick 'one'", f"{path}.groups[{index}]")
        columns.append({option.id for option in group.options})
    for index, row in enumerate(rule.rows):
        if len(row) != len(columns):
            message = f"{len(row)} cells in a table of {len(columns)} columns"
            raise ModelError("bad-row", message, f"{path}.rows[{index}]")
        for place, (cell, column) in enumerate(zip(row, columns, strict=True)):
            if cell not in column:
                message = f"{cell!r} is no option of {rule.groups[place]!r}"
                raise ModelError("unknown-option", message, f"{path}.rows[{index}][{place}]")


def _check_options(model: Model, options: tuple[str, ...], path: str) -> None:
    for index, option in enumerate(options):
        _check_option(model, option, f"{path}[{index}]")


def _check_option(model: Model, option: str, path: str) -> None:
    if option not in model.group_of:
        raise ModelError("unknown-option", f"there is no option {option!r}", path)


def _check_amount(amount: int, path: str) -> None:
    if isinstance(amount, bool) or not isinstance(amount, int):
        raise ModelError("bad-amount", f"an amount is a whole number of fen, not {amount!r}", path)


def _check_distinct(what: str, named: Iterable[tuple[str, str]]) -> None:
    seen: set[str] = set()
    for path, name in named:
        if not isinstance(name, str) or not name:
            raise ModelError("bad-id", f"a {what} has a name that is not empty", path)
        if name in seen:
            raise ModelError("duplicate", f"there are two {what}s {name!r}", path)
        seen.add(name)
