"""The draft: look at it, check it, change it row by row, and write an earlier version back into it.

Every change names who made it and leaves an entry in the admin's log, in the same transaction. Whoever changes a row
says which state of it they saw (its ``mark``); if it is another one by now, nothing is written.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, Any, cast

from django.core.cache import cache
from django.db import transaction
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from apps.configurator import linting
from apps.configurator.documents import build, canonical, digest, read
from apps.configurator.engine.compiler import Budget
from apps.configurator.engine.model import ModelError
from apps.configurator.errors import ChangedMeanwhile, StillUsed
from apps.configurator.linting import Remark
from apps.configurator.machines import Session
from apps.configurator.models import Configurator, Option, OptionGroup, PriceRule, Rule
from apps.configurator.rules import Groups, InvalidParameters, check_rule, check_when, read_rule
from apps.configurator.services import audit
from apps.configurator.services.artefacts import ensure_artefact
from apps.configurator.services.publish import draft

if TYPE_CHECKING:
    from django.contrib.auth.models import AbstractBaseUser

type Row = Rule | PriceRule | Option | OptionGroup
PREVIEW_BUDGET = Budget(seconds=8)
"""Longer than this nobody waits for a preview: solving answers it then."""
LINT_KEPT_S = 24 * 3600
FIELDS: dict[type[Row], tuple[str, ...]] = {
    Rule: ("code", "kind", "parameters", "reason_en", "reason_zh", "owner", "valid_from", "valid_until"),
    PriceRule: ("code", "when", "amount", "label_en", "label_zh", "valid_from", "valid_until"),
    Option: (
        *("group", "code", "name_en", "name_zh", "description_en", "description_zh", "price", "standard"),
        *("colour", "picture", "position"),
    ),
    OptionGroup: ("code", "name_en", "name_zh", "pick", "position"),
}
"""What of a row can be edited, and hence what counts as changed."""


@dataclass(frozen=True)
class Draft:
    """What the rows of a car say at one moment. ``data`` is the document's JSON; do not change it."""

    data: dict[str, Any]
    text: str

    @cached_property
    def sha256(self) -> str:
        return digest(self.text)

    @cached_property
    def groups(self) -> Groups:
        return {g["code"]: (g["pick"], frozenset(o["code"] for o in g["options"])) for g in self.data["groups"]}

    def with_rule(self, rule: Mapping[str, Any], instead_of: str = "") -> "Draft":
        """The draft if this rule (a document's rule) were added, or stood in another one's place."""
        kept = [entry for entry in self.data["rules"] if entry["code"] not in (instead_of, rule["code"])]
        data = {**self.data, "rules": [*kept, dict(rule)]}
        return Draft(data, canonical(data))


def open_draft(configurator: Configurator) -> Draft:
    """Constant number of queries."""
    text = draft(configurator)
    return Draft(json.loads(text), text)


def lint(found: Draft, today: date | None = None) -> list[Remark]:
    """Everything that is wrong with the draft, the gravest first; kept by the draft's hash.

    What is broken (a rule about an option that is gone) is told and left out; the rest is checked without it.
    """
    today = today or timezone.localdate()
    key = f"configurator-lint:{found.sha256}:{today}:{get_language()}"
    known: list[Remark] | None = cache.get(key)
    if known is None:
        known = _lint(found, today)
        cache.set(key, known, LINT_KEPT_S)
    return known


def cannot_publish(found: Sequence[Remark]) -> bool:
    return any(remark.level == "stops" for remark in found)


def preview(configurator: Configurator, market: str = "", day: date | None = None) -> Session:
    """The draft as a visitor of that market would meet it on that day, compiled if nobody has yet: a second or two.

    Raises:
        InvalidParameters, ModelError: the draft is broken; ``lint`` says how.
    """
    document = read(draft(configurator))
    chosen = market if market in document.markets else document.markets[0]
    session = Session(document, chosen, day or timezone.localdate())
    model = document.model_on(session.day)
    ensure_artefact(model, session.context, budget=PREVIEW_BUDGET)
    return session


