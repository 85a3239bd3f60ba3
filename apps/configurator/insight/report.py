"""The makers' report of one car and period, from the daily counts alone."""

import csv
import io
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from django.db.models import Sum
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from apps.configurator.documents import Document, read
from apps.configurator.insight.models import InsightCount
from apps.configurator.models import Configurator

Measure = InsightCount.Measure


@dataclass(frozen=True, slots=True)
class Line:
    """``share`` is in percent of ``of`` (null where there is nothing to divide by)."""

    key: str
    name: str
    number: int
    of: int
    extra: int = 0

    @property
    def share(self) -> float | None:
        return round(100 * self.number / self.of, 1) if self.of else None


@dataclass(frozen=True, slots=True)
class Report:
    """``options``: how many saved cars have each; ``extra`` is how many stays chose it at any time.

    ``blocked``: how many stays asked for it; ``extra`` how many then took the repair. ``rules`` are pairs of a blocked
    option and a rule. ``stopped``: groups where unfinished stays ended. ``budgets``: by the lower edge, in yuan.
    """

    name: str
    begin: date
    end: date
    visits: int
    finished: int
    saved: int
    options: tuple[Line, ...]
    cleared: tuple[Line, ...]
    blocked: tuple[Line, ...]
    rules: tuple[Line, ...]
    stopped: tuple[Line, ...]
    budgets: tuple[Line, ...]


def report(configurator: Configurator, begin: date, end: date) -> Report:
    """The report from ``begin`` to ``end``, both included. Two queries, the current document among them."""
    numbers: dict[str, dict[str, int]] = {measure: {} for measure in Measure.values}
    rows = InsightCount.objects.filter(configurator=configurator, day__gte=begin, day__lte=end)
    for measure, key, number in rows.values_list("measure", "key").annotate(total=Sum("number")).order_by():
        numbers[measure][key] = number
    document = read(configurator.current.document) if configurator.current else None
    names = _Names(document)
    visits, saved = numbers[Measure.VISITS].get("", 0), numbers[Measure.SAVED].get("", 0)
    stopped = numbers[Measure.STOPPED]
    taken = numbers[Measure.TAKEN] | {
        code: numbers[Measure.TAKEN].get(code, 0) for code in (document.options if document else ())
    }
    budgets = numbers[Measure.BUDGET]
    return Report(
        name=str(configurator),
        begin=begin,
        end=end,
        visits=visits,
        finished=numbers[Measure.FINISHED].get("", 0),
        saved=saved,
        options=_lines(taken, saved, names.option, numbers[Measure.CHOSEN]),
        cleared=_lines(numbers[Measure.CLEARED], visits, names.option),
        blocked=_lines(numbers[Measure.BLOCKED], visits, names.option, numbers[Measure.REPAIRED]),
        rules=_lines(numbers[Measure.RULE], visits, names.rule),
        stopped=_lines(stopped, sum(stopped.values()), names.group),
        budgets=tuple(
            Line(key, f"¥{int(key):,}–{int(key) + 9_999:,}", budgets[key], sum(budgets.values()))
            for key in sorted(budgets)
        ),
    )


def as_csv(found: Report) -> str:
    """The whole report as one table; opens in a spreadsheet, in Chinese too (it begins with a byte order mark)."""
    out = io.StringIO()
    out.write("\ufeff")
    writer = csv.writer(out)
    writer.writerow([_("part"), _("code"), _("name"), pgettext("count", "number"), _("of"), _("percent"), _("also")])
    for part, line in _parts(found):
        writer.writerow([part, _safe(line.key), _safe(line.name), line.number, line.of, line.share, line.extra])
    return out.getvalue()


def _parts(found: Report) -> Iterator[tuple[str, Line]]:
    yield "visits", Line("", found.name, found.visits, found.visits)
    yield "finished", Line("", found.name, found.finished, found.visits)
    yield "saved", Line("", found.name, found.saved, found.visits)
    for part in ("options", "cleared", "blocked", "rules", "stopped", "budgets"):
        yield from ((part, line) for line in getattr(found, part))


def _safe(text: str) -> str:
    """A spreadsheet takes text that begins with one of these for a formula."""
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text


def _lines(
    numbers: Mapping[str, int], of: int, name: Callable[[str], str], extra: Mapping[str, int] | None = None
) -> tuple[Line, ...]:
    """Most first; equal ones by name."""
    lines = [Line(key, name(key), number, of, (extra or {}).get(key, 0)) for key, number in numbers.items()]
    return tuple(sorted(lines, key=lambda line: (-line.number, -line.extra, line.name)))


class _Names:
    """Codes in words, as far as the car still has them."""

    def __init__(self, document: Document | None) -> None:
        self._document = document

    def option(self, code: str) -> str:
        document = self._document
        if document is None or code not in document.options:
            return code
        return f"{document.group_of[code].name}: {document.options[code].name}"

    def group(self, code: str) -> str:
        groups = self._document.groups if self._document else ()
        return next((group.name for group in groups if group.code == code), code)

    def rule(self, pair: str) -> str:
        option, _space, code = pair.partition(" ")
        rule = self._document.rule.get(code) if self._document else None
        return f"{self.option(option)} — {rule.reason if rule else code}"
