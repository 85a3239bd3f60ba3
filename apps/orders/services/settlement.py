"""Reading a gateway's daily file: each line finds its payment or refund, or is a difference that somebody has to look at."""

import hashlib
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_noop

from apps.ledger.services import post
from apps.orders.errors import StatementKnown
from apps.orders.gateways import SettledLine, gateway, sandbox_server
from apps.orders.models import PaymentAttempt, PaymentLeg, Refund, SettlementFile, SettlementLine
from apps.orders.services import bookkeeping, transitions
from apps.orders.services.permissions import SETTLE, require_permission

if TYPE_CHECKING:
    from apps.accounts.models import User

Result = SettlementLine.Result


def import_by_clerk(*, gateway_name: str, content: bytes, name: str, user: "User") -> SettlementFile:
    """A file that somebody of the back office has uploaded.

    Raises:
        NotAllowed; BadStatement, StatementKnown: of the file.
    """
    require_permission(user, SETTLE)
    return import_statement(gateway_name=gateway_name, content=content, name=name, user=user)


@transaction.atomic
def import_statement(
    *, gateway_name: str, content: bytes, name: str = "", user: "User | None" = None
) -> SettlementFile:
    """Take a file once: match its lines, book its fees and payouts, make differences work items; all of it or nothing.

    Raises:
        BadStatement: it is no file of this gateway. StatementKnown: it was imported before.
    """
    statement = gateway(gateway_name).read_statement(content)
    digest = hashlib.sha256(content).hexdigest()
    try:
        with transaction.atomic():
            file = SettlementFile.objects.create(
                gateway=gateway_name, day=statement.day, sha256=digest, name=name[:200], user=user
            )
    except IntegrityError as error:
        raise StatementKnown from error
    rows = []
    for position, line in enumerate(statement.lines, start=1):
        row = _match(SettlementLine(file=file, position=position, kind=line.kind[:10], result=Result.NOTED), line)
        row.save()  # before the next one: the same payment twice in a file is a difference, too
        rows.append(row)
    _book(file, rows)
    _raise_differences(file, [row for row in rows if row.result not in (Result.MATCHED, Result.NOTED)])
    return file


def _match(row: SettlementLine, line: SettledLine) -> SettlementLine:
    row.transaction, row.amount, row.fee, row.text = line.transaction[:120], line.amount, line.fee, line.text[:200]
    matcher = _MATCHERS.get(line.kind)
    if matcher is not None:
        row.result = matcher(row, line)
    return row


def _payment(row: SettlementLine, line: SettledLine) -> Result:
    attempts = PaymentAttempt.objects.filter(gateway=row.file.gateway).select_related("leg")
    attempt = attempts.filter(_by(line.payment_key, line.transaction)).first()
    if attempt is None:
        return Result.UNKNOWN
    row.leg = attempt.leg
    if not attempt.captured:
        return Result.STATE
    if attempt.leg.captured != line.amount:
        return Result.AMOUNT
    return _first(SettlementLine.objects.filter(leg=attempt.leg, kind="payment"))


def _refund(row: SettlementLine, line: SettledLine) -> Result:
    refunds = Refund.objects.filter(leg__gateway=row.file.gateway).select_related("leg")
    refund = refunds.filter(_by(line.refund_key, line.transaction)).first()
    if refund is None:
        return Result.UNKNOWN
    row.refund, row.leg = refund, refund.leg
    if refund.status != Refund.Status.DONE:
        return Result.STATE
    if refund.amount != abs(line.amount):
        return Result.AMOUNT
    return _first(SettlementLine.objects.filter(refund=refund, kind="refund"))


def _by(key: str, name: str) -> Q:
    """By our key where the file has it, else by the gateway's name."""
    try:
        return Q(pk=UUID(key))
    except ValueError:
        return Q(transaction=name) & ~Q(transaction="")


def _first(before: QuerySet[SettlementLine]) -> Result:
    return Result.REPEATED if before.filter(result=Result.MATCHED).exists() else Result.MATCHED


_MATCHERS: Mapping[str, Callable[[SettlementLine, SettledLine], Result]] = {"payment": _payment, "refund": _refund}


def _book(file: SettlementFile, rows: list[SettlementLine]) -> None:
    """What the gateway kept for itself, and what it sent to our bank."""
    account = bookkeeping.gateway(file.gateway)
    file.fees = sum(row.fee for row in rows) - sum(row.amount for row in rows if row.kind == "fee")
    file.paid_out = -sum(row.amount for row in rows if row.kind == "payout")
    if file.fees:
        movement = [(bookkeeping.GATEWAY_FEES, file.fees), (account, -file.fees)]
        post(key=f"fees:{file.sha256}", kind="gateway_fees", postings=movement)
    if file.paid_out:
        movement = [(bookkeeping.BANK, file.paid_out), (account, -file.paid_out)]
        post(key=f"payout:{file.sha256}", kind="payout", postings=movement)


def _raise_differences(file: SettlementFile, rows: list[SettlementLine]) -> None:
    file.differences = len(rows)
    file.save(update_fields=["fees", "paid_out", "differences"])
    about, strangers = {"gateway": file.gateway, "day": file.day.isoformat()}, 0
    for row in rows:
        if row.leg is None:
            strangers += 1
            continue
        text = gettext_noop("Settlement of %(gateway)s, %(day)s, line %(line)s: %(result)s.")
        order = row.leg.order
        transitions.raise_work_item(order, "settlement", text, line=row.position, result=row.result, **about)
    if strangers:
        text = gettext_noop("Settlement of %(gateway)s, %(day)s: %(count)s lines belong to no payment of ours.")
        transitions.raise_work_item(None, "settlement", text, count=strangers, **about)


def unsettled(gateway_name: str) -> QuerySet[PaymentLeg]:
    """Payments that should stand in a file by now, and do not: older than the day before the newest file, newer than the first."""
    files = SettlementFile.objects.filter(gateway=gateway_name).order_by("day")
    first, last = files.first(), files.last()
    if first is None or last is None:
        return PaymentLeg.objects.none()
    paid = PaymentLeg.objects.filter(gateway=gateway_name, captured__gt=0)
    within = paid.filter(captured_at__date__gte=first.day, captured_at__date__lt=last.day)
    return within.exclude(pk__in=SettlementLine.objects.filter(result=Result.MATCHED, kind="payment").values("leg"))


def fetch_due() -> list[SettlementFile]:
    """Yesterday's file of the sandbox, if anything happened there and it was not taken before."""
    day = timezone.localdate() - timedelta(days=1)
    if SettlementFile.objects.filter(gateway="sandbox", day=day, user=None).exists():
        return []
    content = sandbox_server.statement(day)
    if len(content.splitlines()) < 2:
        return []
    return [import_statement(gateway_name="sandbox", content=content, name=f"sandbox-{day:%Y-%m-%d}.csv")]
