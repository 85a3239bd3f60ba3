"""What an order would be with another build or fewer parts. Nothing is written.

The new build costs what it costs today, but what the car has already keeps its price where that was lower, and so does the rent
of a battery that stays. Campaigns are those of the day of the order or today's, whichever save more. What price protection has
credited before stays credited: it is a step of the price, so that no fall is given twice.
"""

from collections.abc import Mapping, Sequence
from copy import copy
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from django.db.models import Sum
from django.utils import timezone

from apps.configurator import services as configurator
from apps.configurator.codes import WrongCode, read_code
from apps.configurator.models import Build
from apps.configurator.pricing import PriceStep, QuoteLine
from apps.configurator.services import BuildQuote
from apps.orders import region
from apps.orders.builds import options_of
from apps.orders.errors import BuildNotOrderable, LineNotFound, LineStays, OtherModel, UnknownBuild
from apps.orders.lifecycle import LineStatus
from apps.orders.models import Basket, LineKind, Order, OrderLine
from apps.orders.services import supply, transitions
from apps.orders.services.placing import city_named
from apps.orders.services.prices import MARKET, again, with_campaigns
from apps.orders.terms import fee_table
from apps.promotions import services as promotions
from apps.promotions.engine import Buyer, Result, Step

# A line that is further on is being made or fitted already.
NOT_BEGUN = (LineStatus.PENDING, LineStatus.ALLOCATED)
CREDITED = PriceStep("Price protection, already credited", "价格保护（已退差额）", 0, "credited")


@dataclass(frozen=True)
class ChangeQuote:
    """An order as it would be, in fen. ``lines`` are not saved, ``gone`` are the lines that the buyer lets go of; ``month`` is
    that of the build (2026-12), ``uses`` the pools of which it takes a use."""

    order: Order
    build: str
    lines: list[OrderLine]
    gone: list[OrderLine]
    total: int
    discount: int
    trace: list[dict[str, Any]]
    monthly: int | None
    terms: dict[str, Any] | None
    month: str
    uses: Mapping[str, int] = field(default_factory=dict)
    region: Mapping[str, Any] = field(default_factory=dict)

    @property
    def car(self) -> OrderLine:
        return next(line for line in self.lines if line.kind == LineKind.CAR)

    @property
    def difference(self) -> int:
        """What the buyer pays more, or less where it is negative."""
        return self.total - self.order.total

    @property
    def fees(self) -> list[dict[str, Any]]:
        """The table of fees for the new price."""
        return [fee.as_json() for fee in fee_table(self.car.total)]

    def changed(self) -> Order:
        """The order with all of this in it, not saved."""
        order = copy(self.order)
        order.total, order.discount, order.trace = self.total, self.discount, self.trace
        order.monthly, order.terms, order.fees = self.monthly, self.terms, self.fees
        order.region, order.vouchers = dict(self.region), sorted(self.uses)
        return order


def quote_change(order: Order, build: str = "", quantities: Mapping[int, int] | None = None) -> ChangeQuote:
    """The order with ``build`` for its car (empty: the same car) and with so many of its lines, by their position.

    Raises:
        NotInThisState: it has no car. UnknownBuild, BuildNotOrderable, OtherModel: of the build.
        LineNotFound, LineStays: of a line. SoldOut: the maker has no place for it.
    """
    rows = list(order.lines.order_by("position"))
    car = next((line for line in rows if line.kind == LineKind.CAR), None)
    if car is None:
        raise transitions.not_now(order)
    stays, gone = _kept(rows, quantities or {})
    new = _new_car(order, car, build)
    credited = order.price_falls.aggregate(sum=Sum("amount"))["sum"] or 0
    price = sum(step.amount for step in new.steps)
    result, codes = _campaigns(order, [new.line, *stays], price)
    _price_car(new.line, new.steps, credited)
    for line in (new.line, *stays):
        line.discount = result.saved_on(line.code)
        line.total = line.gross - line.discount
    lines = [new.line, *stays]
    quote = ChangeQuote(
        order=order,
        build=new.line.code,
        lines=lines,
        gone=gone,
        total=sum(line.total for line in lines),
        discount=result.saved,
        trace=[step.as_json() for step in (*result.steps, *_credited_step(new.line.code, credited))],
        monthly=new.monthly,
        terms=new.terms,
        month="",
        uses=promotions.uses_of(codes, result, order.email) if codes else {},
        region=_region(order, new.line.total),
    )
    chosen = supply.plan(supply.wish_for(quote.changed(), lines, own=[order.number]))
    return replace(quote, month=str(chosen.facts.get("build_month", "")))


def is_different(quote: ChangeQuote) -> bool:
    """Whether the buyer would have anything else than before."""
    before = {line.position: line for line in quote.order.lines.all()}
    return bool(quote.gone) or any(
        line.quantity != before[line.position].quantity
        or (line.kind == LineKind.CAR and options_of(line.facts) != options_of(before[line.position].facts))
        for line in quote.lines
    )


@dataclass(frozen=True, slots=True)
class _Car:
    """The car as it would be: its line without campaigns, the steps of its price, the rent of its battery."""

    line: OrderLine
    steps: list[PriceStep]
    monthly: int | None
    terms: dict[str, Any] | None


