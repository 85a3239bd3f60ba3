"""What the pages show of a basket and an order: labels, tones, what can be done. Reading only."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from apps.bundles.models import Accessory
from apps.bundles.offers import MOST_CHARGERS
from apps.configurator.pricing import PriceStep, QuoteLine
from apps.configurator.rental import RentalTerms
from apps.orders import timeline
from apps.orders.lifecycle import PAID, QUIET, WHAT_IT_MEANS, Actor, Status, allowed_transitions
from apps.orders.models import LineKind, Order, OrderLine, PaymentLeg
from apps.orders.services import PricedBasket, PricedLine, cancellation, due_leg

# The colour beside a state; the words carry the meaning.
_TONES: Mapping[str, str] = {
    Status.PLACED: "w",
    Status.ALLOC_FAILED: "w",
    Status.MISMATCH: "w",
    Status.REJECTED: "w",
    Status.RETURNING: "w",
    Status.CANCELLING: "w",
    Status.READY: "a",
    Status.DELIVERED: "a",
    Status.COMPLETED: "a",
}
_HEADLINES: Mapping[str, Any] = {
    Status.PLACED: _("One step left: pay"),
    Status.EXPIRED: _("The time to pay is over"),
    Status.RESERVED: _("Reserved for you"),
    Status.SIGNED: _("The contract is signed"),
    Status.ALLOC_FAILED: _("The maker refused the build"),
    Status.SCHEDULED: _("Being built"),
    Status.VIN_ASSIGNED: _("Built"),
    Status.MISMATCH: _("Not built as ordered"),
    Status.IN_TRANSIT: _("On its way to the store"),
    Status.AT_STORE: _("At the store"),
    Status.READY: _("Ready for you"),
    Status.REJECTED: _("Not accepted by you"),
    Status.DELIVERED: _("Delivered"),
    Status.RETURNING: _("On its way back"),
    Status.RETURNED: _("Given back"),
    Status.COMPLETED: _("All done"),
    Status.CANCELLING: _("Being cancelled"),
    Status.CANCELLED: _("Cancelled"),
}
_NAMES: Mapping[str, Any] = {
    "deposit": _("Deposit"),
    "balance": _("Balance"),
    "full": _("Full payment"),
}


@dataclass(frozen=True, slots=True)
class BasketRow:
    """A priced line and what its row on the page needs beside it."""

    line: PricedLine
    kind_label: str
    options: list[QuoteLine]
    most: int


def basket_rows(priced: PricedBasket) -> list[BasketRow]:
    """One more query, for how many of each accessory may be had."""
    skus = [line.code for line in priced.lines if line.kind == LineKind.ACCESSORY]
    limits = dict(Accessory.objects.filter(sku__in=skus).values_list("sku", "max_quantity")) if skus else {}
    return [
        BasketRow(line, str(LineKind(line.kind).label), options_of(line.details), _most(line, limits))
        for line in priced.lines
    ]


def _most(line: PricedLine, limits: Mapping[str, int]) -> int:
    if line.kind == LineKind.CHARGER:
        return MOST_CHARGERS
    return limits.get(line.code, 1) if line.kind == LineKind.ACCESSORY else 1


def options_of(facts: Mapping[str, Any]) -> list[QuoteLine]:
    """The options of a configured car, from what was frozen with it."""
    return [QuoteLine(**option) for option in facts.get("options", [])]


def price_steps(trace: Any) -> list[PriceStep]:
    return [PriceStep(**step) for step in trace]


@dataclass(frozen=True, slots=True)
class FeeRow:
    """What cancelling costs while the order is in a state."""

    label: str
    amount: int


@dataclass(frozen=True, slots=True)
class LineRow:
    line: OrderLine
    options: list[QuoteLine]
    steps: list[PriceStep]


@dataclass(frozen=True, slots=True)
class Point:
    """A point of the order's way: ``css`` is done, now or nothing; ``yours`` when the buyer has to act."""

    title: str
    text: str
    css: str
    at: datetime | None
    due: datetime | None
    yours: bool


@dataclass(frozen=True)
class OrderScreen:
    """Everything that an order's page says, worked out once."""

    order: Order
    headline: Any
    explanation: Any
    tone: str
    lines: list[LineRow]
    points: list[Point]
    fees: list[FeeRow]
    terms: RentalTerms | None
    due: PaymentLeg | None
    hold_until: datetime | None
    left: int
    can_sign: bool
    can_accept: bool
    can_cancel: bool
    fee: int
    refund: int
    vin: str
    moving: bool
    stamp: str


def order_screen(order: Order) -> OrderScreen:
    """Of an order read with ``whole()``."""
    targets = allowed_transitions(order.status, Actor.BUYER)
    undo = cancellation(order)
    legs = list(order.legs.all())
    live = getattr(order, "live", [])
    return OrderScreen(
        order=order,
        headline=_HEADLINES[order.status],
        explanation=WHAT_IT_MEANS.get(order.status, ""),
        tone=_TONES.get(order.status, ""),
        lines=[LineRow(line, options_of(line.facts), price_steps(line.trace)) for line in order.lines.all()],
        points=points(order),
        fees=[FeeRow(str(Status(fee["status"]).label), int(fee["amount"])) for fee in order.fees],
        terms=RentalTerms.read(order.terms) if order.terms else None,
        due=due_leg(order),
        hold_until=next((one.due_at for one in order.timers.all() if one.kind == "hold" and one.done_at is None), None),
        left=sum(leg.amount for leg in legs if leg.status not in (*PAID, "refunded", "expired")),
        can_sign=Status.SIGNED in targets and order.has_car,
        can_accept=Status.DELIVERED in targets,
        can_cancel=undo.possible,
        fee=undo.fee,
        refund=undo.refund,
        vin=live[0].vehicle.vin if live else "",
        moving=order.status not in QUIET,
        stamp=stamp(order),
    )


def points(order: Order) -> list[Point]:
    """What happened and what is to come, as the timeline of the domain tells it; money and lines have their own places."""
    return [
        Point(
            title=entry.subject,
            text=entry.text,
            css="" if entry.when == "next" else entry.when,
            at=entry.at,
            due=entry.due,
            yours=entry.owner == "buyer" and entry.when == "next",
        )
        for entry in timeline.of(order)
        if entry.kind == "order"
    ]


def stamp(order: Order) -> str:
    """Changes whenever something changes that the page shows."""
    parts = [str(order.version), str(order.appointment_id or "")]
    parts += [f"{leg.status}{leg.refunded}" for leg in order.legs.all()]
    parts += [line.status for line in order.lines.all()]
    return "-".join(parts)


def list_title(order: Order) -> str:
    """What an order is called in a list: its car, or the first thing in it."""
    if order.car_model is not None:
        return order.car_model.full_name
    return next((line.name for line in order.lines.all()), order.number)


@dataclass(frozen=True, slots=True)
class ListRow:
    order: Order
    title: str
    tone: str


def list_rows(orders: Any) -> list[ListRow]:
    """Rows for orders read with ``for_list()``."""
    return [ListRow(order, list_title(order), _TONES.get(order.status, "")) for order in orders]
