"""Undoing an order: free before signing, by the signed table afterwards, with every captured payment sent back."""

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone

from apps.orders import lifecycle
from apps.orders.errors import AlreadySent, FeeDue
from apps.orders.fulfilment.queue import has_open_step, start_undoing, stop_open_step
from apps.orders.lifecycle import Actor, LegStatus, LineStatus, Status
from apps.orders.models import FulfilmentStep, Order, Refund
from apps.orders.services import coins, loans, payments, refunds, supply, trade_ins, transitions
from apps.orders.services import credits as crediting
from apps.orders.services.permissions import CANCEL, require_permission
from apps.orders.services.waiving import is_waived

if TYPE_CHECKING:
    from apps.accounts.models import User
# While a payment is under way, the hold is looked at again this much later.
HOLD_AGAIN = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Cancellation:
    """What cancelling now would mean, in fen."""

    possible: bool
    fee: int
    refund: int


def cancellation(order: Order, actor: Actor = Actor.BUYER) -> Cancellation:
    """Whether the order can be cancelled now, what it costs and what comes back.

    The fee never exceeds what was paid: nobody owes us more for a car that they do not get.
    """
    targets = lifecycle.allowed_transitions(order.status, actor)
    possible = bool(targets & {Status.CANCELLING, Status.CANCELLED}) and not _is_sent(order)
    paid = sum(refunds.refundable(leg) for leg in order.legs.all())
    fee = min(paid, max(0, _fee(order) - crediting.of_order(order)))  # what we owe the buyer besides lowers it
    return Cancellation(possible, fee, paid - fee)


def _is_sent(order: Order) -> bool:
    """Whether a parcel has left: what is on its way is sent back, not cancelled."""
    return any(step.kind == "send_goods" and step.status == FulfilmentStep.Status.DONE for step in order.steps.all())


def _fee(order: Order) -> int:
    fee = next((int(row["amount"]) for row in order.fees if row["status"] == order.status), 0)
    return 0 if fee and (is_waived(order) or trade_ins.free_to_leave(order)) else fee


@transaction.atomic
def cancel(
    *,
    order: Order,
    accept_fee: bool = False,
    quoted_fee: int | None = None,
    reason: str = "",
    actor: Actor = Actor.BUYER,
    user: "User | None" = None,
) -> Order:
    """Cancel: release what is held, undo at the partners in reverse order, refund, all by itself.

    Cancelling again what is being cancelled changes nothing. ``quoted_fee`` is the fee the buyer saw, in fen: one that has
    grown since is not accepted with it.

    Raises:
        NotAllowed: a clerk without the permission. NotInThisState, AlreadySent: too late.
        FeeDue: the contract is signed, and the fee has not been accepted.
    """
    if actor == Actor.STAFF:
        require_permission(user, CANCEL)
    mine = transitions.lock(order)
    if mine.status in (Status.CANCELLING, Status.CANCELLED):
        return mine
    meant = cancellation(mine, actor)
    if not meant.possible:
        raise AlreadySent if _is_sent(mine) else transitions.not_now(mine)
    accepted = accept_fee and (quoted_fee is None or meant.fee <= quoted_fee)
    if meant.fee and not accepted:
        raise FeeDue(extra={"fee": meant.fee, "refund": meant.refund})
    mine.cancellation_fee = meant.fee
    mine.save(update_fields=["cancellation_fee"])
    stop_open_step(mine)
    transitions.stop_timers(mine)
    trade_ins.lapse(mine)
    loans.lapse(mine)
    if mine.status == Status.PLACED:
        supply.release_all(mine)
        _drop_unpaid(mine)
        refunds.refund_everything(mine, 0, reason="Order cancelled")
        transitions.move(mine, Status.CANCELLED, actor=actor, user=user, reason=reason, key="cancelled")
        transitions.notify(mine, "cancelled")
        return mine
    transitions.move(mine, Status.CANCELLING, actor=actor, user=user, reason=reason, key="cancelling")
    _drop_unpaid(mine)
    start_undoing(mine)
    refunds.refund_everything(mine, meant.fee, reason="Order cancelled")
    settle(mine)
    return mine


def _drop_unpaid(order: Order) -> None:
    """What was not paid is no longer due. A payment under way stays, and is refunded when it comes."""
    coins.void(order)
    for leg in order.legs.filter(status__in=payments.UNPAID):
        leg.status = LegStatus.EXPIRED
        leg.save(update_fields=["status", "changed_at"])


def settle(order: Order) -> None:
    """End the cancelling once everything is undone and every refund has arrived. The caller holds the order's lock."""
    if order.status != Status.CANCELLING or has_open_step(order):
        return
    if order.disputed:  # whoever clears it settles
        return
    supply.release_all(order)  # others need not wait for the gateway
    if Refund.objects.filter(leg__order=order).exclude(status=Refund.Status.DONE).exists():
        return
    order.lines.update(status=LineStatus.REFUNDED)
    transitions.move(order, Status.CANCELLED, key="cancelled")
    transitions.notify(order, "cancelled")


@transaction.atomic
def expire(order: Order) -> bool:
    """The hold is over: let go of everything, unless a payment is under way. Returns whether the order expired."""
    mine = transitions.lock(order)
    if mine.status != Status.PLACED:
        transitions.stop_timers(mine, "hold")
        return False
    if mine.legs.filter(status__in=[LegStatus.PROCESSING, LegStatus.SUSPECT]).exists():
        transitions.set_timer(mine, "hold", timezone.now() + HOLD_AGAIN)
        return False
    supply.release_all(mine)
    _drop_unpaid(mine)
    transitions.move(mine, Status.EXPIRED, key=f"expired:{mine.version}")
    transitions.stop_timers(mine)
    return True
