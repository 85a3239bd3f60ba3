"""What is wrong with a draft, over all its markets and all the times between two rule changes from today on. Pure.

``engine.checks`` looks at one market on one day. Here its findings are put together: an option that is not sold in one
market is no mistake, one that is sold nowhere and never is; a rule says nothing new only where it never does.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any, Literal

from django.utils.translation import gettext as _

from apps.configurator.documents import Document
from apps.configurator.engine.checks import Finding, findings
from apps.configurator.engine.model import Available, Context, Model
from apps.configurator.rules import Groups, InvalidParameters, check_rule, check_when, read_rule

type Kind = Literal["broken", "contradiction", "dead_standard", "dead", "forced", "redundant"]
type Level = Literal["stops", "warns", "notes"]
LEVELS: tuple[Level, ...] = ("stops", "warns", "notes")


@dataclass(frozen=True, order=True)
class Place:
    """A market, and the days from ``first`` until, not including, ``until`` (``None``: for ever)."""

    market: str
    first: date
    until: date | None = None


@dataclass(frozen=True)
class Remark:
    """One thing to know. ``subject`` is an option's or a rule's code (empty: the car), ``rules`` are at fault.

    ``places`` is empty when it holds everywhere and always. ``text`` is set for what is broken, where no kind says it.
    """

    kind: Kind
    level: Level
    subject: str = ""
    rules: tuple[str, ...] = ()
    places: tuple[Place, ...] = ()
    text: str = ""

    @property
    def identity(self) -> tuple[str, str, tuple[Place, ...], str]:
        """Two remarks with one identity are one problem, whichever rules are named for it."""
        return self.kind, self.subject, self.places, self.text

    @cached_property
    def about_rule(self) -> bool:
        return self.kind == "redundant"


def groups_of(data: Mapping[str, Any]) -> Groups:
    """A document's groups as the checks of single rules want them."""
    return {group["code"]: (group["pick"], frozenset(o["code"] for o in group["options"])) for group in data["groups"]}


def misfits(data: Mapping[str, Any]) -> tuple[list[Remark], dict[str, Any]]:
    """What of a document's JSON does not even make a model, and the document without it. ``subject`` is a group."""
    groups = groups_of(data)
    found = [remark for group in data["groups"] for remark in (*_of_group(group), *_of_terms(group))]
    rules, prices = [], []
    for rule in data["rules"]:
        try:
            check_rule(read_rule(rule["code"], rule["kind"], rule["parameters"]), groups)
        except InvalidParameters as error:
            text = _("Rule %(code)s: %(error)s") % {"code": rule["code"], "error": error}
            found.append(Remark("broken", "stops", rules=(rule["code"],), text=text))
        else:
            rules.append(rule)
    for price in data["price_rules"]:
        try:
            check_when(price["when"], groups)
        except InvalidParameters as error:
            text = _("Price rule %(code)s: %(error)s") % {"code": price["code"], "error": error}
            found.append(Remark("broken", "stops", text=text))
        else:
            prices.append(price)
    return found, {**data, "rules": rules, "price_rules": prices}


def _of_group(group: Mapping[str, Any]) -> Iterator[Remark]:
    if not group["options"]:
        text = _("Group %(code)s has no option.") % {"code": group["code"]}
        yield Remark("broken", "stops", group["code"], text=text)
    standard = [option["code"] for option in group["options"] if option["standard"]]
    if group["pick"] == "one" and len(standard) > 1:
        text = _("Group %(code)s has several standard options: %(options)s.")
        text %= {"code": group["code"], "options": ", ".join(standard)}
        yield Remark("broken", "stops", group["code"], text=text)


def _of_terms(group: Mapping[str, Any]) -> Iterator[Remark]:
    """Renting and buying must exclude each other, or a car could be charged for both."""
    alternatives = {option["code"] for option in group["options"]} if group["pick"] == "one" else set()
    for option in group["options"]:
        if option["rental"] and option["rental"]["instead_of"] not in alternatives:
            text = _("Rental terms of %(code)s: %(other)s must be in the same group, of which exactly one is picked.")
            text %= {"code": option["code"], "other": option["rental"]["instead_of"]}
            yield Remark("broken", "stops", text=text)


def places_of(document: Document, today: date) -> list[Place]:
    """Every market from today on, split where what is valid changes."""
    days = [today, *(day for day in document.boundaries if day > today)]
    ends = [*days[1:], None]
    return [Place(market, day, end) for market in document.markets for day, end in zip(days, ends, strict=True)]


