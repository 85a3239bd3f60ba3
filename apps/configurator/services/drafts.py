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
from django.db.models import Model, ProtectedError, QuerySet
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from apps.configurator import linting
from apps.configurator.documents import build, canonical, digest, read
from apps.configurator.engine.compiler import Budget
from apps.configurator.engine.model import ModelError
from apps.configurator.errors import ChangedMeanwhile, StillUsed, TakenMeanwhile
from apps.configurator.linting import Remark
from apps.configurator.machines import Session
from apps.configurator.models import Configurator, Option, OptionGroup, PriceRule, RentalTerms, Rule
from apps.configurator.rules import Groups
from apps.configurator.services import audit
from apps.configurator.services.artefacts import ensure_artefact
from apps.configurator.services.freezing import draft

if TYPE_CHECKING:
    from django.contrib.auth.models import AbstractBaseUser

    from apps.catalog.models import CarModel

type Row = Rule | PriceRule | Option | OptionGroup | RentalTerms | Configurator
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
    RentalTerms: (
        *("option", "instead_of", "monthly_price", "mileage_cap", "overage_price", "minimum_term", "buyout_price"),
    ),
    Configurator: ("base_price", "markets"),
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
        return linting.groups_of(self.data)

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


def rows_of(model: type[Model], configurator_id: int) -> "QuerySet[Any]":
    """The rows of one kind that are of one car."""
    if model is Configurator:
        return Configurator.objects.filter(pk=configurator_id)
    if model is RentalTerms:
        mine = RentalTerms.objects.filter(option__configurator=configurator_id)
        return mine.select_related("option__group", "instead_of")
    manager: Any = model._default_manager
    return cast("QuerySet[Any]", manager.filter(configurator=configurator_id))


def mark(row: Row) -> str:
    """Stands for all that can be edited of a row: equal only while nobody changed anything."""
    return digest(canonical(audit.values(row, _fields(row))))[:16]


def start_draft(
    *, car_model: "CarModel", base_price: int, markets: Sequence[str], by: "AbstractBaseUser"
) -> Configurator:
    """The empty draft of a car that has none, ``base_price`` in fen; nothing is on sale by that.

    Raises:
        TakenMeanwhile: the car has a draft already.
    """
    with transaction.atomic():
        start = {"base_price": base_price, "markets": list(markets)}
        made, is_new = Configurator.objects.get_or_create(car_model=car_model, defaults=start)
        if not is_new:
            raise TakenMeanwhile
        audit.record(made, {}, audit.values(made, _fields(made)), by)
    return made


def save_row[R: Row](*, row: R, values: Mapping[str, Any], seen: str = "", by: "AbstractBaseUser") -> R:
    """Write ``values`` (field names of ``FIELDS``) into a row, new or not.

    Raises:
        ChangedMeanwhile: it is not what was ``seen`` any more, or it is gone. Nothing was written.
        TakenMeanwhile: somebody else has added one with this code.
        StillUsed: rules would not make sense any more after that.
    """
    with transaction.atomic():
        configurator = Configurator.objects.select_for_update().get(pk=row.configurator_id)
        broken = set(_broken_texts(configurator))
        before: dict[str, Any] = {}
        fields, is_new = _fields(row), row._state.adding
        if not is_new:
            row = _locked(row, seen)
            before = audit.values(row, fields)
        for name, value in values.items():
            setattr(row, name, value)
        if is_new:
            _refuse_twin(row)
        row.save(update_fields=None if is_new else [*values])
        _refuse_new(configurator, broken)
        audit.record(row, before, audit.values(row, fields), by)
    return row


def delete_row(*, row: Row, seen: str, by: "AbstractBaseUser") -> None:
    """Take a row out of the draft; not the car itself.

    Raises:
        ChangedMeanwhile: it is not what was ``seen`` any more.
        StillUsed: rules or rental terms speak of it.
    """
    with transaction.atomic():
        configurator = Configurator.objects.select_for_update().get(pk=row.configurator_id)
        broken = set(_broken_texts(configurator))
        row = _locked(row, seen)
        before = audit.values(row, _fields(row))
        audit.record(row, before, {}, by)
        try:
            row.delete()
        except ProtectedError as error:
            raise StillUsed(_spoken_of(error)) from error
        _refuse_new(configurator, broken)


def _fields(row: Row) -> tuple[str, ...]:
    return FIELDS[type(row)]


def _locked[R: Row](row: R, seen: str) -> R:
    found = rows_of(type(row), row.configurator_id).filter(pk=row.pk)
    current: Any = found.select_for_update(of=("self",)).first()
    if current is None or mark(current) != seen:
        raise ChangedMeanwhile
    return cast("R", current)


def _refuse_twin(row: Row) -> None:
    """The car is locked: who comes second sees what the first has added."""
    same = {"option": row.option} if isinstance(row, RentalTerms) else {"code": row.code}
    if rows_of(type(row), row.configurator_id).filter(**same).exists():
        raise TakenMeanwhile(field="code")


def _spoken_of(error: ProtectedError) -> list[str]:
    text = _("The rental terms of %(option)s name it as what is bought instead.")
    rentals = [row for row in error.protected_objects if isinstance(row, RentalTerms)]
    return [text % {"option": row.option.code} for row in rentals]


def _refuse_new(configurator: Configurator, broken: set[str]) -> None:
    new = [text for text in _broken_texts(configurator) if text not in broken]
    if new:
        raise StillUsed(new)


def _broken_texts(configurator: Configurator) -> list[str]:
    """Only of rules and terms: a group is empty while it is being filled, and a standard option moves in two steps."""
    return [remark.text for remark in linting.misfits(open_draft(configurator).data)[0] if not remark.subject]


def _lint(found: Draft, today: date) -> list[Remark]:
    broken, sound = linting.misfits(found.data)
    try:
        return [*broken, *linting.remarks(build(sound), today)]
    except ModelError as error:
        return [*broken, Remark("broken", "stops", text=str(error))]
