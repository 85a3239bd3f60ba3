"""What a basket costs at this moment. Nothing is written."""

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from apps.bundles import services as bundles
from apps.catalog.models import CarModel
from apps.common.errors import DomainError
from apps.common.translated import Translated
from apps.configurator import services as configurator
from apps.configurator.rental import RentalTerms
from apps.orders.models import Basket, BasketLine, LineKind
from apps.orders.terms import payment_legs


@dataclass(frozen=True)
class PricedLine:
    """One line at today's price, in fen. ``problem`` says why it cannot be bought as it stands; it then counts nothing."""

    id: int
    kind: str
    code: str
    name_en: str
    name_zh: str
    quantity: int
    unit_price: int = 0
    fitting_price: int = 0
    service: str = ""
    needs_fitting: bool = False
    details: dict[str, Any] = field(default_factory=dict)
    trace: tuple[dict[str, Any], ...] = ()
    monthly: int | None = None
    terms: RentalTerms | None = None
    problem: str = ""
    error: DomainError | None = None
    name = Translated("name")

    @property
    def total(self) -> int:
        return (self.unit_price + self.fitting_price) * self.quantity


@dataclass(frozen=True)
class PricedBasket:
    """A basket at today's prices, in fen."""

    id: UUID
    lines: tuple[PricedLine, ...]
    car_model: CarModel | None

    @property
    def total(self) -> int:
        return sum(line.total for line in self.lines)

    @property
    def car(self) -> PricedLine | None:
        return next((line for line in self.lines if line.kind == LineKind.CAR), None)

    @property
    def monthly(self) -> int | None:
        return self.car.monthly if self.car else None

    @property
    def terms(self) -> RentalTerms | None:
        return self.car.terms if self.car else None

    @property
    def problems(self) -> list[str]:
        return [line.problem for line in self.lines if line.problem]

    @property
    def can_order(self) -> bool:
        return bool(self.lines) and not self.problems

    @property
    def deposit(self) -> int:
        """What is due at once under the deposit plan; the whole total where there is no such plan."""
        return (
            payment_legs(plan="deposit", total=self.total, has_car=self.car is not None)[0].amount if self.lines else 0
        )

    @property
    def balance(self) -> int:
        """What stays to be paid before the hand-over under the deposit plan."""
        return self.total - self.deposit


def price_basket(basket: Basket) -> PricedBasket:
    """Price every line; a line that cannot be bought says so and counts nothing."""
    lines = list(basket.lines.select_related("build__car_model__brand", "build__version").order_by("pk"))
    build = next((line.build for line in lines if line.build is not None), None)
    car_model = build.car_model if build else None
    return PricedBasket(basket.pk, tuple(price_line(line, car_model) for line in lines), car_model)


def price_line(line: BasketLine, car_model: CarModel | None) -> PricedLine:
    """Price one line, which need not be saved, for the basket's car."""
    if line.build is not None:
        return _car(line)
    try:
        offer = bundles.offer(kind=line.kind, sku=line.sku, car_model=car_model, quantity=line.quantity)
    except DomainError as error:
        return PricedLine(
            line.pk, line.kind, line.sku, line.sku, line.sku, line.quantity, problem=str(error), error=error
        )
    return PricedLine(
        line.pk,
        line.kind,
        line.sku,
        offer.name_en,
        offer.name_zh,
        line.quantity,
        unit_price=offer.unit_price,
        fitting_price=offer.fitting_price,
        service=offer.service or "",
        needs_fitting=offer.needs_fitting,
        details=offer.details,
    )


def _car(line: BasketLine) -> PricedLine:
    assert line.build is not None
    quote = configurator.quote_build(line.build)
    car = quote.car_model
    return PricedLine(
        line.pk,
        line.kind,
        quote.code,
        f"{car.brand.name_en} {car.name_en}",
        f"{car.brand.name_zh} {car.name_zh}",
        1,
        unit_price=quote.total if quote.valid else 0,
        service="delivery",
        details={
            "car_model": car.slug,
            "version": quote.version_number,
            "options": [one.as_json() for one in quote.lines],
        },
        trace=tuple(step.as_json() for step in quote.price_trace),
        monthly=quote.monthly,
        terms=quote.terms,
        problem="" if quote.valid else quote.problem or _("This car can no longer be built as it was saved."),
    )
