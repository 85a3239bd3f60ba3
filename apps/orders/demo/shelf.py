"""What past buyers bought: real builds of real cars, and plans, films and parts that fit them, at today's prices."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random

from apps.bundles.models import Accessory, Charger, Cover, MaintenancePlan, StockItem
from apps.catalog.models import CarModel
from apps.configurator.engine import kernels
from apps.configurator.models import Build, Configurator
from apps.configurator.services import open_session, save_build
from apps.orders.demo.stories import Story
from apps.orders.models import BasketLine, LineKind
from apps.orders.services.prices import PricedLine, price_line

BUILDS_PER_CAR = 4
WISHES = 5
MARKET = "CN"
# So many of each part stay for the visitors of today.
LEFT_FOR_OTHERS = 5


# A model's key, or none, and a kind of line.
Wanted = tuple[int | None, str]


@dataclass
class Shelf:
    """``cars`` are priced builds; ``fitting`` the numbers of what can be had with a model; ``priced`` what was asked for."""

    cars: list[tuple[Build, PricedLine]]
    fitting: dict[Wanted, list[str]] = field(default_factory=dict)
    priced: dict[tuple[Wanted, str], PricedLine] = field(default_factory=dict)
    stock: dict[str, int] = field(default_factory=dict)

    def lines(self, story: Story, random: Random) -> tuple[CarModel | None, list[PricedLine]]:
        """What this order is made of. Parts come off the shelf only in recent orders: there is no stock for thousands."""
        if not story.has_car:
            parts = [self._one_of(None, LineKind.ACCESSORY, random) for _ in range(2)]
            some = self._take(list({part.code: part for part in parts if part}.values()))
            plan = None if some else self._one_of(None, LineKind.PLAN, random)
            return None, some or ([plan] if plan else [])
        build, car = self.cars[0] if story.index == 0 else random.choice(self.cars)
        model = build.car_model
        wanted = [(LineKind.COVER, 0.6), (LineKind.PLAN, 0.5)]
        if story.recent:
            wanted += [(LineKind.ACCESSORY, 0.35), (LineKind.CHARGER, 0.2)]
        kinds = [kind for kind, share in wanted if random.random() < share or (story.index == 0 and share > 0.3)]
        offers = [self._one_of(model, kind, random) for kind in kinds]
        return model, [car, *self._take([line for line in offers if line])]

    def _take(self, lines: list[PricedLine]) -> list[PricedLine]:
        """Those of them that are not running out."""
        taken = []
        for line in lines:
            left = self.stock.get(line.code)
            if left is not None:
                if left <= LEFT_FOR_OTHERS:
                    continue
                self.stock[line.code] = left - line.quantity
            taken.append(line)
        return taken

    def _one_of(self, model: CarModel | None, kind: LineKind, random: Random) -> PricedLine | None:
        """Any that can be had with this car. What is on the shelf is not priced before it is wanted."""
        key = (model.pk if model else None, kind.value)
        if key not in self.fitting:
            self.fitting[key] = _skus(kind, model)
        for sku in random.sample(self.fitting[key], len(self.fitting[key])):
            if (key, sku) not in self.priced:
                self.priced[key, sku] = price_line(BasketLine(kind=kind, sku=sku), model)
            if not self.priced[key, sku].problem:
                return self.priced[key, sku]
        return None


@kernels.held_back()
def stock_shelf(random: Random) -> Shelf | None:
    """Save a few builds of every configurable car, the advertised one first; None where nothing can be configured."""
    found: list[tuple[Build, PricedLine]] = []
    cars = Configurator.objects.on_sale().select_related("car_model__brand").order_by("car_model__position", "pk")
    for configurator in cars:
        model = configurator.car_model
        for number in range(BUILDS_PER_CAR):
            choices = _choices(model, random, WISHES if number else 0)
            build = save_build(car_model=model, choices=choices, market=MARKET)
            found.append((build, price_line(BasketLine(kind=LineKind.CAR, build=build), model)))
    stock = {item.sku: item.available for item in StockItem.objects.of_articles()}
    return Shelf(found, stock=stock) if found else None


def _choices(model: CarModel, random: Random, wishes: int) -> Sequence[str]:
    """A whole car: some wishes at random as far as they go together, and the rest at the least price."""
    session = open_session(model.slug, MARKET)
    options = [option.code for group in session.document.groups for option in group.options]
    chosen: tuple[str, ...] = ()
    for wish in random.sample(options, min(wishes, len(options))):
        if session.answer((*chosen, wish)).valid:
            chosen = (*chosen, wish)
    whole = session.answer(chosen).complete or ()
    return [*chosen, *(code for code in sorted(whole) if code not in chosen)]


def _skus(kind: LineKind, model: CarModel | None) -> list[str]:
    if kind == LineKind.COVER:
        return list(Cover.objects.on_sale().fitting(model).order_by("sku").values_list("sku", flat=True))
    if kind == LineKind.PLAN:
        return list(MaintenancePlan.objects.on_sale().fitting(model).order_by("sku").values_list("sku", flat=True))
    if kind == LineKind.CHARGER:
        return list(Charger.objects.on_sale().order_by("sku").values_list("sku", flat=True))
    rows = Accessory.objects.on_sale().in_stock().fitting(model)
    return list(
        (rows if model else rows.filter(fits_all=True, needs_fitting=False))
        .order_by("sku")
        .values_list("sku", flat=True)
    )
