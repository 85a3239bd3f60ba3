"""A published version as a document: canonical JSON outside, frozen dataclasses inside. Pure, no database.

The document holds everything a visitor sees, names and reasons in both languages included, so that a click on a
version that is in memory needs nothing else.
"""

import hashlib
import json
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any, Literal, cast

from apps.common.translated import Translated
from apps.configurator.engine import model as engine
from apps.configurator.rental import RentalTerms
from apps.configurator.rules import read_rule

FORMAT = 1


@dataclass(frozen=True)
class DocumentOption:
    """``price`` is in fen, once; ``rental`` carries the monthly price with all its terms."""

    code: str
    name_en: str
    name_zh: str
    description_en: str
    description_zh: str
    price: int
    standard: bool
    colour: str
    picture: str
    rental: RentalTerms | None
    name = Translated("name")
    description = Translated("description")


@dataclass(frozen=True)
class DocumentGroup:
    code: str
    name_en: str
    name_zh: str
    pick: Literal["one", "any"]
    options: tuple[DocumentOption, ...]
    name = Translated("name")


@dataclass(frozen=True)
class DocumentRule:
    code: str
    rule: engine.Rule
    reason_en: str
    reason_zh: str
    valid_from: date | None
    valid_until: date | None
    reason = Translated("reason")


@dataclass(frozen=True)
class DocumentPriceRule:
    code: str
    when: tuple[str, ...]
    amount: int
    label_en: str
    label_zh: str
    valid_from: date | None
    valid_until: date | None
    label = Translated("label")


@dataclass(frozen=True)
class Document:
    """One version of one car. ``image`` is the key of the car's still, ``brand`` and ``car`` are slugs."""

    car: str
    brand: str
    name_en: str
    name_zh: str
    image: str
    base_price: int
    markets: tuple[str, ...]
    groups: tuple[DocumentGroup, ...]
    rules: tuple[DocumentRule, ...]
    price_rules: tuple[DocumentPriceRule, ...]
    sha256: str = field(default="", compare=False)
    name = Translated("name")

    @cached_property
    def options(self) -> Mapping[str, DocumentOption]:
        return {option.code: option for group in self.groups for option in group.options}

    @cached_property
    def group_of(self) -> Mapping[str, DocumentGroup]:
        """Option code to its group."""
        return {option.code: group for group in self.groups for option in group.options}

    @cached_property
    def rule(self) -> Mapping[str, DocumentRule]:
        return {rule.code: rule for rule in self.rules}

    @cached_property
    def boundaries(self) -> tuple[date, ...]:
        """The days on which what is valid changes; between two of them every day is alike."""
        days: set[date | None] = set()
        dated: list[DocumentRule | DocumentPriceRule] = [*self.rules, *self.price_rules]
        for entry in dated:
            days |= {entry.valid_from, entry.valid_until}
        for rule in self.rules:
            if isinstance(rule.rule, engine.Available):
                days |= {rule.rule.from_, rule.rule.until}
        return tuple(sorted(day for day in days if day is not None))

    def interval(self, day: date) -> int:
        """The number of the interval between boundaries that ``day`` lies in."""
        return bisect_right(self.boundaries, day)

    def price_rules_on(self, day: date) -> tuple[DocumentPriceRule, ...]:
        return tuple(rule for rule in self.price_rules if _valid(rule, day))

    def model_on(self, day: date) -> engine.Model:
        """The engine's model of the rules and prices that are valid on ``day``; the base price is not part of it."""
        return engine.Model(
            groups=tuple(
                engine.Group(
                    group.code, group.pick, tuple(engine.Option(option.code, option.price) for option in group.options)
                )
                for group in self.groups
            ),
            rules=tuple(rule.rule for rule in self.rules if _valid(rule, day)),
            price_rules=tuple(engine.PriceRule(rule.code, rule.when, rule.amount) for rule in self.price_rules_on(day)),
        )


def _valid(entry: DocumentRule | DocumentPriceRule, day: date) -> bool:
    return (entry.valid_from is None or entry.valid_from <= day) and (
        entry.valid_until is None or day < entry.valid_until
    )


def canonical(data: Mapping[str, Any]) -> str:
    """The one way to write a document: equal content gives equal text."""
    return json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def read(text: str) -> Document:
    """The document of its canonical text."""
    data = json.loads(text)
    if data["format"] != FORMAT:
        raise ValueError(f"A document of format {data['format']}; this release reads {FORMAT}.")
    return build(data, digest(text))


def build(data: Mapping[str, Any], sha256: str = "") -> Document:
    """The document of its JSON; without a hash it is nobody's key and must not be kept by it.

    Raises:
        InvalidParameters: a rule has not the shape of its kind.
    """
    return Document(
        **{name: data[name] for name in ("car", "brand", "name_en", "name_zh", "image", "base_price")},
        markets=tuple(data["markets"]),
        groups=tuple(_group(entry) for entry in data["groups"]),
        rules=tuple(_rule(entry) for entry in data["rules"]),
        price_rules=tuple(_price_rule(entry) for entry in data["price_rules"]),
        sha256=sha256,
    )


def _group(data: dict[str, Any]) -> DocumentGroup:
    options = tuple(
        DocumentOption(**{**entry, "rental": RentalTerms.read(entry["rental"]) if entry["rental"] else None})
        for entry in data["options"]
    )
    pick = cast("Literal['one', 'any']", data["pick"])
    return DocumentGroup(data["code"], data["name_en"], data["name_zh"], pick, options)


def _rule(data: dict[str, Any]) -> DocumentRule:
    return DocumentRule(
        code=data["code"],
        rule=read_rule(data["code"], data["kind"], data["parameters"], reason=data["reason_en"]),
        reason_en=data["reason_en"],
        reason_zh=data["reason_zh"],
        valid_from=_day(data["valid_from"]),
        valid_until=_day(data["valid_until"]),
    )


def _price_rule(data: dict[str, Any]) -> DocumentPriceRule:
    return DocumentPriceRule(
        code=data["code"],
        when=tuple(data["when"]),
        amount=data["amount"],
        label_en=data["label_en"],
        label_zh=data["label_zh"],
        valid_from=_day(data["valid_from"]),
        valid_until=_day(data["valid_until"]),
    )


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
