"""What an order holds of what there is only so much of: a build slot, parts, installers' time, uses of a code."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils.translation import gettext_noop

from apps.bundles import services as bundles
from apps.capacity import kinds
from apps.capacity import services as capacity
from apps.capacity.errors import Lack, NotEnough, Unavailable
from apps.capacity.models import Hold
from apps.catalog.models import CarModel
from apps.orders.errors import CodeUsedUp, NoSupply
from apps.orders.models import Allotment, LineKind, Order, OrderLine
from apps.orders.services import allotments, fitting, waiting
from apps.orders.services.permissions import SUPPLY, require_permission
from apps.stores.models import Store

if TYPE_CHECKING:
    from apps.accounts.models import User

MOST_AT_ONCE = 10_000
TRIES = 30
STOCKED = (LineKind.ACCESSORY, LineKind.CHARGER)
ENDLESS: datetime | None = None


class Overtaken(Exception):
    """Somebody was quicker between planning and holding; plan again."""


@dataclass(frozen=True)
class Plan:
    """What is to be held, resource by resource; ``fresh`` pools are opened with it."""

    wanted: Mapping[str, int]
    month: date | None = None
    fresh: Mapping[str, int] = field(default_factory=dict)

    @property
    def facts(self) -> dict[str, Any]:
        """What the car's line remembers: the month of its build and the day of the fitting."""
        facts: dict[str, Any] = {}
        if self.month is not None:
            facts["build_month"] = f"{self.month:%Y-%m}"
        day = fitting.first_day(list(self.wanted))
        return facts | ({"fitting_day": day} if day else {})


@dataclass(frozen=True)
class Wish:
    """What somebody wants to buy, as far as it is scarce. ``own`` are owners whose units are this buyer's already."""

    car_model: CarModel | None
    options: Sequence[Mapping[str, Any]] = ()
    articles: Mapping[str, int] = field(default_factory=dict)
    minutes: int = 0
    store: Store | None = None
    asked: date | None = None
    codes: Sequence[str] = ()
    own: Sequence[str] = ()


def plan(wish: Wish, *, any_month: bool = True) -> Plan:
    """Choose the month and the days. Nothing is held yet.

    Raises:
        SoldOut: no car is left of the month asked for, or of any.
    """
    wanted = {kinds.stock(sku): quantity for sku, quantity in wish.articles.items() if sku.startswith(bundles.STOCKED)}
    wanted |= dict.fromkeys(wish.codes, 1)
    month: date | None = None
    if wish.car_model is not None:
        codes = {str(one["code"]) for one in wish.options}
        months = allotments.months_of(wish.car_model.slug, codes, own=wish.own)
        chosen = allotments.choose(months, wish.asked)
        if chosen is None and any_month and wish.asked is not None:
            chosen = allotments.choose(months, None)
        if chosen is None:
            raise allotments.sold_out(wish.car_model, months, wish.options, wish.asked)
        month = chosen.first
        wanted |= dict.fromkeys(chosen.resources, 1)
    fresh: dict[str, int] = {}
    if wish.minutes and wish.store is not None:
        days, fresh = fitting.days_for(wish.store, wish.minutes, month)
        wanted |= days
    return Plan(wanted, month, fresh)


def hold(order: Order, plan: Plan, *, until: datetime | None, own: Sequence[str] = ()) -> None:
    """Hold what was planned, all of it or nothing: one round trip, the last of its transaction.

    Raises:
        Overtaken: of a month or a day somebody took the last meanwhile. OutOfStock, CodeUsedUp.
    """
    capacity.ensure(totals=plan.fresh)
    try:
        capacity.hold_all(wanted=plan.wanted, owner=order.number, until=until, instead_of=own)
    except NotEnough as error:
        refuse(error.lacks, order.car_model)
        raise Overtaken from error


def refuse(lacks: Sequence[Lack], car_model: CarModel | None) -> None:
    """Raise what a lack of parts or of a code's uses means to a buyer; a lack of months and days is planned around."""
    for one in lacks:
        kind, subject = one.resource.split(":", 1)
        if kind == kinds.STOCK:
            raise bundles.lacking(sku=subject, left=one.free, car_model=car_model)
        if kind == kinds.VOUCHER:
            mine = ":" in subject
            raise CodeUsedUp(CodeUsedUp.by_you if mine else None, field="code", extra={"code": subject.split(":")[0]})


def wish_of(order: Order, *, own: Sequence[str] = ()) -> Wish:
    """What a placed order needs, from its frozen lines."""
    return wish_for(order, list(order.lines.all()), own=own)


def wish_for(order: Order, lines: Sequence[OrderLine], *, own: Sequence[str] = ()) -> Wish:
    """What these lines of an order need; those of a change that is not yet agreed, for instance."""
    car = next((line for line in lines if line.kind == LineKind.CAR), None)
    articles: dict[str, int] = {}
    for line in lines:
        if line.kind in STOCKED:
            articles[line.code] = articles.get(line.code, 0) + line.quantity
    month = car.facts.get("build_month") if car else None
    return Wish(
        car_model=order.car_model if car else None,
        options=car.facts.get("options", []) if car else (),
        articles=articles,
        minutes=fitting.minutes_of(
            (line.kind, line.quantity, line.facts, bool(line.facts.get("needs_fitting"))) for line in lines
        ),
        store=order.delivery_store,
        asked=date.fromisoformat(f"{month}-01") if month else None,
        codes=tuple(order.vouchers),
        own=own,
    )


