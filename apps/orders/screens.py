"""What the pages show of a basket and an order: labels, tones, what can be done. Reading only."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext, pgettext
from django.utils.translation import gettext_lazy as _

from apps.bundles.models import Accessory
from apps.bundles.offers import MOST_CHARGERS
from apps.configurator.pricing import PriceStep, QuoteLine
from apps.configurator.rental import RentalTerms
from apps.orders import timeline
from apps.orders.actions import Action, actions
from apps.orders.lifecycle import QUIET, WHAT_IT_MEANS, Actor, Status, allowed_transitions
from apps.orders.models import LineKind, Order, OrderLine, PaymentLeg, Payout
from apps.orders.nextsteps import Next, has_live_handover, hint, next_step
from apps.orders.phases import Phase, phases
from apps.orders.region import Promise, promise_of
from apps.orders.services import PricedBasket, PricedLine, cancellation, due_leg
from apps.orders.services.allotments import month_name
from apps.orders.services.legs import outstanding
from apps.orders.tracks import HANDED_OVER, Track, asked_of_buyer, tracks
from apps.stores.models import Appointment

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


@dataclass(frozen=True, slots=True)
class Paper:
    """A document of the order: what it is, where it can be read, and what proves it."""

    title: str
    url: str = ""
    note: str = ""
    proof: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """One entry of the history, in words."""

    title: str
    at: datetime
    who: str
    reason: str


@dataclass(frozen=True)
class OrderScreen:
    """Everything that an order's page says, worked out once."""

    order: Order
    headline: Any
    explanation: Any
    lines: list[LineRow]
    points: list[Point]
    phases: list[Phase]
    fees: list[FeeRow]
    terms: RentalTerms | None
    due: PaymentLeg | None
    hold_until: datetime | None
    legs: list[PaymentLeg]
    left: int
    payouts: list[Payout]
    can_sign: bool
    can_accept: bool
    can_cancel: bool
    fee: int
    refund: int
    vin: str
    moving: bool
    stamp: str
    next: Next | None
    actions: list[Action]
    tracks: list[Track]
    handover: Appointment | None
    can_choose_time: bool
    documents: list[Paper]
    history: list[Step]
    confirming: bool

    @property
    def savings(self) -> list[PriceStep]:
        """What campaigns took off."""
        rows = (step for step in self.order.trace if step["rule"].startswith("promotion:"))
        return [PriceStep(step["label_en"], step["label_zh"], step["amount"]) for step in rows]

    @property
    def build_month(self) -> str:
        """In which month the car is built; empty when that is not known."""
        month = next((row.line.facts.get("build_month") for row in self.lines if row.line.kind == LineKind.CAR), None)
        return month_name(date.fromisoformat(f"{month}-01")) if month else ""

    @property
    def region(self) -> Promise | None:
        """Who invoices and which subsidies were promised when the order was placed."""
        return promise_of(self.order.region)


def order_screen(order: Order, *, came_back: bool = False) -> OrderScreen:
    """Of an order read with ``whole()``; ``came_back`` when the buyer has just been at the payment page."""
    targets = allowed_transitions(order.status, Actor.BUYER)
    undo = cancellation(order)
    shown = [leg for leg in order.legs.all() if not leg.replaced]
    due = due_leg(order)
    live = getattr(order, "live", [])
    beside = tracks(order, timezone.now())
    step = next_step(order)
    if order.status in HANDED_OVER:
        step = asked_of_buyer(beside) or step
    return OrderScreen(
        order=order,
        headline=_HEADLINES[order.status],
        explanation=WHAT_IT_MEANS.get(order.status, ""),
        lines=[LineRow(line, options_of(line.facts), price_steps(line.trace)) for line in order.lines.all()],
        points=points(order),
        phases=phases(order),
        fees=[FeeRow(str(Status(fee["status"]).label), int(fee["amount"])) for fee in order.fees],
        terms=RentalTerms.read(order.terms) if order.terms else None,
        due=due,
        hold_until=next((one.due_at for one in order.timers.all() if one.kind == "hold" and one.done_at is None), None),
        legs=shown,
        left=outstanding(order),
        payouts=payouts(order),
        can_sign=Status.SIGNED in targets and order.has_car,
        can_accept=Status.DELIVERED in targets,
        can_cancel=undo.possible,
        fee=undo.fee,
        refund=undo.refund,
        vin=live[0].vehicle.vin if live else "",
        moving=is_moving(order),
        stamp=stamp(order),
        next=step,
        actions=actions(order),
        tracks=beside,
        handover=order.appointment if has_live_handover(order) else None,
        can_choose_time=can_choose_time(order),
        documents=_documents(order),
        history=_history(order),
        confirming=came_back and any(leg.status in ("requested", "processing") for leg in shown),
    )


