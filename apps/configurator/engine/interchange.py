"""The JSON interchange format: one model with its context, choices and questions in, the answer out.

Fields that the format does not know are passed over, except in rules, where a misspelt one would change the meaning.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from .machine import Machine, machine_for
from .model import (
    AtLeast,
    AtMost,
    Available,
    Context,
    Excludes,
    Group,
    Model,
    ModelError,
    Option,
    Pick,
    PriceRule,
    Requires,
    Rule,
    Table,
)

type Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Inquiry:
    """A document as the engine's own types; ``ask`` are the literals to explain and to repair."""

    model: Model
    context: Context
    choices: tuple[str, ...]
    budget: int | None
    ask: tuple[str, ...]


def read(document: object) -> Inquiry:
    """Parse a document; raises ``ModelError`` that names the place for anything malformed."""
    top = _object(document, "")
    model = Model(
        groups=tuple(_group(item, f"groups[{i}]") for i, item in enumerate(_list(top, "groups", ""))),
        rules=tuple(_rule(item, f"rules[{i}]") for i, item in enumerate(_list(top, "rules", "", default=[]))),
        price_rules=tuple(
            _price_rule(item, f"price_rules[{i}]") for i, item in enumerate(_list(top, "price_rules", "", default=[]))
        ),
    )
    choices = _strings(top, "choices", "", default=[])
    model.normal_choices(choices)
    ask = _strings(top, "ask", "", default=[])
    try:
        model.normal_choices(ask)
    except ModelError as error:
        raise ModelError(error.code, error.message, error.path.replace("choices", "ask")) from error
    return Inquiry(model, _context(top.get("context")), choices, _whole_or_none(top, "budget", ""), ask)


def answer_document(document: object, machine: Callable[[Model, Context], Machine] = machine_for) -> dict[str, Any]:
    """The answer to a document, as the interchange format prints it."""
    inquiry = read(document)
    engine = machine(inquiry.model, inquiry.context)
    answer = engine.answer(inquiry.choices, budget=inquiry.budget)
    why: dict[str, Any] = {}
    repairs: dict[str, Any] = {}
    for option in inquiry.ask:
        conflict = engine.why(inquiry.choices, option)
        why[option] = conflict and {"choices": list(conflict.choices), "rules": list(conflict.rules)}
        repair = engine.repair(inquiry.choices, option)
        repairs[option] = repair and {
            "changes": repair.changes,
            "give_up": list(repair.give_up),
            "price": repair.price,
        }
    return {
        "count": None if answer.count is None else str(answer.count),
        "min": answer.minimum,
        "from": dict(answer.from_total),
        "refuse": dict(answer.refuse),
        "why": why,
        "repair": repairs,
    }


def document_of(model: Model, context: Context) -> dict[str, Any]:
    """The model and the context as a document: what ``read`` reads."""
    return {
        "groups": [
            {
                "name": group.name,
                "pick": group.pick,
                "options": [{"id": option.id, "price": option.price} for option in group.options],
            }
            for group in model.groups
        ],
        "rules": [_rule_document(rule) for rule in model.rules],
        "price_rules": [{"id": rule.id, "when": list(rule.when), "amount": rule.amount} for rule in model.price_rules],
        "context": {"market": context.market, "date": context.date and context.date.isoformat()},
    }


def _rule_document(rule: Rule) -> dict[str, Any]:
    document: dict[str, Any] = {"id": rule.id, "reason": rule.reason}
    match rule:
        case Requires():
            return document | {"type": "requires", "if": list(rule.if_all), "any_of": list(rule.any_of)}
        case Excludes():
            return document | {"type": "excludes", "options": list(rule.options)}
        case AtLeast():
            return document | {"type": "at_least", "k": rule.k, "options": list(rule.options)}
        case AtMost():
            return document | {"type": "at_most", "k": rule.k, "options": list(rule.options)}
        case Available():
            days = {"from": rule.from_ and rule.from_.isoformat(), "until": rule.until and rule.until.isoformat()}
            return document | {"type": "available", "option": rule.option, "markets": list(rule.markets)} | days
        case Table():
            return document | {"type": "table", "groups": list(rule.groups), "rows": [list(row) for row in rule.rows]}


def _group(item: object, path: str) -> Group:
    group = _object(item, path)
    pick = _string(group, "pick", path)
    if pick not in ("one", "any"):
        raise ModelError("bad-pick", f"pick is 'one' or 'any', not {pick!r}", f"{path}.pick")
    picks: dict[str, Pick] = {"one": "one", "any": "any"}
    options = tuple(_option(o, f"{path}.options[{i}]") for i, o in enumerate(_list(group, "options", path)))
    return Group(_string(group, "name", path), picks[pick], options)


def _option(item: object, path: str) -> Option:
    option = _object(item, path)
    return Option(_string(option, "id", path), _whole(option, "price", path, default=0))


