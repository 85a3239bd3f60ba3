"""The contract: what exactly the buyer signs, and that only the buyer signs it."""

import hashlib
import json
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone

from apps.orders.errors import ConsentMissing, NotPaid, SignatureMissing
from apps.orders.fulfilment.queue import enqueue
from apps.orders.lifecycle import Actor, Status
from apps.orders.models import Order, OrderLine
from apps.orders.services import coins, payments, promises, transitions
from apps.orders.terms import DELAY_CREDIT_A_DAY, DELAY_CREDIT_DAYS, Fee

if TYPE_CHECKING:
    from apps.accounts.models import User


def fee_table_of(order: Order) -> tuple[Fee, ...]:
    """The table of fees that was frozen with the order and is signed with it."""
    return tuple(Fee(**row) for row in order.fees)


def contract_of(order: Order, lines: Iterable[OrderLine]) -> dict[str, Any]:
    """Everything that is promised, as plain data; its hash goes into the contract."""
    return {
        "number": order.number,
        "total": order.total,
        "monthly": order.monthly,
        "terms": order.terms,
        "fees": order.fees,
        "delay": {"credit_a_day": DELAY_CREDIT_A_DAY, "days": DELAY_CREDIT_DAYS},
        "invoice": [order.invoice_kind, order.invoice_title, order.tax_number],
        "store": order.delivery_store.code if order.delivery_store else None,
        "lines": [
            [
                line.position,
                line.kind,
                line.code,
                line.name_en,
                line.name_zh,
                line.quantity,
                line.total,
                line.facts,
                line.trace,
            ]
            for line in lines
        ],
    }


def contract_hash(order: Order, lines: Iterable[OrderLine] | None = None) -> str:
    """The SHA-256 of the contract; ``lines`` are the order's own, which need not be saved yet."""
    promised = contract_of(order, order.lines.all() if lines is None else lines)
    text = json.dumps(promised, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


@transaction.atomic
def sign(*, order: Order, signature: str, accept_fees: bool, id_consent: bool, user: "User | None" = None) -> Order:
    """The buyer signs; the maker gets the order. Signing again what is signed changes nothing.

    Raises:
        SignatureMissing, ConsentMissing: of the input.
        NotInThisState: there is nothing to sign.
    """
    if not signature.strip():
        raise SignatureMissing(field="signature")
    if not accept_fees:
        raise ConsentMissing(field="accept_fees")
    if not id_consent:
        raise ConsentMissing(field="id_consent")
    mine = transitions.lock(order)
    if mine.signed_at is not None and mine.status not in (Status.CANCELLING, Status.CANCELLED):
        return mine
    transitions.require(mine, Status.SIGNED, Actor.BUYER)
    if not mine.has_car:
        raise transitions.not_now(mine)
    if not payments.first_is_paid(mine):
        raise NotPaid
    mine.signature, mine.signed_at = signature.strip()[:100], timezone.now()
    mine.contract_hash = contract_hash(mine)
    mine.save(update_fields=["signature", "signed_at", "contract_hash"])
    transitions.move(mine, Status.SIGNED, actor=Actor.BUYER, user=user, key="signed")
    transitions.stop_timers(mine, "remind_to_sign")
    transitions.notify(mine, "signed")
    promises.promise(mine, timezone.now())
    coins.capture(mine)
    enqueue(mine, "submit_build")
    return mine
