"""Who changed what of a car, in words: values as people know them, rules as sentences."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib.admin.models import LogEntry
from django.http import HttpRequest, HttpResponse
from django.utils.dateparse import parse_date
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_safe

from apps.common.money import yuan
from apps.configurator.editor.access import configurator_of, require
from apps.configurator.editor.frame import page
from apps.configurator.editor.items import names_of
from apps.configurator.models import Rule
from apps.configurator.screen import market_name
from apps.configurator.sentences import Names, both, rule_sentence
from apps.configurator.services import audit
from apps.configurator.services.drafts import FIELDS, open_draft

LOG_SHOWN = 200
MONEY = frozenset({"price", "amount", "base_price", "monthly_price", "overage_price", "buyout_price"})


@dataclass(frozen=True)
class Told:
    """One field: what it is called, what stood there, what stands there now."""

    label: str
    before: str
    after: str


@require_safe
def log(request: HttpRequest, pk: int) -> HttpResponse:
    """Who changed what of this car, when, from what to what."""
    require(request)
    configurator = configurator_of(pk)
    names = names_of(open_draft(configurator))
    kinds = {str(row): kind for row, kind in configurator.rules.values_list("pk", "kind")}
    entries = [
        (entry, _details(entry, names, kinds)) for entry in audit.entries_of(configurator.pk, [*FIELDS], LOG_SHOWN)
    ]
    context = {"entries": entries, "limit": LOG_SHOWN}
    return page(request, "configurator/admin/log.html", configurator, context, title=_("Log"))


def _details(entry: LogEntry, names: Names, kinds: Mapping[str, str]) -> list[Told]:
    model: Any = entry.content_type.model_class() if entry.content_type else None
    found = audit.details(entry)
    said = {name: new or old for name, old, new in found}
    kind = str(said.get("kind") or kinds.get(str(entry.object_id), ""))
    return [
        Told(
            label_of(model, name),
            *("" if value is None else tell_value(name, value, names, kind=kind) for value in (old, new)),
        )
        for name, old, new in found
    ]


def label_of(model: Any, name: str) -> str:
    return str(model._meta.get_field(name).verbose_name)


def tell_value(name: str, value: Any, names: Names, *, kind: str = "") -> str:
    """A field's value as a reader knows it; ``kind`` is that of the rule it is of."""
    if isinstance(value, bool):
        return pgettext("property", "yes") if value else pgettext("property", "no")
    if name in MONEY:
        return yuan(value)
    if name == "markets":
        return both(market_name(code) for code in value)
    if name == "kind":
        return str(dict(Rule.Kind.choices).get(value, value))
    if name == "parameters" and kind:
        return rule_sentence(kind, value, names)
    if isinstance(value, list):
        return ", ".join(map(str, value))
    day = parse_date(value) if name.startswith("valid_") and isinstance(value, str) else None
    return date_format(day, "SHORT_DATE_FORMAT") if day else str(value)
