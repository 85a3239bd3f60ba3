"""Rules as sentences that a product manager reads aloud. Pure; the language is the active one.

Everything takes the JSON shape of ``rules.py``, so that rows, documents and half-typed forms are told alike; what makes
no sense is told as far as it goes and never raises.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.formats import date_format
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from apps.common.money import signed_yuan, yuan
from apps.common.translated import content_language

type Teller = Callable[[str], str]
"""From a code to what stands for it in the sentence."""


@dataclass(frozen=True)
class Names:
    """Codes of options and groups with their names in English and Chinese."""

    options: Mapping[str, tuple[str, str]]
    groups: Mapping[str, tuple[str, str]]
    markets: Callable[[str], str] = str

    @classmethod
    def of(cls, data: Mapping[str, Any], markets: Callable[[str], str] = str) -> "Names":
        """The names of a document's JSON."""
        return cls(
            {o["code"]: (o["name_en"], o["name_zh"]) for group in data["groups"] for o in group["options"]},
            {group["code"]: (group["name_en"], group["name_zh"]) for group in data["groups"]},
            markets,
        )

    def option(self, code: str) -> str:
        return _in_language(self.options.get(code), code)

    def group(self, code: str) -> str:
        return _in_language(self.groups.get(code), code)

    def linked(self, code: str) -> str:
        """An option as a link to its place in the workspace; one that the car does not have is marked."""
        if code not in self.options:
            return format_html('<mark class="ed-gone">{}</mark>', code)
        return format_html('<a class="ed-opt" href="#option-{}">{}</a>', code, self.option(code))


def rule_sentence(kind: str, parameters: Mapping[str, Any], names: Names, option: Teller | None = None) -> str:
    """``Tow bar needs Long-range battery.`` Plain text, unless ``option`` tells options otherwise."""
    tell = option or names.option
    teller = _TELLERS.get(kind)
    try:
        return teller(parameters, names, tell) if teller else kind
    except (KeyError, TypeError, ValueError, AttributeError):
        return _("This rule cannot be read.")


def rule_html(kind: str, parameters: Mapping[str, Any], names: Names) -> SafeString:
    """The same with options as links."""
    return SafeString(rule_sentence(kind, parameters, names, names.linked))


def price_sentence(when: Iterable[str], amount: int, names: Names, option: Teller | None = None) -> str:
    """``−¥300 with Tow bar and without Rack.``"""
    tell = option or names.option
    picked = [tell(code) for code in when if not code.startswith("!")]
    missing = [tell(code[1:]) for code in when if code.startswith("!")]
    parts = []
    if picked:
        parts.append(_("with %(options)s") % {"options": both(picked)})
    if missing:
        parts.append(_("without %(options)s") % {"options": either(missing)})
    return _("%(amount)s %(when)s.") % {"amount": signed_yuan(amount), "when": both(parts)}


def price_html(when: Iterable[str], amount: int, names: Names) -> SafeString:
    return SafeString(price_sentence(when, amount, names, names.linked))


def validity(valid_from: date | str | None, valid_until: date | str | None) -> str:
    """``from 1 Nov 2026, before 1 Apr 2027``; nothing for a rule that is always valid."""
    return pgettext("list", ", ").join(_dates(valid_from, valid_until))


def both(parts: Iterable[str]) -> str:
    return _joined(list(parts), pgettext("list", " and "))


def either(parts: Iterable[str]) -> str:
    return _joined(list(parts), pgettext("list", " or "))


def _joined(parts: list[str], last: str) -> str:
    if len(parts) < 2:
        return "".join(parts)
    return pgettext("list", ", ").join(parts[:-1]) + last + parts[-1]


def _in_language(pair: tuple[str, str] | None, code: str) -> str:
    if pair is None:
        return code
    return pair[1] or pair[0] if content_language() == "zh" else pair[0]


def rental_sentence(terms: Mapping[str, Any] | None, names: Names) -> str:
    """A monthly price with all its terms; empty where nothing is rented."""
    if not terms:
        return ""
    text = _(
        "%(monthly)s a month instead of %(option)s, %(cap)s km a year, then %(overage)s a km, %(term)s months, buy-out %(buyout)s"
    )
    return text % {
        "monthly": yuan(terms["monthly_price"]),
        "option": names.option(terms["instead_of"]),
        "cap": f"{terms['mileage_cap']:,}",
        "overage": yuan(terms["overage_price"]),
        "term": terms["minimum_term"],
        "buyout": yuan(terms["buyout_price"]),
    }


def _requires(data: Mapping[str, Any], names: Names, tell: Teller) -> str:
    wanted = [tell(code) for code in data["any_of"]]
    values = {"all": both(tell(code) for code in data["if"]), "any": either(wanted)}
    if len(data["if"]) == 1 and len(wanted) == 1:
        return _("%(all)s needs %(any)s.") % values
    if len(wanted) == 1:
        return _("If %(all)s, then %(any)s.") % values
    return _("If %(all)s, then one of %(any)s.") % values


def _excludes(data: Mapping[str, Any], names: Names, tell: Teller) -> str:
    values = {"options": both(tell(code) for code in data["options"])}
    if len(data["options"]) == 2:
        return _("%(options)s do not go together.") % values
    return _("No two of %(options)s go together.") % values


def _at_least(data: Mapping[str, Any], names: Names, tell: Teller) -> str:
    return _("At least %(count)d of %(options)s.") % _counted(data, tell)


def _at_most(data: Mapping[str, Any], names: Names, tell: Teller) -> str:
    return _("At most %(count)d of %(options)s.") % _counted(data, tell)


def _counted(data: Mapping[str, Any], tell: Teller) -> dict[str, Any]:
    return {"count": data["k"], "options": both(tell(code) for code in data["options"])}


def _available(data: Mapping[str, Any], names: Names, tell: Teller) -> str:
    markets = [str(conditional_escape(names.markets(code))) for code in data.get("markets") or ()]
    limits = [_("in %(markets)s") % {"markets": both(markets)}] if markets else []
    limits += _dates(data.get("from"), data.get("until"))
    values = {"option": tell(data["option"]), "limits": pgettext("list", ", ").join(limits)}
    return _("%(option)s is offered only %(limits)s.") % values


def _table(data: Mapping[str, Any], names: Names, tell: Teller) -> str:
    count = len(data["rows"])
    text = ngettext("%(groups)s: %(count)s allowed combination.", "%(groups)s: %(count)s allowed combinations.", count)
    escape = conditional_escape if tell == names.linked else str
    groups = both(str(escape(names.group(code))) for code in data["groups"])
    return text % {"groups": groups, "count": f"{count:,}"}


def _dates(first: date | str | None, last: date | str | None) -> list[str]:
    parts = []
    if first:
        parts.append(_("from %(day)s") % {"day": _day(first)})
    if last:
        parts.append(_("before %(day)s") % {"day": _day(last)})
    return parts


def _day(value: date | str) -> str:
    return date_format(date.fromisoformat(value) if isinstance(value, str) else value, "SHORT_DATE_FORMAT")


_TELLERS: dict[str, Callable[[Mapping[str, Any], Names, Teller], str]] = {
    "requires": _requires,
    "excludes": _excludes,
    "at_least": _at_least,
    "at_most": _at_most,
    "available": _available,
    "table": _table,
}
