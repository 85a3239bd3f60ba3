"""The pages of buying and following: one module for each noun."""

from apps.orders.views.baskets import add, basket, change_line, enter_code, remove_line
from apps.orders.views.changing import change, configure, offer
from apps.orders.views.checkout import checkout, region, stores
from apps.orders.views.contracts import contract, contract_for_clerk
from apps.orders.views.deciding import act, line_act
from apps.orders.views.finding import claim, find, mine
from apps.orders.views.handover import handover
from apps.orders.views.messages import order_messages
from apps.orders.views.money import document, document_for_clerk, invoice, loan, payments, trade_in, use_coins
from apps.orders.views.purse import purse
from apps.orders.views.tablet import deliveries, entries, tablet, token, worker
from apps.orders.views.tracking import accept, cancel, detail, pay, progress, sign
from apps.orders.views.waiting import answer_offer, join, place

__all__ = [
    "accept",
    "act",
    "add",
    "answer_offer",
    "basket",
    "cancel",
    "change",
    "change_line",
    "checkout",
    "claim",
    "configure",
    "contract",
    "contract_for_clerk",
    "deliveries",
    "detail",
    "document",
    "document_for_clerk",
    "enter_code",
    "entries",
    "find",
    "handover",
    "invoice",
    "join",
    "line_act",
    "loan",
    "mine",
    "offer",
    "order_messages",
    "pay",
    "payments",
    "place",
    "progress",
    "purse",
    "region",
    "remove_line",
    "sign",
    "stores",
    "tablet",
    "token",
    "trade_in",
    "use_coins",
    "worker",
]