def _new_car(order: Order, car: OrderLine, build: str) -> _Car:
    line = copy(car)
    today = _quoted(order, build) if build and build != car.code else None
    if today is None or options_of(car.facts) == sorted(one.code for one in today.lines):
        steps = [step for step in _price_steps(car.trace) if not _is_same(step, CREDITED)]
        return _Car(line, steps, order.monthly, order.terms)
    options, steps = protected(car, today)
    line.code = today.code
    line.facts = car.facts | {"version": today.version_number, "options": [one.as_json() for one in options]}
    return _Car(line, steps, *_rent(order, car, today))


def _quoted(order: Order, code: str) -> BuildQuote:
    try:
        saved = Build.objects.select_related("car_model__brand", "version").get(code=read_code(code))
    except (WrongCode, Build.DoesNotExist) as error:
        raise UnknownBuild(field="build", extra={"build": code[:20]}) from error
    if saved.car_model_id != order.car_model_id:
        raise OtherModel(field="build")
    quote = configurator.quote_build(saved)
    if not quote.valid:
        raise BuildNotOrderable(quote.problem, field="build")
    return quote


def _kept(rows: Sequence[OrderLine], quantities: Mapping[int, int]) -> tuple[list[OrderLine], list[OrderLine]]:
    """The lines beside the car with their new quantities, and those that are let go."""
    stays: list[OrderLine] = []
    gone: list[OrderLine] = []
    known = {line.position for line in rows if line.kind != LineKind.CAR}
    if set(quantities) - known:
        raise LineNotFound
    for line in rows:
        wanted = quantities.get(line.position, line.quantity)
        if line.kind == LineKind.CAR:
            continue
        if wanted != line.quantity and (line.status not in NOT_BEGUN or not 0 <= wanted < line.quantity):
            raise LineStays(extra={"name": line.name})
        line.quantity = wanted or line.quantity
        (stays if wanted else gone).append(line)
    return stays, gone


def _options(car: OrderLine) -> list[QuoteLine]:
    return [QuoteLine(**option) for option in car.facts.get("options", [])]


def _price_steps(trace: Sequence[Mapping[str, Any]]) -> list[PriceStep]:
    return [PriceStep(**step) for step in trace]


def _is_same(old: PriceStep, new: PriceStep) -> bool:
    """Whether both are the same part of the price: by their codes, or by their labels where one is of before there were codes."""
    return old.code == new.code if old.code and new.code else old.label_en == new.label_en


def protected(car: OrderLine, today: BuildQuote) -> tuple[list[QuoteLine], list[PriceStep]]:
    """Today's options and the steps of their price; what the car has already costs no more than when it was ordered."""
    had = {option.code: option.price for option in _options(car)}
    options = [replace(line, price=min(line.price, had.get(line.code, line.price))) for line in today.lines]
    of_options = {old.step: new.step for old, new in zip(today.lines, options, strict=True)}
    before = _price_steps(car.trace)
    steps = [
        of_options[step]
        if step in of_options
        else replace(step, amount=min([step.amount, *(old.amount for old in before if _is_same(old, step))]))
        for step in today.price_trace
    ]
    return options, [step for step in steps if step.amount]


def _campaigns(order: Order, lines: Sequence[OrderLine], car_price: int) -> tuple[Result, frozenset[str]]:
    """What the campaigns of the order's day give, or today's where they give more; and the codes that were entered."""
    city = city_named(order.city)
    basket = Basket.objects.filter(pk=order.basket_id).first() if order.basket_id else None
    codes = frozenset(basket.codes if basket else ())
    assert order.car_model is not None
    buyer = Buyer(
        day=timezone.localdate(order.placed_at),
        market=Build.objects.filter(code=lines[0].code).values_list("market", flat=True).first() or MARKET,
        city=city.slug if city else "",
        codes=codes,
        car_model=order.car_model.slug,
    )
    priced = [again(line, car_price) for line in lines]
    then = with_campaigns(priced, buyer, user=order.user, email=order.email, but=order)
    now = with_campaigns(priced, replace(buyer, day=timezone.localdate()), user=order.user, email=order.email)
    return max(then, now, key=lambda one: one.saved), codes


def _price_car(line: OrderLine, steps: Sequence[PriceStep], credited: int) -> None:
    line.unit_price = sum(step.amount for step in steps) + credited
    known = [*steps, *([replace(CREDITED, amount=credited)] if credited else [])]
    line.trace = [step.as_json() for step in known]


def _credited_step(code: str, credited: int) -> list[Step]:
    """What was credited before, as a summand that replays."""
    if not credited:
        return []
    how = {"kind": "item", "quantity": 1}
    return [Step("protection", credited, credited, CREDITED.label_en, CREDITED.label_zh, {code: credited}, how)]


def _rent(order: Order, car: OrderLine, today: BuildQuote) -> tuple[int | None, dict[str, Any] | None]:
    """Price and terms of the battery's rent; a battery that stays keeps what was agreed."""
    rented = {line.code for line in today.lines if line.monthly is not None}
    if rented and rented == {line.code for line in _options(car) if line.monthly is not None}:
        return order.monthly, order.terms
    return today.monthly, today.terms.as_json() if today.terms else None


def _region(order: Order, price: int) -> Mapping[str, Any]:
    """The region's answer for the new price, by the rules of the order's day."""
    kept: dict[str, Any] = order.region
    if not kept or order.car_model is None:
        return kept
    case = region.Case(
        city=kept["city"],
        province=kept["province"],
        price=price,
        energy=order.car_model.energy,
        invoice=order.invoice_kind,
        day=date.fromisoformat(kept["day"]),
        answers=frozenset(kept["answers"]),
    )
    return region.answer(case).as_json(case)