def hold_all(order: Order, *, now: datetime, until: datetime | None = ENDLESS, own: Sequence[str] = ()) -> None:
    """Hold everything that a placed order needs once more, in its month or, if that is full, in the nearest.

    Raises:
        Unavailable (SoldOut, OutOfStock, CodeUsedUp): something is gone; nothing is held.
    """
    wish = wish_of(order, own=own)
    for _attempt in range(TRIES):
        chosen = plan(wish)
        try:
            with transaction.atomic():
                hold(order, chosen, until=until, own=own)
        except Overtaken:
            continue
        remember(order, chosen)
        return
    raise allotments.sold_out(wish.car_model, [], (), None) if wish.car_model else Unavailable


def remember(order: Order, chosen: Plan) -> None:
    """Write the month and the fitting's day down with the car."""
    for line in order.lines.filter(kind=LineKind.CAR):
        if line.facts | chosen.facts != line.facts:
            line.facts |= chosen.facts
            line.save(update_fields=["facts"])


def secure(order: Order, *, now: datetime) -> bool:
    """The payment has come: what is held becomes the order's. Holds that were lost are taken up again if that is possible."""
    taken = capacity.take(owner=order.number)
    if taken or not _needs_anything(order):
        return True
    try:
        with transaction.atomic():
            hold_all(order, now=now)
    except Unavailable:
        return False
    capacity.take(owner=order.number)
    return True


def _needs_anything(order: Order) -> bool:
    if Hold.objects.live().owned_by(order.number).exists():
        return False
    wish = wish_of(order)
    return bool(wish.car_model or any(sku.startswith(bundles.STOCKED) for sku in wish.articles) or wish.codes)


def exchange(order: Order, lines: Sequence[OrderLine], *, until: datetime | None = ENDLESS) -> Plan:
    """Hold what other lines of this order need before what it has is let go; the old stays when the new is not to be had.

    The caller holds the order's lock, and afterwards replaces the lines in the same transaction.

    Raises:
        Unavailable (SoldOut, OutOfStock).
    """
    beside = f"{order.number}~"
    wish = wish_for(order, lines, own=[order.number])
    waited_for = waiting.build_models_of(order.number)
    waiting.lock_queue(waited_for)
    for _attempt in range(TRIES):
        chosen = plan(wish)
        try:
            with transaction.atomic():
                capacity.ensure(totals=chosen.fresh)
                capacity.hold_all(wanted=chosen.wanted, owner=beside, until=until, instead_of=[order.number])
        except NotEnough as error:
            refuse(error.lacks, order.car_model)
            continue
        capacity.release(owner=order.number, reason=gettext_noop("Exchanged for something else"))
        capacity.pass_on(owner=beside, to=order.number)
        capacity.take(owner=order.number)
        for model in waited_for:
            waiting.serve(model)
        return chosen
    raise allotments.sold_out(wish.car_model, [], (), None) if wish.car_model else Unavailable


@transaction.atomic
def open_supply(
    *, car_model: CarModel, number: int, user: "User", month: date | None = None, option: str = ""
) -> Allotment:
    """The maker will build so many more of a model for us in a month (this one when none is named).

    With ``option`` the number is a limit for cars with that option, beside the model's own allotment.

    Raises:
        NotAllowed; NoSupply: too few or too many at once.
    """
    require_permission(user, SUPPLY)
    if not 1 <= number <= MOST_AT_ONCE:
        raise NoSupply(field="number", extra={"most": MOST_AT_ONCE})
    resource = allotment_of(car_model, month, option)
    waiting.lock_queue([car_model.slug])
    capacity.open(resource=resource, quantity=number, reason=gettext_noop("Allotment"), user=user)
    waiting.serve(car_model.slug)
    return Allotment.objects.get(resource=resource)


def allotment_of(car_model: CarModel, month: date | None = None, option: str = "") -> str:
    """The resource of an allotment."""
    from django.utils import timezone

    first = (month or timezone.localdate()).replace(day=1)
    return kinds.build(car_model.slug, first, option or kinds.ANY)


def release_all(order: Order) -> None:
    """Give back what the order holds; a slot whose car is built stays used. Who waits for one has it offered at once."""
    waited_for = waiting.build_models_of(order.number)
    waiting.lock_queue(waited_for)
    capacity.release(owner=order.number)
    for model in waited_for:
        waiting.serve(model)


def use_slot(order: Order) -> None:
    """The car is built: the slot is gone for good."""
    capacity.use(owner=order.number, only=kinds.BUILD)


def use_rest(order: Order) -> None:
    """Everything is handed over: parts, installers' time and the code are used up."""
    capacity.use(owner=order.number)


def put_back(line: OrderLine, user: "User | None") -> None:
    """Parts that came back as new stand on the shelf again; the movement says whose they were."""
    if line.code.startswith(bundles.STOCKED):
        reason = f"Returned: {line.order.number}"
        capacity.adjust(resource=kinds.stock(line.code), change=line.quantity, reason=reason, user=user)


def slots_of(order: Order) -> list[Hold]:
    """The build slots that the order has or had."""
    return list(Hold.objects.owned_by(order.number).of_kind(kinds.BUILD).select_related("pool"))
