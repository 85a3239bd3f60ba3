"""Turn the draft into a published version, and choose which version is on sale."""

import time
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.catalog.models import CarModel
from apps.configurator.documents import FORMAT, Document, canonical, digest, read
from apps.configurator.engine.answer import Answer
from apps.configurator.engine.model import ModelError
from apps.configurator.errors import CannotPublish, DraftChanged
from apps.configurator.machines import Session
from apps.configurator.models import Configurator, ConfiguratorVersion, Option, PriceRule, Rule
from apps.configurator.rules import InvalidParameters, check_rule, check_when, read_rule

if TYPE_CHECKING:
    from django.contrib.auth.models import AbstractBaseUser


@dataclass(frozen=True, slots=True)
class Report:
    """What the check of a draft found. ``cars`` is a decimal text: it outgrows every JSON number."""

    options: int
    rules: int
    cars: str
    cheapest: int
    seconds: float
    dead: list[str] = field(default_factory=list)


def draft(configurator: Configurator) -> str:
    """The draft as a canonical document. Constant number of queries."""
    whole = Configurator.objects.with_draft().get(pk=configurator.pk)
    car = whole.car_model
    return canonical(
        {
            "format": FORMAT,
            "car": car.slug,
            "brand": car.brand.slug,
            "name_en": f"{car.brand.name_en} {car.name_en}",
            "name_zh": f"{car.brand.name_zh} {car.name_zh}",
            "image": car.image,
            "base_price": whole.base_price,
            "markets": list(whole.markets),
            "groups": [
                {
                    "code": group.code,
                    "name_en": group.name_en,
                    "name_zh": group.name_zh,
                    "pick": group.pick,
                    "options": [_option(option) for option in group.options.all()],
                }
                for group in whole.groups.all()
            ],
            "rules": [_rule(rule) for rule in whole.rules.all()],
            "price_rules": [_price_rule(rule) for rule in whole.price_rules.all()],
        }
    )


def check_draft(configurator: Configurator, text: str) -> Report:
    """Check a document for every market, as of today.

    Raises:
        CannotPublish: a rule that makes no sense, no buildable car, a dead standard option; it names all of them.
    """
    start = time.perf_counter()
    problems = _misfits(configurator)
    if problems:
        raise CannotPublish(problems)
    document = read(text)
    answers = _answers(document)
    for market, answer in answers.items():
        problems += _problems(document, market, answer)
    if problems:
        raise CannotPublish(problems)
    alive = {code for answer in answers.values() for code, total in answer.from_total.items() if total is not None}
    home = answers[document.markets[0]]
    return Report(
        options=len(document.options),
        rules=len(document.rules),
        cars="" if home.count is None else str(home.count),
        cheapest=document.base_price + (home.minimum or 0),
        seconds=round(time.perf_counter() - start, 2),
        dead=[code for code in document.options if code not in alive],
    )


def publish(*, configurator: Configurator, by: "AbstractBaseUser | None" = None) -> ConfiguratorVersion:
    """Publish the draft and put it on sale, in one transaction. An unchanged draft is the version it already is.

    Raises:
        CannotPublish: see ``check_draft``.
        DraftChanged: the draft is not what was checked any more.
    """
    text = draft(configurator)
    sha256 = digest(text)
    current = Configurator.objects.select_related("current").get(pk=configurator.pk).current
    if current is not None and current.sha256 == sha256:
        return current
    report = check_draft(configurator, text)  # seconds, so before anything is locked
    with transaction.atomic():
        locked = Configurator.objects.select_for_update().get(pk=configurator.pk)
        if locked.current is not None and locked.current.sha256 == sha256:
            return locked.current  # somebody else has just published the same
        if digest(draft(locked)) != sha256:
            raise DraftChanged
        last = locked.versions.aggregate(last=Max("number"))["last"] or 0
        version = ConfiguratorVersion.objects.create(
            configurator=locked,
            number=last + 1,
            document=text,
            sha256=sha256,
            report=asdict(report),
            published_at=timezone.now(),
            published_by_id=by.pk if by is not None else None,
        )
        _point_to(locked, version)
    return version


