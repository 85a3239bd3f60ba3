"""One page per car: its options, its rules in sentences, and what is wrong with them."""

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from apps.common.requests import is_htmx
from apps.configurator.editor.access import configurator_of, require
from apps.configurator.editor.frame import page
from apps.configurator.editor.items import (
    WITH_TERMS,
    GroupItem,
    RuleItem,
    car_item,
    group_items,
    names_of,
    price_items,
    rule_items,
    tell,
)
from apps.configurator.linting import Remark
from apps.configurator.models import Configurator, OptionGroup, Rule
from apps.configurator.services.drafts import Draft, cannot_publish, lint, open_draft

SHOWS = (
    ("", gettext_lazy("All rules")),
    ("remarks", gettext_lazy("With remarks")),
    ("dated", gettext_lazy("With dates")),
    ("over", gettext_lazy("Over")),
)


@dataclass(frozen=True)
class Filter:
    """What the list of rules is narrowed to; all of it stands in the address."""

    words: tuple[str, ...]
    kind: str
    owner: str
    about: str
    show: str

    @classmethod
    def of(cls, query: QueryDict) -> "Filter":
        names = ("kind", "owner", "about", "show")
        return cls(tuple(query.get("q", "").casefold().split()), *(query.get(name, "") for name in names))

    def keeps(self, item: RuleItem) -> bool:
        row = item.row
        return (
            all(word in item.haystack for word in self.words)
            and (not self.kind or (row.kind if isinstance(row, Rule) else "price") == self.kind)
            and (not self.owner or (isinstance(row, Rule) and row.owner == self.owner))
            and (not self.about or self.about in item.options or self.about in item.groups)
            and self._shows(item)
        )

    def _shows(self, item: RuleItem) -> bool:
        if self.show == "remarks":
            return bool(item.remarks)
        if self.show == "dated":
            return bool(item.valid)
        return self.show != "over" or item.over


@require_safe
def workspace(request: HttpRequest, pk: int) -> HttpResponse:
    """The whole page; for htmx the list of rules alone."""
    require(request)
    configurator = configurator_of(pk)
    draft = open_draft(configurator)
    remarks = lint(draft)
    context = _rows(request.GET, configurator, draft, remarks)
    if not is_htmx(request):
        context |= {"groups": _groups(configurator, draft, context, remarks), "car": car_item(configurator)}
        context |= _lint_context(draft, remarks)
    return page(request, "configurator/admin/workspace.html", configurator, context, partial="rules")


@require_safe
def check(request: HttpRequest, pk: int) -> HttpResponse:
    """What is wrong with the draft as it stands.

    For htmx, which asks after every change, with everything else of the workspace that depends on the whole draft:
    remarks and numbers beside the rows, and how many rows there are.
    """
    require(request)
    configurator = configurator_of(pk)
    start = time.perf_counter()
    draft = open_draft(configurator)
    remarks = lint(draft)
    context = _lint_context(draft, remarks)
    context["milliseconds"] = round((time.perf_counter() - start) * 1000)
    if is_htmx(request):
        context |= _rows(request.GET, configurator, draft, remarks)
        context |= {"groups": _groups(configurator, draft, context, remarks), "fresh": True}
    return page(request, "configurator/admin/lint.html", configurator, context, title=_("Check"), partial="lint")


def _rows(query: QueryDict, configurator: Configurator, draft: Draft, remarks: Sequence[Remark]) -> dict[str, Any]:
    """Rules and price rules, all and narrowed, and what they are narrowed by."""
    every = rule_items(draft, configurator.rules.all(), remarks)
    every_price = price_items(draft, configurator.price_rules.all())
    wanted = Filter.of(query)
    return {
        "every": [*every, *every_price],
        "rules": [item for item in every if wanted.keeps(item)],
        "prices": [item for item in every_price if wanted.keeps(item)],
        "total": len(every),
        "total_prices": len(every_price),
        "filter": wanted,
        "q": query.get("q", ""),
        "kinds": [*Rule.Kind.choices, ("price", _("price rule"))],
        "shows": SHOWS,
        "owners": _owners(every),
        "about_name": names_of(draft).option(wanted.about) if wanted.about else "",
        "filtered": any((wanted.words, wanted.kind, wanted.owner, wanted.about, wanted.show)),
    }


def _groups(
    configurator: Configurator, draft: Draft, rows: Mapping[str, Any], remarks: Sequence[Remark]
) -> list[GroupItem]:
    groups = OptionGroup.objects.filter(configurator=configurator).prefetch_related(WITH_TERMS)
    return group_items(groups, draft, rows["every"], remarks)


def _lint_context(draft: Draft, remarks: Sequence[Remark]) -> dict[str, Any]:
    names = names_of(draft)
    return {"remarks": [tell(remark, names) for remark in remarks], "cannot_publish": cannot_publish(remarks)}


def _owners(rules: Iterable[RuleItem]) -> list[str]:
    return sorted({item.row.owner for item in rules if isinstance(item.row, Rule)})
