"""What an order's page of payments shows. Reading only."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone

from apps.orders.gateways import enabled, gateway
from apps.orders.lifecycle import IN_WORK, Status
from apps.orders.models import Credit, Invoice, LoanReferral, Order, PaymentLeg, Refund, TradeIn
from apps.orders.services import asked_leg, coins, legs, loans, trade_ins


@dataclass(frozen=True, slots=True)
class Choice:
    """A gateway to pick."""

    name: str
    label: Any
    chosen: bool


@dataclass(frozen=True, slots=True)
class LegRow:
    """A payment with what went back of it."""

    leg: PaymentLeg
    refunds: list[Refund]
    how: Any


@dataclass(frozen=True)
class MoneyScreen:
    rows: list[LegRow]
    past: list[LegRow]
    credits: list[Credit]
    due: PaymentLeg | None
    gateways: list[Choice]
    outstanding: int
    trade_in: TradeIn | None
    can_ask_trade_in: bool
    can_apply: bool
    shortfall: int
    free_to_leave: bool
    offer_until: datetime | None
    loan: LoanReferral | None
    can_add_document: bool
    can_submit: bool
    can_withdraw_loan: bool
    can_withdraw_trade_in: bool
    invoices: list[Invoice]
    can_ask_loan: bool
    usable_coins: int


def gateway_choices(order: Order, leg: PaymentLeg | None = None) -> list[Choice]:
    """The gateways a buyer may pick, the one of before or the first chosen."""
    names = enabled()
    chosen = leg.gateway if leg is not None and leg.gateway in names else names[0]
    return [Choice(name, gateway(name).label, name == chosen) for name in names]


def _how(leg: PaymentLeg) -> Any:
    if leg.by_gateway and leg.gateway and leg.captured:
        return gateway(leg.gateway).label
    return ""


def money_screen(order: Order) -> MoneyScreen:
    """Of any order."""
    all_legs = list(order.legs.prefetch_related("refunds").order_by("position"))
    rows = [LegRow(leg, list(leg.refunds.all()), _how(leg)) for leg in all_legs]
    trade_in, referral, due = trade_ins.of_order(order), loans.of_order(order), asked_leg(order)
    now = timezone.now()
    firm = trade_in is not None and trade_in.status == TradeIn.Status.FIRM
    short = trade_in is not None and trade_in.status == TradeIn.Status.SHORT
    drafting = referral is not None and referral.status in (LoanReferral.Status.DRAFT, LoanReferral.Status.SUBMITTED)
    return MoneyScreen(
        rows=[row for row in rows if legs.counts(row.leg)],
        past=[row for row in rows if not legs.counts(row.leg) and (row.leg.captured or row.leg.replaced)],
        credits=list(order.credits.prefetch_related("payouts")),
        due=due,
        gateways=gateway_choices(order, due) if due else [],
        outstanding=legs.outstanding(order),
        trade_in=trade_in,
        can_ask_trade_in=trade_in is None and order.has_car and order.status in trade_ins.OPEN_IN,
        can_apply=firm and trade_in is not None and trade_in.firm_until is not None and trade_in.firm_until > now,
        shortfall=(trade_in.offer or 0) - (trade_in.inspected or 0) if short and trade_in is not None else 0,
        free_to_leave=short and trade_ins.free_to_leave(order),
        offer_until=trade_in.firm_until if firm and trade_in is not None else None,
        loan=referral,
        can_add_document=drafting,
        can_submit=referral is not None and referral.status == LoanReferral.Status.DRAFT,
        can_withdraw_loan=referral is not None and referral.status in ("draft", "submitted", "approved"),
        can_withdraw_trade_in=trade_in is not None and trade_in.status in ("asked", "firm", "applied", "short"),
        can_ask_loan=order.has_car
        and order.status in (Status.RESERVED, *IN_WORK)
        and (referral is None or referral.status not in loans.LIVE)
        and legs.later(order) > 0,
        usable_coins=coins.usable(order),
        invoices=list(order.invoices.select_related("seller", "original__seller", "order")),
    )
