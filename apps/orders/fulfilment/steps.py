"""The steps whose effect is our own. An effect runs in the transaction that claims its step, under the order's lock, and so
happens exactly once. A step that has to wait says until when and keeps its place. Steps that need a partner: ``asking.py``.
"""

from collections.abc import Mapping
from datetime import datetime

from django.conf import settings
from django.utils.translation import gettext_noop

from apps.orders.errors import NotInThisState
from apps.orders.fulfilment import preparing
from apps.orders.fulfilment.handover import activate_lines, book_handover, cancel_handover, send_goods
from apps.orders.fulfilment.outcomes import LOOK_AGAIN, Done, Effect, Outcome, Wait, once
from apps.orders.lifecycle import Actor, LineStatus, Status
from apps.orders.models import Allocation, FulfilmentStep, Order
from apps.orders.services import invoices, payments, settling, supply, transitions
from apps.orders.terms import GOODS_DAYS, pace
from apps.stores.errors import SlotTaken


def _await_balance(order: Order, step: FulfilmentStep, now: datetime) -> Outcome:
    if not payments.is_settled(order):
        return Wait(now + LOOK_AGAIN)
    issued = [invoice.full_number for invoice in invoices.issue(order)]
    return Done("book_handover", {"invoices": issued})


def _book_handover(order: Order, step: FulfilmentStep, now: datetime) -> Outcome:
    transitions.require(order, Status.READY, Actor.SYSTEM)
    lacking = preparing.missing(order)
    if lacking == ["insurance"]:
        transitions.raise_work_item(
            order, "insurance", gettext_noop("See the insurance before the car is handed over.")
        )
        return Wait(now + LOOK_AGAIN)
    if lacking:
        raise NotInThisState(extra={"state": order.status})
    try:
        order.appointment = book_handover(order, now)
    except SlotTaken:
        text = gettext_noop("The store has no time for the hand-over in the coming weeks.")
        transitions.raise_work_item(order, "handover", text)
        return Wait(now + LOOK_AGAIN)
    transitions.close_work_items(order, "handover")
    order.save(update_fields=["appointment"])
    transitions.move(order, Status.READY, key=once(step, "ready"), now=now)
    transitions.notify(order, "ready", now)
    return Done(result={"appointment": str(order.appointment.pk)})


def _undo_handover(order: Order, step: FulfilmentStep, now: datetime) -> Outcome:
    cancel_handover(order, now)
    return Done()


def _activate(order: Order, step: FulfilmentStep, now: datetime) -> Outcome:
    """The car is handed over: parts are used up, plans begin."""
    supply.use_rest(order)
    activate_lines(order, now)
    return Done()


def _send_goods(order: Order, step: FulfilmentStep, now: datetime) -> Outcome:
    supply.use_rest(order)
    if send_goods(order):
        transitions.notify(order, "shipped", now)
    invoices.issue(order)
    return Done("goods_arrive")


def _goods_arrive(order: Order, step: FulfilmentStep, now: datetime) -> Outcome:
    arrive_at = step.created_at + pace(GOODS_DAYS, settings.FULFILMENT_SPEED)
    if now < arrive_at:
        return Wait(arrive_at)
    order.lines.filter(status=LineStatus.SHIPPED).update(status=LineStatus.RECEIVED)
    activate_lines(order, now)
    transitions.move(order, Status.COMPLETED, key="completed", now=now)
    settling.arrived(order)
    transitions.notify(order, "completed", now)
    return Done()


def _undo_build(order: Order, step: FulfilmentStep, now: datetime) -> Outcome:
    """The car exists, but is no longer this buyer's."""
    Allocation.objects.filter(order=order, ended_at=None).update(ended_at=now)
    return Done()


EFFECTS: Mapping[tuple[str, int], Effect] = {
    ("await_balance", 1): _await_balance,
    ("book_handover", 1): _book_handover,
    ("activate", 1): _activate,
    ("send_goods", 1): _send_goods,
    ("goods_arrive", 1): _goods_arrive,
    ("await_build", -1): _undo_build,
    ("book_handover", -1): _undo_handover,
}
