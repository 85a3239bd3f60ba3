"""Credits that go out by bank transfer: one of us notes the transfer, another confirms it. The database refuses one person for
both, and one transfer for two credits."""

import re
from datetime import date
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.db.models import Sum
from django.utils import timezone
from django.utils.translation import gettext_noop

from apps.orders.errors import (
    BadReference,
    NotThatDay,
    NotThatTransfer,
    PayoutMoved,
    ReasonNeeded,
    ReferenceUsed,
    SamePerson,
    Stopped,
    WrongAmount,
)
from apps.orders.models import Credit, Order, Payout, WorkItem
from apps.orders.services import bookkeeping, invoices, transitions
from apps.orders.services.permissions import REFUND, require_permission

if TYPE_CHECKING:
    from apps.accounts.models import User

_S = Payout.Status
# What banks call their transfers: letters, digits and a few signs; written with spaces or without, it is the same.
_REFERENCE = re.compile(r"[A-Z0-9][A-Z0-9./_-]{3,63}")
TO_PAY, TO_CONFIRM = "credit", "payout"


def owe(order: Order, credit: Credit) -> Payout:
    """What is open of the credit is to be transferred: set aside, and a piece of work of its own. The caller holds the lock."""
    payout = Payout.objects.create(credit=credit, amount=credit.open)
    credit.used += payout.amount
    credit.save(update_fields=["used"])
    text = gettext_noop("Pay %(amount)s of credit by transfer: no payment takes it.")
    _ask_for(payout, order, TO_PAY, text, amount=payout.amount)
    return payout


def _ask_for(payout: Payout, order: Order, kind: str, text: str, /, **values: str | int) -> None:
    """The one open piece of work about this payout: whatever was asked for before is settled."""
    from apps.orders import wording

    _settle(payout)
    item = wording.work_item(order, kind, text, **values)
    item.payout = payout
    item.save()


def _settle(payout: Payout, user: "User | None" = None) -> None:
    WorkItem.objects.filter(payout=payout, closed_at=None).update(closed_at=timezone.now(), owner=user)


def _locked(payout: Payout) -> tuple[Order, Payout]:
    order = transitions.lock(payout.credit.order)
    return order, Payout.objects.select_for_update(of=("self",)).select_related("credit").get(pk=payout.pk)


def plain(reference: str) -> str:
    """A reference as it is kept: in capitals, without spaces.

    Raises:
        BadReference: no bank writes that.
    """
    found = "".join(reference.split()).upper()
    if not _REFERENCE.fullmatch(found):
        raise BadReference(field="reference")
    return found


def _moved(payout: Payout) -> PayoutMoved:
    return PayoutMoved(extra={"state": str(payout.get_status_display())})


@transaction.atomic
def note(*, payout: Payout, reference: str, amount: int, paid_on: date, user: "User") -> Payout:
    """The money was transferred: by what reference, how much (fen), on which day. Noting the same again changes nothing.

    Raises:
        NotAllowed; BadReference; ReferenceUsed: another payout went by it. WrongAmount: it is not what is owed. NotThatDay: before
        it was owed, or to come. PayoutMoved: another transfer is noted, or nothing is owed any more. Stopped: a payment is contested.
    """
    require_permission(user, REFUND)
    known = plain(reference)
    order, mine = _locked(payout)
    if amount != mine.amount:
        raise WrongAmount(field="amount", extra={"amount": mine.amount})
    if (mine.reference, mine.paid_on) == (known, paid_on):
        return mine
    if mine.status != _S.DUE:
        raise _moved(mine)
    if order.disputed:  # the bank may be sending the same money
        raise Stopped
    first, now = timezone.localdate(mine.created_at), timezone.now()
    if not first <= paid_on <= timezone.localdate(now):
        raise NotThatDay(field="paid_on")
    mine.status, mine.reference, mine.paid_on, mine.reason = _S.NOTED, known, paid_on, ""
    mine.noted_by, mine.noted_at = user, now
    try:
        with transaction.atomic():
            mine.save()
    except IntegrityError as error:
        if not Payout.objects.filter(reference=known).exists():
            raise
        raise ReferenceUsed(field="reference") from error
    text = gettext_noop("Confirm that %(amount)s of credit were transferred: %(reference)s.")
    _ask_for(mine, order, TO_CONFIRM, text, amount=amount, reference=known)
    return mine


@transaction.atomic
def confirm(*, payout: Payout, reference: str, user: "User") -> Payout:
    """Somebody else has found the transfer on the bank's statement: it is booked, invoiced by a red one, and the buyer hears of it.
    Confirming it again changes nothing.

    Raises:
        NotAllowed, BadReference; SamePerson: who noted it. NotThatTransfer: another reference was noted. PayoutMoved: none was.
    """
    require_permission(user, REFUND)
    known = plain(reference)
    order, mine = _locked(payout)
    if mine.status not in (_S.NOTED, _S.PAID):
        raise _moved(mine)
    if mine.reference != known:
        raise NotThatTransfer(field="reference")
    if mine.status == _S.PAID:
        return mine
    if mine.noted_by_id == user.pk:
        raise SamePerson(SamePerson.transferring)
    mine.status, mine.confirmed_by, mine.confirmed_at = _S.PAID, user, timezone.now()
    mine.save()
    bookkeeping.credit_paid_out(mine, order)
    invoices.take_back(order, mine)
    _settle(mine, user)
    assert mine.paid_on is not None  # kept by payout_noted_is_whole
    data = {"amount": mine.amount, "reference": mine.reference, "day": mine.paid_on.isoformat()}
    transitions.notify(order, "credit_paid_out", again=str(mine.pk), data=data)
    return mine


@transaction.atomic
def send_back(*, payout: Payout, reason: str, user: "User") -> Payout:
    """The transfer that was noted is not on the statement, or came back: it is to be made again.

    Raises:
        NotAllowed, ReasonNeeded; PayoutMoved: none is waiting to be confirmed.
    """
    require_permission(user, REFUND)
    why = reason.strip()[:200]
    if not why:
        raise ReasonNeeded(field="reason")
    order, mine = _locked(payout)
    if mine.status != _S.NOTED:
        raise _moved(mine)
    mine.status, mine.reference, mine.paid_on, mine.reason = _S.DUE, "", None, why
    mine.noted_by = mine.noted_at = None
    mine.save()
    text = gettext_noop("Pay %(amount)s of credit by transfer again: %(why)s")
    _ask_for(mine, order, TO_PAY, text, amount=mine.amount, why=why)
    return mine


def drop_due(order: Order) -> None:
    """What has not been transferred is not owed any more: it is open on its credit again. The caller holds the order's lock."""
    for payout in Payout.objects.select_for_update(of=("self",)).filter(credit__order=order, status=_S.DUE):
        payout.status = _S.VOID
        payout.save(update_fields=["status"])
        credit = Credit.objects.get(pk=payout.credit_id)
        credit.used -= payout.amount
        credit.save(update_fields=["used"])
        _settle(payout)


def transferred(order: Order) -> int:
    """What has left by transfer, confirmed or not, in fen."""
    gone = Payout.objects.filter(credit__order=order, status__in=[_S.NOTED, _S.PAID])
    return gone.aggregate(total=Sum("amount"))["total"] or 0
