"""The typed JSON parameters of rules: what each kind takes, and into which rule of the engine it turns. Pure.

========== =============================================================================
requires   ``{"if": [option…], "any_of": [option…]}``
excludes   ``{"options": [option, option…]}``
at_least   ``{"k": number, "options": [option…]}``
at_most    ``{"k": number, "options": [option…]}``
available  ``{"option": option, "markets": [market…], "from": date or null, "until": date or null}``
table      ``{"groups": [group…], "rows": [[option…]…]}``, the rows are the allowed combinations
========== =============================================================================
"""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from apps.configurator.engine.model import AtLeast, AtMost, Available, Excludes, Requires, Rule, Table

Groups = Mapping[str, tuple[str, frozenset[str]]]
"""Group code to its pick ("one" or "any") and its options' codes."""


class InvalidParameters(Exception):
    """``place`` names the parameter at fault, ``any_of[0]``; ``str()`` is a sentence for the person who typed it."""

    def __init__(self, place: str, message: str | Promise, **values: object) -> None:
        self.place = place
        self.message = str(message) % values if values else str(message)
        super().__init__(f"{place}: {self.message}" if place else self.message)


def read_rule(code: str, kind: str, parameters: Any, *, reason: str = "") -> Rule:
    """The engine's rule, or ``InvalidParameters`` for a shape that the kind does not have."""
    reader = _READERS.get(kind)
    if reader is None:
        raise InvalidParameters("kind", _("There is no such kind of rule."))
    if not isinstance(parameters, dict):
        raise InvalidParameters("", _("Parameters are a JSON object."))
    rule, known = reader(code, parameters, reason)
    for name in parameters:
        if name not in known:
            raise InvalidParameters(name, _("A rule of this kind has no such parameter."))
    return rule


def check_rule(rule: Rule, groups: Groups) -> None:
    """Raise ``InvalidParameters`` where the rule names something that the car does not have."""
    options = {option: group for group, (_pick, members) in groups.items() for option in members}
    match rule:
        case Requires():
            _known(rule.if_all, options, "if")
            _known(rule.any_of, options, "any_of")
        case Excludes() | AtLeast() | AtMost():
            _known(rule.options, options, "options")
        case Available():
            _known((rule.option,), options, "option")
        case Table():
            _check_table(rule, groups)


def check_when(when: Any, groups: Groups) -> tuple[str, ...]:
    """The condition of a price rule: a list of options, ``!`` in front of those that must not be picked."""
    if not isinstance(when, list) or not when or not all(isinstance(entry, str) for entry in when):
        raise InvalidParameters("when", _("A list of option codes that is not empty."))
    options = {option: group for group, (_pick, members) in groups.items() for option in members}
    _known(tuple(entry.removeprefix("!") for entry in when), options, "when")
    return tuple(when)


def mentioned(kind: str, parameters: Any) -> tuple[frozenset[str], frozenset[str]]:
    """The codes of the options and of the groups that a rule names; of a broken one, as far as they can be found."""
    if not isinstance(parameters, dict):
        return frozenset(), frozenset()
    options = {parameters["option"]} if isinstance(parameters.get("option"), str) else set()
    for name in ("if", "any_of", "options"):
        options |= {code for code in parameters.get(name) or () if isinstance(code, str)}
    for row in (parameters.get("rows") or ()) if kind == "table" else ():
        options.update(cell for cell in row if isinstance(cell, str))
    return frozenset(options), frozenset(parameters.get("groups") or () if kind == "table" else ())


def _requires(code: str, data: dict[str, Any], reason: str) -> tuple[Rule, frozenset[str]]:
    rule = Requires(code, _codes(data, "if", least=1), _codes(data, "any_of", least=1), reason)
    return rule, frozenset({"if", "any_of"})


def _excludes(code: str, data: dict[str, Any], reason: str) -> tuple[Rule, frozenset[str]]:
    return Excludes(code, _codes(data, "options", least=2), reason), frozenset({"options"})


