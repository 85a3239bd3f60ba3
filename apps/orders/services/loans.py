"""A bank's loan as a payment: the buyer is handed over with documents, and the disbursement is the capture."""

import hashlib
from typing import IO, TYPE_CHECKING, Any

from django.core.files.base import File
from django.db import IntegrityError, transaction
from django.utils.translation import gettext_noop

from apps.orders.documents import kind_of
from apps.orders.errors import (
    DocumentKnown,
    DocumentsMissing,
    LoanMoved,
    LoanThere,
    NothingDue,
    ReasonNeeded,
    ReferenceUsed,
    UnknownLender,
)
from apps.orders.gateways import GatewayEvent
from apps.orders.lifecycle import IN_WORK, LegStatus, Status
from apps.orders.models import LOAN_PAIRS, LoanDocument, LoanReferral, Order, PaymentEvent, PaymentLeg
from apps.orders.services import legs, transitions
from apps.orders.services.permissions import LOANS, require_permission

if TYPE_CHECKING:
    from apps.accounts.models import User

_S, _P = LoanReferral.Status, PaymentLeg.Purpose
NEEDED = (LoanDocument.Kind.IDENTITY, LoanDocument.Kind.INCOME)
MOST_DOCUMENTS = 12
# The banks that we hand buyers over to, by code.
LENDERS = {"yangtze": gettext_noop("Yangtze Auto Finance"), "pearl": gettext_noop("Pearl River Bank")}
LIVE = (_S.DRAFT, _S.SUBMITTED, _S.APPROVED, _S.DISBURSED)


def open_referral(leg: PaymentLeg, *, lender: str, months: int) -> LoanReferral:
    """For a planned loan payment, at placing."""
    return LoanReferral.objects.create(leg=leg, lender=lender, months=months)


@transaction.atomic
def ask(*, order: Order, lender: str, amount: int, months: int) -> LoanReferral:
    """The buyer would like a bank to pay a part of what is still to come; the first payment stays money.

    Raises:
        NotInThisState: it is not the time for it. LoanThere: a loan is under way. NothingDue: more than is to be paid.
        UnknownLender.
    """
    mine = transitions.lock(order)
    if mine.status not in (Status.RESERVED, *IN_WORK) or not mine.has_car:
        raise transitions.not_now(mine)
    if lender not in LENDERS or not 6 <= months <= 84:
        raise UnknownLender(field="lender")
    if LoanReferral.objects.filter(leg__order=mine, status__in=LIVE).exists():
        raise LoanThere
    if not 0 < amount <= legs.later(mine):
        raise NothingDue(field="amount")
    legs.lower_unpaid(mine, amount, last_first=True)
    return open_referral(legs.add_leg(mine, _P.LOAN, amount), lender=LENDERS[lender], months=months)


def of_order(order: Order) -> LoanReferral | None:
    """The order's referral, the live one if there are several."""
    rows = LoanReferral.objects.filter(leg__order=order).select_related("leg").prefetch_related("documents")
    return rows.order_by("leg__replaced", "-created_at").first()


def _locked(referral: LoanReferral) -> tuple[Order, LoanReferral]:
    order = transitions.lock(referral.leg.order)
    return order, LoanReferral.objects.select_for_update(of=("self",)).select_related("leg").get(pk=referral.pk)


def _move(referral: LoanReferral, target: str, **fields: str) -> None:
    if (referral.status, target) not in LOAN_PAIRS:
        raise LoanMoved(extra={"state": str(referral.get_status_display())})
    referral.status = target
    for name, value in fields.items():
        setattr(referral, name, value)
    referral.save()


@transaction.atomic
def add_document(*, referral: LoanReferral, kind: str, file: IO[Any], size: int, user: "User | None") -> LoanDocument:
    """Keep a paper of the buyer's; its content says what it is.

    Raises:
        BadDocument, DocumentTooLarge: of the file. DocumentKnown: it is there already, or there are too many.
        LoanMoved: the bank has decided.
    """
    _order, mine = _locked(referral)
    if mine.status not in (_S.DRAFT, _S.SUBMITTED):
        raise LoanMoved(extra={"state": str(mine.get_status_display())})
    file_kind = kind_of(file, size)
    content = file.read(size)
    file.seek(0)
    if mine.documents.count() >= MOST_DOCUMENTS:
        raise DocumentKnown(field="file")
    document = LoanDocument(
        referral=mine,
        kind=kind,
        file_kind=file_kind,
        size=size,
        sha256=hashlib.sha256(content).hexdigest(),
        user=user,
    )
    if mine.documents.filter(sha256=document.sha256).exists():
        raise DocumentKnown(field="file")
    document.file.save("paper", File(file), save=False)
    try:
        with transaction.atomic():
            document.save()
    except IntegrityError as error:
        document.file.delete(save=False)
        raise DocumentKnown(field="file") from error
    return document


