"""What is different between two documents of one car, in words. Pure; the language is the active one."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from apps.common.money import yuan
from apps.common.translated import content_language
from apps.configurator.sentences import Names, both, price_sentence, rental_sentence, rule_sentence, validity

type Data = Mapping[str, Any]
type Section = Literal["car", "groups", "options", "rules", "price_rules"]
SECTIONS: tuple[Section, ...] = ("car", "groups", "options", "rules", "price_rules")


@dataclass(frozen=True)
class Detail:
    """One property that changed."""

    label: str
    before: str
    after: str


@dataclass(frozen=True)
class Change:
    """``details`` are empty for what came or went as a whole."""

    section: Section
    kind: Literal["added", "removed", "changed"]
    code: str
    title: str
    details: tuple[Detail, ...] = ()


def compare(before: Data, after: Data, markets: Callable[[str], str] = str) -> list[Change]:
    """Every difference, section by section, in the order of the later document."""
    old, new = Names.of(before, markets), Names.of(after, markets)
    found = list(_car(before, after, markets))
    found += _section("groups", _by_code(before["groups"]), _by_code(after["groups"]), _group_title, _group)
    group_names = {code: new.group(code) for code in new.groups} | {code: old.group(code) for code in old.groups}
    found += _section(
        "options", _options(before, group_names), _options(after, group_names), _option_title, _option(old, new)
    )
    rules = (_by_code(before["rules"]), _by_code(after["rules"]))
    found += _section("rules", *rules, _rule_title(old, new), _rule(old, new))
    prices = (_by_code(before["price_rules"]), _by_code(after["price_rules"]))
    found += _section("price_rules", *prices, _price_title, _price(old, new))
    return found


def _by_code(rows: Iterable[Data]) -> dict[str, Data]:
    return {row["code"]: row for row in rows}


def _options(data: Data, group_names: Mapping[str, str]) -> dict[str, Data]:
    return {
        option["code"]: {**option, "group": group_names[group["code"]]}
        for group in data["groups"]
        for option in group["options"]
    }


def _car(before: Data, after: Data, markets: Callable[[str], str]) -> Iterator[Change]:
    details = [
        *_texts(before, after, (("name_en", _("name (English)")), ("name_zh", _("name (Chinese)")))),
        *_told(_("base price"), yuan(before["base_price"]), yuan(after["base_price"])),
        *_told(_("markets"), both(map(markets, before["markets"])), both(map(markets, after["markets"]))),
    ]
    order = [[g["code"] for g in data["groups"]] for data in (before, after)]
    if order[0] != order[1] and sorted(order[0]) == sorted(order[1]):
        details += _told(_("order of the groups"), ", ".join(order[0]), ", ".join(order[1]))
    if details:
        yield Change("car", "changed", after["car"], _own(after, "name"), tuple(details))


def _section(
    section: Section,
    before: Mapping[str, Data],
    after: Mapping[str, Data],
    title: Callable[[Data, bool], str],
    details: Callable[[Data, Data], Iterable[Detail]],
) -> Iterator[Change]:
    """``title`` is told whether the row is of the later document."""
    for code, row in after.items():
        if code not in before:
            yield Change(section, "added", code, title(row, True))
        elif row != before[code] and (some := tuple(details(before[code], row))):
            yield Change(section, "changed", code, title(row, True), some)
    for code, row in before.items():
        if code not in after:
            yield Change(section, "removed", code, title(row, False))


def _group_title(row: Data, _later: bool) -> str:  # noqa: FBT001  the shape of a title
    return _own(row, "name")


def _group(before: Data, after: Data) -> Iterator[Detail]:
    pick = {"one": _("exactly one"), "any": _("any number")}
    yield from _texts(before, after, (("name_en", _("name (English)")), ("name_zh", _("name (Chinese)"))))
    yield from _told(_("pick"), pick[before["pick"]], pick[after["pick"]])
    order = [[option["code"] for option in row["options"]] for row in (before, after)]
    if order[0] != order[1] and sorted(order[0]) == sorted(order[1]):
        yield Detail(_("order of the options"), ", ".join(order[0]), ", ".join(order[1]))


def _option_title(row: Data, _later: bool) -> str:  # noqa: FBT001
    return f"{row['group']}: {_own(row, 'name')} ({yuan(row['price'])})"


def _option(old: Names, new: Names) -> Callable[[Data, Data], Iterator[Detail]]:
    def details(before: Data, after: Data) -> Iterator[Detail]:
        yield from _told(pgettext("option", "group"), before["group"], after["group"])
        yield from _told(_("price"), yuan(before["price"]), yuan(after["price"]))
        labels = (
            ("name_en", _("name (English)")),
            ("name_zh", _("name (Chinese)")),
            ("description_en", _("description (English)")),
            ("description_zh", _("description (Chinese)")),
            ("colour", _("swatch colour")),
            ("picture", _("picture")),
        )
        yield from _texts(before, after, labels)
        yield from _told(_("standard"), _yes(before["standard"]), _yes(after["standard"]))
        yield from _told(
            _("rental terms"), rental_sentence(before["rental"], old), rental_sentence(after["rental"], new)
        )

    return details


def _rule_title(old: Names, new: Names) -> Callable[[Data, bool], str]:
    return lambda row, later: rule_sentence(row["kind"], row["parameters"], new if later else old)


def _rule(old: Names, new: Names) -> Callable[[Data, Data], Iterator[Detail]]:
    def details(before: Data, after: Data) -> Iterator[Detail]:
        said = [rule_sentence(row["kind"], row["parameters"], names) for row, names in ((before, old), (after, new))]
        if before["kind"] == after["kind"] == "table":
            yield from _table(before["parameters"], after["parameters"], old, new)
        elif (before["kind"], before["parameters"]) != (after["kind"], after["parameters"]):
            yield Detail(_("rule"), *said)
        labels = (
            ("reason_en", _("reason (English)")),
            ("reason_zh", _("reason (Chinese)")),
            ("owner", _("owner")),
        )
        yield from _texts(before, after, labels)
        yield from _validities(before, after)

    return details


def _table(before: Data, after: Data, old: Names, new: Names) -> Iterator[Detail]:
    columns = [[names.group(code) for code in data["groups"]] for data, names in ((before, old), (after, new))]
    yield from _told(_("columns"), both(columns[0]), both(columns[1]))
    if before["groups"] != after["groups"]:
        yield from _told(_("allowed combinations"), str(len(before["rows"])), str(len(after["rows"])))
        return
    rows = [{tuple(row): None for row in data["rows"]} for data in (before, after)]
    gone = [row for row in rows[0] if row not in rows[1]]
    come = [row for row in rows[1] if row not in rows[0]]
    if gone or come:
        yield Detail(_("allowed combinations"), _combinations(gone, old), _combinations(come, new))


SHOWN = 12


def _combinations(rows: list[tuple[str, ...]], names: Names) -> str:
    """What went (on the left) or came (on the right)."""
    told = "; ".join(" + ".join(names.option(cell) for cell in row) for row in rows[:SHOWN])
    if len(rows) > SHOWN:
        told += " " + _("and %(count)s more") % {"count": len(rows) - SHOWN}
    return told


def _price_title(row: Data, _later: bool) -> str:  # noqa: FBT001
    return _own(row, "label")


def _price(old: Names, new: Names) -> Callable[[Data, Data], Iterator[Detail]]:
    def details(before: Data, after: Data) -> Iterator[Detail]:
        said = [price_sentence(row["when"], row["amount"], names) for row, names in ((before, old), (after, new))]
        if (before["when"], before["amount"]) != (after["when"], after["amount"]):
            yield Detail(_("price rule"), *said)
        yield from _texts(before, after, (("label_en", _("label (English)")), ("label_zh", _("label (Chinese)"))))
        yield from _validities(before, after)

    return details


def _texts(before: Data, after: Data, labels: Iterable[tuple[str, str]]) -> Iterator[Detail]:
    for name, label in labels:
        yield from _told(label, before.get(name, ""), after.get(name, ""))


def _validities(before: Data, after: Data) -> Iterator[Detail]:
    told = [validity(row["valid_from"], row["valid_until"]) or pgettext("rule", "always") for row in (before, after)]
    yield from _told(_("validity"), *told)


def _told(label: str, before: str, after: str) -> Iterator[Detail]:
    if before != after:
        yield Detail(label, before, after)


def _own(row: Data, stem: str) -> str:
    text: str = row[f"{stem}_{content_language()}"]
    return text or str(row[f"{stem}_en"])


def _yes(value: object) -> str:
    return pgettext("property", "yes") if value else pgettext("property", "no")
