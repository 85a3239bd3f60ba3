"""Giving money back: a payment at a time, done when the gateway says so, tried for three days before a person is called."""

from datetime import timedelta
from typing import TYPE_CHECKING

import structlog
from django.db import transaction
from django.db.models import F, Sum
from django.utils import timezone
from django.utils.translation import gettext_noop

from apps.common.doorbell import ring
from apps.orders.errors import NotByHand, ReasonNeeded, SamePerson
from apps.orders.gateways import PaymentRef, gateway
from apps.orders.lifecycle import IN_WORK, PAID, LegStatus, Status
from apps.orders.models import Order, OrderLine, PaymentLeg, Refund
from apps.orders.services import bookkeeping, legs, transitions
from apps.orders.services.permissions import REFUND, require_permission
from apps.orders.terms import HOLD

if TYPE_CHECKING:
    from apps.accounts.models import User

log = structlog.get_logger(__name__)
# A call that was lost with its worker is made again after this.
ATTEMPT = timedelta(minutes=1)
CONFIRM_WITHIN = timedelta(minutes=2)
# A gateway that refuses is tried for so long before somebody has to look; then still, every hour.
TRY_FOR = timedelta(days=3)
_P = PaymentLeg.Purpose
# These go back by hand: the bank gets its loan, the old car is returned or its price transferred.
BY_HAND = (_P.LOAN, _P.TRADE_IN)


def refundable(leg: PaymentLeg) -> int:
    """What of a payment can still be sent back, in fen: came, minus gone, minus on its way."""
    if leg.status == LegStatus.DISPUTED or leg.purpose == _P.CREDIT:
        return 0  # the bank has it, or it never was money
    open_amount = leg.refunds.exclude(status=Refund.Status.DONE).aggregate(total=Sum("amount"))["total"] or 0
    return int(leg.captured - leg.refunded - open_amount)


def owe_refund(
    leg: PaymentLeg,
    amount: int,
    *,
    reason: str,
    user: "User | None" = None,
    line: OrderLine | None = None,
    key: str | None = None,
) -> Refund | None:
    """Send money back as soon as a worker can; nothing for nothing. One for a single line is taken back from the invoice of that
    line. The caller holds the order's lock."""
    from apps.orders.tasks import drain

    if amount <= 0:
        return None
    order = leg.order
    refund = Refund.objects.create(
        leg=leg, amount=amount, reason=reason[:300], user=user, line=line, key=key, next_at=timezone.now()
    )
    bookkeeping.refund_due(refund, order)
    if leg.purpose == _P.COINS:
        _coins_back(refund, leg, order)
    elif leg.purpose in BY_HAND:
        text = gettext_noop("Return %(amount)s by hand: %(purpose)s")
        transitions.raise_work_item(order, "refund_by_hand", text, amount=amount, purpose=leg.purpose)
    else:
        ring(drain)
    return refund


def _coins_back(refund: Refund, leg: PaymentLeg, order: Order) -> None:
    """Coins are our own: they are back at once."""
    from apps.orders.services import coins

    coins.give_back(order, refund)
    finish_refund(refund, PaymentLeg.objects.select_for_update().get(pk=leg.pk), order)


def give_back(leg: PaymentLeg, amount: int, *, reason: str, order: Order) -> None:
    """Send back what the order no longer costs: the payment covers so much less of it."""
    leg.given_back += amount
    leg.save(update_fields=["given_back", "changed_at"])
    owe_refund(leg, amount, reason=reason)


def refund_everything(order: Order, fee: int, *, reason: str) -> None:
    """Everything that came, whether it was the right amount or not, less the fee, kept from the first payments.

    The caller holds the order's lock. Credits are not money: they have lowered the fee, and lapse.
    """
    from apps.orders.services import credits as crediting

    crediting.lapse(order)
    left = fee
    for leg in order.legs.filter(status__in=[*PAID, LegStatus.SUSPECT]).order_by("position"):
        if leg.purpose == _P.CREDIT:
            continue
        amount = refundable(leg)
        kept = min(left, amount)
        left -= kept
        owe_refund(leg, amount - kept, reason=reason)
    bookkeeping.fee_kept(order, fee - left)


def send_due_refund() -> bool:
    """Ask the gateway for one refund that is due; returns whether there was one.

    Nothing is locked while the gateway answers. It knows the refund by its key: one that was asked for by a worker that
    died before it could note so is asked for again, and made once.
    """
    refund = _claim_refund()
    if refund is None:
        return False
    name, payment = paid_at(refund.leg)
    try:
        transaction_id = gateway(name).refund(key=refund.pk, payment=payment, amount=refund.amount)
    except Exception as error:
        log.warning("refund_failed", refund=str(refund.pk), attempt=refund.attempts, error=type(error).__name__)
        _note_refused(refund, error)
    else:
        _note_sent(refund, transaction_id)
    return True


@transaction.atomic
def _note_sent(refund: Refund, transaction_id: str) -> None:
    """The gateway has taken it, unless its answer was quicker than we are."""
    due = Refund.objects.filter(pk=refund.pk, status=Refund.Status.DUE)
    again_at = timezone.now() + CONFIRM_WITHIN
    if due.update(status=Refund.Status.SENT, transaction=transaction_id, error="", next_at=again_at):
        _tell(refund.leg.order, refund, "refund_sent")


def _tell(order: Order, refund: Refund, kind: str) -> None:
    transitions.notify(order, kind, again=str(refund.pk), data={"amount": refund.amount})


