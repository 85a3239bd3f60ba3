"""The back office of orders. Nothing is edited by hand: every change is a service with its own permission."""

from apps.orders.admin.baskets import BasketPage
from apps.orders.admin.fulfilment import PartnerJobPage, StepPage, TimerPage, TransitionPage, WorkItemPage
from apps.orders.admin.lines import LinePage
from apps.orders.admin.money import (
    AttemptPage,
    CreditPage,
    InvoicePage,
    LoanPage,
    SellerPage,
    SettlementPage,
    TradeInPage,
)
from apps.orders.admin.orders import OrderPage
from apps.orders.admin.payments import EventPage, LegPage, RefundPage, SandboxEventPage, SandboxPaymentPage
from apps.orders.admin.payouts import PayoutPage
from apps.orders.admin.supply import AllocationPage, AllotmentPage, VehiclePage, WaitingPage

__all__ = [
    "AllocationPage",
    "AllotmentPage",
    "AttemptPage",
    "BasketPage",
    "CreditPage",
    "EventPage",
    "InvoicePage",
    "LegPage",
    "LinePage",
    "LoanPage",
    "OrderPage",
    "PartnerJobPage",
    "PayoutPage",
    "RefundPage",
    "SandboxEventPage",
    "SandboxPaymentPage",
    "SellerPage",
    "SettlementPage",
    "StepPage",
    "TimerPage",
    "TradeInPage",
    "TransitionPage",
    "VehiclePage",
    "WaitingPage",
    "WorkItemPage",
]