@transaction.atomic
def submit(*, referral: LoanReferral) -> LoanReferral:
    """The buyer has everything together: over to the bank.

    Raises:
        DocumentsMissing: ``extra["missing"]``. LoanMoved.
    """
    order, mine = _locked(referral)
    have = set(mine.documents.values_list("kind", flat=True))
    missing = [kind.value for kind in NEEDED if kind not in have]
    if missing:
        raise DocumentsMissing(field="file", extra={"missing": missing})
    _move(mine, _S.SUBMITTED)
    transitions.raise_work_item(order, "loan", gettext_noop("Hand the loan over to %(lender)s."), lender=mine.lender)
    return mine


@transaction.atomic
def decide(*, referral: LoanReferral, approved: bool, reference: str, reason: str, user: "User") -> LoanReferral:
    """What the bank has said; a loan that is declined is paid by the buyer instead.

    Raises:
        NotAllowed; ReasonNeeded: a refusal without a reason, an approval without the bank's reference. LoanMoved.
    """
    require_permission(user, LOANS)
    if not (reference if approved else reason).strip():
        raise ReasonNeeded(field="reference" if approved else "reason")
    order, mine = _locked(referral)
    if approved:
        _move(mine, _S.APPROVED, reference=reference.strip()[:100])
        transitions.notify(order, "loan_approved", again=str(mine.pk))
    else:
        _move(mine, _S.DECLINED, reason=reason.strip()[:300])
        _pay_otherwise(order, mine)
        transitions.notify(order, "loan_declined", again=str(mine.pk))
    transitions.close_work_items(order, "loan", owner=user)
    return mine


@transaction.atomic
def withdraw(*, referral: LoanReferral) -> LoanReferral:
    """The buyer would rather pay it all.

    Raises:
        LoanMoved: the bank has paid already.
    """
    order, mine = _locked(referral)
    _move(mine, _S.WITHDRAWN)
    _pay_otherwise(order, mine)
    transitions.close_work_items(order, "loan")
    return mine


def _pay_otherwise(order: Order, referral: LoanReferral) -> None:
    """The loan does not come: its part is the buyer's to pay."""
    leg = PaymentLeg.objects.select_for_update().get(pk=referral.leg_id)
    if leg.status == LegStatus.PLANNED:
        legs.replace(leg)
        legs.raise_unpaid(order, leg.amount)


@transaction.atomic
def disburse(*, referral: LoanReferral, reference: str, amount: int, user: "User") -> str:
    """The bank's transfer has come: the payment is made. One of another amount is looked at like any other, and so is one that was
    not approved; noting the same transfer again changes nothing. Returns in a word what it did.

    Raises:
        NotAllowed, ReasonNeeded; ReferenceUsed: it was noted before, with another amount or for another loan. LoanMoved: the loan
        is paid, by another transfer.
    """
    require_permission(user, LOANS)
    if not reference.strip():
        raise ReasonNeeded(field="reference")
    known = reference.strip()[:100]
    event = GatewayEvent("lender", known, "payment.captured", str(referral.leg_id), amount, "", reference.strip()[:120])
    outcome = _apply(event)
    if outcome == "already captured":
        raise LoanMoved(extra={"state": str(LoanReferral.objects.get(pk=referral.pk).get_status_display())})
    if outcome == "duplicate":
        before = PaymentEvent.objects.get(gateway="lender", event_id=known)
        if (before.leg_id, before.amount) != (referral.leg_id, amount):
            raise ReferenceUsed(field="reference")
    return outcome


def _apply(event: GatewayEvent) -> str:
    from apps.orders.services.events import apply_event

    return apply_event(event)


def captured(leg: PaymentLeg) -> None:
    """Called by what takes the bank's event: the referral is at its end. The caller holds the order's lock."""
    LoanReferral.objects.filter(leg=leg, status=_S.APPROVED).update(status=_S.DISBURSED)


def may_capture(leg: PaymentLeg) -> bool:
    """Whether a disbursement is expected: the bank has approved, and the leg still stands."""
    return LoanReferral.objects.filter(leg=leg, status=_S.APPROVED).exists()


def was_expected(leg: PaymentLeg) -> bool:
    """Whether what has come is a loan's money; if not, it goes back to the bank."""
    return LoanReferral.objects.filter(leg=leg, status=_S.DISBURSED).exists()


def lapse(order: Order) -> None:
    """The order is cancelled, and the bank need not lend. The caller holds the order's lock."""
    open_ones = LoanReferral.objects.filter(leg__order=order, status__in=[_S.DRAFT, _S.SUBMITTED, _S.APPROVED])
    if open_ones.update(status=_S.WITHDRAWN):
        transitions.close_work_items(order, "loan")
