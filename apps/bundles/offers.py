"""What a product costs with a given car, and what exactly is sold: facts that an order freezes."""

from dataclasses import dataclass
from typing import Any

from apps.bundles import rules
from apps.bundles.models import Accessory, Charger, Cover, Kind, MaintenancePlan, Product
from apps.catalog.models import CarModel

# Which service of a store lays, fits, installs or redeems it.
FILM, MAINTENANCE, FITTING, INSTALLATION = "film", "maintenance", "accessory_fitting", "charger_install"
MOST_CHARGERS = 2


@dataclass(frozen=True, slots=True)
class Offer:
    """A product at today's price. Money in fen; ``total`` = (``unit_price`` + ``fitting_price``) × ``quantity``.

    ``needs_fitting``: somebody of ``service`` must work on it before it is used. A maintenance plan names the service
    that redeems it, but needs none to be sold. ``details`` are plain JSON facts, to be kept with an order.
    """

    kind: str
    sku: str
    name_en: str
    name_zh: str
    unit_price: int
    fitting_price: int
    quantity: int
    needs_fitting: bool
    service: str | None
    details: dict[str, Any]

    @property
    def total(self) -> int:
        return (self.unit_price + self.fitting_price) * self.quantity


def car_facts(car_model: CarModel | None) -> rules.Car | None:
    """What the rules need of a car. Its ``brand`` should be selected, or is read when a reason is."""
    if car_model is None:
        return None
    return rules.Car(
        slug=car_model.slug,
        size_class=car_model.size_class,
        energy=car_model.energy,
        name=lambda: car_model.full_name,
    )


def demand_of(product: Product) -> rules.Demand:
    """What a product asks of a car. Reads a cover's prices and an accessory's models: prefetch where there are many."""

    def name() -> str:
        return product.name

    if isinstance(product, Cover):
        sizes = frozenset(price.size_class for price in product.prices.all())
        return rules.Demand(name, sizes=sizes, needs_car=True)
    if isinstance(product, MaintenancePlan | Charger):
        return rules.Demand(name, energies=frozenset(product.energies))
    if isinstance(product, Accessory) and not product.fits_all:
        return rules.Demand(name, models=frozenset(car.slug for car in product.cars.all()))
    return rules.Demand(name)


def fits(product: Product, car_model: CarModel | None) -> rules.Reason | None:
    """Why the product does not fit the car, lazily translated; None when it fits."""
    return rules.fits(demand_of(product), car_facts(car_model))


def most(product: Product) -> int:
    """How many of it one order may hold: a film and a plan belong to one car."""
    if isinstance(product, Accessory):
        return product.max_quantity
    return MOST_CHARGERS if isinstance(product, Charger) else 1


def priced(product: Product, car_model: CarModel | None, quantity: int) -> Offer:
    """The offer for a product that fits."""
    facts = _FACTS[product.kind](product, car_model)
    facts["details"] |= {"car_model": car_model.slug if car_model else None}
    return Offer(
        kind=product.kind.value,
        sku=product.sku,
        name_en=product.name_en,
        name_zh=product.name_zh,
        quantity=quantity,
        **facts,
    )


def _cover(cover: Cover, car_model: CarModel | None) -> dict[str, Any]:
    size = car_model.size_class if car_model else ""
    details = {
        "material": cover.material,
        "thickness_um": cover.thickness_um,
        "finish": cover.finish,
        "coverage": cover.coverage,
        "colour_en": cover.colour_en,
        "colour_zh": cover.colour_zh,
        "warranty_years": cover.warranty_years,
        "size_class": size,
        "fitting_minutes": cover.fitting_minutes,
    }
    price = cover.price_for(size) or 0
    return {"unit_price": price, "fitting_price": 0, "needs_fitting": True, "service": FILM, "details": details}


def _plan(plan: MaintenancePlan, car_model: CarModel | None) -> dict[str, Any]:
    jobs = [
        {"name_en": item.name_en, "name_zh": item.name_zh, "times": item.times(plan.visits)}
        for item in plan.items.all()
    ]
    details = {
        "visits": plan.visits,
        "months": plan.months,
        "kilometres": plan.kilometres,
        "energies": list(plan.energies),
        "items": jobs,
    }
    return {
        "unit_price": plan.price,
        "fitting_price": 0,
        "needs_fitting": False,
        "service": MAINTENANCE,
        "details": details,
    }


def _accessory(accessory: Accessory, car_model: CarModel | None) -> dict[str, Any]:
    details = {"category": accessory.category, "fitting_minutes": accessory.fitting_minutes}
    return {
        "unit_price": accessory.price,
        "fitting_price": accessory.fitting_price,
        "needs_fitting": accessory.needs_fitting,
        "service": FITTING if accessory.needs_fitting else None,
        "details": details,
    }


def _charger(charger: Charger, car_model: CarModel | None) -> dict[str, Any]:
    details = {
        "power_kw": str(charger.power_kw),
        "phases": charger.phases,
        "cable_m": charger.cable_m,
        "price_per_extra_metre": charger.price_per_extra_metre,
        "installation_included": charger.installation_included,
        "fitting_minutes": charger.fitting_minutes,
    }
    return {
        "unit_price": charger.price,
        "fitting_price": 0,
        "needs_fitting": charger.installation_included,
        "service": INSTALLATION if charger.installation_included else None,
        "details": details,
    }


_FACTS: dict[Kind, Any] = {
    Kind.COVER: _cover,
    Kind.PLAN: _plan,
    Kind.ACCESSORY: _accessory,
    Kind.CHARGER: _charger,
}
