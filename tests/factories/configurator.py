"""A small car that has every kind of state: a rented battery, a paint, wheels that do not all fit, extras."""

from typing import Any

from django.utils import timezone

from apps.catalog.models import CarModel
from apps.configurator.artefacts import path_of
from apps.configurator.demo import create_draft
from apps.configurator.documents import Document
from apps.configurator.engine.compiler import Budget
from apps.configurator.loading import publish
from apps.configurator.machines import forget_everything
from apps.configurator.models import Artefact, Build, Configurator, Rule
from apps.configurator.services import open_session, save_build
from apps.configurator.services.artefacts import ensure_artefact, parts_of
from tests.factories.catalog import make_car_model

WHOLE = ("buy", "blue", "small")
"""Choices that decide every group of the small car."""

SMALL_CAR: dict[str, Any] = {
    "base": 50_000,
    "markets": ["CN", "CN-N"],
    "owner": "Product",
    "groups": [
        {
            "code": "battery",
            "name": ["Battery", "电池"],
            "options": [
                {"code": "buy", "name": ["Buy", "购买"], "yuan": 40_000, "standard": True},
                {
                    "code": "rent",
                    "name": ["Rent", "租用"],
                    "yuan": 0,
                    "rental": {
                        "instead_of": "buy",
                        "monthly": 400,
                        "mileage_cap": 20_000,
                        "overage": 0.15,
                        "minimum_term": 24,
                        "buyout": 38_000,
                    },
                },
            ],
        },
        {
            "code": "paint",
            "name": ["Paint", "车漆"],
            "options": [
                {"code": "blue", "name": ["Blue", "蓝色"], "yuan": 0, "standard": True, "colour": "#7f98a8"},
                {"code": "red", "name": ["Red", "红色"], "yuan": 2_000, "colour": "#a5232a"},
            ],
        },
        {
            "code": "wheels",
            "name": ["Wheels", "轮圈"],
            "options": [
                {"code": "small", "name": ["16-inch", "16 英寸"], "yuan": 0, "standard": True},
                {"code": "large", "name": ["18-inch", "18 英寸"], "yuan": 3_000},
            ],
        },
        {
            "code": "extras",
            "name": ["Extras", "选装"],
            "pick": "any",
            "options": [
                {"code": "tow", "name": ["Tow bar", "拖车钩"], "yuan": 1_000},
                {"code": "rack", "name": ["Rack", "行李架"], "yuan": 500},
                {"code": "heater", "name": ["Heater", "加热"], "yuan": 800},
            ],
        },
    ],
    "rules": [
        {
            "code": "red-large",
            "reason": ["Red comes with 18-inch wheels.", "红色须配 18 英寸轮圈。"],
            "requires": {"if": ["red"], "any_of": ["large"]},
        },
        {
            "code": "tow-large",
            "reason": ["No tow bar with 18-inch wheels.", "18 英寸轮圈不可装拖车钩。"],
            "excludes": {"options": ["tow", "large"]},
        },
        {
            "code": "heater-north",
            "reason": ["The heater is for cold regions.", "加热仅限寒冷地区。"],
            "available": {"option": "heater", "markets": ["CN-N"]},
        },
    ],
    "price_rules": [
        {"code": "bundle", "when": ["tow", "rack"], "yuan": -300, "label": ["Bundle saving", "组合优惠"]},
    ],
}


def make_configurator(slug: str = "small-car", *, published: bool = True, **changes: Any) -> Configurator:
    """The small car's draft, published unless told otherwise. ``changes`` replace parts of ``SMALL_CAR``."""
    car_model = CarModel.objects.filter(slug=slug).first() or make_car_model(slug)
    configurator = create_draft(car_model, SMALL_CAR | changes)
    if published:
        publish(configurator=configurator, clicks=0)
        configurator.refresh_from_db()
    return configurator


def forget_circuits(*keys: str) -> None:
    """As a database that was filled before circuits were kept, on a machine without their files; all, or these."""
    rows = Artefact.objects.filter(key__in=keys) if keys else Artefact.objects.all()
    for key in rows.values_list("key", flat=True):
        path_of(key).unlink(missing_ok=True)
    rows.delete()
    forget_everything()


def give_up_compiling(document: Document) -> None:
    """Compile it with a budget that no rules fit in: the verdict is that they are too entangled."""
    parts = list(parts_of(document, timezone.localdate()))
    forget_circuits(*(part.key for part in parts))
    for part in parts:
        assert not ensure_artefact(part.model, part.context, budget=Budget(edges=1), apart=False).compiled


def make_slow_configurator(slug: str, base: int) -> Configurator:
    """The small car on sale with a verdict that its rules do not compile. ``base``, in yuan, makes it a new document."""
    found = make_configurator(slug, base=base)
    give_up_compiling(open_session(slug).document)
    return found


def make_rule(configurator: Configurator, code: str, kind: str, **parameters: Any) -> Rule:
    """``if_`` stands for the parameter ``if``."""
    return Rule.objects.create(
        configurator=configurator,
        code=code,
        kind=kind,
        parameters={name.rstrip("_"): value for name, value in parameters.items()},
        reason_en=f"Because of {code}.",
        reason_zh=f"原因：{code}。",
        owner="Product",
    )


def make_build(configurator: Configurator | None = None, *choices: str, market: str = "CN", user: Any = None) -> Build:
    configurator = configurator or make_configurator()
    return save_build(car_model=configurator.car_model, choices=choices or WHOLE, market=market, user=user)
