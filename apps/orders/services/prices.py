"""What a basket costs at this moment. Nothing is written."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.bundles import services as bundles
from apps.catalog.models import CarModel
from apps.common.errors import DomainError
from apps.common.translated import Translated
from apps.configurator import services as configurator
from apps.configurator.rental import RentalTerms
from apps.orders.lifecycle import Status
from apps.orders.models import Basket, BasketLine, LineKind, Order, OrderLine
from apps.orders.terms import payment_legs
from apps.promotions import services as promotions
from apps.promotions.engine import Buyer, Item, Result, calculate

if TYPE_CHECKING:
    from apps.accounts.models import User
MARKET = "CN"
NOTHING = Result((), {})


@dataclass(frozen=True)
class PricedLine:
    """One line at today's price, in fen. ``problem`` says why it cannot be bought as it stands; it then counts nothing.

    ``discount`` is what it bears of the campaigns; ``total`` is what is left.
    """

    id: int
    kind: str
    code: str
    name_en: str
    name_zh: str
    quantity: int
    unit_price: int = 0
    fitting_price: int = 0
    discount: int = 0
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
    def gross(self) -> int:
        """Before campaigns."""
        return (self.unit_price + self.fitting_price) * self.quantity

    @property
    def total(self) -> int:
        return self.gross - self.discount

    @property
    def item(self) -> Item:
        """The line as the campaigns see it."""
        options = frozenset(str(one["code"]) for one in self.details.get("options", ()))
        unit = self.unit_price + self.fitting_price
        return Item(self.code, self.kind, self.code, unit, self.quantity, options, self.name_en, self.name_zh)


@dataclass(frozen=True)
class PricedBasket:
    """A basket at today's prices, in fen."""

    id: UUID
    lines: tuple[PricedLine, ...]
    car_model: CarModel | None
    result: Result = NOTHING
    codes: tuple[str, ...] = ()

    @property
    def gross(self) -> int:
        return sum(line.gross for line in self.lines)

    @property
    def saved(self) -> int:
        return self.result.saved

    @cached_property
    def code_states(self) -> list[promotions.CodeState]:
        """What each code does, and why one does nothing; reads the codes."""
        return promotions.states_of(self.codes, self.result) if self.codes else []

    @property
    def trace(self) -> list[dict[str, Any]]:
        """The total, step by step, so that ``engine.replay`` gives it again."""
        return [step.as_json() for step in self.result.steps]

    @property
    def total(self) -> int:
        return self.result.total

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


def price_basket(
    basket: Basket, *, city: str = "", user: "User | None" = None, email: str = "", day: date | None = None
) -> PricedBasket:
    """Price every line and take off what campaigns give; a line that cannot be bought says so and counts nothing.

    Args:
        city: slug of the city of registration, where it is known; some campaigns depend on it.
        user, email: the buyer, as far as known: groups of customers and first orders.
    """
    rows = list(basket.lines.select_related("build__car_model__brand", "build__version").order_by("pk"))
    build = next((line.build for line in rows if line.build is not None), None)
    car_model = build.car_model if build else None
    lines = sorted((price_line(line, car_model) for line in rows), key=lambda one: one.kind != LineKind.CAR)
    buyer = Buyer(
        day=day or timezone.localdate(),
        market=build.market if build else MARKET,
        city=city,
        codes=frozenset(basket.codes),
        car_model=car_model.slug if car_model else "",
    )
    result = with_campaigns(lines, buyer, user=user or basket.user, email=email)
    priced = {line.id: replace(line, discount=result.saved_on(line.code)) for line in lines}
    return PricedBasket(basket.pk, tuple(priced[row.pk] for row in rows), car_model, result, tuple(basket.codes))


def with_campaigns(
    lines: Sequence[PricedLine],
    buyer: Buyer,
    *,
    user: "User | None" = None,
    email: str = "",
    but: Order | None = None,
) -> Result:
    """What these lines cost this buyer, step by step; ``but`` is the order they belong to, which is no earlier one."""
    rules = promotions.rules_on(buyer.day, buyer.codes)
    if any(rule.segments for rule in rules):
        buyer = replace(buyer, segments=promotions.segments_of(user, buyer.day))
    if any(rule.first_order for rule in rules):
        buyer = replace(buyer, first_order=not _has_ordered(user, email, but))
    return calculate(rules, [line.item for line in lines if not line.problem], buyer)


def again(line: OrderLine, car_price: int) -> PricedLine:
    """An order's line as campaigns see it: at the order's price, the car at ``car_price``."""
    is_car = line.kind == LineKind.CAR
    return PricedLine(
        line.pk,
        line.kind,
        line.code,
        line.name_en,
        line.name_zh,
        line.quantity,
        unit_price=car_price if is_car else line.unit_price,
        fitting_price=0 if is_car else line.fitting_price,
        details=line.facts,
    )


def plain_trace(lines: Sequence[PricedLine]) -> list[dict[str, Any]]:
    """The trace of lines without any campaign."""
    return [step.as_json() for step in calculate([], [line.item for line in lines], Buyer(timezone.localdate())).steps]


def _has_ordered(user: "User | None", email: str, but: Order | None = None) -> bool:
    mine = Q(email__iexact=email.strip()) if email.strip() else Q(pk=None)
    mine |= Q(user=user) if user else Q(pk=None)
    orders = Order.objects.filter(mine).exclude(status__in=[Status.EXPIRED, Status.CANCELLED])
    return (orders.exclude(pk=but.pk) if but else orders).exists()


def price_line(line: BasketLine, car_model: CarModel | None) -> PricedLine:
    """Price one line, which need not be saved, for the basket's car."""
    if line.build is not None:
        return _car(line)
    try:
        offer = bundles.offer(kind=line.kind, sku=line.sku, car_model=car_model, quantity=line.quantity)
    except DomainError as error:
        known = bundles.named(kind=line.kind, sku=line.sku)
        names = (known.name_en, known.name_zh) if known else (line.sku, line.sku)
        return PricedLine(line.pk, line.kind, line.sku, *names, line.quantity, problem=str(error), error=error)
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
