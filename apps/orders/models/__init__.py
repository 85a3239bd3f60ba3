"""Baskets, orders, money, fulfilment and the cars themselves."""

from apps.orders.models.baskets import Basket, BasketLine
from apps.orders.models.changes import OrderChange
from apps.orders.models.checks import Inspection, Waiver
from apps.orders.models.contracts import Contract
from apps.orders.models.finance import LOAN_PAIRS, TRADE_IN_PAIRS, LoanDocument, LoanReferral, TradeIn
from apps.orders.models.forms_sent import FormSent
from apps.orders.models.fulfilment import FulfilmentStep, PartnerJob, Timer, WorkItem
from apps.orders.models.invoices import Invoice, InvoiceKind, InvoiceSeries, LegalSeller
from apps.orders.models.kinds import BUYABLE, LineKind
from apps.orders.models.orders import Order, OrderLine, Transition
from apps.orders.models.partners import PartnerBehaviour
from apps.orders.models.payments import BY_GATEWAY, Credit, PaymentAttempt, PaymentEvent, PaymentLeg, Refund
from apps.orders.models.payouts import Payout
from apps.orders.models.price_falls import PriceFall
from apps.orders.models.promises import Promise
from apps.orders.models.returns import Return, ReturnLine
from apps.orders.models.sandbox import SandboxEvent, SandboxPayment
from apps.orders.models.settlement import SettlementFile, SettlementLine
from apps.orders.models.supply import Allocation, Allotment, Vehicle
from apps.orders.models.tablet import HandoverEntry
from apps.orders.models.visits import LineStep, LineVisit
from apps.orders.models.waiting import Waiting

__all__ = [
    "BUYABLE",
    "BY_GATEWAY",
    "LOAN_PAIRS",
    "TRADE_IN_PAIRS",
    "Allocation",
    "Allotment",
    "Basket",
    "BasketLine",
    "Contract",
    "Credit",
    "FormSent",
    "FulfilmentStep",
    "HandoverEntry",
    "Inspection",
    "Invoice",
    "InvoiceKind",
    "InvoiceSeries",
    "LegalSeller",
    "LineKind",
    "LineStep",
    "LineVisit",
    "LoanDocument",
    "LoanReferral",
    "Order",
    "OrderChange",
    "OrderLine",
    "PartnerBehaviour",
    "PartnerJob",
    "PaymentAttempt",
    "PaymentEvent",
    "PaymentLeg",
    "Payout",
    "PriceFall",
    "Promise",
    "Refund",
    "Return",
    "ReturnLine",
    "SandboxEvent",
    "SandboxPayment",
    "SettlementFile",
    "SettlementLine",
    "Timer",
    "TradeIn",
    "Transition",
    "Vehicle",
    "Waiting",
    "Waiver",
    "WorkItem",
]