def make_current(*, version: ConfiguratorVersion) -> None:
    """Put an earlier version on sale again. The draft stays as it is."""
    with transaction.atomic():
        configurator = Configurator.objects.select_for_update().get(pk=version.configurator_id)
        _point_to(configurator, version)


def _point_to(configurator: Configurator, version: ConfiguratorVersion) -> None:
    Configurator.objects.filter(pk=configurator.pk).update(current=version)
    CarModel.objects.filter(pk=configurator.car_model_id).update(configurable=True)


def _misfits(configurator: Configurator) -> list[str]:
    """Rows that do not fit together and would not even make a model."""
    whole = Configurator.objects.with_draft().get(pk=configurator.pk)
    groups = {
        group.code: (group.pick, frozenset(option.code for option in group.options.all()))
        for group in whole.groups.all()
    }
    found = []
    for group in whole.groups.all():
        standard = [option.code for option in group.options.all() if option.standard]
        if not groups[group.code][1]:
            found.append(_("Group %(code)s has no option.") % {"code": group.code})
        if group.pick == "one" and len(standard) > 1:
            text = _("Group %(code)s has several standard options: %(options)s.")
            found.append(text % {"code": group.code, "options": ", ".join(standard)})
    for rule in whole.rules.all():
        try:
            check_rule(read_rule(rule.code, rule.kind, rule.parameters), groups)
        except InvalidParameters as error:
            found.append(_("Rule %(code)s: %(error)s") % {"code": rule.code, "error": error})
    for price_rule in whole.price_rules.all():
        try:
            check_when(price_rule.when, groups)
        except InvalidParameters as error:
            found.append(_("Price rule %(code)s: %(error)s") % {"code": price_rule.code, "error": error})
    return found


def _answers(document: Document) -> dict[str, Answer]:
    try:
        return {market: Session(document, market, timezone.localdate()).answer(()) for market in document.markets}
    except ModelError as error:
        raise CannotPublish([str(error)]) from error


def _problems(document: Document, market: str, answer: Answer) -> list[str]:
    if not answer.valid:
        return [_("No car can be built in the market %(market)s.") % {"market": market}]
    dead = [
        option for option in document.options.values() if option.standard and answer.from_total.get(option.code) is None
    ]
    text = _("The standard option %(name)s (%(code)s) is in no car of the market %(market)s.")
    return [text % {"name": option.name, "code": option.code, "market": market} for option in dead]


def _option(option: Option) -> dict[str, Any]:
    rental = getattr(option, "rental", None)
    names = ("code", "name_en", "name_zh", "description_en", "description_zh", "price", "standard", "colour", "picture")
    return {
        **{name: getattr(option, name) for name in names},
        "rental": None
        if rental is None
        else {
            "monthly_price": rental.monthly_price,
            "mileage_cap": rental.mileage_cap,
            "overage_price": rental.overage_price,
            "minimum_term": rental.minimum_term,
            "buyout_price": rental.buyout_price,
            "instead_of": rental.instead_of.code,
        },
    }


def _rule(rule: Rule) -> dict[str, Any]:
    names = ("code", "kind", "parameters", "reason_en", "reason_zh", "owner")
    return {**{name: getattr(rule, name) for name in names}, **_validity(rule)}


def _price_rule(rule: PriceRule) -> dict[str, Any]:
    return {
        **{name: getattr(rule, name) for name in ("code", "when", "amount", "label_en", "label_zh")},
        **_validity(rule),
    }


def _validity(row: Rule | PriceRule) -> dict[str, str | None]:
    return {
        "valid_from": row.valid_from.isoformat() if row.valid_from else None,
        "valid_until": row.valid_until.isoformat() if row.valid_until else None,
    }