def _at_least(code: str, data: dict[str, Any], reason: str) -> tuple[Rule, frozenset[str]]:
    return AtLeast(code, _number(data), _codes(data, "options", least=1), reason), frozenset({"k", "options"})


def _at_most(code: str, data: dict[str, Any], reason: str) -> tuple[Rule, frozenset[str]]:
    return AtMost(code, _number(data), _codes(data, "options", least=1), reason), frozenset({"k", "options"})


def _available(code: str, data: dict[str, Any], reason: str) -> tuple[Rule, frozenset[str]]:
    option = data.get("option")
    if not isinstance(option, str) or not option:
        raise InvalidParameters("option", _("The code of one option."))
    markets = _codes(data, "markets", least=0) if "markets" in data else ()
    first, last = _day(data, "from"), _day(data, "until")
    if not markets and first is None and last is None:
        raise InvalidParameters("", _("Name markets, a first day or a last day: otherwise nothing is limited."))
    if first is not None and last is not None and first >= last:
        raise InvalidParameters("until", _("The end lies after the beginning."))
    return Available(code, option, markets, first, last, reason), frozenset({"option", "markets", "from", "until"})


def _table(code: str, data: dict[str, Any], reason: str) -> tuple[Rule, frozenset[str]]:
    groups = _codes(data, "groups", least=2)
    rows = data.get("rows")
    if not isinstance(rows, list) or not rows:
        raise InvalidParameters("rows", _("At least one allowed combination."))
    for index, row in enumerate(rows):
        place = f"rows[{index}]"
        if not isinstance(row, list) or not all(isinstance(cell, str) for cell in row):
            raise InvalidParameters(place, _("A row is a list of option codes."))
        if len(row) != len(groups):
            raise InvalidParameters(place, _("A row has one cell for each of the table's groups."))
    return Table(code, groups, tuple(tuple(row) for row in rows), reason), frozenset({"groups", "rows"})


_READERS: dict[str, Callable[[str, dict[str, Any], str], tuple[Rule, frozenset[str]]]] = {
    "requires": _requires,
    "excludes": _excludes,
    "at_least": _at_least,
    "at_most": _at_most,
    "available": _available,
    "table": _table,
}


def _codes(data: dict[str, Any], name: str, *, least: int) -> tuple[str, ...]:
    value = data.get(name)
    if not isinstance(value, list) or not all(isinstance(entry, str) and entry for entry in value):
        raise InvalidParameters(name, _("A list of codes."))
    if len(value) < least:
        raise InvalidParameters(name, _("At least %(least)d of them."), least=least)
    if len(set(value)) != len(value):
        raise InvalidParameters(name, _("Each of them once."))
    return tuple(value)


def _number(data: dict[str, Any]) -> int:
    value = data.get("k")
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise InvalidParameters("k", _("A whole number, 0 or more."))
    return value


def _day(data: dict[str, Any], name: str) -> date | None:
    value = data.get(name)
    if value is None:
        return None
    try:
        return date.fromisoformat(value)
    except (TypeError, ValueError) as error:
        raise InvalidParameters(name, _("A date such as 2026-04-01.")) from error


def _known(codes: tuple[str, ...], options: Mapping[str, str], name: str) -> None:
    for code in codes:
        if code not in options:
            raise InvalidParameters(name, _("This car has no option %(code)s."), code=code)


def _check_table(rule: Table, groups: Groups) -> None:
    for code in rule.groups:
        if code not in groups:
            raise InvalidParameters("groups", _("This car has no group %(code)s."), code=code)
        if groups[code][0] != "one":
            raise InvalidParameters(
                "groups", _("%(code)s: a column is a group of which exactly one is picked."), code=code
            )
    for index, row in enumerate(rule.rows):
        for code, cell in zip(rule.groups, row, strict=True):
            if cell not in groups[code][1]:
                place = f"rows[{index}]"
                raise InvalidParameters(place, _("%(cell)s is no option of %(code)s."), cell=cell, code=code)