def remarks(document: Document, today: date) -> list[Remark]:
    """All remarks, the gravest first.

    Raises:
        ModelError: the document's rules name what it does not have; look for that first.
    """
    places = places_of(document, today)
    models = {place.first: document.model_on(place.first) for place in places}
    found: dict[tuple[object, ...], list[Finding]] = {}
    at: dict[Place, list[Finding]] = {}
    for place in places:
        model, context = models[place.first], Context(place.market, place.first)
        key = _same(model, context)
        if key not in found:
            found[key] = findings(model, context)
        at[place] = found[key]
    merged = [*_contradictions(at, today), *_options(document, at, today), *_redundant(document, models, at)]
    return sorted(merged, key=lambda remark: LEVELS.index(remark.level))


def _same(model: Model, context: Context) -> tuple[object, ...]:
    """Equal for contexts in which the same is in force."""
    return tuple((rule.id, rule.holds(context)) if isinstance(rule, Available) else rule.id for rule in model.rules)


def _contradictions(at: Mapping[Place, list[Finding]], today: date) -> Iterator[Remark]:
    by_rules: dict[tuple[str, ...], list[Place]] = {}
    for place, some in at.items():
        for finding in some:
            if finding.kind == "contradiction":
                by_rules.setdefault(finding.rules, []).append(place)
    for rules, places in by_rules.items():
        level: Level = "stops" if any(place.first == today for place in places) else "warns"
        yield Remark("contradiction", level, "", rules, _unless_all(places, at))


def _options(document: Document, at: Mapping[Place, list[Finding]], today: date) -> Iterator[Remark]:
    """Dead and forced options. Places without a car say nothing about options."""
    alive = [place for place, some in at.items() if not any(finding.kind == "contradiction" for finding in some)]
    where: dict[tuple[str, str], list[tuple[Place, tuple[str, ...]]]] = {}
    for place in alive:
        for finding in at[place]:
            if finding.kind in ("dead", "forced"):
                where.setdefault((finding.kind, finding.subject), []).append((place, finding.rules))
    for (kind, option), hits in where.items():
        places = [place for place, _rules in hits]
        rules = hits[0][1]
        everywhere = len(places) == len(alive)
        if kind == "dead" and document.options[option].standard:
            level: Level = "stops" if any(place.first == today for place in places) else "warns"
            yield Remark("dead_standard", level, option, rules, _unless_all(places, at))
        elif kind == "dead" and everywhere:
            yield Remark("dead", "warns", option, rules)
        elif kind == "dead" and not _only_limits(document, rules):
            yield Remark("dead", "notes", option, rules, _unless_all(places, at))
        elif kind == "forced":
            yield Remark("forced", "warns" if everywhere else "notes", option, rules, _unless_all(places, at))


def _only_limits(document: Document, rules: tuple[str, ...]) -> bool:
    """Whether an option is missing somewhere because somebody said so: that is meant, and needs no remark."""
    return bool(rules) and all(isinstance(document.rule[code].rule, Available) for code in rules)


def _redundant(document: Document, models: Mapping[date, Model], at: Mapping[Place, list[Finding]]) -> Iterator[Remark]:
    """Rules that say nothing new wherever they bear on anything."""
    alive = {place: some for place, some in at.items() if not any(one.kind == "contradiction" for one in some)}
    in_force = {day: {rule.id for rule in model.rules} for day, model in models.items()}
    for rule in document.rules:
        bears = [
            place
            for place in alive
            if rule.code in in_force[place.first]
            and not (isinstance(rule.rule, Available) and rule.rule.holds(Context(place.market, place.first)))
        ]
        said = [
            finding.rules
            for place in bears
            for finding in alive[place]
            if finding.kind == "redundant" and finding.subject == rule.code
        ]
        if bears and len(said) == len(bears):
            yield Remark("redundant", "notes", rule.code, said[0])


def _unless_all(places: list[Place], at: Mapping[Place, object]) -> tuple[Place, ...]:
    """The places, neighbouring ones joined; empty for everywhere."""
    if len(places) == len(at):
        return ()
    joined: list[Place] = []
    for place in sorted(places):
        last = joined[-1] if joined else None
        if last is not None and last.market == place.market and last.until == place.first:
            joined[-1] = Place(last.market, last.first, place.until)
        else:
            joined.append(place)
    return tuple(joined)
