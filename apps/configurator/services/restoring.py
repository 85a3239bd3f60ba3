"""Write a published version back into the draft."""

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db import transaction

from apps.configurator.models import (
    Configurator,
    ConfiguratorVersion,
    Option,
    OptionGroup,
    PriceRule,
    RentalTerms,
    Rule,
)

if TYPE_CHECKING:
    from django.contrib.auth.models import AbstractBaseUser

TEXTS = ("name_en", "name_zh", "description_en", "description_zh", "price", "standard", "colour", "picture")
TERMS = ("monthly_price", "mileage_cap", "overage_price", "minimum_term", "buyout_price")


def restore(*, version: ConfiguratorVersion, by: "AbstractBaseUser") -> Configurator:
    """Make the draft what this version says, whole or not at all. What is on sale stays on sale.

    Names and pictures of the car itself come from the catalogue and stay as they are.
    """
    data = json.loads(version.document)
    with transaction.atomic():
        configurator = Configurator.objects.select_for_update().get(pk=version.configurator_id)
        configurator.base_price, configurator.markets = data["base_price"], data["markets"]
        configurator.save(update_fields=["base_price", "markets"])
        RentalTerms.objects.filter(option__configurator=configurator).delete()
        _restore_options(configurator, data["groups"])
        _restore(configurator, Rule, data["rules"])
        _restore(configurator, PriceRule, data["price_rules"])
        LogEntry.objects.create(
            user_id=by.pk,
            content_type=ContentType.objects.get_for_model(Configurator),
            object_id=str(configurator.pk),
            object_repr=str(configurator)[:200],
            action_flag=CHANGE,
            change_message=json.dumps(
                [{"changed": {"fields": ["draft"]}, "restored": version.number, "car": configurator.pk}]
            ),
        )
    return configurator


def _restore_options(configurator: Configurator, groups: list[dict[str, Any]]) -> None:
    options: dict[str, Option] = {}
    for place, entry in enumerate(groups):
        group, _made = OptionGroup.objects.update_or_create(
            configurator=configurator,
            code=entry["code"],
            defaults={**{name: entry[name] for name in ("name_en", "name_zh", "pick")}, "position": place},
        )
        for position, row in enumerate(entry["options"]):
            options[row["code"]], _made = Option.objects.update_or_create(
                configurator=configurator,
                code=row["code"],
                defaults={**{name: row[name] for name in TEXTS}, "group": group, "position": position},
            )
    configurator.options.exclude(code__in=options).delete()
    configurator.groups.exclude(code__in=[entry["code"] for entry in groups]).delete()
    rentals = [(row["code"], row["rental"]) for entry in groups for row in entry["options"] if row["rental"]]
    RentalTerms.objects.bulk_create(
        RentalTerms(
            option=options[code],
            instead_of=options[terms["instead_of"]],
            **{name: terms[name] for name in TERMS},
        )
        for code, terms in rentals
    )


def _restore(configurator: Configurator, model: type[Rule] | type[PriceRule], rows: list[Mapping[str, Any]]) -> None:
    for row in rows:
        defaults = {name: value for name, value in row.items() if name != "code"}
        model._default_manager.update_or_create(configurator=configurator, code=row["code"], defaults=defaults)
    model._default_manager.filter(configurator=configurator).exclude(code__in=[row["code"] for row in rows]).delete()