def paid_at(leg: PaymentLeg) -> tuple[str, PaymentRef]:
    """The gateway that took a payment, and what it knows it by."""
    attempt = leg.attempts.filter(captured=True).first()
    if attempt is None:
        return leg.gateway, PaymentRef(leg.pk, leg.captured)
    return attempt.gateway, PaymentRef(attempt.pk, leg.captured, attempt.reference, attempt.transaction)


@transaction.atomic
def _claim_refund() -> Refund | None:
    """A refund that is due, its attempt counted and its next one put off until this one must be over. A contested order's
    refunds wait: the bank may be sending the same money."""
    now = timezone.now()
    due = Refund.objects.filter(status=Refund.Status.DUE, next_at__lte=now, leg__order__disputed=False)
    due = due.exclude(leg__purpose__in=BY_HAND)
    free = due.select_related("leg").select_for_update(skip_locked=True, of=("self",))
    refund = free.order_by("next_at", "pk").first()
    if refund is not None:
        refund.attempts, refund.next_at = min(refund.attempts + 1, 30_000), now + ATTEMPT
        refund.save(update_fields=["attempts", "next_at"])
    return refund


@transaction.atomic
def _note_refused(refund: Refund, error: Exception) -> None:
    order = transitions.lock(Order(pk=refund.leg.order_id))
    now = timezone.now()
    later = now + timedelta(seconds=min(3600, 15 * 2 ** min(refund.attempts, 10)))
    rows = Refund.objects.filter(pk=refund.pk, status=Refund.Status.DUE)
    text = f"{type(error).__name__}: {error}"[:300]
    if rows.update(next_at=later, error=text) and now - refund.created_at >= TRY_FOR:
        said = gettext_noop("The refund has failed for %(days)s days: %(error)s")
        transitions.raise_work_item(order, "refund", said, days=TRY_FOR.days, error=text)


def refused_later(refund: Refund, order: Order) -> None:
    """The gateway took the request and could not do it after all. The caller holds the locks."""
    refund.status, refund.error = Refund.Status.DUE, "the gateway says that it failed"
    refund.next_at = timezone.now() + timedelta(hours=1)
    refund.save(update_fields=["status", "error", "next_at"])
    transitions.raise_work_item(order, "refund", gettext_noop("The gateway took the refund and could not make it."))


def finish_refund(refund: Refund, leg: PaymentLeg, order: Order) -> None:
    """The money has gone back. The caller holds the locks of order and leg.

    A wrong amount stays suspect until all of it is back. An order that goes on and has lost a whole payment asks for it again.
    """
    refund.status, refund.done_at = Refund.Status.DONE, timezone.now()
    refund.save(update_fields=["status", "done_at", "transaction"])
    bookkeeping.refunded(refund, leg, order)
    if leg.purpose != _P.COINS:  # they never left the house
        _tell(order, refund, "refund_arrived")
    PaymentLeg.objects.filter(pk=leg.pk).update(refunded=F("refunded") + refund.amount)
    leg.refresh_from_db()
    suspect = leg.status == LegStatus.SUSPECT
    if leg.refunded == leg.captured:
        leg.status = LegStatus.REFUNDED
    elif leg.status in PAID:
        leg.status = LegStatus.PARTIALLY_REFUNDED
    leg.save(update_fields=["status", "changed_at"])
    if not Refund.objects.filter(leg__order=order).exclude(status=Refund.Status.DONE).exists():
        transitions.close_work_items(order, "refund", "refund_by_hand")
    if suspect and leg.status == LegStatus.REFUNDED:
        transitions.close_work_items(order, "payment")
    asked_again = ask_again_if_missing(order, leg)
    if not (asked_again or suspect or leg.replaced):
        from apps.orders.services import invoices

        invoices.take_back(order, refund)


def ask_again_if_missing(order: Order, leg: PaymentLeg) -> bool:
    """No order is stuck without its money: a payment that has gone back whole is to be made once more, and the buyer hears of
    it. Returns whether it is. The caller holds the order's lock."""
    if leg.status != LegStatus.REFUNDED or leg.replaced or not legs.owed(leg):
        return False
    if order.status not in (Status.PLACED, Status.RESERVED, Status.READY, *IN_WORK):
        return False
    legs.ask_again(order, leg)
    if order.status == Status.PLACED:
        transitions.set_timer(order, "hold", timezone.now() + HOLD)
    else:
        transitions.notify(order, "pay_again", again=str(leg.pk))
    return True


@transaction.atomic
def confirm_by_hand(*, refund: Refund, reference: str, user: "User") -> Refund:
    """Somebody has sent a loan back to its bank, or returned an old car or its price; ``reference`` says by what transfer.

    Raises:
        NotAllowed, ReasonNeeded; NotByHand: a gateway does this one, or it is done. SamePerson: who asked for the refund
        does not confirm it.
    """
    from apps.orders.services.cancelling import settle

    require_permission(user, REFUND)
    if not reference.strip():
        raise ReasonNeeded(field="reference")
    order = transitions.lock(refund.leg.order)
    fresh = Refund.objects.select_for_update().select_related("leg").get(pk=refund.pk)
    if fresh.status == Refund.Status.DONE or fresh.leg.purpose not in BY_HAND:
        raise NotByHand
    if fresh.user_id == user.pk:
        raise SamePerson(SamePerson.confirming)
    fresh.transaction, fresh.confirmed_by = reference.strip()[:120], user
    fresh.save(update_fields=["confirmed_by"])
    finish_refund(fresh, PaymentLeg.objects.select_for_update().get(pk=fresh.leg_id), order)
    settle(order)
    return fresh