def _price_rule(item: object, path: str) -> PriceRule:
    rule = _object(item, path)
    _known(rule, {"id", "when", "amount", "reason"}, path)
    return PriceRule(_string(rule, "id", path), _strings(rule, "when", path), _whole(rule, "amount", path))


def _rule(item: object, path: str) -> Rule:
    rule = _object(item, path)
    kind = _string(rule, "type", path)
    fields = _FIELDS.get(kind)
    if fields is None:
        raise ModelError("unknown-type", f"there is no rule of type {kind!r}", f"{path}.type")
    _known(rule, {"id", "type", "reason", *fields}, path)
    name = _string(rule, "id", path)
    reason = _string(rule, "reason", path, default="")
    match kind:
        case "requires":
            return Requires(name, _strings(rule, "if", path, default=[]), _strings(rule, "any_of", path), reason)
        case "excludes":
            return Excludes(name, _strings(rule, "options", path), reason)
        case "at_least":
            return AtLeast(name, _whole(rule, "k", path), _strings(rule, "options", path), reason)
        case "at_most":
            return AtMost(name, _whole(rule, "k", path), _strings(rule, "options", path), reason)
        case "available":
            markets = _strings(rule, "markets", path, default=[])
            days = _day(rule, "from", path), _day(rule, "until", path)
            return Available(name, _string(rule, "option", path), markets, *days, reason)
        case _:
            rows = tuple(
                _strings({"row": row}, "row", f"{path}.rows[{i}]") for i, row in enumerate(_list(rule, "rows", path))
            )
            return Table(name, _strings(rule, "groups", path), rows, reason)


_FIELDS = {
    "requires": {"if", "any_of"},
    "excludes": {"options"},
    "at_least": {"k", "options"},
    "at_most": {"k", "options"},
    "available": {"option", "markets", "from", "until"},
    "table": {"groups", "rows"},
}


def _context(item: object) -> Context:
    if item is None:
        return Context()
    context = _object(item, "context")
    market = context.get("market")
    if market is not None and not isinstance(market, str):
        raise ModelError("bad-type", f"a market is a string, not {market!r}", "context.market")
    return Context(market, _day(context, "date", "context"))


def _known(item: Json, names: set[str], path: str) -> None:
    for name in item:
        if name not in names:
            raise ModelError("unknown-field", f"there is no field {name!r}", _join(path, name))


def _join(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def _object(item: object, path: str) -> Json:
    if not isinstance(item, dict):
        raise ModelError("bad-type", f"expected an object, not {type(item).__name__}", path)
    return item


_REQUIRED: Any = object()


def _get(item: Json, name: str, path: str, default: Any) -> Any:
    value = item.get(name)
    if value is not None:
        return value
    if default is _REQUIRED:
        raise ModelError("missing", f"{name!r} is missing", _join(path, name))
    return default


def _list(item: Json, name: str, path: str, *, default: Any = _REQUIRED) -> list[object]:
    value = _get(item, name, path, default)
    if not isinstance(value, list):
        raise ModelError("bad-type", f"expected a list, not {type(value).__name__}", _join(path, name))
    return value


def _strings(item: Json, name: str, path: str, *, default: Any = _REQUIRED) -> tuple[str, ...]:
    values = _list(item, name, path, default=default)
    for index, value in enumerate(values):
        if not isinstance(value, str):
            raise ModelError("bad-type", f"expected a string, not {value!r}", f"{_join(path, name)}[{index}]")
        _check_text(value, f"{_join(path, name)}[{index}]")
    return tuple(str(value) for value in values)


def _string(item: Json, name: str, path: str, *, default: Any = _REQUIRED) -> str:
    value = _get(item, name, path, default)
    if not isinstance(value, str):
        raise ModelError("bad-type", f"expected a string, not {value!r}", _join(path, name))
    _check_text(value, _join(path, name))
    return value


def _check_text(value: str, path: str) -> None:
    """JSON can spell half a character (a lone surrogate), which cannot be written down again."""
    if not value.isascii() and any("\ud800" <= character <= "\udfff" for character in value):
        raise ModelError("bad-text", f"{value!r} is no text", path)


def _whole(item: Json, name: str, path: str, *, default: Any = _REQUIRED) -> int:
    value = _get(item, name, path, default)
    if isinstance(value, bool) or not isinstance(value, int):
        raise ModelError("bad-type", f"expected a whole number, not {value!r}", _join(path, name))
    return value


def _whole_or_none(item: Json, name: str, path: str) -> int | None:
    return None if item.get(name) is None else _whole(item, name, path)


def _day(item: Json, name: str, path: str) -> date | None:
    value = item.get(name)
    if value is None:
        return None
    try:
        return date.fromisoformat(value)
    except (TypeError, ValueError) as error:
        raise ModelError("bad-date", f"expected a date like 2025-11-01, not {value!r}", _join(path, name)) from error
