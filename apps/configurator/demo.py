"""The cars of ``data/*.toml``: loaded as drafts and published. A second run changes nothing."""

import tomllib
from datetime import date
from pathlib import Path
from typing import Any

from django.db import transaction

from apps.catalog.models import CarModel
from apps.common.demo import DemoOptions, Report
from apps.configurator.engine import kernels
from apps.configurator.insight.sample import sample_visits
from apps.configurator.loading import publish
from apps.configurator.models import Configurator, Option, OptionGroup, PriceRule, RentalTerms, Rule

DATA = Path(__file__).with_name("data")
FEN = 100
KINDS = tuple(Rule.Kind)


@kernels.held_back()
def load(options: DemoOptions, report: Report) -> None:
    """Load and publish every car of the data folder that the catalogue has and that has no draft yet, with visits."""
    paths = sorted(DATA.glob("*.toml"))
    for done, path in enumerate(paths, start=1):
        load_car(tomllib.loads(path.read_text()))
        report("configurators", done, len(paths))
    sample_visits(options.random_for("insight"))


def load_car(data: dict[str, Any]) -> Configurator | None:
    """One car's draft, published. Where there is one already, what a product manager made of it stays."""
    car_model = CarModel.objects.filter(slug=data["car"]).first()
    if car_model is None:
        return None
    configurator = Configurator.objects.filter(car_model=car_model).first()
    if configurator is None:
        with transaction.atomic():
            configurator = create_draft(car_model, data)
    if configurator.current_id is None:
        # These rules come with the project, whose tests ask the solvers about them: a first start need not wait for it.
        publish(configurator=configurator, clicks=0)
        configurator.refresh_from_db()
    return configurator


def create_draft(car_model: CarModel, data: dict[str, Any]) -> Configurator:
    """The rows of one car, from a file's content. Amounts in the file are in yuan."""
    configurator = Configurator.objects.create(
        car_model=car_model, base_price=data["base"] * FEN, markets=data["markets"]
    )
    _create_options(configurator, data["groups"])
    Rule.objects.bulk_create(_rule(configurator, entry, data["owner"]) for entry in data["rules"])
    PriceRule.objects.bulk_create(
        PriceRule(
            configurator=configurator,
            code=entry["code"],
            when=entry["when"],
            amount=entry["yuan"] * FEN,
            label_en=entry["label"][0],
            label_zh=entry["label"][1],
            **_validity(entry),
        )
        for entry in data.get("price_rules", [])
    )
    return configurator


def _create_options(configurator: Configurator, groups: list[dict[str, Any]]) -> None:
    created = OptionGroup.objects.bulk_create(
        OptionGroup(
            configurator=configurator,
            code=entry["code"],
            name_en=entry["name"][0],
            name_zh=entry["name"][1],
            pick=entry.get("pick", "one"),
            position=position,
        )
        for position, entry in enumerate(groups)
    )
    options = Option.objects.bulk_create(
        _option(configurator, group, position, entry)
        for group, data in zip(created, groups, strict=True)
        for position, entry in enumerate(data["options"])
    )
    by_code = {option.code: option for option in options}
    RentalTerms.objects.bulk_create(
        RentalTerms(
            option=by_code[entry["code"]],
            instead_of=by_code[terms["instead_of"]],
            monthly_price=terms["monthly"] * FEN,
            mileage_cap=terms["mileage_cap"],
            overage_price=round(terms["overage"] * FEN),
            minimum_term=terms["minimum_term"],
            buyout_price=terms["buyout"] * FEN,
        )
        for data in groups
        for entry in data["options"]
        if (terms := entry.get("rental"))
    )


def _option(configurator: Configurator, group: OptionGroup, position: int, entry: dict[str, Any]) -> Option:
    about = entry.get("about", ["", ""])
    return Option(
        configurator=configurator,
        group=group,
        code=entry["code"],
        name_en=entry["name"][0],
        name_zh=entry["name"][1],
        description_en=about[0],
        description_zh=about[1],
        price=entry["yuan"] * FEN,
        standard=entry.get("standard", False),
        colour=entry.get("colour", ""),
        picture=entry.get("picture", ""),
        position=position,
    )


def _rule(configurator: Configurator, entry: dict[str, Any], owner: str) -> Rule:
    kind = next(kind for kind in KINDS if kind in entry)
    return Rule(
        configurator=configurator,
        code=entry["code"],
        kind=kind,
        parameters=entry[kind],
        reason_en=entry["reason"][0],
        reason_zh=entry["reason"][1],
        owner=entry.get("owner", owner),
        **_validity(entry),
    )


def _validity(entry: dict[str, Any]) -> dict[str, date | None]:
    return {"valid_from": entry.get("valid_from"), "valid_until": entry.get("valid_until")}
