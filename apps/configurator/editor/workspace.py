"""One page per car: its options, its rules in sentences, and what is wrong with them."""

import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from apps.configurator.editor.access import configurator_of, require
from apps.configurator.editor.frame import page
from apps.configurator.editor.items import (
    RuleItem,
    group_items,
    names_of,
    price_items,
    rule_items,
    tell,
)
from apps.configurator.models import Configurator, OptionGroup, Rule
from apps.configurator.services import audit
from apps.configurator.services.drafts import FIELDS, Draft, cannot_publish, lint, open_draft

LOG_SHOWN = 200
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
    rules = rule_items(draft, configurator.rules.all(), remarks)
    prices = price_items(draft, configurator.price_rules.all())
    wanted = Filter.of(request.GET)
    context: dict[str, Any] = {
        "rules": [item for item in rules if wanted.keeps(item)],
        "prices": [item for item in prices if wanted.keeps(item)],
        "total": len(rules),
        "total_prices": len(prices),
        "filter": wanted,
        "q": request.GET.get("q", ""),
        "kinds": [*Rule.Kind.choices, ("price", _("price rule"))],
        "shows": SHOWS,
        "owners": _owners(rules),
        "about_name": names_of(draft).option(wanted.about) if wanted.about else "",
        "filtered": any((wanted.words, wanted.kind, wanted.owner, wanted.about, wanted.show)),
    }
    if not request.htmx:  # type: ignore[attr-defined]
        groups = OptionGroup.objects.filter(configurator=configurator).prefetch_related("options")
        context |= {"groups": group_items(groups, [*rules, *prices], remarks)}
        context |= _lint_context(draft, remarks)
    return page(request, "configurator/admin/workspace.html", configurator, context, partial="rules")


@require_safe
def check(request: HttpRequest, pk: int) -> HttpResponse:
    """What is wrong with the draft as it stands."""
    require(request)
    configurator = configurator_of(pk)
    start = time.perf_counter()
    draft = open_draft(configurator)
    context = _lint_context(draft, lint(draft))
    context["milliseconds"] = round((time.perf_counter() - start) * 1000)
    return page(request, "configurator/admin/lint.html", configurator, context, title=_("Check"), partial="lint")


@require_safe
def log(request: HttpRequest, pk: int) -> HttpResponse:
    """Who changed what of this car, when, from what to what."""
    require(request)
    configurator = configurator_of(pk)
    kinds = (Configurator, *FIELDS)
    entries = [
        (entry, [(_label(entry.content_type.model_class(), name), old, new) for name, old, new in audit.details(entry)])  # type: ignore[union-attr]
        for entry in audit.entries_of(configurator.pk, kinds, LOG_SHOWN)
    ]
    context = {"entries": entries, "limit": LOG_SHOWN}
    return page(request, "configurator/admin/log.html", configurator, context, title=_("Log"))


def _label(model: Any, name: str) -> str:
    return str(model._meta.get_field(name).verbose_name)


def _lint_context(draft: Draft, remarks: Any) -> dict[str, Any]:
    names = names_of(draft)
    return {"remarks": [tell(remark, names) for remark in remarks], "cannot_publish": cannot_publish(remarks)}


def _owners(rules: Iterable[RuleItem]) -> list[str]:
    return sorted({item.row.owner for item in rules if isinstance(item.row, Rule)})
