"""Undoing an order: free before signing, by the signed table afterwards, with every captured payment sent back."""

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone

from apps.orders import lifecycle
from apps.orders.errors import AlreadySent, FeeDue
from apps.orders.fulfilment.queue import has_open_step, start_undoing, stop_open_step
from apps.orders.lifecycle import PAID, Actor, LegStatus, LineStatus, Status
from apps.orders.models import FulfilmentStep, Order, Refund
from apps.orders.services import payments, supply, transitions
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
    paid = sum(payments.refundable(leg) for leg in order.legs.all())
    fee = min(paid, _fee(order))
    return Cancellation(possible, fee, paid - fee)


def _is_sent(order: Order) -> bool:
    """Whether a parcel has left: what is on its way is sent back, not cancelled."""
    return any(step.kind == "send_goods" and step.status == FulfilmentStep.Status.DONE for step in order.steps.all())


def _fee(order: Order) -> int:
    fee = next((int(row["amount"]) for row in order.fees if row["status"] == order.status), 0)
    return 0 if fee and is_waived(order) else fee


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
    if mine.status == Status.PLACED:
        supply.release_all(mine)
        _drop_unpaid(mine)
        _refund_all(mine, 0)
        transitions.move(mine, Status.CANCELLED, actor=actor, user=user, reason=reason, key="cancelled")
        transitions.notify(mine, "cancelled")
        return mine
    transitions.move(mine, Status.CANCELLING, actor=actor, user=user, reason=reason, key="cancelling")
    _drop_unpaid(mine)
    start_undoing(mine)
    _refund_all(mine, meant.fee)
    settle(mine)
    return mine


def _drop_unpaid(order: Order) -> None:
    """What was not paid is no longer due. A payment under way stays, and is refunded when it comes."""
    for leg in order.legs.filter(status__in=payments.UNPAID):
        leg.status = LegStatus.EXPIRED
        leg.save(update_fields=["status", "changed_at"])


def _refund_all(order: Order, fee: int) -> None:
    """Everything that came, whether it was the right amount or not, less the fee, kept from the first payments."""
    for leg in order.legs.filter(status__in=[*PAID, LegStatus.SUSPECT]).order_by("position"):
        amount = payments.refundable(leg)
        kept = min(fee, amount)
        fee -= kept
        payments.owe_refund(leg, amount - kept, reason="Order cancelled")


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
