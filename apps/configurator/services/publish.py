"""Turn the draft into a published version, and choose which version is on sale."""

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from apps.catalog.models import CarModel
from apps.configurator.documents import FORMAT, canonical, digest, read
from apps.configurator.errors import CannotPublish
from apps.configurator.linting import misfits
from apps.configurator.models import Configurator, ConfiguratorVersion, Option, PriceRule, Publication, Rule
from apps.configurator.services.checking import CLICKS, Report, check

if TYPE_CHECKING:
    from django.contrib.auth.models import AbstractBaseUser


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


def check_draft(text: str, *, clicks: int = CLICKS) -> Report:
    """Compile and check a document for every market, from today on. See ``checking.check``.

    Raises:
        CannotPublish: a rule that makes no sense, no buildable car, a dead standard option; it names all of them.
    """
    check_rows(text)
    return check(read(text), fallback=True, apart=False, clicks=clicks)


def check_rows(text: str) -> None:
    """Whether a document's rows fit together at all, before anything is compiled.

    Raises:
        CannotPublish: it names everything that does not.
    """
    found, _sound = misfits(json.loads(text))
    if found:
        raise CannotPublish([remark.text for remark in found])


def publish(
    *, configurator: Configurator, by: "AbstractBaseUser | None" = None, clicks: int = CLICKS
) -> ConfiguratorVersion:
    """Publish the draft at once and without a second person: for demo data and tests, never from a page.

    The same checks and the same last step as ``publications``, in this process; ``clicks``: after how many random ones
    per set of rules the solvers are asked the same. An unchanged draft is the version it already is.

    Raises:
        CannotPublish: see ``check_draft``.
    """
    text = draft(configurator)
    sha256 = digest(text)
    asked = timezone.now()
    current = Configurator.objects.select_related("current").get(pk=configurator.pk).current
    if current is not None and current.sha256 == sha256:
        return current
    report = check_draft(text, clicks=clicks)  # seconds, so before anything is locked
    with transaction.atomic():
        locked = Configurator.objects.select_for_update().get(pk=configurator.pk)
        if locked.current is not None and locked.current.sha256 == sha256:
            return locked.current  # somebody else has just published the same
        version = snapshot(configurator=locked, text=text, report=asdict(report), by=by)
        point_to(locked, version)
        Publication.objects.create(
            configurator=locked,
            state=Publication.State.PUBLISHED,
            direct=True,
            document=text,
            sha256=sha256,
            asked_by_id=by.pk if by is not None else None,
            asked_at=asked,
            percent=100,
            report=version.report,
            checked_at=version.published_at,
            decided_at=version.published_at,
            version=version,
        )
    return version


def snapshot(
    *, configurator: Configurator, text: str, report: dict[str, Any], by: "AbstractBaseUser | None"
) -> ConfiguratorVersion:
    """The next version of a car whose configurator the caller has locked."""
    last = configurator.versions.aggregate(last=Max("number"))["last"] or 0
    return ConfiguratorVersion.objects.create(
        configurator=configurator,
        number=last + 1,
        document=text,
        sha256=digest(text),
        report=report,
        published_at=timezone.now(),
        published_by_id=by.pk if by is not None else None,
    )


def make_current(*, version: ConfiguratorVersion) -> None:
    """Put an earlier version on sale again. The draft stays as it is."""
    with transaction.atomic():
        configurator = Configurator.objects.select_for_update().get(pk=version.configurator_id)
        point_to(configurator, version)


def point_to(configurator: Configurator, version: ConfiguratorVersion) -> None:
    """Put a version on sale. The caller has locked the configurator."""
    Configurator.objects.filter(pk=configurator.pk).update(current=version)
    CarModel.objects.filter(pk=configurator.car_model_id).update(configurable=True)


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
