"""What is not the same in two contracts, in words: for the buyer before signing again, and for the back office. Pure.

A contract is plain data as ``signing.contract_of`` writes it.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from apps.common.money import yuan
from apps.common.translated import content_language
from apps.configurator.pricing import QuoteLine
from apps.orders.lifecycle import Status
from apps.orders.models import LineKind
from apps.orders.services.allotments import month_name

Data = Mapping[str, Any]
# The places of a line in the contract.
KIND, CODE, NAME_EN, NAME_ZH, QUANTITY, TOTAL, FACTS = 1, 2, 3, 4, 5, 6, 7


@dataclass(frozen=True, slots=True)
class Difference:
    """``before`` and ``after`` are texts in the reader's language, empty where there was or will be nothing."""

    what: str
    before: str
    after: str


def between(before: Data, after: Data) -> list[Difference]:
    """Everything that differs: the car's options, the other lines, then money and terms."""
    pairs = [*_options(before, after), *_lines(before, after), *_money(before, after)]
    return [Difference(what, old, new) for what, old, new in pairs if old != new]


def _car(contract: Data) -> list[Any] | None:
    return next((line for line in contract["lines"] if line[KIND] == LineKind.CAR), None)


def _options(before: Data, after: Data) -> Iterable[tuple[str, str, str]]:
    """A row a group, in the order of the car's own."""
    old, new = _by_group(_car(before)), _by_group(_car(after))
    for group in {**old, **new}:
        yield group, old.get(group, ""), new.get(group, "")


def _by_group(car: list[Any] | None) -> dict[str, str]:
    groups: dict[str, list[str]] = {}
    for option in (QuoteLine(**one) for one in (car[FACTS].get("options", ()) if car else ())):
        price = f" ({yuan(option.price)})" if option.price else ""
        groups.setdefault(option.group, []).append(f"{option.name}{price}")
    return {group: _(", ").join(names) for group, names in groups.items()}


def _lines(before: Data, after: Data) -> Iterable[tuple[str, str, str]]:
    old, new = ({line[0]: line for line in one["lines"] if line[KIND] != LineKind.CAR} for one in (before, after))
    for position in {**old, **new}:
        line = new.get(position) or old[position]
        yield _name(line), _amount(old.get(position)), _amount(new.get(position))


def _name(line: list[Any]) -> str:
    return str(line[NAME_ZH if content_language() == "zh" else NAME_EN])


def _amount(line: list[Any] | None) -> str:
    return f"{line[QUANTITY]} × {yuan(line[TOTAL] // line[QUANTITY])}" if line else ""


def _money(before: Data, after: Data) -> Iterable[tuple[str, str, str]]:
    yield _("Built in"), _month(before), _month(after)
    yield _("Savings"), _saved(before), _saved(after)
    yield _("Total, once"), yuan(before["total"]), yuan(after["total"])
    yield from _rent(before["terms"] or {}, after["terms"] or {})
    yield _("Subsidies in your city"), _subsidies(before), _subsidies(after)
    fees = [{row["status"]: int(row["amount"]) for row in one["fees"]} for one in (before, after)]
    for status in {**fees[0], **fees[1]}:
        what = _("Fee for cancelling while “%(state)s”") % {"state": Status(status).label}
        old, new = (yuan(one[status]) if status in one else "" for one in fees)
        yield what, old, new


def _month(contract: Data) -> str:
    car = _car(contract)
    month = car[FACTS].get("build_month") if car else None
    return month_name(date.fromisoformat(f"{month}-01")) if month else ""


def _saved(contract: Data) -> str:
    saved = sum(step["amount"] for step in contract.get("trace", ()) if step["rule"].startswith("promotion:"))
    return yuan(saved) if saved else ""


def _subsidies(contract: Data) -> str:
    total = (contract.get("region") or {}).get("total", 0)
    return yuan(total) if total else ""


def _rent(old: Data, new: Data) -> Iterable[tuple[str, str, str]]:
    rows: dict[str, tuple[str, Callable[[int], str]]] = {
        "monthly_price": (_("Battery rent a month"), yuan),
        "mileage_cap": (_("Kilometres included a year"), str),
        "overage_price": (_("Every kilometre more"), yuan),
        "minimum_term": (_("Minimum term in months"), str),
        "buyout_price": (_("Buy the battery later for"), yuan),
    }
    for field, (what, say) in rows.items():
        yield what, say(old[field]) if field in old else "", say(new[field]) if field in new else ""
