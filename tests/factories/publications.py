"""People who ask for publications and decide about them."""

from dataclasses import replace

from django.contrib.auth.models import Permission

from apps.accounts.models import User
from apps.configurator.engine.interchange import document_of
from apps.configurator.engine.model import Context, Group
from apps.configurator.engine.model import Option as EngineOption
from apps.configurator.models import Configurator, Option, OptionGroup, Publication, Rule
from apps.configurator.services import request_publication
from tests.bench.models import make_vehicle
from tests.factories.catalog import make_car_model


def staff(name: str, *permissions: str, **fields: bool) -> User:
    """Somebody of the staff who may do what is named (``app.codename`` without the app)."""
    user = User.objects.create_user(f"{name}@kaiche.example", "x", **({"is_staff": True} | fields))
    user.user_permissions.set(
        Permission.objects.filter(content_type__app_label="configurator", codename__in=permissions)
    )
    return User.objects.get(pk=user.pk)  # without what has_perm remembers


def product_manager(name: str = "product") -> User:
    return staff(name, "add_publication")


def lead(name: str = "lead") -> User:
    return staff(name, "add_publication", "approve_publication")


def ask(car: Configurator, *, by: User | None = None) -> Publication:
    return request_publication(configurator=car, by=by or product_manager())


def make_large_car(
    slug: str = "large-car", *, options: int = 150, coupling: float = 0.1, seed: int = 1
) -> Configurator:
    """A draft that a worker has to compile apart, with other rules in force in each of its two markets.

    From a ``coupling`` of 0.3 and 400 options on it does not compile.
    """
    model = make_vehicle(options, seed=seed, coupling=coupling)
    model = replace(
        model, groups=(*model.groups, Group("region", "any", (EngineOption("north-pack"),))), price_rules=()
    )
    configurator = Configurator.objects.create(
        car_model=make_car_model(slug), base_price=5_000_000, markets=["CN", "CN-N"]
    )
    groups = OptionGroup.objects.bulk_create(
        OptionGroup(
            configurator=configurator, code=group.name, name_en=group.name, name_zh=group.name, pick=group.pick, position=place
        )
        for place, group in enumerate(model.groups)
    )  # fmt: skip
    Option.objects.bulk_create(
        Option(
            configurator=configurator, group=row, code=option.id, name_en=option.id, name_zh=option.id, price=option.price, position=place
        )
        for row, group in zip(groups, model.groups, strict=True)
        for place, option in enumerate(group.options)
    )  # fmt: skip
    documents = document_of(model, Context())["rules"]
    documents.append({"id": "north", "type": "available", "option": "north-pack", "markets": ["CN-N"]})
    Rule.objects.bulk_create(
        Rule(
            configurator=configurator,
            code=rule["id"],
            kind=rule["type"],
            parameters={name: value for name, value in rule.items() if name not in ("id", "type", "reason")},
            reason_en=f"Because of {rule['id']}.",
            reason_zh=f"原因：{rule['id']}。",
            owner="Product",
        )
        for rule in documents
    )
    return configurator