def mark(row: Row) -> str:
    """Stands for all that can be edited of a row: equal only while nobody changed anything."""
    return digest(canonical(audit.values(row, _fields(row))))[:16]


def save_row[R: Row](*, row: R, values: Mapping[str, Any], seen: str = "", by: "AbstractBaseUser") -> R:
    """Write ``values`` (field names of ``FIELDS``) into a row, new or not.

    Raises:
        ChangedMeanwhile: it is not what was ``seen`` any more, or it is gone. Nothing was written.
        StillUsed: rules would not make sense any more after that.
    """
    with transaction.atomic():
        configurator = Configurator.objects.select_for_update().get(pk=row.configurator_id)
        broken = set(_broken_texts(configurator))
        before: dict[str, Any] = {}
        fields = _fields(row)
        if row.pk is not None:
            row = _locked(row, seen)
            before = audit.values(row, fields)
        for name, value in values.items():
            setattr(row, name, value)
        row.save()
        _refuse_new(configurator, broken)
        audit.record(row, before, audit.values(row, fields), by)
    return row


def delete_row(*, row: Row, seen: str, by: "AbstractBaseUser") -> None:
    """Take a row out of the draft.

    Raises:
        ChangedMeanwhile: it is not what was ``seen`` any more.
        StillUsed: rules speak of it.
    """
    with transaction.atomic():
        configurator = Configurator.objects.select_for_update().get(pk=row.configurator_id)
        broken = set(_broken_texts(configurator))
        row = _locked(row, seen)
        before = audit.values(row, _fields(row))
        audit.record(row, before, {}, by)
        row.delete()
        _refuse_new(configurator, broken)


def _fields(row: Row) -> tuple[str, ...]:
    return FIELDS[type(row)]


def _locked[R: Row](row: R, seen: str) -> R:
    current: Any = type(row)._default_manager.select_for_update().filter(pk=row.pk).first()
    if current is None or mark(current) != seen:
        raise ChangedMeanwhile
    return cast("R", current)


def _refuse_new(configurator: Configurator, broken: set[str]) -> None:
    new = [text for text in _broken_texts(configurator) if text not in broken]
    if new:
        raise StillUsed(new)


def _broken_texts(configurator: Configurator) -> list[str]:
    """Only of rules: a group is empty while it is being filled, and a standard option moves in two steps."""
    return [remark.text for remark in _broken(open_draft(configurator))[0] if not remark.subject]


def _lint(found: Draft, today: date) -> list[Remark]:
    broken, sound = _broken(found)
    try:
        return [*broken, *linting.remarks(build(sound), today)]
    except ModelError as error:
        return [*broken, Remark("broken", "stops", text=str(error))]


def _broken(found: Draft) -> tuple[list[Remark], dict[str, Any]]:
    """What does not even make a model, and the document without it."""
    remarks, rules, prices = [], [], []
    for group in found.data["groups"]:
        if not group["options"]:
            text = _("Group %(code)s has no option.") % {"code": group["code"]}
            remarks.append(Remark("broken", "stops", group["code"], text=text))
        standard = [option["code"] for option in group["options"] if option["standard"]]
        if group["pick"] == "one" and len(standard) > 1:
            text = _("Group %(code)s has several standard options: %(options)s.")
            text %= {"code": group["code"], "options": ", ".join(standard)}
            remarks.append(Remark("broken", "stops", group["code"], text=text))
    for rule in found.data["rules"]:
        try:
            check_rule(read_rule(rule["code"], rule["kind"], rule["parameters"]), found.groups)
        except InvalidParameters as error:
            text = _("Rule %(code)s: %(error)s") % {"code": rule["code"], "error": error}
            remarks.append(Remark("broken", "stops", rules=(rule["code"],), text=text))
        else:
            rules.append(rule)
    for price in found.data["price_rules"]:
        try:
            check_when(price["when"], found.groups)
        except InvalidParameters as error:
            text = _("Price rule %(code)s: %(error)s") % {"code": price["code"], "error": error}
            remarks.append(Remark("broken", "stops", text=text))
        else:
            prices.append(price)
    return remarks, {**found.data, "rules": rules, "price_rules": prices}
