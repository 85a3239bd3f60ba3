"""Every write of the orders app."""

from apps.orders.services.backoffice import (
    advance,
    advance_line,
    close_work_item,
    contest,
    refund,
    refund_key,
    retry_step,
    take_work_item,
)
from apps.orders.services.baskets import (
    add_line,
    basket_of,
    change_quantity,
    create_basket,
    drop_code,
    enter_code,
    merge_baskets,
    open_basket,
    remember_offer,
    remove_line,
)
from apps.orders.services.cancelling import Cancellation, cancel, cancellation
from apps.orders.services.changing import ChangeQuote, change, quote_change
from apps.orders.services.claiming import claim_orders
from apps.orders.services.clearing import clear_dispute
from apps.orders.services.credits import grant as grant_credit
from apps.orders.services.delivery import accept_delivery
from apps.orders.services.events import GatewayEvent, apply_event
from apps.orders.services.handovers import choose_handover
from apps.orders.services.inspections import close as close_inspection
from apps.orders.services.inspections import report_damage, see_insurance, sign_pdi
from apps.orders.services.mismatch import accept_mismatch, rebuild
from apps.orders.services.payments import asked_leg, due_leg, request_payment
from apps.orders.services.placing import Contact, InvoiceData, place_order
from apps.orders.services.planning import OldCar, PaymentWish
from apps.orders.services.prices import PricedBasket, PricedLine, price_basket
from apps.orders.services.refused import other_slot, refuse_build
from apps.orders.services.rejecting import fix, reject_delivery
from apps.orders.services.returns import ask_to_return, close_return, take_back
from apps.orders.services.signing import fee_table_of, sign
from apps.orders.services.supply import open_supply
from apps.orders.services.waiving import ask_for_waiver, decide_waiver

__all__ = [
    "Cancellation",
    "ChangeQuote",
    "Contact",
    "GatewayEvent",
    "InvoiceData",
    "OldCar",
    "PaymentWish",
    "PricedBasket",
    "PricedLine",
    "accept_delivery",
    "accept_mismatch",
    "add_line",
    "advance",
    "advance_line",
    "apply_event",
    "ask_for_waiver",
    "ask_to_return",
    "asked_leg",
    "basket_of",
    "cancel",
    "cancellation",
    "change",
    "change_quantity",
    "choose_handover",
    "claim_orders",
    "clear_dispute",
    "close_inspection",
    "close_return",
    "close_work_item",
    "contest",
    "create_basket",
    "decide_waiver",
    "drop_code",
    "due_leg",
    "enter_code",
    "fee_table_of",
    "fix",
    "grant_credit",
    "merge_baskets",
    "open_basket",
    "open_supply",
    "other_slot",
    "place_order",
    "price_basket",
    "quote_change",
    "rebuild",
    "refund",
    "refund_key",
    "refuse_build",
    "reject_delivery",
    "remember_offer",
    "remove_line",
    "report_damage",
    "request_payment",
    "retry_step",
    "see_insurance",
    "sign",
    "sign_pdi",
    "take_back",
    "take_work_item",
]