def can_choose_time(order: Order) -> bool:
    """Whether the buyer may choose or move the hand-over."""
    return order.status == Status.READY and not order.frozen


def _documents(order: Order) -> list[Paper]:
    papers = []
    signed = [(one.signature, one.get_absolute_url(), one.sha256) for one in order.contracts.all()]
    for name, url, sha256 in signed or ([(order.signature, "", order.contract_hash)] if order.contract_hash else []):
        title = gettext("Contract, signed by %(name)s") % {"name": name}
        papers.append(Paper(title, url, proof=f"SHA-256 {sha256}"))
    if order.handover:
        papers.append(Paper(gettext("Record of the hand-over"), note=f"VIN {order.handover.get('vin', '')}"))
    papers += [
        Paper(f"{invoice.get_kind_display()} {invoice.full_number}", invoice.get_absolute_url())
        for invoice in order.invoices.all()
    ]
    return papers


_WHO: Mapping[str, Any] = {"buyer": _("by you"), "staff": _("by Kaiche"), "system": ""}


def _history(order: Order) -> list[Step]:
    """The newest first; what a clerk wrote as a reason is for the house."""
    rows = sorted(order.transitions.all(), key=lambda one: one.seq, reverse=True)
    return [
        Step(
            pgettext("order", "Changed") if timeline.is_change(row) else str(Status(row.target).label),
            row.at,
            str(_WHO.get(row.actor, "")),
            row.reason if row.actor == Actor.BUYER else "",
        )
        for row in rows
    ]


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


def is_moving(order: Order) -> bool:
    """Whether something may still happen by itself: as long as that is so, the page asks for news."""
    return order.status not in QUIET


@dataclass(frozen=True, slots=True)
class Poll:
    """As much of the screen as the next question needs."""

    stamp: str
    moving: bool


def polling(asked: int) -> dict[str, int]:
    """The question after ``asked`` vain ones: 3 seconds after news, then each time half as long again, a minute at most."""
    return {"poll_n": asked, "poll_delay": min(60, round(3 * 1.5**asked))}


def stamp(order: Order) -> str:
    """Changes whenever something changes that the page shows."""
    booked = order.appointment
    parts = [str(order.version), f"{booked.pk.hex[:8]}{booked.status}" if booked else ""]
    parts += [timezone.get_current_timezone_name(), *sorted(order.flags)]
    parts += [f"{leg.status}{leg.refunded}" for leg in order.legs.all()]
    parts += [line.status for line in order.lines.all()]
    parts += [one.status for one in payouts(order)]
    return "-".join(parts)


def payouts(order: Order) -> list[Payout]:
    """What of the order's credits is transferred to the buyer, or has been."""
    return [one for credit in order.credits.all() if (one := credit.payout) is not None]


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
    hint: str
    yours: bool


def list_rows(orders: Any) -> list[ListRow]:
    """Rows for orders read with ``for_list()``."""
    return [_list_row(order) for order in orders]


def _list_row(order: Order) -> ListRow:
    what, yours = hint(order)
    return ListRow(order, list_title(order), _TONES.get(order.status, ""), what, yours)
