"""Rows as the workspace shows them: sentences in both languages, what the check says, and what they are found by."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from django.utils import timezone, translation
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from apps.common.translated import content_language
from apps.configurator.editor.choices import own
from apps.configurator.linting import Level, Place, Remark
from apps.configurator.models import Configurator, Option, OptionGroup, PriceRule, RentalTerms, Rule
from apps.configurator.rules import mentioned
from apps.configurator.screen import market_name
from apps.configurator.sentences import (
    Names,
    both,
    price_html,
    price_sentence,
    rental_sentence,
    rule_html,
    rule_sentence,
    validity,
)
from apps.configurator.services.drafts import Draft
from apps.configurator.services.restoring import TERMS

ROWS_SHOWN = 6
WITH_TERMS = "options__rental__instead_of"
"""What ``group_items`` reads of groups, to be fetched at once."""


@dataclass(frozen=True)
class Told:
    """A remark in words, with links to the rules and options at fault."""

    level: str
    title: str
    subject: tuple[str, str] | None
    """Where the option or rule is in the workspace, and its name."""
    rules: tuple[str, ...]
    where: str


@dataclass(frozen=True)
class RuleItem:
    what: str
    row: Rule | PriceRule
    sentence: SafeString
    other: str
    """The sentence in the other language, plain."""
    other_language: str
    reason: str
    other_reason: str
    valid: str
    over: bool
    haystack: str
    options: frozenset[str]
    groups: frozenset[str]
    remarks: tuple[Told, ...] = ()
    heads: tuple[str, ...] = ()
    table: tuple[tuple[str, ...], ...] = ()
    more: int = 0


@dataclass(frozen=True)
class RentalItem:
    row: RentalTerms
    sentence: str


@dataclass(frozen=True)
class CarItem:
    row: Configurator
    markets: str


@dataclass(frozen=True)
class OptionItem:
    """``rentable``: whether it can be rented instead of buying another option of its group."""

    row: Option
    uses: int
    level: str = ""
    rental: RentalItem | None = None
    rentable: bool = False


@dataclass(frozen=True)
class GroupItem:
    row: OptionGroup
    options: list[OptionItem] = field(default_factory=list)


def names_of(draft: Draft) -> Names:
    return Names.of(draft.data, market_name)


def rule_items(draft: Draft, rules: Iterable[Rule], remarks: Sequence[Remark] = ()) -> list[RuleItem]:
    names = names_of(draft)
    by_rule: dict[str, list[Told]] = {}
    for remark in remarks:
        about = {remark.subject} if remark.about_rule else set(remark.rules)
        told = tell(remark, names)
        for code in about:
            by_rule.setdefault(code, []).append(told)
    return [_rule_item(rule, draft, names, tuple(by_rule.get(rule.code, ()))) for rule in rules]


def _rule_item(rule: Rule, draft: Draft, names: Names, remarks: tuple[Told, ...]) -> RuleItem:
    sentence = rule_html(rule.kind, rule.parameters, names)
    own_plain = rule_sentence(rule.kind, rule.parameters, names)
    language, stem = other_language()
    with translation.override(language):
        other = rule_sentence(rule.kind, rule.parameters, names)
    options, groups = mentioned(rule.kind, rule.parameters)
    found = [names.option(code) for code in options] if rule.kind == Rule.Kind.TABLE else []
    texts = (rule.code, own_plain, other, rule.reason_en, rule.reason_zh, rule.owner, *options, *groups, *found)
    heads, table, more = _table(rule, names)
    return RuleItem(
        what="rules",
        row=rule,
        sentence=sentence,
        other=other,
        other_language=language,
        reason=rule.reason,
        other_reason=getattr(rule, f"reason_{stem}"),
        valid=validity(rule.valid_from, rule.valid_until),
        over=_over(rule.valid_until),
        haystack=" ".join(texts).casefold(),
        options=options,
        groups=groups,
        remarks=remarks,
        heads=heads,
        table=table,
        more=more,
    )


def _table(rule: Rule, names: Names) -> tuple[tuple[str, ...], tuple[tuple[str, ...], ...], int]:
    if rule.kind != Rule.Kind.TABLE:
        return (), (), 0
    try:
        rows = rule.parameters["rows"]
        heads = tuple(names.group(code) for code in rule.parameters["groups"])
        shown = tuple(tuple(names.option(cell) for cell in row) for row in rows[:ROWS_SHOWN])
    except (KeyError, TypeError):
        return (), (), 0
    return heads, shown, max(0, len(rows) - ROWS_SHOWN)


def price_items(draft: Draft, rules: Iterable[PriceRule]) -> list[RuleItem]:
    names = names_of(draft)
    language, stem = other_language()
    found = []
    for rule in rules:
        sentence = price_html(rule.when, rule.amount, names)
        plain = price_sentence(rule.when, rule.amount, names)
        with translation.override(language):
            other = price_sentence(rule.when, rule.amount, names)
        options = frozenset(code.removeprefix("!") for code in rule.when)
        found.append(
            RuleItem(
                what="prices",
                row=rule,
                sentence=sentence,
                other=other,
                other_language=language,
                reason=rule.label,
                other_reason=getattr(rule, f"label_{stem}"),
                valid=validity(rule.valid_from, rule.valid_until),
                over=_over(rule.valid_until),
                haystack=" ".join((rule.code, plain, other, rule.label_en, rule.label_zh, *options)).casefold(),
                options=options,
                groups=frozenset(),
            )
        )
    return found


def group_items(
    groups: Iterable[OptionGroup], draft: Draft, rules: Sequence[RuleItem], remarks: Sequence[Remark]
) -> list[GroupItem]:
    """Groups with their options, how many rules name each, and the gravest remark about it."""
    names = names_of(draft)
    uses: dict[str, int] = {}
    for item in rules:
        for code in item.options:
            uses[code] = uses.get(code, 0) + 1
    level: dict[str, str] = {}
    for remark in reversed(remarks):  # the gravest are first and win
        if not remark.about_rule and remark.subject:
            level[remark.subject] = remark.level
    found = []
    for group in groups:
        options = list(group.options.all())
        rentable = group.pick == OptionGroup.Pick.ONE and len(options) > 1
        items = [
            OptionItem(
                option, uses.get(option.code, 0), level.get(option.code, ""), _rental(option, names), rentable=rentable
            )
            for option in options
        ]
        found.append(GroupItem(group, items))
    return found


def _rental(option: Option, names: Names) -> RentalItem | None:
    row: RentalTerms | None = getattr(option, "rental", None)
    if row is None:
        return None
    row.option = option  # known already: its code needs no query
    terms = {name: getattr(row, name) for name in TERMS} | {"instead_of": row.instead_of.code}
    return RentalItem(row, rental_sentence(terms, names))


def car_item(row: Configurator) -> CarItem:
    return CarItem(row, both(market_name(code) for code in row.markets))


def tell(remark: Remark, names: Names) -> Told:
    titles = {
        "broken": remark.text,
        "contradiction": _("No car can be built."),
        "dead_standard": _("is standard but in no car."),
        "dead": _("is in no car."),
        "forced": _("is in every car: nobody can leave it out."),
        "redundant": _("says nothing that other rules do not say already."),
    }
    subject = None
    if remark.subject and remark.about_rule:
        subject = (f"rules-{remark.subject}", _("Rule %(code)s") % {"code": remark.subject})
    elif remark.kind == "broken" and remark.subject:
        subject = (f"group-{remark.subject}", names.group(remark.subject))
    elif remark.subject:
        subject = (f"option-{remark.subject}", names.option(remark.subject))
    return Told(remark.level, str(titles[remark.kind]), subject, remark.rules, _where(remark.places))


def tell_finding(entry: Mapping[str, Any], names: Names) -> Told:
    """A finding of a publication's report, which knows its markets but not its days."""
    level: Level = "notes" if entry["kind"] == "redundant" else "warns"
    told = tell(Remark(entry["kind"], level, entry["subject"], tuple(entry["rules"])), names)
    return replace(told, where=both(market_name(code) for code in entry.get("markets", ())))


def _where(places: Sequence[Place]) -> str:
    """Which markets, and when; nothing for everywhere."""
    today = timezone.localdate()
    by_time: dict[str, list[str]] = {}
    for place in places:
        time = validity(place.first if place.first > today else None, place.until)
        by_time.setdefault(time, []).append(market_name(place.market))
    return "; ".join(f"{both(markets)}{', ' if time else ''}{time}" for time, markets in by_time.items())


def other_language() -> tuple[str, str]:
    """The language that the reader does not use: its code and its column."""
    return ("en", "en") if content_language() == "zh" else ("zh-hans", "zh")


def _over(until: date | None) -> bool:
    return until is not None and until <= timezone.localdate()


def title_of(draft: Draft) -> str:
    return own(draft.data)
