"""The draft as it would be frozen: one canonical document, and whether its rows fit together."""

import json
from typing import Any

from apps.configurator.documents import FORMAT, canonical
from apps.configurator.errors import CannotPublish
from apps.configurator.linting import misfits
from apps.configurator.models import Configurator, Option, PriceRule, Rule


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


def check_rows(text: str) -> None:
    """Whether a document's rows fit together at all, before anything is compiled.

    Raises:
        CannotPublish: it names everything that does not.
    """
    found, _sound = misfits(json.loads(text))
    if found:
        raise CannotPublish([remark.text for remark in found])


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
