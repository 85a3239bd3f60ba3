"""Baskets, orders, money, fulfilment and the cars themselves."""

from apps.orders.models.baskets import Basket, BasketLine
from apps.orders.models.checks import Inspection, Waiver
from apps.orders.models.fulfilment import FulfilmentStep, PartnerJob, Timer, WorkItem
from apps.orders.models.kinds import BUYABLE, LineKind
from apps.orders.models.orders import Order, OrderLine, Transition
from apps.orders.models.partners import PartnerBehaviour
from apps.orders.models.payments import PaymentEvent, PaymentLeg, Refund
from apps.orders.models.promises import Promise
from apps.orders.models.returns import Return, ReturnLine
from apps.orders.models.sandbox import SandboxEvent, SandboxPayment
from apps.orders.models.supply import Allocation, Allotment, Vehicle
from apps.orders.models.tablet import HandoverEntry

__all__ = [
    "BUYABLE",
    "Allocation",
    "Allotment",
    "Basket",
    "BasketLine",
    "FulfilmentStep",
    "HandoverEntry",
    "Inspection",
    "LineKind",
    "Order",
    "OrderLine",
    "PartnerBehaviour",
    "PartnerJob",
    "PaymentEvent",
    "PaymentLeg",
    "Promise",
    "Refund",
    "Return",
    "ReturnLine",
    "SandboxEvent",
    "SandboxPayment",
    "Timer",
    "Transition",
    "Vehicle",
    "Waiver",
    "WorkItem",
]
